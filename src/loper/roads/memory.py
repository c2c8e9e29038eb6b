"""Travel times already known: asking a route server twice for the same road is a waste of a customer's time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

import numpy as np

from loper.plan.model import Place, Seconds

Key = tuple[float, float]


class Memory(Protocol):
    """What is kept of a route server's answers; in memory here, and maybe in a database."""

    def look(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Shape (origins, destinations); -1 where nothing is known."""
        ...

    def keep(self, origins: Sequence[Place], destinations: Sequence[Place], table: Seconds) -> None:
        """Remember a table."""
        ...


class Lru:
    """Up to `most` times in memory (some 100 bytes each); the origins not asked for the longest go first."""

    def __init__(self, most: int = 300_000) -> None:
        self.most = most
        self._rows: OrderedDict[Key, dict[Key, int]] = OrderedDict()
        self._count = 0
        self._lock = Lock()

    def look(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Shape (origins, destinations); -1 where nothing is known."""
        keys, ends = [_key(place) for place in origins], [_key(place) for place in destinations]
        nothing, found = [-1] * len(ends), []
        with self._lock:
            for key in keys:
                if row := self._rows.get(key):
                    self._rows.move_to_end(key)
                    found.append([row.get(end, -1) for end in ends])
                else:
                    found.append(nothing)
        return np.array(found, dtype=np.int64).reshape(len(keys), len(ends))

    def keep(self, origins: Sequence[Place], destinations: Sequence[Place], table: Seconds) -> None:
        """Remember a table, and forget what is older and too much."""
        ends = [_key(place) for place in destinations]
        with self._lock:
            for origin, times in zip(origins, table.tolist(), strict=True):
                row = self._rows.setdefault(key := _key(origin), {})
                self._rows.move_to_end(key)
                self._count -= len(row)
                row.update(zip(ends, times, strict=True))
                self._count += len(row)
            while self._count > self.most and self._rows:
                self._count -= len(self._rows.popitem(last=False)[1])

    def __len__(self) -> int:
        return self._count


def _key(place: Place) -> Key:
    return (round(place[0], 5), round(place[1], 5))  # a metre
