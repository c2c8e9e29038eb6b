"""Out of hours, for what cannot wait: who is on duty is sent at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from loper.server.actions import emergency
from loper.server.actions.refused import Refused
from loper.server.queries.duty import out_of_hours
from loper.server.queries.visits import visits_on
from loper.server.records.agenda import Absence, Appointment, Block, Technician
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Event
from tests.worlds import World


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def partner(world: World) -> Technician:
    """A co-maker who is on duty at night."""
    return Technician.objects.create(
        key="nacht", name="Nachtdienst BV", skills=["plumbing"], partner=True, on_duty=True, phone="0201234567"
    )


@pytest.fixture
def case(world: World, partner: Technician) -> str:
    """A leak, reported at half past ten in the evening."""
    world.time.at = world.time.at.replace(hour=20, minute=30)
    return world.report(severity="runs")


def test_who_is_on_duty_comes_at_once_and_the_customer_hears_it(world: World, partner: Technician, case: str) -> None:
    made = emergency.send_on_duty(actor=world.staff("agent"), case=case)
    assert made.technician == partner and made.start <= world.time.at < made.end
    assert world.stage(case) == "planned"
    world.work()
    assert "Nachtdienst" in Note.objects.get(case=case).text
    assert any("er komt nu iemand" in one.body for one in world.sms.sent)  # also at night
    assert [one.appointment.pk for one in visits_on("nacht", world.time.at.date(), "nl")] == [made.pk]


def test_pressed_twice_it_is_one_visit(world: World, case: str) -> None:
    agent = world.staff("agent")
    first, second = (emergency.send_on_duty(actor=agent, case=case) for _twice in range(2))
    assert first.pk == second.pk and second.sequence == 0
    assert Event.objects.filter(case=case, type="duty.sent").count() == 1


def test_a_visit_that_stood_is_moved_and_its_place_is_free_again(world: World, partner: Technician, case: str) -> None:
    block = world.book(case)
    made = emergency.send_on_duty(actor=world.staff("planner"), case=case)
    assert (made.technician, made.sequence) == (partner, 1)
    assert Block.objects.get(pk=block.pk).taken == 0
    assert Appointment.objects.filter(case=case).count() == 1


def test_nobody_on_duty_who_can_do_it_is_said(world: World, partner: Technician, case: str) -> None:
    Absence.objects.create(
        technician=partner,
        start=world.time.at - timedelta(hours=1),
        end=world.time.at + timedelta(hours=9),
        at=world.time.at,
    )
    with pytest.raises(Refused, match="Nobody"):
        emergency.send_on_duty(actor=world.staff("agent"), case=case)
    assert not Appointment.objects.filter(case=case).exists()


def test_customers_and_technicians_cannot_send_anybody(world: World, case: str) -> None:
    for actor in (world.customer_of(case), world.staff("technician"), world.staff("analyst")):
        with pytest.raises(PermissionDenied):
            emergency.send_on_duty(actor=actor, case=case)


def test_a_working_day_between_its_first_and_last_block_is_not_out_of_hours(world: World) -> None:
    at = world.time.at  # a Monday, nine o'clock
    assert not out_of_hours(at)
    assert out_of_hours(at.replace(hour=20)) and out_of_hours(at + timedelta(days=6))


def test_the_desk_has_the_button_only_when_it_is_needed(client: Client, world: World, case: str) -> None:
    client.force_login(world.users["agent"])
    assert f"/desk/duty/{case}" in client.get(f"/desk/cases/{case}").content.decode()
    assert "0201234567" in client.get(f"/desk/duty/{case}").content.decode()
    assert not Appointment.objects.exists()  # looking sends nobody
    assert client.post(f"/desk/duty/{case}").status_code == 302
    assert Appointment.objects.get(case=case).technician.key == "nacht"
    world.time.move(hours=12)
    assert f"/desk/duty/{case}" not in client.get(f"/desk/cases/{case}").content.decode()
    assert client.post(f"/desk/duty/{case}").status_code in (403, 404)
