"""POST /api/positions: only good places, only on the way, only of who shares, once, and gone within a day."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from loper.server.actions import visits
from loper.server.actions.tidy import tidy
from loper.server.records.agenda import Appointment
from loper.server.records.arrivals import Position
from tests.api.conftest import Door
from tests.api.test_openapi import says
from tests.worlds import World

HERE = {"lat": 52.09071, "lon": 5.12149}


@pytest.fixture
def driving(world: World, door: Door) -> World:
    """Sam is on the way to a customer since five minutes."""
    world.technician.postcode = "3511AB"
    world.technician.save()
    key = world.report()
    block = world.book(key)
    world.at(block.start)
    visits.depart(actor=world.staff("technician"), case=key)
    world.time.move(minutes=5)
    return world


def place(world: World, **changes: Any) -> dict[str, Any]:
    return {"technician": "t1", "at": world.time.at.isoformat(), "accuracy": 12, **HERE, **changes}


def post(door: Door, body: Any, token: str = "", kind: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {token or door.app}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return door.client.post("/api/positions", content, content_type=kind, headers=headers)


def test_a_place_on_the_way_is_kept_to_a_hundred_metres(driving: World, door: Door) -> None:
    answer = post(door, place(driving))
    assert answer.json() == {"taken": 1, "results": [{"result": "kept"}]}
    row = Position.objects.get()
    assert (row.lat, row.lon, row.accuracy, row.source) == (52.091, 5.121, 100, "app")


def test_sent_again_it_is_the_same_one(driving: World, door: Door) -> None:
    for result in ("kept", "duplicate", "duplicate"):
        assert post(door, [place(driving)]).json()["results"] == [{"result": result}]
    assert Position.objects.count() == 1


def test_before_setting_out_and_after_arriving_nothing_is_kept(driving: World, door: Door) -> None:
    before = (driving.time.at - timedelta(minutes=10)).isoformat()
    assert post(door, place(driving, at=before)).json()["results"] == [{"result": "ignored"}]
    visits.arrive(actor=driving.staff("technician"), case=Appointment.objects.get().case)
    driving.time.move(minutes=5)
    assert post(door, place(driving)).json()["results"] == [{"result": "ignored"}]
    assert not Position.objects.exists()


def test_of_another_who_does_not_drive_nothing_is_kept(driving: World, door: Door) -> None:
    assert post(door, place(driving, technician="t2")).json()["results"] == [{"result": "ignored"}]


def test_of_who_does_not_share_nothing_is_kept(driving: World, door: Door) -> None:
    driving.technician.shares_place = False
    driving.technician.save()
    assert post(door, place(driving)).json()["results"] == [{"result": "ignored"}]


def test_it_is_gone_within_a_day(driving: World, door: Door) -> None:
    post(door, place(driving))
    driving.time.move(hours=22)
    assert tidy()["places"] == 0
    driving.time.move(hours=1, minutes=1)
    assert tidy()["places"] == 1 and not Position.objects.exists()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-09-08T10:00:00"}, "at"),
        ({"at": 5}, "at"),
        ({"at": "2026-12-08T10:00:00+01:00"}, "future"),
        ({"at": "2025-12-08T10:00:00+01:00"}, "24 hours"),
        ({"at": "0001-01-01T00:00:00+00:00"}, "24 hours"),
        ({"at": "9999-12-31T23:59:59-12:00"}, "future"),
        ({"lat": "52"}, "lat"),
        ({"lat": None}, "lat"),
        ({"lat": True}, "lat"),
        ({"lat": 91}, "lat"),
        ({"lat": 10**400}, "lat"),
        ({"lon": -181}, "lon"),
        ({"lat": 5.12, "lon": 52.09}, "swapped"),
        ({"lat": 0, "lon": 0}, "swapped"),
        ({"accuracy": -1}, "accuracy"),
        ({"accuracy": "near"}, "accuracy"),
        ({"technician": "nobody"}, "technician"),
        ({"technician": "t1\u0000"}, "technician"),
        ({"technician": {"key": "t1"}}, "technician"),
        ({"name": "Sam"}, "name"),
    ],
)
def test_nonsense_is_said_and_nothing_is_kept(driving: World, door: Door, changes: dict[str, Any], word: str) -> None:
    answer = post(door, [place(driving), place(driving, **changes)])
    assert answer.status_code == 422
    assert {one["at"] for one in answer.json()["errors"]} == {"/1"}
    assert any(word in one["why"] for one in answer.json()["errors"])
    assert not Position.objects.exists()


def test_a_number_that_is_none_is_no_json(driving: World, door: Door) -> None:
    text = json.dumps(place(driving)).replace("52.09071", "NaN").encode()
    assert post(door, text).status_code == 400


def test_every_answer_is_as_the_document_says(driving: World, door: Door, settings: Any) -> None:
    document = door.client.get("/api/openapi.json").json()
    good, seen = place(driving), set()
    for answer in (
        post(door, good),
        post(door, []),
        post(door, [good, 5]),
        post(door, b"{"),
        post(door, good, token="nobody"),
        post(door, good, token=door.erp),
        post(door, good, kind="text/plain"),
        post(door, [good] * (settings.LOPER_EVENT_BATCH + 1)),
    ):
        says(document, "/api/positions", answer)
        seen.add(answer.status_code)
    assert seen == {200, 400, 401, 403, 413, 415, 422}
    assert door.client.get("/api/positions").status_code == 405


# -- the phone -------------------------------------------------------------------------------------------------------


def test_the_phone_says_where_its_own_technician_is(driving: World, door: Door) -> None:
    door.client.force_login(driving.users["technician"])
    answer = door.client.post("/field/place", {**HERE, "accuracy": "30", "technician": "t2"})
    assert answer.json() == {"result": "kept"}
    assert Position.objects.get().technician == driving.technician


def test_the_switch_stops_it_and_what_was_known_is_gone(driving: World, door: Door) -> None:
    door.client.force_login(driving.users["technician"])
    door.client.post("/field/place", {**HERE, "accuracy": "30"})
    door.client.post("/field/place/share", {"on": "0"})
    assert not Position.objects.exists()
    assert door.client.post("/field/place", {**HERE, "accuracy": "30"}).json() == {"result": "ignored"}
    door.client.post("/field/place/share", {"on": "1"})
    assert door.client.post("/field/place", {**HERE, "accuracy": "30"}).json() == {"result": "kept"}


@pytest.mark.parametrize(
    "given", [{}, {"lat": "nan", "lon": "5"}, {"lat": "inf", "lon": "5"}, {"lat": "52", "lon": "x"}]
)
def test_nonsense_of_a_phone_is_refused(driving: World, door: Door, given: dict[str, str]) -> None:
    door.client.force_login(driving.users["technician"])
    assert door.client.post("/field/place", {"accuracy": "30", **given}).status_code == 422


def test_who_is_no_technician_says_no_place(driving: World, door: Door) -> None:
    assert door.client.post("/field/place", {**HERE, "accuracy": "30"}).status_code == 302
    door.client.force_login(driving.users["planner"])
    assert door.client.post("/field/place", {**HERE, "accuracy": "30"}).status_code == 403
    assert door.client.get("/field/place").status_code == 405
