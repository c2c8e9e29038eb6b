"""What commands that read a log share: columns by name, the key of codes, and in words what was not read."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path
from typing import Any

from loper.log.open import kind_of
from loper.log.table import BadLog, Columns, Reading, Rejects
from loper.observe.words import Say

MIN_KEY = 16  # bytes
MOST_REASONS = 5
SHOWN = 60  # characters of a value


def pair_of(text: str) -> tuple[str, str]:
    """`OURS=THEIRS` of --column."""
    ours, equals, theirs = text.partition("=")
    if not equals:
        raise BadLog([f"--column {text}: write OURS=THEIRS, such as case=Zaaknummer"])
    return ours, theirs


def key_of(file: str | None) -> bytes:
    """With which customers become codes: out of a file that is made when it is not there, else new each time."""
    if file is None:
        return secrets.token_bytes(32)
    path = Path(file)
    try:
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(secrets.token_bytes(32))
            print(f"{file}: a new key; keep it, and the same customers get the same codes next time", file=sys.stderr)
        with path.open("rb") as opened:
            key = opened.read(1 << 20)
    except OSError as error:
        raise BadLog([f"--key {file}: it cannot be read or made ({error.strerror}); name another file"]) from None
    if len(key) < MIN_KEY:
        raise BadLog(
            [f"--key {file}: it has {len(key)} bytes, at least {MIN_KEY} were expected; a new name makes a key"]
        )
    return key


def kind_and_key(log: str, kind: str | None, key: str | None) -> dict[str, Any]:
    """For the reader of a log: what it is where that is said, and a key where it has telephone numbers in it."""
    said: dict[str, Any] = {"kind": kind} if kind else {}
    if (kind or kind_of(Path(log))) == "calls":
        said["key"] = key_of(key)
    return said


def as_options(problems: str) -> str:
    """A message of the library, its arguments as one writes them on a command line."""
    words = re.sub(r"\b(case|activity|time|channel|customer)=\.\.\.", r"--\1 COLUMN", problems)
    words = words.replace("(kind=calls)", "(--kind calls)").replace("key=...", "--key FILE")
    words = words.replace("leave_out=...", "--leave-out COLUMN")
    return re.sub(r"\((\w+)=\.\.\.\)", r"(--column \1=COLUMN)", words)


def check_any(reading: Reading | None, contacts: int, lifecycle: tuple[str, str] | None) -> None:
    """Raises BadLog where there were rows, and none of them is in the log."""
    if contacts or reading is None:
        return
    if lifecycle is not None and reading.rejects.left_out:
        raise BadLog([f"--lifecycle: no row has '{lifecycle[1]}' in '{lifecycle[0]}'; write a value that is there"])
    if reading.rejects.count:
        raise BadLog(["There is not one row that can be read.", *_rejected(reading.rejects, Say("en"))])


def read_in_words(columns: Columns, rejects: Rejects, language: str) -> list[str]:
    """What was not read, and which columns were guessed: nothing is left away in silence."""
    say = Say(language)
    said = _rejected(rejects, say)
    names = columns.names
    if guessed := [f"{ours} = “{names[ours]}”" for ours in sorted(columns.guessed) if names[ours] != ours]:
        said.append(say("Guessed columns: {columns}.", "Geraden kolommen: {columns}.", columns=", ".join(guessed)))
    return said


def _rejected(rejects: Rejects, say: Say) -> list[str]:
    said = []
    if rejects.count or rejects.values:
        often = sorted(rejects.reasons.items(), key=lambda one: -one[1])[:MOST_REASONS]
        said.append(
            say(
                "Not read: {rows} rows, and {values} values of other rows ({why}).",
                "Niet gelezen: {rows} rijen, en {values} waarden van andere rijen ({why}).",
                rows=rejects.count,
                values=rejects.values,
                why="; ".join(f"{why}: {say.number(count)}" for why, count in often),
            )
        )
    for first in rejects.rows[:1]:
        row, value = say.number(first.row), f"{first.column} “{first.value[:SHOWN]}”".strip()
        said[-1] += say(" The first is row {row}: {value}.", " De eerste is rij {row}: {value}.", row=row, value=value)
    if rejects.left_out:
        said.append(
            say(
                "{rows} rows were left out: empty, or not asked for.",
                "{rows} rijen zijn weggelaten: leeg, of er is niet om gevraagd.",
                rows=rejects.left_out,
            )
        )
    return said
