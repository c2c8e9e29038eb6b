"""The pages of the board: only for planners, only by POST where something changes, whatever is typed."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from django.test import Client
from django.urls import reverse

from loper.server.actions import replanning
from loper.server.queries.board import board
from loper.server.queries.week import week
from loper.server.records.agenda import Absence, Appointment, Technician, WorkKind
from loper.server.records.proposals import Proposal
from loper.server.records.runtime import Event
from tests.server.test_replanning import ill, two, visits
from tests.server.test_routes import HERE, TUESDAY, slot
from tests.worlds import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def planner(world: World, client: Client) -> Client:
    client.force_login(world.users["planner"], backend=BACKEND)
    return client


def pages(row: Appointment, proposal: Proposal) -> list[str]:
    return [
        reverse("planner:day"),
        reverse("planner:again"),
        reverse("planner:pin", args=[row.pk]),
        reverse("planner:ill", args=["t1"]),
        reverse("planner:absences", args=["t1"]),
        reverse("planner:take_back", args=[Absence.objects.get().pk]),
        reverse("planner:urgent"),
        reverse("planner:proposals"),
        reverse("planner:proposal", args=[proposal.pk]),
        reverse("planner:propose_again", args=[proposal.pk]),
        reverse("planner:move", args=[row.pk]) + "?to=hands:t2",
        reverse("planner:kinds"),
        reverse("planner:new_kind"),
    ]


@pytest.mark.parametrize("role", ["agent", "technician", "director", "analyst", "admin", ""])
def test_other_roles_and_strangers_get_nothing_and_change_nothing(world: World, client: Client, role: str) -> None:
    two(world)
    (row,) = visits(world, 10)
    proposal = ill(world).proposal
    assert proposal is not None
    stood = (list(Appointment.objects.values()), Absence.objects.count(), Proposal.objects.count())
    if role:
        client.force_login(world.users[role], backend=BACKEND)
    for url in pages(row, proposal):
        for answer in (client.get(url), client.post(url, {"do": "accept", "to": "hands:t2", "sequence": "0"})):
            assert answer.status_code in (405, 403 if role else 302)
            assert answer.status_code != 302 or "login" in answer.headers["Location"]
    assert (list(Appointment.objects.values()), Absence.objects.count(), Proposal.objects.count()) == stood


def test_looking_changes_nothing(world: World, planner: Client) -> None:
    two(world)
    (row,) = visits(world, 10)
    proposal = ill(world).proposal
    assert proposal is not None
    stood = (list(Appointment.objects.values()), list(Proposal.objects.values()), Absence.objects.count())
    for url in pages(row, proposal):
        answer = planner.get(url, {"do": "accept", "sequence": "0", "to": "hands:t2", "case": row.case})
        assert answer.status_code in (200, 405)
    assert (list(Appointment.objects.values()), list(Proposal.objects.values()), Absence.objects.count()) == stood


@pytest.mark.parametrize(
    "to", ["hands:", "hands:nobody", "hands:t1", "x", "", "20260908T0800Z/20260908T0600Z", "hands:<script>", "é" * 300]
)
def test_a_move_to_nowhere_is_refused_kindly(world: World, planner: Client, to: str) -> None:
    two(world)
    (row,) = visits(world, 10)
    url = reverse("planner:move", args=[row.pk])
    assert planner.get(url, {"to": to}).status_code == 200
    answer = planner.post(url, {"to": to, "sequence": "0"})
    assert answer.status_code == 409 and "<script>" not in answer.content.decode().split("<main")[1].split("</main")[0]
    moved = Appointment.objects.get()
    assert (moved.technician.key, moved.sequence) == ("t1", 0)


@pytest.mark.parametrize("sequence", ["", "1", "x", "-1", "9" * 30])
def test_what_a_colleague_moved_meanwhile_is_not_moved_blindly(world: World, planner: Client, sequence: str) -> None:
    two(world)
    (row,) = visits(world, 10)
    url = reverse("planner:move", args=[row.pk])
    assert planner.post(url, {"to": "hands:t2", "sequence": sequence}).status_code == 409
    assert Appointment.objects.get().technician.key == "t1"


def test_another_block_tells_the_customer_and_the_same_does_not(world: World, planner: Client) -> None:
    two(world)
    (row,) = visits(world, 10)
    url = reverse("planner:move", args=[row.pk])
    planner.post(url, {"to": "hands:t2", "sequence": "0"})
    assert Event.objects.filter(case=row.case, type="appointment.made").count() == 1
    planner.post(url, {"to": str(slot(13, technician="t2")), "sequence": "1"})
    assert Event.objects.filter(case=row.case, type="appointment.made").count() == 2
    assert Appointment.objects.get().start == slot(13).start


@pytest.mark.parametrize("day", ["2026-13-40", "x", "", "0001-01-01", "9999-12-31", "2026-10-25"])
def test_a_day_that_does_not_exist_or_has_two_twos_shows_a_board(world: World, planner: Client, day: str) -> None:
    two(world)
    assert planner.get(reverse("planner:day"), {"day": day}).status_code == 200
    assert planner.post(reverse("planner:again"), {"day": day}).status_code == 302


def test_a_proposal_that_is_not_there_is_not_found(world: World, planner: Client) -> None:
    for name in ("planner:proposal", "planner:propose_again"):
        assert planner.post(reverse(name, args=[99]), {"do": "accept"}).status_code in (404, 409)
    assert planner.get(reverse("planner:proposal", args=[99])).status_code == 404
    assert planner.post(reverse("planner:ill", args=["nobody"])).status_code == 302
    assert planner.get(reverse("planner:absences", args=["nobody"])).status_code == 404


def test_the_board_says_what_is_late_as_it_goes(world: World) -> None:
    sam, _noor = two(world)
    visits(world, 8, 8)
    assert not board(TUESDAY).danger
    world.time.at = datetime.combine(TUESDAY, time(9, 30), HERE)  # and Sam has not begun
    found = board(TUESDAY)
    assert [lane.technician for lane, _stop in found.danger] == [sam]
    assert found.danger[0][1].expected is not None and found.danger[0][1].expected > found.danger[0][1].end


def test_a_week_of_routes_is_not_called_empty(world: World) -> None:
    two(world)
    assert not week(TUESDAY).empty and not week(TUESDAY).blocks


def test_a_kind_of_work_is_kept_and_taken_out(world: World, planner: Client) -> None:
    form = {"title": "Lekkage", "name": "leak", "minutes": "90", "people": "2", "skills": ["plumbing"],
            "material": "siphon, tape, siphon"}  # fmt: skip
    assert planner.post(reverse("planner:new_kind"), form).status_code == 302
    kind = WorkKind.objects.get()
    assert (kind.minutes, kind.people, kind.material) == (90, 2, ["siphon", "tape"])
    assert planner.post(reverse("planner:new_kind"), form).status_code == 422  # of that name there is one
    wrong = {**form, "minutes": "0", "people": "9", "name": "a b", "title": ""}
    assert planner.post(reverse("planner:kind", args=[kind.pk]), wrong).status_code == 422
    assert planner.post(reverse("planner:kind", args=[kind.pk]), {"do": "drop"}).status_code == 302
    assert not WorkKind.objects.exists()


def test_everything_that_is_wrong_with_how_somebody_works_is_said_at_once(world: World, planner: Client) -> None:
    form = {
        "name": "Sam", "from_monday": "17:00", "until_monday": "08:00", "from_tuesday": "08:00", "area": "35, x",
        "lunch_from": "12:00", "active": "on",
    }  # fmt: skip
    answer = planner.post(reverse("planner:technician", args=["t1"]), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count('class="wrong"') >= 4
    assert Technician.objects.get(key="t1").hours == {}


def test_an_urgent_job_by_the_page_waits_for_a_yes(world: World, planner: Client) -> None:
    two(world)
    world.time.at = datetime.combine(TUESDAY, time(9), HERE)
    key = world.report()
    answer = planner.post(reverse("planner:urgent"), {"case": f" {key} "})
    assert answer.status_code == 302 and not Appointment.objects.exists()
    proposal = Proposal.objects.get()
    planner.post(reverse("planner:proposal", args=[proposal.pk]), {"do": "accept"})
    assert Appointment.objects.get().case == key
    assert planner.post(reverse("planner:urgent"), {"case": "<b>"}).status_code == 422
    with pytest.raises(replanning.Refused):
        replanning.accept(actor=world.staff("planner"), proposal=proposal.pk)
