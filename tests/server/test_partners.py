"""Co-makers: asked, accepting, refusing, proposing, silent; and the customer who notices nothing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from loper.server.actions import cases, partners
from loper.server.actions.refused import Refused
from loper.server.actions.tokens import new_one
from loper.server.permissions import Actor, staff
from loper.server.queries.partners import asked_of, open_asks
from loper.server.records.agenda import Appointment, Block, Technician
from loper.server.records.partners import TASK, Ask
from loper.server.records.runtime import Outbox, Task
from tests.worlds import PASSWORD, World


def partner(world: World, number: int = 1) -> Actor:
    """Sam (1) or Noor (2) is a firm of its own, with an account."""
    row = world.technician if number == 1 else world.other_technician
    user = User.objects.create_user(f"firm{number}", password=PASSWORD)
    user.groups.add(Group.objects.get_or_create(name="partner")[0])
    row.partner, row.user = True, user
    row.save()
    return staff(User.objects.get(pk=user.pk))


@pytest.fixture
def firm(world: World) -> Actor:
    cache.clear()
    return partner(world)


def asked(world: World, number: int = 0) -> Appointment:
    """A visit that the customer booked in Sam's time."""
    key = world.report()
    world.book(key, number)
    return Appointment.objects.get(case=key)


def test_a_booking_is_asked_and_accepted_and_then_it_is_theirs(world: World, firm: Actor) -> None:
    row = asked(world)
    (one,) = asked_of(world.technician, "nl")
    assert one.ask.state == Ask.ASKED and one.ask.deadline > world.time.at and not one.known
    partners.accept(actor=firm, visit=row.pk)
    partners.accept(actor=firm, visit=row.pk)
    (one,) = asked_of(world.technician, "nl")
    assert one.known and one.visit is not None and one.visit.name == "Jo Jansen"


def test_a_refusal_is_replanned_and_the_customer_hears_nothing(world: World, firm: Actor) -> None:
    row = asked(world)
    world.work()
    before = Outbox.objects.count()
    partners.refuse(actor=firm, visit=row.pk, reason="Onze monteur is ziek")
    now = Appointment.objects.get(pk=row.pk)
    assert now.technician == world.other_technician
    assert (now.start, now.end, now.uid, now.sequence) == (row.start, row.end, row.uid, row.sequence + 1)
    assert list(Block.objects.filter(taken__gt=0).values_list("technician__key", flat=True)) == ["t2"]
    world.work()
    assert Outbox.objects.count() == before and open_asks() == ([], [], [])
    with pytest.raises(Refused):
        partners.accept(actor=firm, visit=row.pk)


def test_silence_past_the_deadline_is_a_no(world: World, firm: Actor) -> None:
    row = asked(world)
    assert partners.chase() == 0
    world.time.at = Ask.objects.get().deadline
    assert partners.chase() == 1 and partners.chase() == 0
    assert Appointment.objects.get(pk=row.pk).technician == world.other_technician
    assert Ask.objects.get().state == Ask.SILENT


def test_where_nobody_else_can_the_planner_has_it(world: World, firm: Actor) -> None:
    Block.objects.filter(technician=world.other_technician).delete()
    row = asked(world)
    partners.refuse(actor=firm, visit=row.pk, reason="vol")
    nobody, _proposed, _waits = open_asks()
    assert [one.row.pk for one in nobody] == [row.pk]
    assert Appointment.objects.get(pk=row.pk).status == Appointment.BOOKED
    planner = world.staff("planner")
    task = Task.objects.get(case=row.case, touchpoint=TASK)
    assert task.who == "planner" and task.closed is None
    desk = Client()
    desk.force_login(world.users["planner"])
    assert "Jo Jansen" in desk.get("/desk/tasks").content.decode()
    page = desk.get(f"/desk/tasks/{task.pk}").content.decode()
    assert "Sam de Vries komt niet" in page and "bericht" not in page.split("<main")[1].split("komt niet")[0]
    assert "Jo Jansen" in desk.get("/partner/open").content.decode()
    assert not partners.somebody_else(actor=planner, ask=nobody[0].ask.pk)
    Technician.objects.filter(pk=world.other_technician.pk).update(skills=["plumbing"])
    Block.objects.create(technician=world.other_technician, start=row.start, end=row.end)
    assert partners.somebody_else(actor=planner, ask=nobody[0].ask.pk)
    assert open_asks()[0] == [] and not Task.objects.filter(touchpoint=TASK, closed=None).exists()


def test_two_firms_that_say_no_do_not_get_it_back(world: World, firm: Actor) -> None:
    other = partner(world, 2)
    row = asked(world)
    partners.refuse(actor=firm, visit=row.pk, reason="nee")
    partners.refuse(actor=other, visit=row.pk, reason="ook niet")
    assert [one.row.pk for one in open_asks()[0]] == [row.pk]


def test_another_time_is_proposed_and_taken(world: World, firm: Actor) -> None:
    row = asked(world)
    free = world.blocks()[2]
    with pytest.raises(Refused):
        partners.propose(actor=firm, visit=row.pk, block=row.slot)
    partners.propose(actor=firm, visit=row.pk, block=free.slot, reason="dan zijn we in de buurt")
    assert Appointment.objects.get(pk=row.pk).start == row.start
    (one,) = open_asks()[1]
    partners.take_proposal(actor=world.staff("planner"), ask=one.ask.pk)
    moved = Appointment.objects.get(pk=row.pk)
    assert (moved.start, moved.technician) == (free.start, world.technician)
    assert Ask.objects.get().state == Ask.ACCEPTED


def test_what_they_report_is_told_to_the_journey(world: World, firm: Actor) -> None:
    row = asked(world)
    with pytest.raises(Refused):
        partners.report(actor=firm, visit=row.pk, what="fixed")
    partners.accept(actor=firm, visit=row.pk)
    world.at(row.start)
    for what in ("depart", "arrive", "fixed"):
        partners.report(actor=firm, visit=row.pk, what=what)
    assert Appointment.objects.get(pk=row.pk).status == Appointment.DONE and world.stage(row.case) != "planned"
    with pytest.raises(Refused):
        partners.refuse(actor=firm, visit=row.pk, reason="toch niet")


def test_a_moved_visit_is_asked_anew(world: World, firm: Actor) -> None:
    row = asked(world)
    partners.accept(actor=firm, visit=row.pk)
    world.book(row.case, 3)
    assert Ask.objects.get().state == Ask.ASKED


def test_who_has_no_way_to_answer_is_not_asked(world: World) -> None:
    Technician.objects.filter(pk=world.technician.pk).update(partner=True, user=None)
    row = asked(world)
    assert row.technician == world.technician and not Ask.objects.exists()


@pytest.mark.parametrize("what", ["accept", "refuse", "propose", "report"])
def test_the_visit_of_another_firm_is_not_theirs(world: World, firm: Actor, what: str) -> None:
    other, row = partner(world, 2), asked(world)
    slot = world.blocks(world.other_technician)[1].slot
    say: dict[str, Callable[[Actor], object]] = {
        "accept": lambda who: partners.accept(actor=who, visit=row.pk),
        "refuse": lambda who: partners.refuse(actor=who, visit=row.pk, reason="nee"),
        "propose": lambda who: partners.propose(actor=who, visit=row.pk, block=slot),
        "report": lambda who: partners.report(actor=who, visit=row.pk, what="fixed"),
    }
    for who in (other, world.customer_of(row.case), world.staff("agent"), world.staff("director")):
        with pytest.raises(PermissionDenied):
            say[what](who)
    assert Ask.objects.get().state == Ask.ASKED


def test_the_times_of_another_firm_are_not_theirs(world: World, firm: Actor) -> None:
    other = partner(world, 2)
    block = world.blocks()[0]
    with pytest.raises(PermissionDenied):
        partners.change_times(actor=other, block=block.pk, capacity=0)
    assert partners.change_times(actor=firm, block=block.pk, capacity=3).capacity == 3


def test_their_pages_are_theirs_alone(world: World, firm: Actor) -> None:
    partner(world, 2)
    row = asked(world)
    mine, theirs = Client(), Client()
    mine.force_login(User.objects.get(username="firm1"))
    theirs.force_login(User.objects.get(username="firm2"))
    page = mine.get(f"/partner/visit/{row.pk}")
    assert page.status_code == 200 and "Jansen" not in page.content.decode()
    assert theirs.get(f"/partner/visit/{row.pk}").status_code == 404
    assert theirs.post(f"/partner/visit/{row.pk}/accept").status_code == 302
    assert Ask.objects.get().state == Ask.ASKED
    for path in ("/desk/", "/planner/", "/field/", "/partner/open"):
        assert mine.get(path).status_code in (403, 404), path
    assert Client().get("/partner/").status_code == 302


class Machine:
    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, since: str = "") -> Any:
        return Client().get(f"/api/partner/visits?since={since}", headers=self.headers)

    def say(self, visit: int, **body: Any) -> Any:
        given = json.dumps(body)
        path = f"/api/partner/visits/{visit}"
        return Client().post(path, given, content_type="application/json", headers=self.headers)


def test_their_own_system_reads_and_answers(world: World, firm: Actor) -> None:
    planner = world.staff("planner")
    system = Machine(new_one(actor=planner, technician=world.technician, purpose="partner"))
    row = asked(world)
    first = system.get().json()
    (one,) = first["visits"]
    assert one["state"] == "asked" and "name" not in one and "address" not in one
    answer = system.say(row.pk, say="accept")
    assert answer.status_code == 200 and answer.json()["name"] == "Jo Jansen"
    assert system.get(first["next"]).json()["visits"][0]["state"] == "accepted"
    world.time.move(minutes=5)
    cases.cancel(actor=world.customer_of(row.case), case=row.case)
    assert [one["state"] for one in system.get(first["next"]).json()["visits"]] == ["cancelled"]
    world.time.move(minutes=5)
    assert system.get(system.get().json()["next"]).json()["visits"] != []  # it looks back a little
    assert system.get("x").status_code == 422


def test_another_system_sees_and_says_nothing(world: World, firm: Actor) -> None:
    other = partner(world, 2)
    row = asked(world)
    system = Machine(new_one(actor=other, technician=world.other_technician, purpose="partner"))
    assert system.get().json()["visits"] == []
    assert system.say(row.pk, say="accept").status_code == 404
    assert Machine(new_one(actor=other, technician=world.other_technician, purpose="calendar")).get().status_code == 401
    wrong = system.say(row.pk, say="fly", reason=7, start=1)
    assert wrong.status_code == 422 and {one["at"] for one in wrong.json()["errors"]} == {"/say", "/reason"}


def test_their_key_is_made_on_their_own_account_and_shown_once(world: World, firm: Actor) -> None:
    client = Client()
    client.force_login(User.objects.get(username="firm1"))
    page = client.post("/account/token", {"purpose": "calendar"}).content.decode()
    found = re.search(r"/calendar/([\w-]+)\.ics", page)
    assert found is not None and Client().get(f"/calendar/{found[1]}.ics").status_code == 200
    assert found[1] not in client.get("/account/").content.decode()
    client.post("/account/token", {"purpose": "calendar", "stop": "1"})
    assert Client().get(f"/calendar/{found[1]}.ics").status_code == 404
    client.force_login(world.users["agent"])
    assert client.post("/account/token", {"purpose": "partner"}).status_code == 404
