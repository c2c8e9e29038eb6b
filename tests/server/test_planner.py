"""The planner's blocks: opened, closed, never overlapping; a booking moved, and its customer told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from loper.server.actions import agenda, cases, planning
from loper.server.actions.refused import Refused
from loper.server.queries.offers import free_days
from loper.server.queries.week import week
from loper.server.queries.work import Work
from loper.server.records.agenda import Appointment, Block, Technician
from loper.server.records.runtime import Event
from loper.server.security import CONTENT_POLICY, policy_with_tiles
from tests.worlds import World

MORNING, NOON = (time(8), time(10)), (time(10), time(12))


@pytest.fixture
def bo(world: World) -> Technician:
    """A technician who has no blocks yet."""
    return Technician.objects.create(key="bo", name="Bo Visser")


@pytest.fixture
def planner(world: World, client: Client) -> Client:
    client.force_login(world.users["planner"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def open_for(world: World, technician: Technician, *spans: tuple[time, time], day: int = 10) -> agenda.Opened:
    return agenda.open_blocks(
        actor=world.staff("planner"), technician=technician, days=[date(2026, 9, day)], times=spans
    )


def test_blocks_opened_twice_are_there_once(world: World, bo: Technician) -> None:
    assert open_for(world, bo, MORNING, NOON) == agenda.Opened(made=2)
    assert open_for(world, bo, MORNING, NOON) == agenda.Opened(there=2)


def test_a_block_begins_when_the_clock_on_the_wall_says_so_in_summer_and_winter(world: World, bo: Technician) -> None:
    days = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]  # the clock goes back on the 25th
    agenda.open_blocks(actor=world.staff("planner"), technician=bo, days=days, times=[MORNING])
    zone = ZoneInfo("Europe/Amsterdam")
    hours = {block.start.astimezone(zone).hour for block in Block.objects.filter(technician=bo)}
    assert hours == {8}


def test_nobody_is_in_two_places_at_once(world: World, bo: Technician) -> None:
    open_for(world, bo, MORNING)
    result = open_for(world, bo, (time(9), time(11)), (time(8), time(9)), NOON)
    assert result == agenda.Opened(made=1, there=1, overlap=1)
    assert Block.objects.filter(technician=bo).count() == 2


def test_a_closed_block_cannot_be_booked_and_opens_again(world: World, bo: Technician) -> None:
    open_for(world, bo, MORNING)
    block, key = Block.objects.get(technician=bo), world.report()
    agenda.close_block(actor=world.staff("planner"), block=block.pk)
    with pytest.raises(Refused):
        cases.book(actor=world.customer_of(key), case=key, block=block.slot)
    free = [choice.slot for day in free_days(Work(case="x"), technician=block.technician.key) for choice in day.choices]
    assert block.slot not in free
    assert open_for(world, bo, MORNING) == agenda.Opened(made=1)
    assert cases.book(actor=world.customer_of(key), case=key, block=block.slot).block_id == block.pk


def test_a_block_with_a_booking_does_not_close_and_says_why(world: World) -> None:
    key = world.report()
    block = world.book(key)
    for close in (agenda.close_block, lambda **how: agenda.change_capacity(**how, capacity=0)):
        with pytest.raises(Refused, match="1"):
            close(actor=world.staff("planner"), block=block.pk)
    assert Block.objects.get(pk=block.pk).capacity == 1


def test_the_room_of_a_block_never_goes_below_its_bookings(world: World) -> None:
    block = world.blocks()[0]
    agenda.change_capacity(actor=world.staff("planner"), block=block.pk, capacity=3)
    for _customer in range(2):
        key = world.report()
        cases.book(actor=world.customer_of(key), case=key, block=block.slot)
    with pytest.raises(Refused):
        agenda.change_capacity(actor=world.staff("planner"), block=block.pk, capacity=1)
    agenda.change_capacity(actor=world.staff("planner"), block=block.pk, capacity=2)
    key = world.report()
    with pytest.raises(Refused):
        cases.book(actor=world.customer_of(key), case=key, block=block.slot)


def test_days_of_somebody_ill_close_but_for_what_is_booked(world: World) -> None:
    key = world.report()
    block = world.book(key)
    day = block.start.date()
    result = agenda.close_blocks(
        actor=world.staff("planner"), technician=world.technician, days=[day, day + timedelta(days=1)]
    )
    assert result.closed == 7
    assert [one.pk for one in result.booked] == [block.pk]
    open_ones = Block.objects.filter(technician=world.technician, start__date=day, capacity__gt=0)
    assert [one.pk for one in open_ones] == [block.pk]


def test_only_a_planner_changes_blocks(world: World, bo: Technician) -> None:
    block = world.blocks()[0]
    for role in ("agent", "technician", "director", "analyst"):
        actor = world.staff(role)
        with pytest.raises(PermissionDenied):
            agenda.open_blocks(actor=actor, technician=bo, days=[date(2026, 9, 10)], times=[MORNING])
        with pytest.raises(PermissionDenied):
            agenda.close_block(actor=actor, block=block.pk)
        with pytest.raises(PermissionDenied):
            planning.keep_technician(actor=actor, name="X")
        with pytest.raises(PermissionDenied):
            planning.move(actor=actor, appointment=1, sequence=0, block=block.slot)


# -- a booking moves -------------------------------------------------------------------------------------------------


def test_a_moved_booking_frees_its_old_time_and_its_customer_hears_it(world: World) -> None:
    key = world.report()
    old = world.book(key)
    world.work()
    booked, other = Appointment.objects.get(case=key), world.blocks(world.other_technician)[3]
    planning.move(actor=world.staff("planner"), appointment=booked.pk, sequence=0, block=other.slot)
    world.work()
    moved = Appointment.objects.get(case=key)
    assert (moved.uid, moved.sequence, moved.technician.key) == (booked.uid, 1, "t2")
    assert [Block.objects.get(pk=one).taken for one in (old.pk, other.pk)] == [0, 1]
    last = Event.objects.filter(case=key, type="appointment.made").order_by("number").last()
    assert last is not None
    assert last.emitter == "planner"
    assert world.email.sent[-1].subject.startswith("Uw afspraak")


def test_a_booking_that_somebody_moved_meanwhile_is_not_moved_blindly(world: World) -> None:
    key = world.report()
    world.book(key)
    booked = Appointment.objects.get(case=key)
    cases.book(actor=world.customer_of(key), case=key, block=world.blocks()[4].slot)
    with pytest.raises(Refused):
        planning.move(actor=world.staff("planner"), appointment=booked.pk, sequence=0, block=world.blocks()[2].slot)
    cases.withdraw(actor=world.customer_of(key), case=key)
    with pytest.raises(Refused):
        planning.move(actor=world.staff("planner"), appointment=booked.pk, sequence=1, block=world.blocks()[2].slot)


def test_a_full_block_takes_no_moved_booking_and_the_old_time_stays(world: World) -> None:
    keys = [world.report() for _customer in range(2)]
    for number, key in enumerate(keys):
        cases.book(actor=world.customer_of(key), case=key, block=world.blocks()[number].slot)
    first, second = (Appointment.objects.get(case=key) for key in keys)
    with pytest.raises(Refused):
        planning.move(actor=world.staff("planner"), appointment=second.pk, sequence=0, block=first.slot)
    assert Appointment.objects.get(pk=second.pk).block_id == second.block_id
    assert Block.objects.get(pk=second.block_id).taken == 1


def test_a_technician_with_bookings_is_not_taken_out(world: World) -> None:
    key = world.report()
    world.book(key)
    with pytest.raises(Refused):
        planning.keep_technician(actor=world.staff("planner"), technician=world.technician.pk, name="Sam", active=False)
    assert Technician.objects.get(pk=world.technician.pk).active


# -- the pages -------------------------------------------------------------------------------------------------------


def test_the_week_shows_who_is_booked_where(world: World, planner: Client) -> None:
    key = world.report()
    block = world.book(key)
    page = planner.get(reverse("planner:week")).content.decode()
    assert "Jo Jansen" in page
    assert reverse("planner:block", args=[block.pk]) in page
    assert "Jo Jansen" not in planner.get(reverse("planner:week") + "?technician=t2").content.decode()


def test_the_week_counts_the_places_that_are_left(world: World) -> None:
    world.book(world.report())
    found = week(date(2026, 9, 7))
    assert found.free == (0, 7, 8, 8, 8)  # Tuesday has eight blocks, one of them taken


@pytest.mark.parametrize("day", ["2026-13-40", "x", "", "0001-01-01", "9999-12-31"])
def test_a_week_that_does_not_exist_is_this_week(world: World, planner: Client, day: str) -> None:
    answer = planner.get(reverse("planner:week"), {"day": day, "technician": "nobody"})
    assert "Week 37" in answer.content.decode()


@pytest.mark.parametrize("role", ["agent", "technician", "director", "analyst", "admin"])
def test_other_roles_do_not_see_the_calendar(world: World, client: Client, role: str) -> None:
    client.force_login(world.users[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    key = world.report()
    block = world.book(key)
    row = Appointment.objects.get(case=key)
    for url in (
        reverse("planner:week"),
        reverse("planner:span"),
        reverse("planner:block", args=[block.pk]),
        reverse("planner:move", args=[row.pk]),
        reverse("planner:technicians"),
    ):
        assert client.get(url).status_code == 403


def test_blocks_are_opened_by_the_form_but_not_on_a_holiday(world: World, bo: Technician, planner: Client) -> None:
    form = {
        "technicians": ["bo"], "first": "2026-12-21", "last": "2026-12-31", "weekdays": ["0", "1", "2", "3", "4"],
        "start_0": "08:00", "end_0": "10:00", "capacity": "2", "skip_holidays": "on", "do": "open",
    }  # fmt: skip
    assert planner.post(reverse("planner:span"), form).status_code == 302
    days = {block.start.date().day for block in Block.objects.filter(technician=bo, capacity=2)}
    assert days == {21, 22, 23, 24, 28, 29, 30, 31}  # the 25th is Christmas Day, a Friday


def test_everything_that_is_wrong_in_the_form_is_said_at_once(world: World, planner: Client) -> None:
    before = Block.objects.count()
    form = {
        "first": "2026-09-20", "last": "2026-09-10", "start_0": "10:00", "end_0": "09:00", "start_1": "12:00",
        "capacity": "0", "do": "open",
    }  # fmt: skip
    answer = planner.post(reverse("planner:span"), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    for text in ("voor de eerste dag", "niet later dan", "beide tijden"):
        assert text in page
    assert Block.objects.count() == before


def test_closing_by_the_form_names_the_blocks_that_are_booked(world: World, planner: Client) -> None:
    world.book(world.report())
    form = {
        "technicians": ["t1"], "first": "2026-09-08", "last": "2026-09-08", "weekdays": ["1"], "capacity": "1",
        "do": "close",
    }  # fmt: skip
    page = planner.post(reverse("planner:span"), form, follow=True).content.decode()
    assert "3 blokken zijn gesloten." in page
    assert "Sam de Vries, dinsdag 8 september 08:00" in page


def test_looking_at_the_calendar_changes_nothing(world: World, planner: Client) -> None:
    key = world.report()
    block, before = world.book(key), list(Block.objects.values_list("pk", "capacity", "taken"))
    row = Appointment.objects.get(case=key)
    planner.get(reverse("planner:block", args=[block.pk]) + "?do=close&capacity=9")
    planner.get(reverse("planner:move", args=[row.pk]) + f"?block={world.blocks()[3].pk}&sequence=0")
    planner.get(reverse("planner:span") + "?do=open")
    assert list(Block.objects.values_list("pk", "capacity", "taken")) == before
    assert Appointment.objects.get(pk=row.pk).block_id == block.pk


@pytest.mark.parametrize("capacity", ["", "0", "21", "-1", "²", "1e3", "99999999999999999999"])
def test_a_capacity_that_makes_no_sense_is_refused(world: World, planner: Client, capacity: str) -> None:
    block = world.blocks()[0]
    answer = planner.post(reverse("planner:block", args=[block.pk]), {"capacity": capacity})
    assert answer.status_code == 409
    assert Block.objects.get(pk=block.pk).capacity == 1


def test_a_new_installation_begins_with_a_technician(world: World, planner: Client) -> None:
    account = world.users["technician"]
    Technician.objects.update(user=None)
    form = {"name": "Bo Visser", "skills": ["heating"], "phone": "06 12345678", "user": account.pk, "active": "on"}
    assert planner.post(reverse("planner:new_technician"), form).status_code == 302
    made = Technician.objects.get(name="Bo Visser")
    assert (made.skills, made.phone, made.user_id) == (["heating"], "+31612345678", account.pk)
    again = planner.post(reverse("planner:new_technician"), {"name": "", "phone": "12", "active": "on"})
    assert again.status_code == 422


def test_times_in_the_calendar_are_those_on_the_wall(world: World) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    starts = [slot.start.astimezone(zone) for slot in week(date(2026, 9, 7)).rows[0].cells[1].blocks]
    assert starts[0] == datetime(2026, 9, 8, 8, 0, tzinfo=zone)


@pytest.mark.parametrize(
    "tiles", ["", "tiles.example.nl", "javascript:alert(1)", "https://x.nl; script-src *", "https://a b/", "//x.nl/"]
)
def test_only_the_name_of_a_map_server_ever_reaches_the_content_policy(settings: Any, tiles: str) -> None:
    settings.LOPER_TILES = tiles
    assert policy_with_tiles() == CONTENT_POLICY
    settings.LOPER_TILES = "https://tiles.example.nl:8443/{z}/{x}/{y}.png"
    assert "img-src 'self' data: https://tiles.example.nl:8443;" in policy_with_tiles()
