"""What Asterisk and FreePBX write of calls: `Master.csv` without a header, and the `queue_log`.

Formats: docs.asterisk.org, Call Detail Records (CDR) and Queue Logs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from loper.log.calls_fold import SECOND, Leg
from loper.log.table import BadLog, Rejected, Rejects
from loper.log.text import opened

MASTER = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
LEAST = 16  # columns: the last two are by setting
DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}

QUEUE_LINE = re.compile(rb"\d{9,11}(?:\.\d+)?\|[^|\n]*\|[^|\n]*\|[^|\n]*\|[A-Z]+(?:\||\r?\n|$)")
GIVEN_UP = ("ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY", "SYSCOMPAT")


def headers_of(first: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, where `first` is a row of a `Master.csv` and no header; else none."""
    if LEAST <= len(first) <= len(MASTER) and first[14] in DISPOSITIONS:
        return MASTER[: len(first)]
    return ()


def is_queue_log(path: Path) -> bool:
    """Whether the file begins as a `queue_log` does."""
    with opened(path) as file:
        return QUEUE_LINE.match(file.read(1000)) is not None


def queue_log(path: Path, rejects: Rejects, on_progress: Callable[[int], None] | None = None) -> Iterator[Leg]:
    """A leg each time a caller stands in a queue.

    The lines of it are: when, which call, which queue, which agent, what happened, and more (apart by |). Those about
    agents and queues themselves are left out.
    """
    calls: dict[str, Leg] = {}  # those that are in a queue or spoken to
    done: list[Leg] = []
    with opened(path) as file:
        for row, line in enumerate(_lines(path, file), 1):
            parts = line.split("|")
            if len(parts) < 5 or not re.fullmatch(r"\d{9,11}(\.\d+)?", parts[0]):
                if line.strip():
                    rejects.add(Rejected(row=row, why="no line of a queue_log", value=line[:200]))
                continue
            _take(row, round(float(parts[0]) * SECOND), parts[1:5], parts[5:], calls, done)
            yield from done
            done.clear()
    yield from calls.values()
    if on_progress is not None:
        on_progress(path.stat().st_size)


def _lines(path: Path, file: IO[bytes]) -> Iterator[str]:
    try:
        for raw in file:
            yield raw.decode(errors="replace").rstrip("\r\n")
    except (EOFError, OSError, zlib.error) as error:
        raise BadLog(
            [f"{path.name}: what was packed cannot be unpacked to its end ({error}); fetch it again"]
        ) from None


def _take(row: int, at: int, who: list[str], more: list[str], calls: dict[str, Leg], done: list[Leg]) -> None:
    """One line: a leg begins, is answered, is over."""
    call, queue, agent, event = who
    if event == "ENTERQUEUE":
        if call in calls:
            done.append(calls.pop(call))
        number = more[1] if len(more) > 1 else ""
        calls[call] = Leg(row=row, call=call, number=number, offered=at, result="abandoned", queue=queue)
        return
    known = calls.get(call)
    if known is None:
        return
    if event == "CONNECT":
        calls[call] = replace(known, result="answered", answered=at, agent=agent)
    elif event in GIVEN_UP or event in ("COMPLETEAGENT", "COMPLETECALLER"):
        done.append(replace(known, ended=at))
        del calls[call]
    elif event in ("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"):
        done.append(replace(known, ended=at, to=more[0] if more else ""))
        del calls[call]
