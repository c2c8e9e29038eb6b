"""Texts that people see: gathered from the code into the Dutch catalogues, which are then compiled.

A folder of pages has a catalogue of its own (pages/desk/locale), all else shares server/locale. A text that is new
stands in its catalogue without a translation until somebody writes one; what nobody uses any more is taken out.

    python tools/messages.py [FOLDER ...]  gather and compile (of these folders only: desk, server, ...)
    python tools/messages.py --check       only say what is missing, and fail
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SERVER = Path(__file__).resolve().parent.parent / "src/loper/server"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


STILL = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every catalogue, so that one that did not change is the same file."""


def folders() -> list[Path]:
    """The folders that have a catalogue: those of pages that hold any, then the server itself."""
    return [*sorted(path for path in (SERVER / "pages").iterdir() if path.is_dir() and path.name[0] != "_"), SERVER]


def sources(folder: Path) -> Iterator[Path]:
    """The files whose texts belong to this folder's catalogue, and to no other's."""
    others = [other for other in folders() if other != folder and folder in other.parents]
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".html", ".txt", ".svg") and not any(other in path.parents for other in others):
            yield path


def texts(folder: Path) -> Catalog:
    """Every text of this folder, not translated yet."""
    found = Catalog(locale="nl", fuzzy=False, charset="utf-8", creation_date=STILL, revision_date=STILL)
    for path in sources(folder):
        code = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            code = templatize(code, origin=str(path))
        for _line, message, comments, context in extract("python", BytesIO(code.encode()), KEYWORDS, ["Translators"]):
            place = str(path.relative_to(SERVER))
            found.add(message, locations=[(place, None)], auto_comments=comments, context=context)
    return found


def gathered(folder: Path) -> tuple[Path, Catalog]:
    """The catalogue of a folder as it should be: every text that is used, with the translation there is."""
    path = folder / "locale/nl/LC_MESSAGES/django.po"
    wanted = texts(folder)
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale="nl")
        for message in wanted:
            before = known.get(message.id, context=message.context) if message.id else None
            if before is not None and not before.fuzzy:
                message.string = before.string
    return path, wanted


def missing(catalogue: Catalog) -> list[str]:
    """Texts without a translation, and translations that lost a placeholder."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        parts = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(parts):
            found.append(f"no Dutch: {message.id!r}")
        else:
            found += [f"{wrong}: {message.id!r}" for wrong in message.check(catalogue)]
    return found


def stale(path: Path, catalogue: Catalog) -> bool:
    """Whether the compiled catalogue says something else than the written one."""
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        return any(message.id for message in catalogue)
    with compiled.open("rb") as file:
        old = said(read_mo(file))
    return old != said(catalogue)


def said(catalogue: Catalog) -> set[tuple[str, str]]:
    """What a catalogue says, each text with its translation; a plural is several of both."""
    return {(f"{_context(m)}|{_all(m.id)}", _all(m.string)) for m in catalogue if m.id and m.string}


def _context(message: Message) -> str:
    context = message.context or ""  # Babel reads that of a compiled catalogue as bytes
    return context.decode() if isinstance(context, bytes) else context


def _all(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "|".join(text)


def clashes(catalogues: Sequence[Catalog]) -> list[str]:
    """Texts that two folders translate differently: Django makes one catalogue of all, and one of the two would win."""
    found: dict[str, set[str]] = {}
    for catalogue in catalogues:
        for context_and_text, translation in said(catalogue):
            found.setdefault(context_and_text, set()).add(translation)
    return [
        f"two translations of {text!r}: {sorted(ways)}; give one of them a context"
        for text, ways in found.items()
        if len(ways) > 1
    ]


def main() -> int:
    check = "--check" in sys.argv
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    wrong, whole = [], []
    for folder in folders():
        if named and folder.name not in named:
            continue
        path, catalogue = gathered(folder)
        if not any(message.id for message in catalogue):
            continue
        wrong += [f"{path.relative_to(SERVER)}: {text}" for text in missing(catalogue)]
        whole.append(catalogue)
        if check:
            if stale(path, catalogue):
                wrong.append(f"{path.relative_to(SERVER)}: not compiled; run: make messages")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, sort_output=True, omit_header=True, width=120)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
    wrong += clashes(whole)
    print("\n".join(wrong) or "every text has its Dutch")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
