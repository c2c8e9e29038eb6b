"""Working days: the calendars that are built in, and the hash by which a log names the one that counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from loper.define.model import Calendar

YEARS = range(2020, 2041)
"""Public holidays are resolved to dates for these years, so that a new release of a library changes no running case."""

BUILT_IN = {"nl-office": "NL"}


def calendar(name: str, weekdays: Iterable[int] = range(5), holidays: Iterable[date] = ()) -> Calendar:
    """A calendar with the hash of what is in it."""
    days, free = frozenset(weekdays), frozenset(holidays)
    content = f"{sorted(days)} {' '.join(day.isoformat() for day in sorted(free))}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Calendar(name=name, weekdays=days, holidays=free, hash=digest)


@lru_cache(maxsize=64)
def public_holidays(country: str) -> frozenset[date]:
    """The public holidays of a country (NL, DE, ...); raises NotImplementedError for an unknown one."""
    import holidays

    return frozenset(holidays.country_holidays(country, years=YEARS).keys())


@lru_cache(maxsize=64)
def built_in(name: str) -> Calendar:
    """A built-in calendar: Monday to Friday less the country's public holidays."""
    return calendar(name, holidays=public_holidays(BUILT_IN[name]))
