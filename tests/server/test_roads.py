"""Travel times and places of the settings: for planning, and for homes, which the worker looks up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from loper.plan.model import Place
from loper.plan.places import place_of
from loper.plan.travel import Crow
from loper.server import chores, clock, roads
from loper.server.actions import technicians
from loper.server.actions.customers import home_of
from loper.server.actions.homes import locate_homes
from loper.server.queries.cases import case_view
from loper.server.queries.offers import free_days
from loper.server.queries.work import work_of
from loper.server.records.customers import Property
from tests.roads import servers
from tests.roads.servers import Address, Town
from tests.server.test_routes import book, by_route, slot
from tests.worlds import World

AT = Place(52.09181, 5.1201)


@pytest.fixture
def town(settings: Any) -> Iterator[Town]:
    with servers.town() as running:
        settings.LOPER_ROADS = f"osrm:{running.url}"
        settings.LOPER_GEOCODER = f"pdok:{running.url}/bzk/locatieserver"
        running.addresses = [Address("3511AB", 12, "", AT), Address("3511AB", 14, "", (52.0919, 5.1203))]
        yield running


@pytest.fixture
def homes(world: World) -> list[Property]:
    """Two that the register knows, and one between them that it does not."""
    Property.objects.update(lat=52.0, lon=5.0)
    return [home_of("3511AB", number) for number in ("12", "13", "14")]


def known() -> list[str]:
    return list(
        Property.objects.filter(postcode="3511AB", lat__gt=0).order_by("pk").values_list("house_number", flat=True)
    )


def test_without_settings_all_is_estimated_and_nobody_is_asked() -> None:
    assert isinstance(roads.travel(), Crow) and roads.estimated() is None
    assert roads.locate("3511AB", "12") == place_of("3511AB", "12")


def test_a_route_server_of_the_settings_says_the_times(town: Town) -> None:
    start, end = AT, Place(52.0906, 5.2332)
    assert abs(roads.travel().seconds([start], [end])[0, 0] - 60 - (servers.driving(start, end) or 0)) <= 1
    assert roads.travel() is roads.travel() and roads.estimated() is None


def test_that_times_are_estimated_is_known_with_the_reason(town: Town) -> None:
    town.mood = "500"
    roads.travel().seconds([AT], [Place(52.1, 5.2)])
    said = roads.estimated()
    assert said is not None and said.why == "the server answers 500" and clock.now() - said.since < timedelta(minutes=1)


@pytest.mark.parametrize("value", ["here:http://roads.example.nl", "osrm", "osrm:", "osrm:roads.example.nl"])
def test_a_setting_that_cannot_be_is_refused_before_anybody_works(settings: Any, value: str) -> None:
    settings.LOPER_ROADS = value
    with pytest.raises(ValueError, match=r"https://HOST|osrm:URL or valhalla:URL"):
        roads.check()


def test_a_place_is_that_of_the_register_else_of_the_postcode(town: Town) -> None:
    assert roads.locate("3511AB", "12") == AT
    assert roads.locate("3511AB", "13") == place_of("3511AB", "13")
    town.mood = "500"
    assert roads.locate("3511AB", "14") == place_of("3511AB", "14")
    assert roads.locate("3511AB", "12") == AT  # remembered


def test_no_page_asks_where_a_home_is(town: Town, world: World) -> None:
    town.mood = "hangs"
    began = time.monotonic()
    world.report()
    assert time.monotonic() - began < 2 and town.asked == []


def test_the_worker_looks_up_homes_a_few_at_a_time(town: Town, homes: list[Property]) -> None:
    after = locate_homes(most=2)
    assert after == homes[1].pk and known() == ["12"]
    assert locate_homes(after, most=2) == 0 and known() == ["12", "14"]
    homes[0].refresh_from_db()
    assert (homes[0].lat, homes[0].lon) == AT


def test_a_geocoder_that_is_down_keeps_the_place_in_the_queue(
    town: Town, homes: list[Property], monkeypatch: pytest.MonkeyPatch
) -> None:
    after = locate_homes(most=1)
    town.mood = "500"
    assert locate_homes(after, most=5) == after
    asked = len(town.asked)
    assert locate_homes(after, most=5) == after and len(town.asked) == asked  # it is left alone
    town.mood, later = "well", clock.now() + timedelta(seconds=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert locate_homes(after, most=5) == 0 and known() == ["12", "14"]


def test_without_a_geocoder_homes_stay_as_they_are(homes: list[Property]) -> None:
    assert locate_homes() == 0 and known() == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_so_by_itself_and_stops_at_once(town: Town, real_world: World) -> None:
    home_of("3511AB", "12")
    chore = next(one for one in chores.chores() if one.name == "places of homes")
    stop = threading.Event()
    thread = threading.Thread(target=chores.now_and_then, args=(chore, stop))
    thread.start()
    until = time.monotonic() + 20
    while not known() and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    thread.join(timeout=10)
    assert known() == ["12"] and not thread.is_alive()


def test_a_route_server_that_hangs_costs_one_question_and_no_promise(town: Town, world: World) -> None:
    by_route(world)
    made = book(world, world.report(), slot(10))
    promise = (made.start, made.end)
    assert town.asked
    later = world.report()
    Property.objects.update(lat=52.16, lon=5.38)  # another road than the first
    view = case_view(later)
    assert view is not None
    town.mood, asked = "hangs", len(town.asked)
    began = time.monotonic()
    days = free_days(work_of(view))
    assert days and days[0].choices
    other = book(world, later, slot(13))
    assert time.monotonic() - began < 5 and len(town.asked) == asked + 1
    made.refresh_from_db()
    assert (made.start, made.end) == promise and made.planned is not None and other.planned is not None
    assert made.start <= made.planned <= made.end and other.start <= other.planned <= other.end


def test_a_planner_sees_that_travel_times_are_estimated(town: Town, world: World, client: Client) -> None:
    client.force_login(world.users["planner"], backend="allauth.account.auth_backends.AuthenticationBackend")
    day = reverse("planner:day")
    assert "routeserver" not in client.get(day).content.decode()
    town.mood = "500"
    roads.travel().seconds([AT], [Place(52.1, 5.2)])
    assert "De routeserver antwoordt niet sinds 7 september, 09:00." in client.get(day).content.decode()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_the_geocoder_thinks(town: Town, real_world: World, monkeypatch: Any) -> None:
    locked = []

    def ask(postcode: str, house_number: str) -> Place:
        locked.append(connection.in_atomic_block)
        return AT

    monkeypatch.setattr(technicians, "locate", ask)
    working = technicians.Working(postcode="3511AB", house_number="12")
    made = technicians.keep_technician(actor=real_world.staff("planner"), name="Bo Visser", working=working)
    assert locked == [False] and (made.lat, made.lon) == AT
