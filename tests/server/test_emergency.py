"""Out of hours, for what cannot wait: who is on duty is sent at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from loper.server.actions import emergency, partners
from loper.server.actions.refused import Refused
from loper.server.queries.duty import out_of_hours
from loper.server.queries.visits import visits_on
from loper.server.records.agenda import Absence, Appointment, Block, Technician
from loper.server.records.dialogues import Note
from loper.server.records.partners import Ask
from loper.server.records.runtime import Event, Outbox, Task
from tests.worlds import MONDAY, World

EVENING = MONDAY.replace(hour=20, minute=30)


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
    """A leak that cannot wait for the morning, and is no emergency; reported at half past ten in the evening."""
    world.time.at = EVENING
    return world.report(severity="drips")


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


# -- by itself, with a customer's own report -------------------------------------------------------------------------


def reported(world: World, **answers: str) -> tuple[Client, str, str]:
    """A customer reports on the pages, from the first question to the last; gives where that ends, and the case."""
    client = Client()
    page = client.get("/report/repair/report")
    given = {"problem": "leak", "severity": "runs", "room": "kitchen", "story": "", "photo": None, "at_home": "any"}
    for name, answer in {**given, **answers}.items():
        page = client.post(page.request["PATH_INFO"], {"answer": answer} if answer is not None else {}, follow=True)
        assert page.status_code == 200, (name, page.content.decode()[:3000])
    contact = {"postcode": "1234 AB", "house_number": "12", "name": "Jo Jansen", "email": "jo@example.nl",
               "phone": "0612345678"}  # fmt: skip
    page = client.post(page.request["PATH_INFO"], contact, follow=True)
    return client, page.request["PATH_INFO"], page.content.decode()


def newest() -> str:
    return Event.objects.filter(type="job.reported").latest("pk").case


def test_an_emergency_goes_to_who_is_on_duty_and_the_customer_reads_whom_to_expect(
    asked: World, partner: Technician, django_capture_on_commit_callbacks: Any
) -> None:
    world = asked
    world.time.at = EVENING
    with django_capture_on_commit_callbacks(execute=True):
        _client, where, page = reported(world)
    case = newest()
    made = Appointment.objects.get(case=case)
    assert made.technician == partner and made.start <= EVENING < made.end and world.stage(case) == "planned"
    assert Event.objects.get(case=case, type="duty.sent").emitter == "system"
    assert where == f"/case/{case}" and "Nachtdienst BV" in page and 'href="tel:0201234567"' in page
    (told,) = [one for one in world.sms.sent if one.to == "0201234567"]
    assert "1234 AB 12" in told.body and "+31612345678" in told.body
    world.work()
    assert any("er komt nu iemand" in one.body for one in world.sms.sent)
    assert not Task.objects.filter(case=case, touchpoint="on-duty").exists()
    world.time.at = EVENING + timedelta(hours=12)
    world.work()
    assert not any(one.touchpoint == "received" and one.status == "sent" for one in Outbox.objects.filter(case=case))


@pytest.mark.parametrize(
    ("answers", "hour"), [({"severity": "drips"}, 20), ({"problem": "leak"}, 7), ({"severity": "drips"}, 7)]
)
def test_what_can_wait_and_what_comes_by_day_sends_nobody(
    asked: World, partner: Technician, answers: dict[str, str], hour: int
) -> None:
    asked.time.at = MONDAY.replace(hour=hour)
    _client, where, page = reported(asked, **answers)
    assert not Appointment.objects.exists() and "Nachtdienst" not in page and where.endswith("/welcome")


def test_nobody_on_duty_the_customer_reads_whom_to_call_and_an_agent_has_the_task(asked: World) -> None:
    asked.time.at = EVENING
    _client, where, page = reported(asked)
    assert where == f"/case/{newest()}" and 'href="tel:0850001234"' in page.replace("085-", "085")
    task = Task.objects.get(case=newest(), touchpoint="on-duty")
    assert task.who == "agent" and "niemand" in task.why


def test_two_reports_of_one_leak_send_one(asked: World, partner: Technician) -> None:
    asked.time.at = EVENING
    for _twice in range(2):
        reported(asked)
    assert Appointment.objects.count() == 1 and Event.objects.filter(type="job.reported").count() == 2


def test_who_cannot_be_told_by_sms_is_rung_by_an_agent(
    asked: World, partner: Technician, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked.time.at = EVENING
    monkeypatch.setattr("loper.server.post.channels", dict)
    with django_capture_on_commit_callbacks(execute=True):
        reported(asked)
    assert "0201234567" in Task.objects.get(touchpoint="on-duty").why


def test_who_says_nothing_or_no_is_followed_by_the_next_on_duty(asked: World, partner: Technician) -> None:
    partner.user = asked.users["analyst"]
    partner.save()
    Technician.objects.create(key="zz", name="Tweede dienst", partner=True, on_duty=True, phone="0207654321")
    asked.time.at = EVENING
    reported(asked)
    ask = Ask.objects.get()
    assert (ask.partner, ask.state, ask.deadline) == (partner, Ask.ASKED, EVENING + timedelta(minutes=15))
    assert partners.chase() == 0
    asked.time.move(minutes=16)
    assert partners.chase() == 1
    row = Appointment.objects.get()
    assert (row.technician.key, row.sequence) == ("zz", 1) and row.start <= asked.time.at < row.end
    assert Event.objects.filter(type="duty.sent").count() == 2


def test_when_no_one_else_is_on_duty_the_visit_stays_and_somebody_is_told(asked: World, partner: Technician) -> None:
    partner.user = asked.users["analyst"]
    partner.save()
    asked.time.at = EVENING
    reported(asked)
    asked.time.move(minutes=16)
    assert partners.chase() == 1
    assert Appointment.objects.get().technician == partner
    assert Task.objects.get(touchpoint="on-duty").why.startswith("Een spoedgeval")


def test_whom_an_agent_rang_has_it_on_their_list(world: World, partner: Technician, case: str) -> None:
    partner.user = world.users["analyst"]
    partner.save()
    emergency.send_on_duty(actor=world.staff("agent"), case=case)
    assert Ask.objects.get().state == Ask.ACCEPTED and partners.chase() == 0
