"""A technician's visits in the calendar on their telephone, read back as a calendar program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from icalendar import Calendar

from loper.server.actions import cases
from loper.server.actions.tokens import new_one, stop
from loper.server.records.agenda import Appointment
from loper.server.records.partners import TechnicianToken
from tests.worlds import World


@pytest.fixture
def token(world: World) -> Iterator[str]:
    cache.clear()
    yield new_one(actor=world.staff("technician"), technician=world.technician, purpose="calendar")
    cache.clear()


def read(token: str, **headers: str) -> Any:
    return Client().get(f"/calendar/{token}.ics", headers=headers)


def events(token: str) -> list[Any]:
    answer = read(token)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/calendar")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_moved_and_a_cancelled_visit_are_the_same_visit_to_a_calendar(world: World, token: str) -> None:
    key = world.report()
    block = world.book(key)
    (event,) = events(token)
    row = Appointment.objects.get(case=key)
    assert event["uid"] == row.uid and event.decoded("sequence") == 0 and event["status"] == "CONFIRMED"
    assert event.decoded("dtstart") == block.start and event.decoded("dtend") == block.end
    assert "1234 AB 12" in event["location"].replace("1234AB", "1234 AB")
    world.time.move(minutes=1)
    world.book(key, 3)
    (moved,) = events(token)
    assert moved["uid"] == row.uid and moved.decoded("sequence") == 1
    cases.cancel(actor=world.customer_of(key), case=key)
    (gone,) = events(token)
    assert gone["uid"] == row.uid and gone.decoded("sequence") == 2 and gone["status"] == "CANCELLED"


def test_nothing_of_the_customer_but_where_and_when(world: World, token: str) -> None:
    world.book(world.report())
    text = read(token).content.decode()
    for told in ("Jansen", "0612345678", "j.jansen", "drupt", "leak"):
        assert told not in text


def test_what_did_not_change_is_not_sent_again(world: World, token: str) -> None:
    key = world.report()
    world.book(key)
    first = read(token)
    assert first.headers["Last-Modified"]
    assert read(token, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    world.time.move(minutes=1)
    world.book(key, 2)
    assert read(token, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_only_a_hash_is_kept_and_a_new_token_ends_the_old(world: World, token: str) -> None:
    assert token not in str(list(TechnicianToken.objects.values()))
    new = new_one(actor=world.staff("planner"), technician=world.technician, purpose="calendar")
    assert read(token).status_code == 404 and read(new).status_code == 200
    stop(actor=world.staff("technician"), technician=world.technician, purpose="calendar")
    assert read(new).status_code == 404


def test_who_guesses_must_wait(world: World, token: str) -> None:
    answers = [read(f"guess-{number}").status_code for number in range(25)]
    assert answers[0] == 404 and answers[-1] == 429


def test_a_technician_makes_no_token_of_another(world: World, token: str) -> None:
    for role in ("technician", "agent"):
        with pytest.raises(PermissionDenied):
            new_one(actor=world.staff(role), technician=world.other_technician, purpose="calendar")


def test_a_token_opens_one_thing(world: World, token: str) -> None:
    other = new_one(actor=world.staff("planner"), technician=world.technician, purpose="partner")
    assert read(other).status_code == 404


def test_what_is_long_past_is_left_out(world: World, token: str) -> None:
    world.book(world.report())
    world.time.at += timedelta(days=30)
    assert events(token) == []
