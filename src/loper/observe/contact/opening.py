"""Opening hours: on which minutes of the week somebody is there, and on which days nobody is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np

from loper.define.model import Calendar, Window
from loper.log.table import BadLog
from loper.observe.laid.layout import Bools

WEEK = 7 * 24 * 60
DAYS = {
    **{name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{name: day for day, name in enumerate(("ma", "di", "wo", "do", "vr", "za", "zo"))},
}
PART = re.compile(r"([a-z]+)(?:\s*-\s*([a-z]+))?\s+((?:\d{1,2}[:.]\d\d\s*-\s*\d{1,2}[:.]\d\d\s*)+)")
WRITE = "write it like “mon-fri 08:30-17:00, thu 18:00-20:00” (ma-vr ...)"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`windows`: of each weekday (Monday is 0) the times at which somebody is there, the end not included; one that
    ends before it starts goes on after midnight. `holidays`: days on which nobody is."""

    windows: Mapping[int, tuple[Window, ...]]
    holidays: frozenset[date] = field(default=frozenset())

    @classmethod
    def of(cls, calendar: Calendar, windows: Iterable[Window]) -> Opening:
        """The same times on every working day of a calendar of the organisation file."""
        same = tuple(windows)
        return cls(windows=dict.fromkeys(sorted(calendar.weekdays), same), holidays=calendar.holidays)

    def minutes(self) -> Bools:
        """Of each minute of a week, from Monday 00:00, whether somebody is there."""
        found = np.zeros(WEEK, np.bool_)
        for day, windows in self.windows.items():
            for window in windows:
                start, end = (day * 1_440 + at.hour * 60 + at.minute for at in (window.start, window.end))
                end = end if end > start else end + 1_440
                found[np.arange(start, end) % WEEK] = True
        return found


def read_opening(text: str, holidays: Collection[date] = ()) -> Opening:
    """“mon-fri 08:30-17:00, thu 18:00-20:00”, or with Dutch days; BadLog with all that cannot be read."""
    windows: dict[int, tuple[Window, ...]] = {}
    problems = []
    for part in filter(None, (one.strip().casefold() for one in re.split(r"[,;]", text))):
        found = PART.fullmatch(part)
        first, last = (DAYS.get(name[:3], DAYS.get(name[:2])) for name in _names(found))
        if found is None or first is None or last is None:
            problems.append(f"opening hours “{part}”: cannot be read; {WRITE}")
            continue
        try:
            times = tuple(_window(one) for one in re.findall(r"[\d:.]+\s*-\s*[\d:.]+", found.group(3)))
        except ValueError:
            problems.append(f"opening hours “{part}”: no such time of day; {WRITE}")
            continue
        for day in range(first, last + 1 if last >= first else last + 8):
            windows[day % 7] = windows.get(day % 7, ()) + times
    if not windows and not problems:
        problems.append(f"opening hours: nothing is given; {WRITE}")
    if problems:
        raise BadLog(problems)
    return Opening(windows=windows, holidays=frozenset(holidays))


def _names(found: re.Match[str] | None) -> tuple[str, str]:
    return ("", "") if found is None else (found.group(1), found.group(2) or found.group(1))


def _window(text: str) -> Window:
    start, end = (one.strip().replace(".", ":").zfill(5) for one in text.split("-"))
    return Window(time.fromisoformat(start), time.fromisoformat(end))
