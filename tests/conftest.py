"""What all tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.room import pytest_runtestloop  # noqa: F401 - a hook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.worlds import Time, World

# These machines are noisy: no test may fail for being slow, only for being wrong.
settings.register_profile("loper", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loper")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database. Between tests it is emptied, which its own guards would refuse (records/guard.py)."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table in ("touch", "event", "look"):
                cursor.execute(f"DROP TRIGGER {table}_is_kept")


CHROMIUM = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for the whole run: there can be no second one beside its event loop."""
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # that loop runs in the thread of the tests
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is needed. Please run:  sudo apt-get install -y chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The server's clock, standing at Monday nine o'clock until the test moves it."""
    from django.core.cache import cache

    from loper.server import clock
    from loper.server.queries.offers import BOARDS
    from tests.worlds import Time

    time = Time()
    monkeypatch.setattr(clock, "now", time.now)
    BOARDS.forget()  # a database that is put back looks like one that never changed
    cache.clear()  # what was counted at this very minute, in a test before
    return time


@pytest.fixture
def world(db: None, stopped_clock: Time) -> Iterator[World]:
    """Voorbeeld Wonen at work (tests/worlds.py), inside a transaction that is undone."""
    from tests.kept import world_of
    from tests.worlds import make_world

    yield world_of(make_world, stopped_clock)


@pytest.fixture
def real_world(transactional_db: None, stopped_clock: Time) -> Iterator[World]:
    """The same, with transactions that are really committed: for threads, processes and the browser."""
    from django.core.management import call_command

    from tests.worlds import make_world

    call_command("migrate", verbosity=0)
    yield make_world(stopped_clock)


@pytest.fixture
def shot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], None]:
    """Keeps a picture of the page where LOPER_SHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        folder = os.environ.get("LOPER_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return take
