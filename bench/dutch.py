"""A Dutch service organisation, made up from a seed: real postcodes, technicians at home in them, jobs in blocks.

place      somewhere in a circle around a town; homes and customers lie where postcodes lie
technician 8:00 to 16:30 from home and back, lunch of 30 minutes that begins from 11:45 to 13:00, some of five skills
job        one skill, 15 to 90 minutes (median about 35), a block of two hours or half a day, a priority
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from loper.plan.model import Job, Pause, Place, Plan, Route, Shift, Span
from loper.plan.places import place_of, town_of

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 30)
SKILLS = ("plumbing", "electricity", "carpentry", "heating", "masonry")
COMMON = (0.35, 0.15, 0.25, 0.15, 0.10)  # of the jobs
HALVES = ((8, 12), (12, 16))
TWO_HOURS = ((8, 10), (10, 12), (12, 14), (14, 16))


def at(day: date, hours: float) -> datetime:
    """A moment of a day, by the clock on the wall."""
    return datetime.combine(day, time(int(hours), round(hours % 1 * 60)), ZONE)


@cache
def postcodes(town: str, radius: float) -> list[str]:
    """The postcodes whose middle lies within so many kilometres of that of `town` (a postcode)."""
    middle = place_of(town)
    assert middle is not None
    known = [str(number) for number in range(1000, 10_000) if town_of(str(number))]
    return [one for one in known if (place := place_of(one)) and kilometres(place, middle) <= radius]


def kilometres(one: Place, other: Place) -> float:
    """Good enough within a region."""
    north = (one.lat - other.lat) * 111.2
    east = (one.lon - other.lon) * 111.2 * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def address(rng: np.random.Generator, codes: Sequence[str]) -> tuple[str, Place]:
    letters = "".join(chr(65 + int(one)) for one in rng.integers(0, 26, 2))
    postcode = f"{codes[int(rng.integers(len(codes)))]}{letters}"
    place = place_of(postcode, str(int(rng.integers(1, 200))))
    assert place is not None
    return postcode, place


def shifts(
    rng: np.random.Generator, technicians: int, days: int, town: str = "3511", radius: float = 20.0
) -> list[Shift]:
    """Their working days. Each skill is had by two technicians at least."""
    codes, made = postcodes(town, radius), []
    for number in range(technicians):
        own = {SKILLS[number % len(SKILLS)], SKILLS[(number // len(SKILLS) + number + 1) % len(SKILLS)]}
        own |= {skill for skill in SKILLS if rng.random() < 0.25}
        home = address(rng, codes)[1]
        for day in range(days):
            today = MONDAY + timedelta(days=day)
            made.append(
                Shift(
                    technician=f"t{number:02}",
                    day=today,
                    start=at(today, 8),
                    end=at(today, 16.5),
                    begins_at=home,
                    ends_at=home,
                    pauses=(
                        Pause(
                            kind="lunch",
                            earliest=at(today, 11.75),
                            latest=at(today, 13),
                            lasts=timedelta(minutes=30),
                        ),
                    ),
                    skills=frozenset(own),
                )
            )
    return made


def jobs(
    rng: np.random.Generator, count: int, days: int, town: str = "3511", radius: float = 20.0, two_hours: float = 0.5
) -> list[Job]:
    """Jobs with a promised block each, in the order in which they came."""
    codes, made = postcodes(town, radius), []
    for number in range(count):
        day = MONDAY + timedelta(days=int(rng.integers(days)))
        blocks = TWO_HOURS if rng.random() < two_hours else HALVES
        begin, end = blocks[int(rng.integers(len(blocks)))]
        postcode, place = address(rng, codes)
        lasts = 5 * round(float(np.clip(rng.lognormal(math.log(35), 0.45), 15, 90)) / 5)
        made.append(
            Job(
                key=f"j{number:04}",
                place=place,
                postcode=postcode,
                lasts=timedelta(minutes=lasts),
                skills=frozenset({SKILLS[int(rng.choice(len(SKILLS), p=COMMON))]}),
                priority=int(rng.integers(0, 5)) * 10,
                promised=Span(at(day, begin), at(day, end)),
            )
        )
    return made


def empty(hours: Sequence[Shift]) -> Plan:
    return Plan(tuple(Route(shift) for shift in hours))
