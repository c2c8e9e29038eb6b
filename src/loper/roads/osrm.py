"""Travel times of OSRM: its table service (https://project-osrm.org/docs/, version v1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loper.plan.model import Place, Seconds
from loper.roads.ask import Server, Trouble
from loper.roads.table import NoWay, Row, rows_of, table

MOST = 100
"""Coordinates in a question: the default of `osrm-routed --max-table-size`, and short enough for any proxy's URL."""

NOWHERE = frozenset({"NoSegment", "NoTable"})


class Osrm:
    """Travel by an OSRM server at this address. Trouble when it does not answer as it should."""

    def __init__(self, url: str, *, patience: float = 3.0, most: int = MOST) -> None:
        self.server, self.patience, self.most = Server(url), patience, most

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, door to door, shape (origins, destinations). The same place is 0."""
        return table(origins, destinations, sizes=self._sizes, patience=self.patience, ask=self._part)

    def _sizes(self, high: int, wide: int) -> tuple[int, int]:
        half = self.most // 2
        high = min(high, max(half, self.most - wide))
        return high, min(wide, self.most - high)

    def _part(self, origins: Sequence[Place], destinations: Sequence[Place], until: float) -> list[Row]:
        points = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in (*origins, *destinations))
        first = len(origins)
        query = [
            ("sources", ";".join(map(str, range(first)))),
            ("destinations", ";".join(map(str, range(first, first + len(destinations))))),
            ("annotations", "duration"),
        ]
        status, document = self.server.get(f"/table/v1/driving/{points}", query, until)
        said = document if isinstance(document, dict) else {}
        if (code := said.get("code")) in NOWHERE:
            raise NoWay(code)
        if status != 200 or code != "Ok":
            word = code if isinstance(code, str) and re.fullmatch(r"[A-Za-z]{1,40}", code) else "without a reason"
            raise Trouble(f"the server cannot answer: {status}, {word}")
        return rows_of(said.get("durations"), first, len(destinations))
