"""Complex-wide work: each home a case and a block of its own, within the room there is; what has no place is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from loper.server.actions import complexes
from loper.server.actions.refused import Refused
from loper.server.queries.complexes import progress
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.complexes import ComplexWork
from loper.server.records.runtime import Case
from tests.server.test_routes import by_route, kept
from tests.worlds import World

TUESDAY, WEDNESDAY = date(2026, 9, 8), date(2026, 9, 9)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sam(world: World) -> Technician:
    sam = by_route(world)
    sam.skills = []
    sam.save()
    return sam


def begin(world: World, homes: int, days: list[date], role: str = "agent") -> ComplexWork:
    return complexes.begin(
        actor=world.staff(role),
        title="New taps",
        journey="repair",
        kind="",
        homes=[("3511AB", str(number)) for number in range(1, homes + 1)],
        days=days,
    )


def test_every_home_has_a_case_and_a_block_of_its_own(world: World, sam: Technician) -> None:
    work = begin(world, 5, [TUESDAY])
    assert complexes.place(actor=world.staff("agent"), work=work.pk) == 5
    rows = Appointment.objects.filter(case__in=work.homes.values("case"))
    assert rows.count() == 5 and {one.start.date() for one in rows} == {TUESDAY}
    assert set(Case.objects.filter(key__in=work.homes.values("case")).values_list("stage", flat=True)) == {"planned"}
    assert kept(TUESDAY)


def test_no_more_than_fits_and_the_rest_is_said(world: World, sam: Technician) -> None:
    work = begin(world, 15, [TUESDAY])
    placed = complexes.place(actor=world.staff("agent"), work=work.pk)
    found = progress(work)
    assert 3 <= placed < 15 and (found.planned, found.stuck) == (placed, 15 - placed)
    assert kept(TUESDAY)
    ComplexWork.objects.update(days=[TUESDAY.isoformat(), WEDNESDAY.isoformat()])
    again = complexes.place(actor=world.staff("agent"), work=work.pk)  # looked at again, with another day
    assert again >= 3 and progress(ComplexWork.objects.get()).planned == placed + again


def test_placed_twice_nobody_has_two_visits(world: World, sam: Technician) -> None:
    work = begin(world, 3, [TUESDAY])
    assert [complexes.place(actor=world.staff("agent"), work=work.pk) for _twice in range(2)] == [3, 0]
    assert Appointment.objects.count() == 3


def test_addresses_are_read_and_all_that_are_none_are_said() -> None:
    assert complexes.read_homes("1234 ab 12\n\n1234AB, 12 a\n1234 AB 12") == [("1234AB", "12"), ("1234AB", "12A")]
    with pytest.raises(Refused) as wrong:
        complexes.read_homes("1234 AB 12\nDorpsstraat 3\n0000 AB 1")
    assert "line 2" in wrong.value.sentence and "line 3" in wrong.value.sentence


def test_a_planner_cannot_say_what_only_agents_report(world: World, sam: Technician) -> None:
    with pytest.raises(Refused, match="role"):
        begin(world, 1, [TUESDAY], role="planner")
    with pytest.raises(PermissionDenied):
        begin(world, 1, [TUESDAY], role="technician")
    with pytest.raises(Refused, match="days"):
        begin(world, 1, [date(2026, 9, 1)])
    assert not Case.objects.exists() and not ComplexWork.objects.exists()


def test_the_page_from_list_to_progress(client: Client, world: World, sam: Technician) -> None:
    client.force_login(world.users["agent"])
    assert client.get("/planner/complexes").status_code == 200
    given = {
        "title": "Taps",
        "journey": "repair",
        "first": "2026-09-08",
        "last": "2026-09-09",
        "homes": "3511 AB 1\n3511 AB 2",
    }
    assert client.post("/planner/complexes/new", {**given, "homes": "nowhere"}).status_code == 422
    assert client.post("/planner/complexes/new", {**given, "journey": "complaint"}).status_code == 422  # no visits
    answer = client.post("/planner/complexes/new", given)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert Appointment.objects.count() == 2
    client.force_login(world.users["analyst"])
    for path in ("/planner/complexes", "/planner/complexes/new", answer["Location"]):
        assert client.get(path).status_code == 403
    assert client.post(f"{answer['Location']}/place").status_code == 403


def test_agreed_blocks_are_filled_too(world: World) -> None:
    Technician.objects.update(skills=[])
    work = begin(world, 10, [TUESDAY])
    assert complexes.place(actor=world.staff("agent"), work=work.pk) == 8  # two technicians with four blocks each
    assert progress(work).stuck == 2
