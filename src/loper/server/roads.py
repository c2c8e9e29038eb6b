"""Travel times and places for the pages: what the settings name, and an estimate where that does not answer.

`travel` and `locate` never raise: a page is never the worse for a route server.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from threading import Lock

from django.conf import settings

from loper.plan.model import Place, Travel
from loper.plan.places import place_of
from loper.plan.travel import Crow
from loper.roads import Breaker, Estimated, Fallback, Osrm, Pdok, Trouble, Valhalla
from loper.server import clock

logger = logging.getLogger("loper.roads")

KINDS: dict[str, Callable[[str], Travel]] = {"osrm": Osrm, "valhalla": Valhalla}
MOST = 50_000  # addresses remembered


def travel() -> Travel:
    """How long it takes by car; the same for all threads of this process."""
    return _travel(settings.LOPER_ROADS)


def estimated() -> Estimated | None:
    """Since when and why travel times are estimated because the route server does not serve; None when all is well."""
    roads = travel()
    return roads.state if isinstance(roads, Fallback) else None


def locate(postcode: str, house_number: str) -> Place | None:
    """Where an address is: by the geocoder if there is one and it answers, else by its postcode; None if unknown."""
    try:
        found = exactly(postcode, house_number)
    except Trouble:  # said in the log
        found = None
    return found or place_of(postcode, house_number)


def exactly(postcode: str, house_number: str) -> Place | None:
    """Where the geocoder says that an address is; None if it does not know it, or if there is no geocoder.

    Trouble when it does not answer, or did not just now: ask again later.
    """
    geocoder = _geocoder(settings.LOPER_GEOCODER)
    return geocoder.place(postcode, house_number) if geocoder else None


def check() -> None:
    """ValueError where the settings name something that cannot be a server."""
    _travel(settings.LOPER_ROADS)
    _geocoder(settings.LOPER_GEOCODER)


def parse(name: str, value: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    """`osrm:https://roads.example.nl` in its two parts; ValueError says how to write it."""
    kind, _, url = value.partition(":")
    if kind not in kinds or not url:
        raise ValueError(f"LOPER_{name}: '{value}' is not known; write {' or '.join(f'{kind}:URL' for kind in kinds)}")
    return kind, url


class Geocoder:
    """A geocoder that may fail. What it said is remembered; after trouble it is left alone for a while."""

    def __init__(self, pdok: Pdok) -> None:
        self._pdok, self._breaker, self._lock = pdok, Breaker(), Lock()
        self._known: dict[tuple[str, str], Place | None] = {}

    def place(self, postcode: str, house_number: str) -> Place | None:
        """The place of an address; None if it is not known. Trouble when the geocoder cannot say so now."""
        address = (postcode, house_number)
        with self._lock:
            if address in self._known:
                return self._known[address]
            if not self._breaker.may(now := clock.now()):
                raise Trouble(self._breaker.down.why if self._breaker.down else "not now")
            self._breaker = self._breaker.trying(now)
        try:
            found = self._pdok.place(postcode, house_number)
        except Trouble as wrong:
            with self._lock:
                first, self._breaker = self._breaker.down is None, self._breaker.failed(clock.now(), str(wrong))
            if first:
                logger.warning("the geocoder does not serve, places are taken from the postcode: %s", wrong)
            raise
        with self._lock:
            back, self._breaker = self._breaker.down is not None, Breaker()
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[address] = found
        if back:
            logger.info("the geocoder serves again")
        return found


@cache
def _travel(value: str) -> Travel:
    if not value:
        return Crow()
    kind, url = parse("ROADS", value, tuple(KINDS))
    return Fallback(KINDS[kind](url), Crow(), now=lambda: clock.now())  # the clock of a demonstration may be another


@cache
def _geocoder(value: str) -> Geocoder | None:
    return Geocoder(Pdok(parse("GEOCODER", value, ("pdok",))[1])) if value else None
