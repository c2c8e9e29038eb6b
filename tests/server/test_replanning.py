"""Days planned again: no promise broken, nothing done on routes that changed meanwhile, and undone as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from loper.plan.schedule import schedule
from loper.server.actions import absences, cases, nightly, planning, replanning, seats, technicians
from loper.server.actions.refused import Refused
from loper.server.actions.technicians import Working
from loper.server.queries.board import board
from loper.server.queries.board_moves import elsewhere, others, what_if
from loper.server.queries.roster import plan_of
from loper.server.records.agenda import Absence, Appointment, Block, Technician
from loper.server.records.proposals import Proposal
from loper.server.records.runtime import Event, Outbox
from loper.server.roads import travel
from tests.server.test_field_together import at_once, surprises
from tests.server.test_routes import HERE, HOURS, TUESDAY, book, by_route, slot
from tests.worlds import World


def two(world: World) -> tuple[Technician, Technician]:
    """Sam and Noor work by route, from Utrecht and from near by."""
    sam = by_route(world, only=False)
    noor = world.other_technician
    noor.hours, noor.postcode = HOURS, "3521AB"
    noor.save()
    return sam, noor


def visits(world: World, *hours: int, technician: str = "t1", day: date = TUESDAY) -> list[Appointment]:
    return [
        book(world, world.report(email=f"t{number}-{hour}@example.nl"), slot(hour, day, technician))
        for number, hour in enumerate(hours)
    ]


def promises() -> dict[int, tuple[datetime, datetime]]:
    return {row.pk: (row.start, row.end) for row in Appointment.objects.all()}


def holds(day: date = TUESDAY) -> bool:
    return all(schedule(route, travel()) is not None for route in plan_of([day]).routes)


def letters(world: World) -> list[tuple[str, ...]]:
    """Every message to a customer, gone or waiting."""
    world.work()
    return sorted(Outbox.objects.values_list("case", "touchpoint", "occasion", "status"))


def whole(day: date = TUESDAY) -> tuple[datetime, datetime]:
    return absences.whole_days(day, day)


def ill(world: World, technician: str = "t1", day: date = TUESDAY) -> absences.Away:
    start, end = whole(day)
    return absences.report(actor=world.staff("planner"), technician=technician, start=start, end=end, why="sick")


# -- somebody is ill -----------------------------------------------------------------------------------------------


def test_the_visits_of_who_is_ill_go_to_a_colleague_and_no_promise_moves(world: World) -> None:
    _sam, noor = two(world)
    visits(world, 8, 10, 13)
    before, sent = promises(), letters(world)
    away = ill(world)
    assert away.proposal is not None and len(away.proposal.after) == 3 and not away.proposal.left
    assert set(Appointment.objects.values_list("technician__key", flat=True)) == {"t1"}  # nothing has happened yet
    assert [lane.technician for lane, _stop in board(TUESDAY).danger] == [world.technician] * 3
    replanning.accept(actor=world.staff("planner"), proposal=away.proposal.pk)
    assert set(Appointment.objects.values_list("technician", flat=True)) == {noor.pk}
    assert promises() == before and holds() and not board(TUESDAY).danger
    assert letters(world) == sent  # the customers hear nothing


def test_what_nobody_can_take_is_listed_with_what_to_do(world: World) -> None:
    two(world)
    visits(world, 8, 8)
    visits(world, 8, 8, technician="t2")
    away = ill(world)
    assert away.proposal is not None
    left = away.proposal.left
    assert left and len(left) + len({k for k, v in away.proposal.after.items() if v["technician"] == "t2"}) >= 2
    assert all(one["technician"] == "t1" and one["advice"][-1]["do"] == "call" for one in left)
    replanning.accept(actor=world.staff("planner"), proposal=away.proposal.pk)
    stays = Appointment.objects.filter(technician__key="t1")
    assert {row.pk for row in stays} == {one["appointment"] for one in left}
    assert {stop.pk for _lane, stop in board(TUESDAY).danger} == {row.pk for row in stays}


def test_an_accepted_proposal_is_undone_as_it_was(world: World) -> None:
    two(world)
    rows = visits(world, 8, 10)
    away = ill(world)
    planner = world.staff("planner")
    assert away.proposal is not None
    replanning.accept(actor=planner, proposal=away.proposal.pk)
    absences.take_back(actor=planner, absence=away.absence.pk)
    with pytest.raises(replanning.Stale):  # the absence is part of what stood
        replanning.undo(actor=planner, proposal=away.proposal.pk)
    away = ill(world)
    assert away.proposal is None  # nothing of theirs to take over any more
    moved = {row.pk: row.planned for row in rows}
    assert set(moved) == set(Appointment.objects.filter(technician__key="t2").values_list("pk", flat=True))


def test_undo_gives_back_technicians_and_times_unless_something_changed_since(world: World) -> None:
    two(world)
    rows = visits(world, 8, 10)
    planner = world.staff("planner")
    stood = {row.pk: (row.technician_id, row.planned) for row in Appointment.objects.all()}
    first = ill(world).proposal
    assert first is not None
    replanning.accept(actor=planner, proposal=first.pk)
    replanning.undo(actor=planner, proposal=first.pk)
    assert {row.pk: (row.technician_id, row.planned) for row in Appointment.objects.all()} == stood
    again = replanning.for_absence(actor=planner, absence=Absence.objects.get())
    assert again is not None
    replanning.accept(actor=planner, proposal=again.pk)
    cases.cancel(actor=world.staff("agent"), case=rows[0].case)
    now = {row.pk: (row.technician_id, row.planned) for row in Appointment.objects.all()}
    with pytest.raises(replanning.Stale):
        replanning.undo(actor=planner, proposal=again.pk)
    assert {row.pk: (row.technician_id, row.planned) for row in Appointment.objects.all()} == now


def test_a_proposal_is_stale_once_a_customer_booked_on_its_routes(world: World) -> None:
    two(world)
    visits(world, 8, 10)
    proposal = ill(world).proposal
    assert proposal is not None
    visits(world, 15, technician="t2")
    stood = list(Appointment.objects.order_by("pk").values_list("technician_id", "planned"))
    with pytest.raises(replanning.Stale):
        replanning.accept(actor=world.staff("planner"), proposal=proposal.pk)
    assert list(Appointment.objects.order_by("pk").values_list("technician_id", "planned")) == stood
    assert Proposal.objects.get(pk=proposal.pk).status == Proposal.WAITING


def test_a_booking_on_another_day_makes_no_proposal_stale(world: World) -> None:
    two(world)
    visits(world, 8)
    proposal = ill(world).proposal
    assert proposal is not None
    visits(world, 10, technician="t2", day=TUESDAY + timedelta(days=1))
    assert replanning.accept(actor=world.staff("planner"), proposal=proposal.pk).status == Proposal.ACCEPTED


def test_ill_today_is_one_click_and_leaves_the_morning_that_was(world: World) -> None:
    two(world)
    world.time.at = datetime.combine(TUESDAY, time(7), HERE)
    visits(world, 13)
    away = absences.ill_today(actor=world.staff("planner"), technician="t1")
    assert away.absence.start == world.time.at and away.proposal is not None
    assert [said["technician"] for said in away.proposal.after.values()] == ["t2"]


def test_overlapping_absences_become_one(world: World) -> None:
    two(world)
    ill(world)
    start, end = whole(TUESDAY + timedelta(days=1))
    planner = world.staff("planner")
    absences.report(actor=planner, technician="t1", start=start, end=end, why="sick")
    found = Absence.objects.get()
    assert (found.start, found.end) == (whole()[0], end)
    with pytest.raises(Refused):
        absences.report(actor=planner, technician="t1", start=start, end=end, why="leave")


@pytest.mark.parametrize(("start", "end", "why"), [(2, 1, "sick"), (-9, -8, "sick"), (1, 900, "sick"), (1, 2, "x")])
def test_an_absence_that_makes_no_sense_is_refused(world: World, start: int, end: int, why: str) -> None:
    two(world)
    spans = [whole()[0] + timedelta(days=days) for days in (start, end)]
    with pytest.raises(Refused):
        absences.report(actor=world.staff("planner"), technician="t1", start=spans[0], end=spans[1], why=why)
    assert not Absence.objects.exists()


def test_of_who_works_by_agreed_blocks_the_empty_ones_close(world: World) -> None:
    key = world.report()
    world.book(key)
    away = ill(world)
    assert away.proposal is None and away.closed == 3
    assert [row.case for row in away.booked] == [key]


# -- an urgent job -------------------------------------------------------------------------------------------------


def test_an_urgent_job_is_put_in_today_and_its_customer_hears_when(world: World) -> None:
    two(world)
    world.time.at = datetime.combine(TUESDAY, time(9, 2), HERE)
    visits(world, 13)
    kept, key = promises(), world.report(email="nood@example.nl")
    planner = world.staff("planner")
    proposal = replanning.for_urgent(actor=planner, case=key.lower())
    assert proposal.urgent and not Appointment.objects.filter(case=key).exists()
    replanning.accept(actor=planner, proposal=proposal.pk)
    made = Appointment.objects.get(case=key)
    assert made.planned is not None and made.start <= made.planned <= made.end
    assert made.end - world.time.at <= timedelta(hours=2) and holds()
    assert {pk: span for pk, span in promises().items() if pk in kept} == kept
    last = Event.objects.filter(case=key, type="appointment.made").get()
    assert last.emitter == "planner"
    with pytest.raises(Refused):
        replanning.undo(actor=planner, proposal=proposal.pk)


def test_an_urgent_job_of_a_case_with_an_appointment_or_without_a_case_is_refused(world: World) -> None:
    two(world)
    (row,) = visits(world, 13)
    for case in (row.case, "X-1", "", "'; DROP TABLE"):
        with pytest.raises(Refused):
            replanning.for_urgent(actor=world.staff("planner"), case=case)


# -- with less travel ----------------------------------------------------------------------------------------------


def test_planning_a_day_again_keeps_promises_and_pins(world: World) -> None:
    two(world)
    rows = visits(world, 8, 10, 13)
    planner = world.staff("planner")
    planning.pin(actor=planner, appointment=rows[0].pk, sequence=0, pinned=True)
    kept = promises()
    proposal = replanning.propose(actor=planner, days=[TUESDAY])
    assert str(rows[0].pk) not in proposal.after
    if proposal.status == Proposal.WAITING:
        replanning.accept(actor=planner, proposal=proposal.pk)
    assert promises() == kept and holds()
    assert Appointment.objects.get(pk=rows[0].pk).technician.key == "t1"


def test_a_new_proposal_for_the_same_days_takes_the_place_of_the_old(world: World) -> None:
    two(world)
    visits(world, 8)
    away = ill(world)
    again = replanning.for_absence(actor=world.staff("planner"), absence=away.absence)
    assert away.proposal is not None and again is not None
    assert Proposal.objects.get(pk=away.proposal.pk).status == Proposal.OLD
    with pytest.raises(Refused):
        replanning.accept(actor=world.staff("planner"), proposal=away.proposal.pk)


# -- one visit moved -----------------------------------------------------------------------------------------------


def test_handing_over_inside_the_promise_tells_the_customer_nothing(world: World) -> None:
    two(world)
    (row,) = visits(world, 10)
    told = letters(world)
    assert [(one.technician.key, one.why) for one in others(row)] == [("t2", "")]
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    moved = Appointment.objects.get()
    assert (moved.technician.key, moved.start, moved.end, moved.sequence) == ("t2", row.start, row.end, 1)
    assert letters(world) == told and holds()


def test_what_does_not_fit_is_not_offered_and_says_why(world: World) -> None:
    _sam, noor = two(world)
    noor.skills = ["heating"]
    noor.save()
    (row,) = visits(world, 10)
    (other,) = others(row)
    assert other.why == "kan dit werk niet"
    with pytest.raises(Refused):
        planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    days = elsewhere(row)
    assert days and all(choice.technician == "Sam de Vries" for day in days for choice in day.free)


def test_what_if_says_the_extra_travel_and_changes_nothing(world: World) -> None:
    two(world)
    (row,) = visits(world, 10)
    stood = list(Appointment.objects.values())
    found = what_if(row, technician="t2")
    assert found is not None and not found.tells and found.extra > 0 and found.saved > 0
    moved = what_if(row, slot=slot(13))
    assert moved is not None and moved.tells
    assert list(Appointment.objects.values()) == stood


# -- together, and against who may not ------------------------------------------------------------------------------


def test_of_two_planners_who_accept_at_once_one_does(real_world: World) -> None:
    world = real_world
    two(world)
    visits(world, 8, 10)
    proposal = ill(world).proposal
    assert proposal is not None
    planner = world.staff("planner")

    def accepts() -> Callable[[], object]:
        return lambda: replanning.accept(actor=planner, proposal=proposal.pk)

    found = at_once([accepts() for _planner in range(4)])
    assert not surprises(found)
    assert sum(isinstance(one, Proposal) for one in found) == 1 and holds()


def test_two_planners_who_hand_over_one_visit_do_it_once(real_world: World) -> None:
    world = real_world
    two(world)
    (row,) = visits(world, 10)
    planner = world.staff("planner")

    def gives() -> Callable[[], object]:
        return lambda: planning.hand_over(actor=planner, appointment=row.pk, sequence=0, technician="t2")

    found = at_once([gives() for _planner in range(3)])
    assert not surprises(found)
    assert sum(isinstance(one, Appointment) for one in found) == 1
    assert Appointment.objects.get().sequence == 1 and holds()


@pytest.mark.parametrize("role", ["agent", "technician", "director", "analyst", "admin"])
def test_who_does_not_plan_changes_nothing(world: World, role: str) -> None:
    two(world)
    (row,) = visits(world, 10)
    proposal, actor = ill(world).proposal, world.staff(role)
    assert proposal is not None
    start, end = whole()
    acts: list[Callable[[], object]] = [
        lambda: replanning.accept(actor=actor, proposal=proposal.pk),
        lambda: replanning.refuse(actor=actor, proposal=proposal.pk),
        lambda: replanning.undo(actor=actor, proposal=proposal.pk),
        lambda: replanning.propose(actor=actor, days=[TUESDAY]),
        lambda: replanning.for_urgent(actor=actor, case=row.case),
        lambda: absences.report(actor=actor, technician="t2", start=start, end=end, why="sick"),
        lambda: absences.ill_today(actor=actor, technician="t2"),
        lambda: absences.take_back(actor=actor, absence=Absence.objects.get().pk),
        lambda: planning.hand_over(actor=actor, appointment=row.pk, sequence=0, technician="t2"),
        lambda: planning.pin(actor=actor, appointment=row.pk, sequence=0, pinned=True),
    ]
    if role != "admin":
        acts.append(lambda: technicians.keep_kind(actor=actor, name="x"))
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert Absence.objects.count() == 1 and Appointment.objects.get().technician.key == "t1"


# -- how technicians work -------------------------------------------------------------------------------------------


def test_who_gets_hours_keeps_what_is_booked_in_blocks(world: World) -> None:
    key = world.report()
    world.book(key)
    sam = world.technician
    technicians.keep_technician(
        actor=world.staff("planner"),
        technician=sam.pk,
        name=sam.name,
        skills=sam.skills,
        user=sam.user,
        working=Working(hours={"tuesday": ("08:00", "16:30")}, postcode="3511 ab", house_number="1"),
    )
    row = Appointment.objects.get(case=key)
    assert row.block_id is None and row.planned is not None and holds()
    assert not Block.objects.filter(technician=sam, taken__gt=0).exists()
    sam.refresh_from_db()
    assert sam.lat == pytest.approx(52.1, abs=0.1)
    with pytest.raises(Refused):
        technicians.keep_technician(
            actor=world.staff("planner"), technician=sam.pk, name=sam.name, working=Working(postcode="3511AB")
        )


@pytest.mark.parametrize("postcode", ["", "1234", "x", "0000AA"])
def test_hours_ask_for_a_place_that_is_known(world: World, postcode: str) -> None:
    with pytest.raises(Refused) as wrong:
        technicians.keep_technician(
            actor=world.staff("planner"),
            technician=world.technician.pk,
            name="Sam",
            working=Working(hours={"monday": ("08:00", "16:00")}, postcode=postcode),
        )
    assert wrong.value.field == "postcode"


# -- by the worker ---------------------------------------------------------------------------------------------------


def crossed(world: World) -> list[Appointment]:
    """Two days' routes that cross: planned again, each technician has less to drive."""
    sam, noor = two(world)
    sam.postcode, noor.postcode = "3511AB", "3811AB"
    sam.save()
    noor.save()
    rows = [
        book(world, world.report(email=f"t{n}@example.nl"), slot(10, TUESDAY, key))
        for n, key in enumerate(("t1", "t2"))
    ]
    for row, postcode, place in zip(rows, ("3811AB", "3511AB"), ((52.155, 5.39), (52.09, 5.11)), strict=True):
        Appointment.objects.filter(pk=row.pk).update(postcode=postcode, lat=place[0], lon=place[1])
    for key in ("t1", "t2"):
        planning_days = [(Technician.objects.get(key=key).pk, TUESDAY)]
        seats.retime(planning_days)
    return rows


def night(hour: int = 2) -> datetime:
    return datetime.combine(TUESDAY, time(hour), HERE)


def test_at_night_a_better_plan_is_put_in_force_by_itself_once(world: World) -> None:
    rows, kept = crossed(world), promises()
    world.time.at = night()
    made = nightly.go_on()
    assert made is not None and made.status == Proposal.ACCEPTED and made.decided_by == "Loper"
    assert made.travel_after < made.travel_before and promises() == kept and holds()
    assert [Appointment.objects.get(pk=row.pk).technician.key for row in rows] == ["t2", "t1"]
    assert nightly.go_on() is None


def test_by_day_a_better_plan_waits_for_the_planner(world: World, settings: Any) -> None:
    crossed(world)
    settings.LOPER_REPLAN_EVERY = 3
    assert nightly.go_on() is None  # two bookings are not three
    settings.LOPER_REPLAN_EVERY = 2
    made = nightly.go_on()
    assert made is not None and (made.status, made.reason) == (Proposal.WAITING, Proposal.BOOKINGS)
    assert nightly.go_on() is None
    assert [row.technician.key for row in Appointment.objects.order_by("pk")] == ["t1", "t2"]


def test_of_two_workers_one_plans_the_night(real_world: World) -> None:
    crossed(real_world)
    real_world.time.at = night()
    found = at_once([nightly.go_on, nightly.go_on, nightly.go_on])
    assert not surprises(found)
    assert Proposal.objects.filter(reason=Proposal.NIGHT).count() == 1


def test_the_night_is_not_planned_by_day_nor_when_it_is_switched_off(world: World, settings: Any) -> None:
    crossed(world)
    world.time.at = night(7)
    assert nightly.go_on() is None
    world.time.at, settings.LOPER_REPLAN_AT = night(), ""
    assert nightly.go_on() is None


@pytest.mark.parametrize(("name", "value"), [("AT", "25:00"), ("AT", "x"), ("EVERY", -1), ("DAYS", 0)])
def test_settings_that_make_no_sense_stop_the_worker(settings: Any, name: str, value: object) -> None:
    setattr(settings, f"LOPER_REPLAN_{name}", value)
    with pytest.raises(ValueError, match="LOPER_REPLAN"):
        nightly.check()


def test_customers_planners_and_a_proposal_at_once_break_no_promise(real_world: World) -> None:
    world = real_world
    two(world)
    rows = visits(world, 8, 8, 10, 10, 13) + visits(world, 8, 10, 13, technician="t2")
    proposal = ill(world).proposal
    assert proposal is not None
    planner = world.staff("planner")
    new = [world.report(email=f"new{number}@example.nl") for number in range(3)]

    def hands(row: Appointment) -> Callable[[], object]:
        to = "t2" if row.technician.key == "t1" else "t1"
        return lambda: planning.hand_over(actor=planner, appointment=row.pk, sequence=0, technician=to)

    def books(key: str, hour: int) -> Callable[[], object]:
        return lambda: book(world, key, slot(hour))

    acts: list[Callable[[], object]] = [lambda: replanning.accept(actor=planner, proposal=proposal.pk)]
    acts += [hands(row) for row in rows[:2]] + [books(key, 13) for key in new]
    acts += [books(row.case, 15) for row in rows[5:8]]
    found = at_once(acts)
    assert not surprises(found), surprises(found)
    stays = [row.pk for row in Appointment.objects.filter(technician__key="t1")]
    assert all(schedule(route, travel()) is not None for route in plan_of([TUESDAY], without=stays).routes)
