"""What tests of the server share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loper.server import post
from loper.server.actions import codes
from tests.server.tuesday import keys, sam, tap  # noqa: F401 - fixtures
from tests.worlds import World


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, where mail that a page asks for (codes, links) goes at once, into `world.email` and `world.sms`."""

    def at_once(work: Callable[[], object]) -> None:
        work()

    monkeypatch.setattr(codes, "later", at_once)
    monkeypatch.setattr(post, "channels", lambda: {"email": world.email, "sms": world.sms})
    return world
