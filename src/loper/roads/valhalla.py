"""Travel times of Valhalla: its matrix service (https://valhalla.github.io/valhalla/api/matrix/api-reference/)."""

from __future__ import annotations

from collections.abc import Sequence

from loper.plan.model import Place, Seconds
from loper.roads.ask import Server, Trouble
from loper.roads.table import NoWay, Row, rows_of, table

MOST = 2500
"""Pairs in a question: the default of `service_limits.auto.max_matrix_location_pairs`."""

NOWHERE = frozenset({154, 170, 171, 442})
"""Too far apart, in regions without a road between them, no road near, no way found."""


class Valhalla:
    """Travel by a Valhalla server at this address. Trouble when it does not answer as it should."""

    def __init__(self, url: str, *, patience: float = 3.0, most: int = MOST) -> None:
        self.server, self.patience, self.most = Server(url), patience, most

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        """Whole seconds, door to door, shape (origins, destinations). The same place is 0."""
        return table(origins, destinations, sizes=self._sizes, patience=self.patience, ask=self._part)

    def _sizes(self, high: int, wide: int) -> tuple[int, int]:
        side = int(self.most**0.5)
        high = min(high, max(side, self.most // wide))
        return high, min(wide, self.most // high)

    def _part(self, origins: Sequence[Place], destinations: Sequence[Place], until: float) -> list[Row]:
        question = {
            "sources": [{"lat": round(place.lat, 6), "lon": round(place.lon, 6)} for place in origins],
            "targets": [{"lat": round(place.lat, 6), "lon": round(place.lon, 6)} for place in destinations],
            "costing": "auto",
            "verbose": False,
        }
        status, document = self.server.post("/sources_to_targets", question, until)
        said = document if isinstance(document, dict) else {}
        if status != 200:
            code = said.get("error_code")
            if code in NOWHERE:
                raise NoWay(str(code))
            raise Trouble(f"the server cannot answer: {status}, {code if type(code) is int else 'without a reason'}")
        return rows_of(_times(said.get("sources_to_targets")), len(origins), len(destinations))


def _times(found: object) -> object:
    """Rows of times, short as we ask for, or as older servers answer: rows of objects with the time in them."""
    if isinstance(found, dict):
        return found.get("durations")
    if isinstance(found, list):
        return [_row(row) for row in found]
    return found


def _row(row: object) -> object:
    if not isinstance(row, list):
        return row
    # Without its time an object stays itself, and is refused as no travel time.
    return [cell.get("time", cell) if isinstance(cell, dict) else cell for cell in row]
