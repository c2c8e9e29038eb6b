"""The list of parts: who waits for what, from when it is there, and that it is in."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from loper.server.actions import parts
from loper.server.records.agenda import Appointment, Slot
from loper.server.records.fieldwork import PartOrder
from loper.server.records.runtime import Event
from tests.worlds import World


@pytest.fixture
def order(world: World) -> PartOrder:
    return parts.order(actor=world.staff("agent"), case=world.report(), part="Kraan")


@pytest.mark.parametrize("role", ["planner", "agent"])
def test_a_part_is_given_a_day_and_is_in(client: Client, world: World, order: PartOrder, role: str) -> None:
    client.force_login(world.users[role])
    assert "Kraan" in client.get("/planner/parts").content.decode()
    assert client.post(f"/planner/parts/{order.pk}/expect", {"expected": "2026-09-10"}).status_code == 302
    assert PartOrder.objects.get().expected == date(2026, 9, 10)
    assert client.post(f"/planner/parts/{order.pk}/in").status_code == 302
    page = client.get("/planner/parts").content.decode()
    assert "Kraan" in page and "/in" not in page
    assert client.post(f"/planner/parts/{order.pk}/back").status_code == 302
    assert PartOrder.objects.get().arrived is None


def test_a_day_that_is_none_or_has_passed_is_said(client: Client, world: World, order: PartOrder) -> None:
    client.force_login(world.users["planner"])
    for day in ("morgen", "2026-09-01"):
        assert client.post(f"/planner/parts/{order.pk}/expect", {"expected": day}).status_code == 422
    assert client.post("/planner/parts/999/in").status_code == 422
    assert client.post(f"/planner/parts/{order.pk}/steal").status_code == 404


def test_parts_of_which_the_day_has_passed_come_first(client: Client, world: World, order: PartOrder) -> None:
    parts.order(actor=world.staff("agent"), case=order.case, part="Slang", expected=world.time.at.date())
    world.time.move(days=2)
    client.force_login(world.users["planner"])
    page = client.get("/planner/parts").content.decode()
    assert page.index("Slang") < page.index("Kraan")


@pytest.mark.parametrize("role", ["technician", "analyst", "director"])
def test_the_list_is_for_planners_and_agents(client: Client, world: World, order: PartOrder, role: str) -> None:
    client.force_login(world.users[role])
    assert client.get("/planner/parts").status_code == 403
    assert client.post(f"/planner/parts/{order.pk}/in").status_code == 403
    assert PartOrder.objects.get().arrived is None


def test_looking_changes_nothing(client: Client, world: World, order: PartOrder) -> None:
    client.force_login(world.users["planner"])
    before = Event.objects.count()
    for what in ("in", "back", "expect"):
        assert client.get(f"/planner/parts/{order.pk}/{what}").status_code == 405
    client.get("/planner/parts")
    assert Event.objects.count() == before


def button(page: str) -> str | None:
    """The time that the page offers to plan."""
    found = re.search(r'name="block" value="([^"]+)"', page)
    return found[1] if found else None


@pytest.mark.parametrize("role", ["planner", "agent"])
def test_a_visit_for_a_part_that_is_in_is_planned_in_one_press(
    client: Client, world: World, order: PartOrder, role: str
) -> None:
    client.force_login(world.users[role])
    assert button(client.get("/planner/parts").content.decode()) is None  # not in yet
    client.post(f"/planner/parts/{order.pk}/in")
    block = button(client.get("/planner/parts").content.decode())
    for _twice in range(2):
        assert client.post(f"/planner/parts/{order.pk}/plan", {"block": block}).status_code == 302
    made = Appointment.objects.get()
    assert str(Slot(made.start, made.end)) == block and world.stage(order.case) == "planned"
    assert Event.objects.get(case=order.case, type="appointment.made").emitter == role
    world.work()
    assert any("afspraak" in one.subject.lower() for one in world.email.sent)
    page = client.get("/planner/parts").content.decode()
    assert button(page) is None and "bezoek" in page


def test_nothing_is_planned_while_another_part_is_awaited_or_after_the_customer_chose(
    client: Client, world: World, order: PartOrder
) -> None:
    other = parts.order(actor=world.staff("agent"), case=order.case, part="Slang")
    client.force_login(world.users["planner"])
    client.post(f"/planner/parts/{order.pk}/in")
    assert button(client.get("/planner/parts").content.decode()) is None
    client.post(f"/planner/parts/{other.pk}/in")
    block = button(client.get("/planner/parts").content.decode())
    chosen = world.book(order.case, 5)
    answer = client.post(f"/planner/parts/{order.pk}/plan", {"block": block})
    assert answer.status_code == 422 and Appointment.objects.get().start == chosen.start
    for wrong in ("", "x", None):
        client.post(f"/planner/parts/{order.pk}/plan", {"block": wrong} if wrong is not None else {})
    assert Appointment.objects.get().sequence == 0
    client.force_login(world.users["technician"])
    assert client.post(f"/planner/parts/{order.pk}/plan", {"block": block}).status_code == 403
