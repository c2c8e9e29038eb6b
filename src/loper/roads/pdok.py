"""Where a Dutch address is: the free service of PDOK Locatieserver
(https://api.pdok.nl/bzk/locatieserver/search/v3_1/ui/).

It answers from the national register of addresses, without a key. Version 3.1 refuses parameters it does not know.
"""

from __future__ import annotations

import re
import time

from loper.plan.model import Place
from loper.roads.ask import Server, Trouble

POINT = re.compile(r"POINT\((-?\d{1,3}(?:\.\d+)?) (-?\d{1,2}(?:\.\d+)?)\)", re.ASCII)
POSTCODE = re.compile(r"[1-9]\d{3}[A-Z]{2}", re.ASCII)
HOUSE = re.compile(r"(\d{1,5})(?!\d)([A-Z0-9\s/-]*)", re.ASCII)  # 12-2 is number 12, not 122
ROWS = 100  # the most it gives: homes of one number, a block of flats with its letters


class Pdok:
    """Geocoding by a Locatieserver, at the address before `/search`."""

    def __init__(self, url: str, *, patience: float = 3.0) -> None:
        self.server, self.patience = Server(url, most_bytes=1_000_000), patience

    def place(self, postcode: str, house_number: str) -> Place | None:
        """The place of an address; of the house without its letter where that is not known; None for no address.

        Trouble when the server does not answer as it should.
        """
        code, house = re.sub(r"\s+", "", postcode).upper(), HOUSE.fullmatch(house_number.strip().upper())
        if not POSTCODE.fullmatch(code) or not house:
            return None
        number, wanted = house[1], _plain(house[0])
        query = [
            ("q", f"{code} {number}"),  # without the letter: a house that has none is better than no house
            ("fq", "type:adres"),
            ("fq", f"postcode:{code}"),
            ("fq", f"huisnummer:{number}"),
            ("fl", "huis_nlt,centroide_ll"),
            ("rows", str(ROWS)),
        ]
        status, document = self.server.get("/search/v3_1/free", query, time.monotonic() + self.patience)
        if status != 200:
            raise Trouble(f"the server cannot answer: {status}")
        homes = [_home(entry) for entry in _entries(document)]
        return next((place for name, place in homes if name == wanted), homes[0][1] if homes else None)


def _entries(document: object) -> list[object]:
    answer = document.get("response") if isinstance(document, dict) else None
    entries = answer.get("docs") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise Trouble("the answer holds no list of addresses")
    return entries


def _home(entry: object) -> tuple[str, Place]:
    name, point = (entry.get("huis_nlt"), entry.get("centroide_ll")) if isinstance(entry, dict) else (None, None)
    found = POINT.fullmatch(point) if isinstance(point, str) else None
    if not found:
        raise Trouble("the answer holds an address without a place")
    place = Place(float(found[2]), float(found[1]))
    if not (50 < place.lat < 54 and 3 < place.lon < 8):
        raise Trouble("the answer holds a place outside the Netherlands")
    return _plain(name) if isinstance(name, str) else "", place


def _plain(house: str) -> str:
    return re.sub(r"[\s/-]+", "", house).upper()
