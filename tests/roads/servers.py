"""OSRM, Valhalla and Locatieserver on one port: they compute from the coordinates, and refuse what is not documented.

`mood` makes them misbehave. Everything that was asked is kept.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Point = tuple[float, float]  # lat, lon

SEA = 3.2  # there are no roads west of this longitude
ISLAND = 53.4  # a road, and no way to it, north of this latitude


def driving(start: Point, end: Point) -> float | None:
    """Seconds; to the east slower than back, so that a table that is turned is seen. None: no way."""
    if (start[0] > ISLAND) != (end[0] > ISLAND):
        return None
    north, east = (end[0] - start[0]) * 111.2, (end[1] - start[1]) * 68.0
    return math.hypot(north, east) * 60 + max(0.0, east) * 12


class Refused(Exception):
    """400, with this document."""

    def __init__(self, document: object) -> None:
        super().__init__()
        self.document = document


@dataclass(frozen=True, slots=True)
class Address:
    """As the register has it."""

    postcode: str
    number: int
    addition: str
    place: Point


@dataclass(slots=True)
class Town:
    """The servers: what they know, and what they were asked."""

    port: int = 0
    mood: str = "well"
    verbose_only: bool = False  # a Valhalla from before `verbose`
    addresses: list[Address] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def osrm(town: Town, target: str) -> object:
    """The table service: https://github.com/Project-OSRM/osrm-backend/blob/master/docs/http.md"""
    parts = urlsplit(target)
    found = re.fullmatch(r"/table/v1/[a-z]+/([-0-9.,;]+)", parts.path)
    if not found:
        raise Refused({"code": "InvalidUrl", "message": "URL string malformed"})
    points = [_lon_lat(one) for one in found[1].split(";")]
    if len(points) > 100:
        raise Refused({"code": "TooBig", "message": "Too many table coordinates"})
    options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    if len(dict(options)) != len(options) or set(dict(options)) - {"sources", "destinations", "annotations"}:
        raise Refused({"code": "InvalidOptions", "message": "Query string malformed"})
    given = dict(options)
    if given.get("annotations", "duration") != "duration":
        raise Refused({"code": "InvalidQuery", "message": "durations are all that is asked for here"})
    rows, columns = (_indices(given.get(name, "all"), len(points)) for name in ("sources", "destinations"))
    if any(lon < SEA for _lat, lon in points):
        raise Refused({"code": "NoSegment", "message": "Could not find a matching segment for coordinate 0"})
    table = [[_tenths(driving(points[row], points[column])) for column in columns] for row in rows]
    ways = [{"hint": "", "distance": 1.0, "name": "", "location": [lon, lat]} for lat, lon in points]
    return {
        "code": "Ok",
        "durations": table,
        "sources": [ways[row] for row in rows],
        "destinations": [ways[column] for column in columns],
    }


def valhalla(town: Town, body: bytes) -> object:
    """The matrix service: https://valhalla.github.io/valhalla/api/matrix/api-reference/"""
    asked = json.loads(body)
    known = {
        "sources",
        "targets",
        "costing",
        "costing_options",
        "units",
        "id",
        "date_time",
        "matrix_locations",
        "verbose",
    }
    if set(asked) - known or not {"sources", "targets", "costing"} <= set(asked):
        raise _valhalla(100, "Failed to parse json request")
    if asked["costing"] != "auto":
        raise _valhalla(125, "No costing method found")
    sources, targets = (_locations(asked[name]) for name in ("sources", "targets"))
    if len(sources) * len(targets) > 2500:
        raise _valhalla(150, "Exceeded max locations: 2500")
    if any(lon < SEA for _lat, lon in (*sources, *targets)):
        raise _valhalla(171, "No suitable edges near location")
    table = [[_whole(driving(start, end)) for end in targets] for start in sources]
    if asked.get("verbose", True) or town.verbose_only:
        cells = [
            [{"time": time, "distance": None, "from_index": row, "to_index": at} for at, time in enumerate(times)]
            for row, times in enumerate(table)
        ]
        return {"sources_to_targets": cells, "units": "kilometers"}
    return {
        "sources_to_targets": {"durations": table, "distances": []},
        "units": "kilometers",
        "algorithm": "costmatrix",
    }


def pdok(town: Town, target: str) -> object:
    """The free search: https://api.pdok.nl/bzk/locatieserver/search/v3_1/ui/"""
    parts = urlsplit(target)
    if parts.path != "/bzk/locatieserver/search/v3_1/free":
        raise Refused({"error": "not found"})
    options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    names = [name for name, _value in options if name != "fq"]
    if set(names) - {"q", "fl", "df", "bq", "start", "rows", "sort", "wt", "qf", "lat", "lon"} or "q" not in names:
        raise Refused({"error": "unknown or missing parameter"})
    given = dict(options)
    if int(given.get("rows", "10")) > 100:
        raise Refused({"error": "rows: at most 100"})
    filters = dict(value.split(":", 1) for name, value in options if name == "fq")
    if set(filters) - {"type", "postcode", "huisnummer"} or filters.get("type") != "adres":
        raise Refused({"error": "unknown filter"})
    docs = [
        {
            "type": "adres",
            "postcode": one.postcode,
            "huisnummer": one.number,
            "huis_nlt": f"{one.number}{one.addition}",
            "weergavenaam": f"Straat {one.number}{one.addition}, {one.postcode} Stad",
            "centroide_ll": f"POINT({one.place[1]} {one.place[0]})",
            "centroide_rd": "POINT(136000.1 455000.2)",
        }
        for one in town.addresses
        if filters.get("postcode") in (None, one.postcode) and filters.get("huisnummer") in (None, str(one.number))
    ]
    fields = given.get("fl", "type,weergavenaam,centroide_ll").split(",")
    found = [{name: doc[name] for name in fields} for doc in docs[: int(given.get("rows", "10"))]]
    return {"response": {"numFound": len(docs), "start": 0, "maxScore": 9.1, "numFoundExact": True, "docs": found}}


@contextmanager
def town() -> Iterator[Town]:
    """A running town, on a free port."""
    made = Town()

    class Handler(_Handler):
        town = made

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    town: Town

    def do_GET(self) -> None:
        asks = pdok if "/search/" in self.path else osrm
        self.answer(lambda: asks(self.town, unquote(self.path) if asks is osrm else self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/sources_to_targets" or self.headers["Content-Type"] != "application/json":
            self.send(404, b"{}")
            return
        self.answer(lambda: valhalla(self.town, body))

    def answer(self, ask: Callable[[], object]) -> None:
        self.town.asked.append(self.path)
        try:
            status, document = 200, ask()
        except Refused as refused:
            status, document = 400, refused.document
        content = json.dumps(document).encode()
        mood = self.town.mood
        if mood == "well":
            self.send(status, content)
        elif mood.isdigit():
            self.send(int(mood), b"<h1>Sorry</h1>")
        elif mood == "once 503":
            self.town.mood = "well"
            self.send(503, b"")
        elif mood.startswith("elsewhere "):
            self.send(302, b"", Location=mood.removeprefix("elsewhere "))
        elif mood.startswith("says "):
            self.send(200, mood.removeprefix("says ").encode())
        elif mood == "truncated":
            self.send(200, content[: len(content) // 2], length=len(content))
        elif mood == "drops":
            self.close_connection = True
        elif mood == "large":
            self.send(200, b" " * 9_000_000 + content)
        elif mood == "hangs":
            self.town.stop.wait(20)
        elif mood == "trickles":
            self.head(200, len(content))
            for byte in content:
                if self.town.stop.wait(0.05):
                    return
                self.wfile.write(bytes([byte]))
        else:
            raise AssertionError(mood)

    def send(self, status: int, content: bytes, *, length: int | None = None, **headers: str) -> None:
        self.head(status, len(content) if length is None else length, **headers)
        self.wfile.write(content)

    def head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # who asked did not wait
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Nothing."""


def _lon_lat(text: str) -> Point:
    lon, lat = map(float, text.split(","))
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise Refused({"code": "InvalidValue", "message": "Invalid coordinate value."})
    return lat, lon


def _indices(text: str, many: int) -> Sequence[int]:
    if text == "all":
        return range(many)
    if not re.fullmatch(r"\d+(;\d+)*", text) or any(int(one) >= many for one in text.split(";")):
        raise Refused({"code": "InvalidOptions", "message": "index out of bounds"})
    return [int(one) for one in text.split(";")]


def _locations(given: Any) -> list[Point]:
    if not given or any(set(one) != {"lat", "lon"} for one in given):
        raise _valhalla(130, "Failed to parse location")
    return [(float(one["lat"]), float(one["lon"])) for one in given]


def _valhalla(code: int, error: str) -> Refused:
    return Refused({"error_code": code, "error": error, "status_code": 400, "status": "Bad Request"})


def _tenths(time: float | None) -> float | None:
    return None if time is None else round(time, 1)


def _whole(time: float | None) -> int | None:
    return None if time is None else round(time)
