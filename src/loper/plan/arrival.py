"""When the technician will be there: a day played many times over from where it stands, what is not known as chance.

Chance is in how long jobs take, what is left of the one under way, the traffic of the day and of each trip, and pauses.
The rules are those of a route: work never begins before its promised block, pauses are taken before driving on. What
comes out is as good as its assumptions; `loper.plan.calibrate` holds it against what came.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from numpy.random import Generator

from loper.plan.duration import SPREAD, Lasting, Left, Sample
from loper.plan.model import Job, Travel
from loper.plan.progress import Position, Progress
from loper.plan.traffic import PLANNED, USUAL, Traffic, spread_of

Horizon = Literal["driving", "previous", "one before", "earlier today", "before the day"]
"""How far away the customer's turn is: on the way to them; at the customer before them; one before that; further away
on the day; before the working day has begun.
"""
HORIZONS: tuple[Horizon, ...] = ("driving", "previous", "one before", "earlier today", "before the day")

Basis = Literal["place", "taps", "plan"]
"""What a forecast rests on: a recent place; what the technician tapped; or neither, because the last tap is too long
ago to be the last thing that happened.
"""
LEVEL = 0.8
"""The share of arrivals within the bare forecast. What is said aims higher: see `loper.plan.calibrate`."""
DRAWS = 1000
RECENT = timedelta(minutes=5)  # a place older than this says little
LATE_START = timedelta(minutes=20)  # so long after its beginning a day without a tap is one that we do not see
IDLE = timedelta(minutes=75)  # so long between two jobs, lunch included, is rather a tap that was forgotten
FORGOTTEN = 0.001  # a chance as small as this is rather a tap that was forgotten

SEEN, PAUSES = 0.15, 0.15  # spreads of the logarithm: of a trip by a place on the way, of a pause
SHORTEST = 60.0  # seconds; as long as the shortest trip takes, next door
PACE = 8.0  # metres a second: what a place that is not exact means in time


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """When work will begin at a customer: in `LEVEL` of the cases from `low` to `high`, as foreseen at `made`. Four of
    five come before `likely`, which is known once the forecast is calibrated.
    """

    low: datetime
    median: datetime
    high: datetime
    horizon: Horizon
    basis: Basis
    made: datetime
    likely: datetime | None = None


def forecast(
    progress: Progress,
    customer: str,
    now: datetime,
    travel: Travel,
    rng: Generator,
    position: Position | None = None,
    traffic: Traffic = USUAL,
    draws: int = DRAWS,
) -> Arrival:
    """When work begins at the job with the key `customer`. KeyError when the technician does not go there any more."""
    return forecasts(progress, now, travel, rng, position, traffic, draws)[customer]


def forecasts(
    progress: Progress,
    now: datetime,
    travel: Travel,
    rng: Generator,
    position: Position | None = None,
    traffic: Traffic = USUAL,
    draws: int = DRAWS,
) -> dict[str, Arrival]:
    """When work begins at each job that has not begun, by its key."""
    day = _Day(progress, now, rng, traffic, draws)
    seen = position if position is not None and abs(now - position.at) <= RECENT else None
    return day.play(travel, seen)


class _Day:
    """A day played `draws` times at once; times are seconds from now."""

    def __init__(self, progress: Progress, now: datetime, rng: Generator, traffic: Traffic, draws: int) -> None:
        self.progress, self.now, self.rng, self.draws = progress, now, rng, draws
        self.basis: Basis = "taps"
        self.today = traffic
        self.traffic: Sample = rng.lognormal(traffic.mu, traffic.sigma, draws)
        self.pauses = progress.pauses[1:] if progress.does == "paused" else progress.pauses
        self.had = [np.zeros(draws, dtype=bool) for _ in self.pauses]

    def play(self, travel: Travel, seen: Position | None) -> dict[str, Arrival]:
        progress = self.progress
        working = progress.does == "working"
        ahead = progress.jobs[1:] if working else progress.jobs
        if not ahead:
            return {}
        start = progress.jobs[0].place if working else progress.at or progress.shift.begins_at
        if seen is not None and progress.does in ("driving", "free"):
            start, self.basis = seen.place, "place"
        else:
            seen = None
        places = [job.place for job in ahead]
        trips = travel.seconds([start, *places[:-1]], places).diagonal().astype(float)
        on_the_way = progress.does == "driving"
        free = np.zeros(self.draws) if on_the_way else self._free()
        begins: list[Sample] = []
        for at, (job, trip) in enumerate(zip(ahead, trips.tolist(), strict=True)):
            if at == 0 and on_the_way:
                there = self._rest_of_trip(job, trip, seen)
            else:
                free = self._pause(free, job, trip)
                if self.basis != "plan":
                    free = np.maximum(free, 0.0)  # who could have left has not left yet
                there = free + self._trip(trip, PLANNED)
            begin = there if job.promised is None else np.maximum(there, self._from_now(job.promised.start))
            begins.append(np.maximum(begin, 0.0))
            free = begin + self._lasting(job).sample(self.rng, self.draws)
        return {
            job.key: self._arrival(begin, self._horizon(at))
            for at, (job, begin) in enumerate(zip(ahead, begins, strict=True))
        }

    def _free(self) -> Sample:
        """When they can drive on, of those who do not drive."""
        progress, still = self.progress, np.zeros(self.draws)
        match progress.does:
            case "not begun":
                if self.now - progress.shift.start > LATE_START:
                    self.basis = "plan"
                return still + self._from_now(progress.shift.start)
            case "working":
                return self._left(self._lasting(progress.jobs[0])).sample(self.rng, self.draws)
            case "paused":
                lasts = progress.pauses[0].lasts.total_seconds()
                return self._left(_spread_about(lasts, PAUSES)).sample(self.rng, self.draws)
            case _:
                idle = -self._from_now(progress.since) if progress.since else 0.0
                if idle > IDLE.total_seconds() and self.basis != "place" and not self._waits(progress.jobs[0]):
                    self.basis = "plan"
                return still - idle

    def _rest_of_trip(self, job: Job, trip: float, seen: Position | None) -> Sample:
        if seen is not None:
            vague = self.rng.normal(0.0, seen.accuracy / PACE, self.draws)
            return self._from_now(seen.at) + self._trip(trip, SEEN) + vague
        spread = math.hypot(spread_of(trip, PLANNED), self.today.sigma)
        trip *= math.exp(self.today.mu)
        return self._left(_spread_about(trip, spread), believed=self._waits(job)).sample(self.rng, self.draws)

    def _waits(self, job: Job) -> bool:
        """They may stand at the door by now, until the block begins."""
        return job.promised is not None and self.now < job.promised.start

    def _left(self, whole: Lasting, believed: bool = False) -> Left:
        """What is left of what they do since the last tap; if it cannot well be that, the taps are not believed."""
        since = self.progress.since
        left = whole.left(self.now - since if since else timedelta())
        if left.chance < FORGOTTEN and not believed:
            self.basis = "plan"
        return left

    def _trip(self, trip: float, spread: float) -> Sample:
        drawn: Sample = trip * self.traffic * self.rng.lognormal(0.0, spread_of(trip, spread), self.draws)
        return drawn

    def _pause(self, free: Sample, job: Job, trip: float) -> Sample:
        """When they drive on to this job. A pause is had as soon as it may be, later if the block would not be kept,
        and in time if the job would run over it.
        """
        work = self._lasting(job).median.total_seconds()
        for pause, had in zip(self.pauses, self.had, strict=True):
            earliest, latest = self._from_now(pause.earliest), self._from_now(pause.latest)
            lasts = pause.lasts.total_seconds()
            begin, may = free + trip, free >= earliest
            if job.promised is not None:
                may &= begin + lasts <= self._from_now(job.promised.end)
                begin = np.maximum(begin, self._from_now(job.promised.start))
            must = begin + work > latest
            now = ~had & (may | must)
            had |= now
            drawn = lasts * self.rng.lognormal(0.0, PAUSES, self.draws)
            free = np.where(now, np.maximum(free, earliest) + drawn, free)
        return free

    def _lasting(self, job: Job) -> Lasting:
        known = self.progress.lasts.get(job.key)
        lasts = job.lasts_for.get(self.progress.shift.technician, job.lasts)
        return known or _spread_about(lasts.total_seconds(), SPREAD)

    def _from_now(self, moment: datetime) -> float:
        return (moment - self.now).total_seconds()

    def _horizon(self, ahead: int) -> Horizon:
        """By the number of customers who come first and have not begun."""
        does = self.progress.does
        if does == "not begun" and self.now < self.progress.shift.start:
            return "before the day"
        if does == "driving":
            return ("driving", "one before", "earlier today")[min(ahead, 2)]
        return ("previous", "one before", "earlier today")[min(ahead, 2)]

    def _arrival(self, begins: Sample, horizon: Horizon) -> Arrival:
        outside = (1 - LEVEL) / 2
        low, median, high = np.quantile(begins, (outside, 0.5, 1 - outside)).tolist()
        return Arrival(
            low=self.now + timedelta(seconds=low),
            median=self.now + timedelta(seconds=median),
            high=self.now + timedelta(seconds=high),
            horizon=horizon,
            basis=self.basis,
            made=self.now,
        )


def _spread_about(seconds: float, spread: float) -> Lasting:
    return Lasting(math.log(max(seconds, SHORTEST) / 60), spread)
