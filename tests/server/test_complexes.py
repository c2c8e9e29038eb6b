"""Complex-wide work: each home a case and a block of its own, within the room there is; what has no place is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from loper.server.actions import complexes
from loper.server.actions.refused import Refused
from loper.server.queries.complexes import progress
from loper.server.records.agenda import Appointment, Technician, WorkKind
from loper.server.records.complexes import ComplexWork
from loper.server.records.runtime import Case
from tests.server.test_field_together import at_once, surprises
from tests.server.test_routes import HOURS, book, by_route, kept, slot
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


def seek() -> None:
    """The worker does what there is to do."""
    while complexes.go_on():
        pass


def placed(work: ComplexWork) -> int:
    return Appointment.objects.filter(case__in=work.homes.values("case"), status=Appointment.BOOKED).count()


def test_every_home_has_a_case_and_a_block_of_its_own(world: World, sam: Technician) -> None:
    work = begin(world, 5, [TUESDAY])
    seek()
    rows = Appointment.objects.filter(case__in=work.homes.values("case"))
    assert rows.count() == 5 and {one.start.date() for one in rows} == {TUESDAY}
    assert set(Case.objects.filter(key__in=work.homes.values("case")).values_list("stage", flat=True)) == {"planned"}
    assert kept(TUESDAY)


def test_no_more_than_fits_and_the_rest_is_said(world: World, sam: Technician) -> None:
    work = begin(world, 15, [TUESDAY])
    seek()
    found, some = progress(work), placed(work)
    assert 3 <= some < 15 and (found.planned, found.stuck, found.waiting) == (some, 15 - some, 0)
    assert kept(TUESDAY)
    ComplexWork.objects.update(days=[TUESDAY.isoformat(), WEDNESDAY.isoformat()])
    seek()
    assert placed(work) == some  # nobody asked for it
    complexes.look(actor=world.staff("agent"), work=work.pk)
    seek()
    assert placed(work) >= some + 3 and progress(ComplexWork.objects.get()).planned == placed(work)


def eighty(world: World) -> list[date]:
    """Two technicians by route with room for eighty short visits on these days."""
    WorkKind.objects.create(name="other", minutes=30)
    by_route(world, only=False)
    Technician.objects.update(skills=[], hours=HOURS, postcode="3511AB", lat=52.09, lon=5.12)
    return [date(2026, 9, day) for day in (8, 9, 10, 11, 14, 15)]


def test_eighty_homes_in_one_press_each_their_own_case_and_block(client: Client, world: World) -> None:
    days = eighty(world)
    client.force_login(world.users["agent"])
    form = client.get("/planner/complexes/new").content.decode()
    (once,) = re.findall(r'name="once" value="([0-9a-f]+)"', form)
    given = {
        "title": "Smoke alarms",
        "journey": "repair",
        "kind": "other",
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "homes": "\n".join(f"3511 AB {number}" for number in range(1, 81)),
        "once": once,
    }
    pages = [client.post("/planner/complexes/new", given)["Location"] for _twice in range(2)]  # an impatient press
    assert len(set(pages)) == 1 and ComplexWork.objects.count() == 1 and Case.objects.count() == 80
    bar = client.get(pages[0]).content.decode()
    assert 'max="80" value="0"' in bar and "U kunt van deze pagina weg" in bar
    for _home in range(30):
        assert complexes.go_on()
    client.post(f"{pages[0]}/place")  # pressed again, half-way
    assert 'max="80" value="30"' in client.get(pages[0], headers={"HX-Request": "true"}).content.decode()
    seek()  # another worker goes on
    work = ComplexWork.objects.get()
    assert work.looking is None and placed(work) == 80
    rows = Appointment.objects.filter(case__in=work.homes.values("case"))
    assert rows.count() == 80 and len(set(rows.values_list("case", flat=True))) == 80
    assert set(rows.values_list("sequence", flat=True)) == {0}  # nobody was moved
    assert set(Case.objects.values_list("stage", flat=True)) == {"planned"}
    assert all(kept(day) for day in days)
    done = client.get(pages[0], headers={"HX-Request": "true"})
    assert "every 2s" not in done.content.decode() and done.content.decode().count("tag good") == 80


def test_who_chose_a_time_meanwhile_keeps_it(world: World, sam: Technician) -> None:
    work = begin(world, 3, [TUESDAY, WEDNESDAY])
    home = work.homes.order_by("postcode", "pk")[1]
    made = book(world, home.case, slot(13, WEDNESDAY))
    seek()
    assert placed(work) == 3
    assert (Appointment.objects.get(case=home.case).start, made.sequence) == (made.start, 0)


def test_a_home_that_goes_wrong_does_not_stop_the_others(
    world: World, sam: Technician, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = begin(world, 3, [TUESDAY])
    bad, real = work.homes.order_by("postcode", "pk")[0].case, complexes.case_view
    with monkeypatch.context() as patch:
        patch.setattr(complexes, "case_view", lambda key: 1 / 0 if key == bad else real(key))
        seek()
    assert placed(work) == 2 and work.homes.get(case=bad).why == "wrong"
    complexes.look(actor=world.staff("agent"), work=work.pk)
    seek()
    assert placed(work) == 3


def test_two_workers_at_once_give_no_home_two_blocks(real_world: World) -> None:
    by_route(real_world)
    Technician.objects.filter(key="t1").update(skills=[])
    work = begin(real_world, 6, [TUESDAY, WEDNESDAY])
    found = at_once([seek for _worker in range(3)])
    assert not surprises(found)
    rows = Appointment.objects.filter(case__in=work.homes.values("case"))
    assert rows.count() == 6 and set(rows.values_list("sequence", flat=True)) == {0} and kept(TUESDAY)


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
    seek()
    assert Appointment.objects.count() == 2
    client.force_login(world.users["analyst"])
    for path in ("/planner/complexes", "/planner/complexes/new", answer["Location"]):
        assert client.get(path).status_code == 403
    assert client.post(f"{answer['Location']}/place").status_code == 403


def test_agreed_blocks_are_filled_too(world: World) -> None:
    Technician.objects.update(skills=[])
    work = begin(world, 10, [TUESDAY])
    seek()
    assert placed(work) == 8  # two technicians with four blocks each
    assert progress(work).stuck == 2
