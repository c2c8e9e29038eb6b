"""A route server that may fail, and an estimate for when it does. Whoever plans always gets a time."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from loper.plan.model import Place, Seconds, Travel
from loper.roads.ask import Trouble
from loper.roads.memory import Lru, Memory

logger = logging.getLogger("loper.roads")

REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
QUESTION = 200  # a question more costs as much as so many times more in one


@dataclass(frozen=True, slots=True)
class Estimated:
    """Since when travel times are estimated instead of asked, and why."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether a server that failed is left alone: half a minute first, twice as long each time, ten minutes at most."""

    down: Estimated | None = None
    failures: int = 0
    again: datetime | None = None

    def may(self, now: datetime) -> bool:
        return self.again is None or now >= self.again

    def trying(self, now: datetime) -> Breaker:
        """Somebody asks a server that was down: the others wait for what comes of it."""
        return replace(self, again=now + REST) if self.down else self

    def failed(self, now: datetime, why: str) -> Breaker:
        since = self.down.since if self.down else now
        rest = min(LONGEST_REST, REST * 2 ** min(self.failures, 10))
        return Breaker(down=Estimated(since, why), failures=self.failures + 1, again=now + rest)


class Fallback:
    """Travel by a route server; what it cannot say now is taken from `otherwise`, and said once in the log.

    What it said before is remembered. Any number of threads may ask.
    """

    def __init__(
        self, primary: Travel, otherwise: Travel, *, now: Callable[[], datetime], memory: Memory | None = None
    ) -> None:
        self.primary, self.otherwise, self.memory = primary, otherwise, memory or Lru()
        self._now, self._breaker, self._lock = now, Breaker(), Lock()

    @property
    def state(self) -> Estimated | None:
        """None while the route server answers."""
        return self._breaker.down

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, shape (origins, destinations). The same place is 0."""
        table = self.memory.look(origins, destinations)
        table[_same(origins, destinations)] = 0
        missing = table < 0
        for rows, columns in _gaps(missing):
            some, others = [origins[at] for at in rows], [destinations[at] for at in columns]
            answer = self._ask(some, others)
            if answer is None:
                answer = self.otherwise.seconds(some, others)
            else:
                self.memory.keep(some, others, answer)
            at = np.ix_(rows, columns)
            table[at] = np.where(missing[at], answer, table[at])
        return table

    def _ask(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds | None:
        with self._lock:
            if not self._breaker.may(now := self._now()):
                return None
            self._breaker = self._breaker.trying(now)
        try:
            answer = self.primary.seconds(origins, destinations)
        except Trouble as wrong:
            with self._lock:
                first, self._breaker = self._breaker.down is None, self._breaker.failed(self._now(), str(wrong))
            if first:
                logger.warning("the route server does not serve, travel times are estimated: %s", wrong)
            return None
        with self._lock:
            back, self._breaker = self._breaker.down is not None, Breaker()
        if back:
            logger.info("the route server serves again")
        return answer


def _same(origins: Sequence[Place], destinations: Sequence[Place]) -> NDArray[np.bool_]:
    number: dict[Place, int] = {}
    starts, ends = (
        np.array([number.setdefault(place, len(number)) for place in places], dtype=np.int64)
        for places in (origins, destinations)
    )
    same: NDArray[np.bool_] = starts[:, None] == ends[None, :]
    return same


def _gaps(missing: NDArray[np.bool_]) -> Iterator[tuple[list[int], list[int]]]:
    """Rows and columns to ask for: together, or one question for all rows that miss the same, what is less work."""
    rows, columns = (np.flatnonzero(missing.any(axis=axis)).tolist() for axis in (1, 0))
    if not rows:
        return
    alike: dict[bytes, list[int]] = defaultdict(list)
    for row in rows:
        alike[missing[row].tobytes()].append(row)
    apart = [(own, np.flatnonzero(missing[own[0]]).tolist()) for own in alike.values()]
    work = sum(QUESTION + len(own) * len(some) for own, some in apart)
    yield from apart if work < QUESTION + len(rows) * len(columns) else [(rows, columns)]
