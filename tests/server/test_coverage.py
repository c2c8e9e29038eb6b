"""Whether what customers were told of arrival is honest, as planners and analysts see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from loper.server.queries.coverage import covered
from loper.server.records.arrivals import Forecast
from tests.server.portal import nothing_changes, text_of
from tests.server.tuesday import row
from tests.worlds import World


def kept(world: World, key: str, *, n: int, within: int) -> None:
    """So many windows of half an hour on the way, of which so many were kept."""
    made = row(key)
    for number in range(n):
        made.pk, made.uid, made.status = None, f"x{number}", "done"
        made.save()
        start = world.time.at - timedelta(days=1, minutes=number)
        came = start + timedelta(minutes=10 if number < within else 45)
        Forecast.objects.create(
            appointment=made, horizon="driving", made=start, basis="taps", low=start, median=start, high=start,
            kind="exact", start=start, end=start + timedelta(minutes=30), came=came,
        )  # fmt: skip


def test_of_each_horizon_the_share_with_its_interval(world: World, keys: list[str]) -> None:
    kept(world, keys[0], n=40, within=36)
    (found,) = covered()
    assert (found.horizon, found.share.estimate, found.share.n, found.width) == ("driving", 0.9, 40, 30)
    assert found.share.low < 0.8 < 0.9 < found.share.high and found.stands == "good"


@pytest.mark.parametrize(("within", "stands"), [(36, "good"), (30, "unsure"), (20, "bad")])
def test_what_is_surely_too_little_is_told_from_what_may_be_chance(
    world: World, keys: list[str], within: int, stands: str
) -> None:
    kept(world, keys[0], n=40, within=within)
    assert covered()[0].stands == stands


def test_the_page_says_it_to_who_may_see_it_and_changes_nothing(client: Client, world: World, keys: list[str]) -> None:
    for role, status in (("agent", 403), ("technician", 403), ("planner", 200), ("analyst", 200), ("director", 200)):
        client.force_login(world.users[role])
        assert client.get("/planner/arrivals").status_code == status
    assert "Nog niets te zien" in text_of(client.get("/planner/arrivals"))
    kept(world, keys[0], n=40, within=20)
    with nothing_changes():
        text = text_of(client.get("/planner/arrivals"))
    assert "Onderweg naar de klant 50% (35 tot 65) te vaak mis 40 30 minuten 100%" in text
