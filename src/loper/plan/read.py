"""A plan and a job from JSON (docs/reference/plan-files.md); all that is wrong at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from loper.plan.model import Job, PartnerBlock, Pause, Place, Plan, Route, Shift, Span
from loper.plan.places import place_of

LARGEST = 50_000_000  # characters
MOST_PAUSES = 6  # the times of a shift are reckoned for every set of its pauses


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong: where (`technicians[0].days[1].start`), what, and what was expected."""

    at: str
    why: str

    def __str__(self) -> str:
        return f"{self.at or 'the file'}: {self.why}"


class Mistakes(ValueError):
    """Everything that is wrong with a file."""

    def __init__(self, found: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, found)))
        self.found = found


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan, when it is, the blocks to offer, and the jobs that have no place yet."""

    plan: Plan
    now: datetime
    blocks: tuple[Span, ...]
    notice: timedelta
    waiting: tuple[Job, ...]


def read_plan(text: str) -> PlanFile:
    """The plan of a file; raises Mistakes."""
    reader = _Reader()
    given = reader.load(text)
    keys = ("now", "notice", "blocks", "technicians", "jobs", "partners", "waiting")
    with reader.object(given, "", keys):
        now = reader.time(given, "now") if "now" in given else None
        if now is None and not reader.found:
            reader.say("now", "the time is missing: like 2026-09-07T09:00:00+02:00")
        jobs = {job.key: job for job in reader.each(given, "jobs", reader.job)}
        used: dict[str, str] = {}
        routes = [
            route for one in reader.each(given, "technicians", lambda: _technician(reader, jobs, used)) for route in one
        ]
        blocks = tuple(reader.each(given, "blocks", lambda: reader.span(reader.here)))
        partners = tuple(reader.each(given, "partners", reader.partner))
        waiting = tuple(_named(reader, given, "waiting", jobs, used))
        notice = timedelta(minutes=reader.number(given, "notice", 60, 0, 10_000))
        for name in sorted(jobs.keys() - used.keys()):
            reader.say(
                "jobs", f"job '{name}' is on no route and does not wait: name it in `jobs` of a day, or in `waiting`"
            )
        for name, place in ((route.shift.technician, route.shift.day) for route in routes):
            if sum((one.shift.technician, one.shift.day) == (name, place) for one in routes) > 1:
                reader.say("technicians", f"technician '{name}' has {place} twice")
                break
    reader.done()
    if now is None:
        raise Mistakes([Mistake("now", "the time is missing")])
    return PlanFile(Plan(tuple(routes), partners), now, blocks, notice, waiting)


def read_job(text: str) -> Job:
    """The job of a file; raises Mistakes."""
    reader = _Reader()
    reader.here = reader.load(text)
    job = reader.job()
    reader.done()
    if job is None:
        raise Mistakes([Mistake("", "a job was expected")])
    return job


def _technician(reader: _Reader, jobs: dict[str, Job], used: dict[str, str]) -> list[Route]:
    given, at = reader.here, reader.at
    found: list[Route] = []
    with reader.object(given, at, ("key", "start", "end", "skills", "van", "area", "days")):
        key = reader.text(given, "key")
        home = reader.place(given, "start")
        end = home if "end" not in given else None if given["end"] is None else reader.place(given, "end")
        skills, van, area = (reader.texts(given, name) for name in ("skills", "van", "area"))
        for shift, there in reader.each(given, "days", lambda: _day(reader, jobs, used, key)):
            if home is not None:
                day = Shift(
                    technician=key, day=shift[0].date(), start=shift[0], end=shift[1], begins_at=home, ends_at=end,
                    pauses=shift[2], skills=skills, stock=van, area=area,
                )  # fmt: skip
                found.append(Route(day, tuple(there)))
        if not given.get("days"):
            reader.say("days", f"technician '{key}' has no days: give each a start and an end")
    return found


def _day(
    reader: _Reader, jobs: dict[str, Job], used: dict[str, str], technician: str
) -> tuple[tuple[datetime, datetime, tuple[Pause, ...]], list[Job]] | None:
    given = reader.here
    with reader.object(given, reader.at, ("start", "end", "pauses", "jobs")):
        span = reader.span({key: given[key] for key in ("start", "end") if key in given})
        pauses: tuple[Pause, ...] = tuple(reader.each(given, "pauses", reader.pause))
        if len(pauses) > MOST_PAUSES:
            reader.say("pauses", f"{len(pauses)} pauses in a day; at most {MOST_PAUSES}")
        away = sorted((one for one in pauses if one.kind == "away"), key=lambda one: one.earliest)
        for one, other in pairwise(away):
            if one.earliest + one.lasts > other.earliest:
                reader.say("pauses", f"two overlap, at {other.earliest.isoformat()}: make them one")
        there = _named(reader, given, "jobs", jobs, used)
        if span is not None:
            return (span.start, span.end, pauses), there
    return None


def _named(reader: _Reader, given: Any, key: str, jobs: dict[str, Job], used: dict[str, str]) -> list[Job]:
    """The jobs of these names; each stands in one place (a job for two in two)."""
    found = []
    for number, name in enumerate(reader.items(given, key)):
        at = f"{key}[{number}]"
        if not isinstance(name, str) or name not in jobs:
            near = get_close_matches(str(name), jobs, 1)
            reader.say(at, f"there is no job '{name}' in `jobs`{f' (did you mean {near[0]!r}?)' if near else ''}")
        elif name in used and jobs[name].people == 1:
            reader.say(at, f"job '{name}' stands in {used[name]} already")
        else:
            used[name] = reader.path(at)
            found.append(jobs[name])
    return found


@dataclass
class _Reader:
    """Reads values by key, and gathers what is wrong. `here` is the value being read, `at` its place."""

    found: list[Mistake] = field(default_factory=list)
    here: Any = None
    at: str = ""

    def load(self, text: str) -> Any:
        if len(text) > LARGEST:
            raise Mistakes([Mistake("", "larger than 50 MB")])
        try:
            found = json.loads(text, parse_constant=_no_number)
        except RecursionError:
            raise Mistakes([Mistake("", "too deep")]) from None
        except ValueError as wrong:
            raise Mistakes([Mistake("", f"no JSON: {wrong}")]) from None
        if not isinstance(found, dict):
            raise Mistakes([Mistake("", "an object was expected: {...}")])
        return found

    def say(self, key: str, why: str) -> None:
        self.found.append(Mistake(self.path(key), why))

    def path(self, key: str) -> str:
        return ".".join(part for part in (self.at, key) if part)

    def done(self) -> None:
        if self.found:
            raise Mistakes(self.found)

    @contextmanager
    def object(self, given: Any, at: str, keys: Collection[str]) -> Iterator[None]:
        if not isinstance(given, dict):
            raise _Wrong("an object was expected: {...}")
        before, self.at = self.at, at
        for key in given:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                meant = f" (did you mean {near[0]!r}?)" if near else ""
                self.say(key, f"not known here{meant}; there are {', '.join(keys)}")
        try:
            yield
        except _Wrong as wrong:
            self.say("", str(wrong))
        finally:
            self.at = before

    def items(self, given: Any, key: str) -> list[Any]:
        value = given.get(key, [])
        if isinstance(value, list):
            return value
        self.say(key, "a list was expected: [...]")
        return []

    def each(self, given: Any, key: str, read: Callable[[], Any]) -> list[Any]:
        """What `read` makes of each of a list; what it cannot read is left out."""
        found = []
        at = self.at
        for number, value in enumerate(self.items(given, key)):
            self.here, self.at = value, ".".join(part for part in (at, f"{key}[{number}]") if part)
            try:
                one = read()
                if one is not None:
                    found.append(one)
            except _Wrong as wrong:
                self.say("", str(wrong))
        self.at = at
        return found

    def text(self, given: Any, key: str, otherwise: str | None = None) -> str:
        value = given.get(key, otherwise)
        if isinstance(value, str) and (value or otherwise is not None) and len(value) <= 200:
            return value
        self.say(key, "a name was expected, between quotes")
        return ""

    def texts(self, given: Any, key: str) -> frozenset[str]:
        values = self.items(given, key)
        if all(isinstance(one, str) and one for one in values):
            return frozenset(values)
        self.say(key, 'a list of names was expected: ["plumbing"]')
        return frozenset()

    def number(self, given: Any, key: str, otherwise: float | None, least: float, most: float) -> float:
        value = given.get(key, otherwise)
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.say(key, f"a number from {least:g} to {most:g} was expected")
        return least

    def time(self, given: Any, key: str) -> datetime | None:
        value = given.get(key)
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not 1970 < at.year < 2300:
            self.say(key, "a time with its offset was expected, like 2026-09-08T08:00:00+02:00")
            return None
        return at

    def day(self, given: Any, key: str) -> date | None:
        value = given.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.say(key, "a day was expected, like 2026-09-08")
            return None

    def span(self, given: Any) -> Span | None:
        if not isinstance(given, dict):
            raise _Wrong("an object was expected, with start and end")
        start, end = self.time(given, "start"), self.time(given, "end")
        if start is None or end is None:
            return None
        if end <= start:
            self.say("end", "it ends before it begins")
            return None
        return Span(start, end)

    def place(self, given: Any, key: str) -> Place | None:
        value = given.get(key)
        if isinstance(value, str):
            value = {"postcode": value}
        if isinstance(value, dict) and "postcode" in value:
            found = place_of(str(value["postcode"]), str(value.get("house", "")))
            if found is None:
                self.say(key, f"postcode '{value['postcode']}' is not known: give lat and lon")
            return found
        if isinstance(value, dict) and {"lat", "lon"} <= value.keys():
            lat, lon = value["lat"], value["lon"]
            numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lat, lon))
            if numbers and abs(lat) <= 90 and abs(lon) <= 180:
                return Place(float(lat), float(lon))
        self.say(
            key, 'a place was expected: "3511AB", {"postcode": "3511AB", "house": "12"} or {"lat": 52.1, "lon": 5.1}'
        )
        return None

    def pause(self) -> Pause | None:
        given = self.here
        with self.object(given, self.at, ("kind", "earliest", "latest", "minutes")):
            kind = given.get("kind", "lunch")
            earliest = self.time(given, "earliest")
            latest = self.time(given, "latest") if "latest" in given else earliest
            minutes = self.number(given, "minutes", None, 1, 1440)
            if kind not in ("lunch", "away"):
                self.say("kind", "lunch or away was expected")
            elif earliest is not None and latest is not None:
                if latest < earliest:
                    self.say("latest", "it lies before `earliest`")
                return Pause(kind=kind, earliest=earliest, latest=latest, lasts=timedelta(minutes=minutes))
        return None

    def job(self) -> Job | None:
        given = self.here
        keys = (
            "key", "place", "minutes", "minutes_by", "skills", "material", "material_in", "people", "priority",
            "postcode", "promised", "planned", "fixed", "technicians",
        )  # fmt: skip
        with self.object(given, self.at, keys):
            place = self.place(given, "place")
            raw = given.get("place")
            promised = self.span(given["promised"]) if given.get("promised") is not None else None
            planned = self.time(given, "planned") if given.get("planned") is not None else None
            if given.get("fixed") and planned is None:
                self.say("fixed", "a job that is fixed needs `planned`, the time at which it begins")
            by = given.get("minutes_by", {})
            if not isinstance(by, dict):
                self.say("minutes_by", 'minutes by technician were expected: {"sam": 40}')
                by = {}
            people = self.number(given, "people", 1, 1, 2)
            found: dict[str, Any] = {
                "key": self.text(given, "key"),
                "lasts": timedelta(minutes=self.number(given, "minutes", None, 1, 1440)),
                "lasts_for": {who: timedelta(minutes=self.number(by, who, None, 1, 1440)) for who in by},
                "skills": self.texts(given, "skills"),
                "material": self.texts(given, "material"),
                "material_in": self.day(given, "material_in"),
                "people": int(people),
                "priority": int(self.number(given, "priority", 0, 0, 100)),
                "postcode": self.text(given, "postcode", _postcode(raw)),
                "promised": promised,
                "planned": planned,
                "fixed": given.get("fixed") is True,
                "technicians": self.texts(given, "technicians"),
            }
            return None if place is None else Job(place=place, **found)
        return None

    def partner(self) -> PartnerBlock | None:
        given = self.here
        with self.object(given, self.at, ("key", "start", "end", "left", "skills", "area")):
            span = self.span({key: given[key] for key in ("start", "end") if key in given})
            left = int(self.number(given, "left", 1, 0, 1000))
            key, skills, area = self.text(given, "key"), self.texts(given, "skills"), self.texts(given, "area")
            if span is not None:
                return PartnerBlock(partner=key, span=span, left=left, skills=skills, area=area)
        return None


class _Wrong(Exception):
    """This value cannot be read at all."""


def _postcode(place: Any) -> str:
    found = place.get("postcode", "") if isinstance(place, dict) else place
    return found if isinstance(found, str) else ""


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")
