"""The times a customer may choose: their own wish first, what suits the routes marked, all others one tap away."""

from __future__ import annotations

import pytest

from loper.server.records.agenda import Technician
from tests.server.portal import opened, text_of
from tests.server.test_routes import book, slot
from tests.worlds import World


@pytest.mark.parametrize(("wish", "seen"), [("morning", {8, 10}), ("afternoon", {13, 15}), ("any", {8, 10, 13, 15})])
def test_the_times_of_the_wish_are_seen_first_and_no_time_is_hidden(
    world: World, sam: Technician, wish: str, seen: set[int]
) -> None:
    key = world.report(at_home=wish)
    times = opened(key).get(f"/case/{key}/time").context["times"]
    assert {choice.start.hour for day in times.first for choice in day.choices} == seen
    every = [choice.slot for day in (*times.first, *times.more) for choice in day.choices]
    assert len(every) == len(set(every)) > 30


def test_a_wish_that_cannot_be_had_is_said_and_the_other_times_are_shown(world: World, sam: Technician) -> None:
    sam.hours = {day: ["07:30", "12:00"] for day in sam.hours}
    sam.save()
    key = world.report(at_home="afternoon")
    response = opened(key).get(f"/case/{key}/time")
    assert "In de middag is nu niets vrij. Deze tijden wel." in text_of(response)
    assert response.context["times"].first


def test_times_near_another_customer_are_marked_without_pressure(world: World, sam: Technician) -> None:
    sam.postcode = "9711AB"  # far from everybody
    sam.save()
    neighbour = world.report(email="n@example.nl", phone="0612345679")
    book(world, neighbour, slot(10))
    key = world.report()
    response = opened(key).get(f"/case/{key}/time")
    suits = {choice.start.day for day in response.context["times"].first for choice in day.choices if choice.suits}
    assert suits == {8}
    assert "minder rijden" in text_of(response) and "Kies gerust wat u het beste past." in text_of(response)
