"""Days of technicians on the road, without a server: what was foreseen at every moment, and what came.

    .venv/bin/python bench/simulated_day.py [--days 50] [--technicians 8] [--seed 1] [--plan-by median]

The world is not the one that the forecasts assume, on purpose. Jobs are a mixture with surprises, not lognormal; trips
are slower than planned, slower in the rush, now and then held up; people chat, forget to tap, and some do not share
where they are; half-way all roads get slower. Calibration learns each night
from the days before, and from nothing else.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from loper.plan.arrival import HORIZONS, Arrival, Horizon, forecasts
from loper.plan.calibrate import Calibration, Kept, Result, coverage
from loper.plan.duration import Durations, Took
from loper.plan.model import Job, Pause, Place, Shift, Span
from loper.plan.progress import Position, Progress, pauses_left, turn
from loper.plan.telling import Said, Told, say, tell_anew
from loper.plan.traffic import traffic_of
from loper.plan.travel import Crow

KINDS = {
    "tap": 30.0,
    "door": 40.0,
    "boiler": 60.0,
    "socket": 35.0,
    "roof": 90.0,
    "mould": 50.0,
}  # the journey's minutes
OFF = {"tap": 1.1, "door": 0.9, "boiler": 1.25, "socket": 1.0, "roof": 1.15, "mould": 0.8}  # and how wrong they are
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
LUNCH = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
BLOCK = timedelta(hours=2)
CROW = Crow()


@dataclass(frozen=True)
class Person:
    """A technician as they are; the forecasts do not see this."""

    name: str
    home: Place
    speed: float
    shares: bool  # where they are


@dataclass(frozen=True)
class Visit:
    """What truly happened at a job, and when it was tapped (None: forgotten)."""

    job: Job
    origin: Place
    departed: datetime
    arrived: datetime
    began: datetime
    ended: datetime
    tapped: datetime | None  # that they were on their way

    @property
    def broken(self) -> bool:
        return self.job.promised is not None and self.began > self.job.promised.end


@dataclass(frozen=True)
class Lived:
    """One technician's day, in order. `lunch` is what truly was taken."""

    person: Person
    shift: Shift
    visits: tuple[Visit, ...]
    lunch: Span | None
    kinds: dict[str, str]  # of job, by its key


@dataclass
class Seen:
    """What was foreseen for one customer at one moment, bare and calibrated, and what was said."""

    arrival: Arrival
    mended: Arrival
    said: Said
    came: datetime
    first: bool  # at this horizon
    other: bool  # another block than the promised one was said
    broken: bool  # it began after the promised block


@dataclass
class Outcome:
    seen: list[Seen] = field(default_factory=list)  # one at the beginning of each horizon, one at any later moment
    jobs: int = 0
    in_block: int = 0
    messages: int = 0  # that said another time


# ---- the world ----------------------------------------------------------------------------------------------------


def minutes_of(rng: np.random.Generator, kind: str, person: Person) -> float:
    """A job as it is: a gamma about what is usual, one in twelve twice as long, a chat at the end."""
    long = KINDS[kind] * OFF[kind] * person.speed * rng.gamma(6.0, 1 / 6.0)
    return float(long * (2.0 if rng.random() < 0.08 else 1.0) + rng.exponential(3.0))


def history(rng: np.random.Generator, people: Sequence[Person]) -> list[Took]:
    """What was written down before: in steps of five minutes, now and then forgotten or left running."""
    rows = []
    for person in people:
        for at in range(200):
            kind = str(rng.choice(list(KINDS)))
            minutes = 5 * round(minutes_of(rng, kind, person) / 5)
            minutes = 0 if rng.random() < 0.02 else 900 if rng.random() < 0.01 else minutes
            rows.append(Took(kind, person.name, minutes, FIRST - timedelta(days=1 + at // 5)))
    return rows


def plan(
    rng: np.random.Generator, person: Person, day: datetime, durations: Durations, by: str
) -> tuple[Shift, tuple[Job, ...], dict[str, str]]:
    """A day of which the blocks were given by what was planned: jobs by the nearest next one until the day is full."""
    lunch = Pause(kind="lunch", earliest=day.replace(hour=11, minute=30), latest=day.replace(hour=13), lasts=LUNCH)
    shift = Shift(
        technician=person.name,
        day=day.date(),
        start=day.replace(hour=8),
        end=day.replace(hour=16, minute=30),
        begins_at=person.home,
        pauses=(lunch,),
    )
    left = [near(rng, person.home, 0.12) for _ in range(12)]
    jobs: list[Job] = []
    kinds: dict[str, str] = {}
    free, here, eaten = shift.start, person.home, False
    while left:
        if not eaten and free >= lunch.earliest:
            free, eaten = free + LUNCH, True
        trips = CROW.seconds([here], left)[0]
        here = left.pop(int(np.argmin(trips)))
        begin = free + timedelta(seconds=int(trips.min()))
        kind = str(rng.choice(list(KINDS)))
        lasting = durations.of(kind, person.name)
        lasts = lasting.mean if by == "mean" else lasting.median
        if begin + lasts > shift.end:
            break
        from_ = begin - 30 * MINUTE
        from_ = max(shift.start, from_.replace(minute=from_.minute // 30 * 30, second=0, microsecond=0))
        block = Span(from_, from_ + BLOCK)
        key = f"{day:%m%d} {person.name} {len(jobs)}"
        jobs.append(Job(key=key, place=here, lasts=lasts, promised=block, planned=begin))
        kinds[key] = kind
        free = begin + lasts + 5 * MINUTE
    return shift, tuple(jobs), kinds


def near(rng: np.random.Generator, place: Place, degrees: float) -> Place:
    return Place(place.lat + rng.normal(0, degrees / 2), place.lon + rng.normal(0, degrees))


def live(
    rng: np.random.Generator,
    person: Person,
    shift: Shift,
    jobs: Sequence[Job],
    kinds: dict[str, str],
    road: float,
) -> Lived:
    """The day as it goes."""
    free = shift.start + float(rng.normal(2, 4)) * MINUTE
    here, lunch, visits = shift.begins_at, None, []
    for job in jobs:
        if lunch is None and free >= shift.pauses[0].earliest:
            lunch = Span(free, free + float(rng.uniform(22, 42)) * MINUTE)
            free = lunch.end
        long = float(CROW.seconds([here], [job.place])[0, 0]) * road * rush(free) * rng.gamma(30.0, 1 / 30.0)
        long += rng.uniform(0, 240) + (rng.uniform(480, 1500) if rng.random() < 0.03 else 0)
        arrived = free + timedelta(seconds=long)
        began = turn(arrived, job.promised)
        ended = began + minutes_of(rng, kinds[job.key], person) * MINUTE
        late = rng.uniform(0, 3) if rng.random() < 0.2 else 0.1
        tapped = None if rng.random() < 0.04 else min(free + late * MINUTE, arrived)
        visits.append(Visit(job, here, free, arrived, began, ended, tapped))
        parting = rng.uniform(8, 18) if rng.random() < 0.1 else rng.gamma(2.0, 1.5)
        free, here = ended + parting * MINUTE, job.place
    return Lived(person, shift, tuple(visits), lunch, kinds)


def rush(moment: datetime) -> float:
    hour = moment.hour + moment.minute / 60
    return 1.25 if 7.5 <= hour < 9 or 15.5 <= hour < 17.5 else 1.0


# ---- what the server would know -----------------------------------------------------------------------------------


def progress(lived: Lived, now: datetime, durations: Durations) -> Progress:
    """The day so far by its taps."""
    coming = [visit for visit in lived.visits if visit.ended > now]
    done = lived.visits[: len(lived.visits) - len(coming)]
    jobs = tuple(visit.job for visit in coming)
    lasts = {job.key: durations.of(lived.kinds[job.key], lived.person.name) for job in jobs}
    gaps = [
        Span(one.ended, after.tapped) for one, after in pairwise(lived.visits) if after.tapped and after.tapped <= now
    ]
    since = max((tap for tap in taps(lived) if tap <= now), default=None)
    pauses = pauses_left(lived.shift.pauses, gaps, since)
    bare = Progress(shift=lived.shift, jobs=jobs, since=since, pauses=pauses, lasts=lasts)
    if coming and coming[0].began <= now:
        return replace(bare, does="working", at=coming[0].job.place)
    if coming and coming[0].tapped is not None and coming[0].tapped <= now:
        return replace(bare, does="driving", at=coming[0].origin)
    if done:
        return replace(bare, does="free", at=done[-1].job.place)
    return bare


def taps(lived: Lived) -> Iterator[datetime]:
    """On the way, arrived, done. Nobody taps lunch."""
    for visit in lived.visits:
        yield from (one for one in (visit.tapped, visit.began, visit.ended) if one is not None)


def position(rng: np.random.Generator, lived: Lived, now: datetime) -> Position | None:
    """Where they were a moment ago, rounded, of who is on the way and shares it."""
    at = now - float(rng.uniform(0, 4)) * MINUTE
    for visit in lived.visits:
        if lived.person.shares and visit.tapped is not None and visit.tapped <= at < visit.began:
            part = min(1.0, (at - visit.departed) / max(visit.arrived - visit.departed, MINUTE))
            lat = visit.origin.lat + part * (visit.job.place.lat - visit.origin.lat) + rng.normal(0, 0.001)
            lon = visit.origin.lon + part * (visit.job.place.lon - visit.origin.lon) + rng.normal(0, 0.001)
            return Position(place=Place(round(lat, 3), round(lon, 3)), at=at, accuracy=100.0)
    return None


def trips(everybody: Sequence[Lived], now: datetime) -> Iterator[tuple[float, float]]:
    """Of today's trips so far: seconds as planned and as driven, where nobody waited at the door."""
    for visit in (visit for lived in everybody for visit in lived.visits):
        if visit.began <= now and visit.arrived == visit.began and visit.tapped is not None:
            planned = float(CROW.seconds([visit.origin], [visit.job.place])[0, 0])
            yield planned, (visit.began - visit.tapped).total_seconds()


def moments(lived: Lived) -> Iterator[datetime]:
    """When somebody looks: the evening before, at each tap, and every ten minutes."""
    last = lived.visits[-1].began
    every = [lived.shift.start + at * 10 * MINUTE for at in range(int((last - lived.shift.start) / (10 * MINUTE)) + 1)]
    yield lived.shift.start - timedelta(hours=14)
    yield from sorted({*taps(lived), *every})


# ---- the days -----------------------------------------------------------------------------------------------------


def simulate(
    days: int, technicians: int, seed: int, draws: int = 500, settle: int = 10, by: str = "mean"
) -> tuple[Outcome, Outcome]:
    """The days while calibration settles, and those after."""
    rng, chance = np.random.default_rng(seed), np.random.default_rng(seed)  # of the world, and of who looks at it
    people = [
        Person(f"T{at}", near(rng, Place(52.09, 5.12), 0.2), float(rng.lognormal(0, 0.15)), rng.random() < 0.6)
        for at in range(technicians)
    ]
    durations = Durations.learn(history(rng, people), FIRST, KINDS)
    kept: list[Kept] = []
    before, after = Outcome(), Outcome()
    for number in range(days):
        outcome = before if number < settle else after
        calibration = Calibration.learn(kept)
        road = 1.08 * float(rng.lognormal(0, 0.12)) * (1.12 if number >= days // 2 else 1.0)
        day = FIRST + timedelta(days=number)
        lived = []
        for person in people:
            shift, jobs, kinds = plan(rng, person, day, durations, by)
            lived.append(live(rng, person, shift, jobs, kinds, road))
        for one in lived:
            seen = follow(chance, one, lived, durations, calibration, draws, outcome)
            outcome.seen += seen
            kept += [Kept(each.arrival, each.came) for each in seen]
    return before, after


def follow(
    rng: np.random.Generator,
    lived: Lived,
    everybody: Sequence[Lived],
    durations: Durations,
    calibration: Calibration,
    draws: int,
    outcome: Outcome,
) -> list[Seen]:
    """One day of one technician as the customers could follow it."""
    visits = {visit.job.key: visit for visit in lived.visits}
    told = {key: Told(_block(visit), lived.shift.start - timedelta(days=7)) for key, visit in visits.items()}
    found: dict[tuple[str, Horizon], list[Seen]] = defaultdict(list)
    for now in moments(lived):
        traffic = traffic_of(trips(everybody, now))
        ahead = forecasts(progress(lived, now, durations), now, CROW, rng, position(rng, lived, now), traffic, draws)
        for key, arrival in ahead.items():
            visit = visits[key]
            mended = calibration.mend(arrival)
            said = say(mended, visit.job.promised, now)
            told[key] = _tell(told[key], said, mended, now, visit)
            rows = found[key, arrival.horizon]
            other = said.kind == "block" and said != _block(visit)
            rows.append(Seen(arrival, mended, said, visit.began, first=not rows, other=other, broken=visit.broken))
    outcome.jobs += len(visits)
    outcome.in_block += sum(not one.broken for one in visits.values())
    outcome.messages += sum(one.times for one in told.values())
    return [
        one for rows in found.values() for one in (rows[0], rows[int(rng.integers(len(rows)))])[: min(2, len(rows))]
    ]


def _block(visit: Visit) -> Said:
    assert visit.job.promised is not None
    return Said(kind="block", start=visit.job.promised.start, end=visit.job.promised.end)


def _tell(told: Told, said: Said, mended: Arrival, now: datetime, visit: Visit) -> Told:
    """At the tap "on my way" the customer hears a time anyway; otherwise only when it has changed."""
    if now == visit.tapped:
        return Told(said, now, told.times)
    return Told(said, now, told.times + 1) if tell_anew(told, mended, now) else told


# ---- what it shows ------------------------------------------------------------------------------------------------


def calibrated(outcome: Outcome) -> dict[Horizon, Result]:
    return coverage((one.arrival.horizon, Span(one.mended.low, one.mended.high), one.came) for one in outcome.seen)


def bare(outcome: Outcome) -> dict[Horizon, Result]:
    return coverage((one.arrival.horizon, Span(one.arrival.low, one.arrival.high), one.came) for one in outcome.seen)


def stated(outcome: Outcome) -> dict[Horizon, Result]:
    return coverage((one.arrival.horizon, Span(one.said.start, one.said.end), one.came) for one in outcome.seen)


def width(outcome: Outcome, horizon: Horizon) -> float:
    """Of the calibrated window, the median, in minutes."""
    return median((one.mended.high - one.mended.low) / MINUTE for one in outcome.seen if one.arrival.horizon == horizon)


def show(title: str, outcome: Outcome) -> None:
    from measure import table

    inside, plain, said = calibrated(outcome), bare(outcome), stated(outcome)
    rows = []
    for horizon in HORIZONS:
        seen = [one for one in outcome.seen if one.arrival.horizon == horizon]
        if not seen:
            continue
        exact = [(one.said.end - one.said.start) / MINUTE for one in seen if one.said.kind == "exact"]
        here = inside[horizon]
        rows.append(
            [
                horizon,
                f"{here.n:,}",
                f"{plain[horizon].estimate:.1%}",
                f"{here.estimate:.1%} ({here.low:.1%}-{here.high:.1%})",
                f"{width(outcome, horizon):.0f}",
                f"{len(exact) / len(seen):.0%}",
                f"{median(exact):.0f}" if exact else "-",
                f"{sum(one.said.kind == 'hour' for one in seen) / len(seen):.0%}",
                f"{sum(one.said.kind == 'block' and not one.other for one in seen) / len(seen):.0%}",
                f"{sum(one.other for one in seen) / len(seen):.0%}",
                f"{said[horizon].estimate:.1%}",
            ]
        )
    head = ["", "forecasts", "bare", "calibrated (95 %)", "minutes"]
    head += ["said: exact", "minutes", "an hour", "the block", "another", "kept"]
    table(title, head, rows)
    again = [one for one in outcome.seen if one.said.kind == "block" and not one.other]
    other = [one for one in outcome.seen if one.other]
    print(
        f"  the promised block was missed in {share(again)} of the cases in which it was said again, "
        f"in {share(other)} of those in which another one was said"
    )
    print(
        f"  {outcome.jobs:,} visits, {outcome.in_block / outcome.jobs:.1%} begun within their block; "
        f"{outcome.messages / outcome.jobs:.2f} messages a visit with another time"
    )


def share(seen: Sequence[Seen]) -> str:
    return f"{sum(one.broken for one in seen) / len(seen):.0%}" if seen else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=50)
    parser.add_argument("--technicians", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan-by", choices=["mean", "median"], default="mean", help="of what a job takes")
    given = parser.parse_args()
    began = time.perf_counter()
    before, after = simulate(given.days, given.technicians, given.seed, by=given.plan_by)
    show("The first 10 days: from the widths one begins with", before)
    if after.seen:
        show(f"The {given.days - 10} days after", after)
    print(f"\n  {given.technicians} technicians, seed {given.seed}, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
