"""What the tests of a technician's telephone do again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

from loper.server.records.agenda import Appointment
from loper.server.records.runtime import Event
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def book(world: World, block: int, **answers: str) -> str:
    key = world.report(**answers)
    world.book(key, block)
    return key


def visit_of(key: str) -> Appointment:
    return Appointment.objects.filter(case=key).order_by("pk")[0]


def told(key: str, type: str) -> list[Event]:
    return list(Event.objects.filter(case=key, type=type))


def wait_for(key: str, type: str) -> Event:
    """The event, once the telephone has sent it."""
    for _try in range(100):
        if found := told(key, type):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"{type} never came")


def kept_pages(page: Page) -> list[str]:
    """The addresses that the telephone keeps for when there is no connection."""
    found = page.evaluate("async () => (await (await caches.open('loper-day')).keys()).map((one) => one.url)")
    return [url.partition("/field/")[2] for url in found]
