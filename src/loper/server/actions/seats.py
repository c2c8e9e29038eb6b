"""A place for a visit: in a route, or in a block that was agreed. Never one more than there is.

An offer is looked for without holding anything; then the route (or the block) is held, read again, and taken if it
still fits. Who comes too late looks again, and hears it when nothing is left. Whoever books goes through `place`,
inside their own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.plan.model import Job, Plan, Route, Span
from loper.plan.schedule import schedule
from loper.server import clock
from loper.server.actions.asking import ask_partner
from loper.server.actions.handovers import Busy, comers, leaves, tell_who_comes
from loper.server.actions.refused import Refused
from loper.server.clock import day_of
from loper.server.queries.lessons import driving
from loper.server.queries.offers import ask, board_of, room
from loper.server.queries.roster import routes_of
from loper.server.queries.work import Work, work_in
from loper.server.records.agenda import Appointment, Block, RouteDay, Slot, Technician

TRIES = 6
"""So often somebody else may be quicker before we say that the time is gone."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a visit goes: with whom, when we mean to begin; or in which agreed block.

    On a full day others make room: `stood` are the routes as they were, `routes` as they become.
    """

    technician: Technician
    block: Block | None = None
    second: Technician | None = None
    planned: datetime | None = None
    stood: tuple[Route, ...] = ()
    routes: tuple[Route, ...] = ()

    @property
    def holds(self) -> list[str]:
        """Whose routes change: keys of technicians."""
        if self.block is not None:
            return []
        people = [one.key for one in (self.technician, self.second) if one is not None]
        return sorted({*people, *(route.shift.technician for route in self.routes)})


def place(*, case: str, customer: str, slot: Slot, work: Work, able: bool = False) -> Appointment:
    """The appointment of a case in this block: a new one, or the open one moved (same UID, next SEQUENCE).

    Raises Refused, with nothing changed, when the time is gone or somebody else booked this case at the same moment.
    Where it is booked in this very block already, it stays as it is. `able`: also who is named must have the skills.
    """
    with transaction.atomic():
        for _try in range(TRIES):
            found = Appointment.objects.filter(case=case, status=Appointment.BOOKED).first()
            if found is not None and found.at(slot):
                return found
            wanted = _wanted(slot, work, found, able)
            if wanted is None:
                break
            try:
                with transaction.atomic():
                    row = found or Appointment(case=case, customer=customer)
                    return _settle(row, wanted, slot, work, gives_up=found is not None)
            except Gone:
                continue
        raise Refused(_("Someone else has just taken this time. Please choose another."), field="block")


def again(row: Appointment, slot: Slot, *, gives_up: bool) -> None:
    """An appointment that was given up (or moved: `gives_up` its present time) holds again in this block.

    Raises Refused when the time is gone.
    """
    work = work_in(row)
    wanted = _wanted(slot, work, row if gives_up else None, able=False)
    if wanted is not None:
        try:
            with transaction.atomic():
                row.status = Appointment.BOOKED
                tell_who_comes(_settle(row, wanted, slot, work, gives_up=gives_up))
            return
        except Gone:
            pass
    raise Refused(_("Someone else has just taken this time. Please choose another."), field="block")


def instead(row: Appointment, not_by: Collection[str]) -> None:
    """The same promise kept by somebody else than these (keys). Raises Refused, with nothing changed: nobody can."""
    slot, work = Slot(row.start, row.end), work_in(row)
    for _try in range(TRIES):
        wanted = _wanted(slot, work, row, able=True, not_by=not_by)
        if wanted is None:
            break
        try:
            with transaction.atomic():
                tell_who_comes(_settle(row, wanted, slot, work, gives_up=True))
            return
        except Gone:
            row.refresh_from_db()
    raise Refused(_("Nobody else can come at this time."), field="block")


class Gone(Exception):
    """Somebody else was quicker."""


def _wanted(
    slot: Slot, work: Work, leaving: Appointment | None, able: bool, not_by: Collection[str] = ()
) -> Seat | None:
    """Who would do it as things stand now; None: nobody can."""
    now = clock.now()
    if slot.start <= now:
        return None
    block = _agreed(slot, work, able, not_by)
    if slot.technician and block is not None:
        return Seat(block.technician, block)
    day = day_of(slot.start)
    only: Collection[str] = [slot.technician] if slot.technician else ()
    if not_by:
        others = Technician.objects.filter(active=True).exclude(key__in=not_by)
        only = [*others.values_list("key", flat=True)] or ["-"]  # nobody: not everybody
    board = board_of([day], only=only, leaving=leaving)
    (found, *_rest) = ask(
        work, [Span(slot.start, slot.end)], days=[day], notice=timedelta(), technician=slot.technician, board=board
    )
    if found.why == "full" and not slot.technician and not not_by:
        return _room(slot, work, leaving)
    if not found.free or found.span != (slot.start, slot.end):
        return None
    if found.partner:
        return Seat(block.technician, block) if block is not None else None
    people = {one.key: one for one in Technician.objects.filter(key__in=[found.technician, found.second])}
    return Seat(people[found.technician], None, people.get(found.second), found.planned)


def _room(slot: Slot, work: Work, leaving: Appointment | None) -> Seat | None:
    """Others make room for it, each inside their promise; None where they cannot."""
    plan = Plan(routes_of([day_of(slot.start)], without=[leaving.pk] if leaving is not None else []))
    solved = room(slot, work, plan)
    if solved is None:
        return None
    keys = {route.shift.technician for route in solved.routes}
    stood = tuple(route for route in plan.routes if route.shift.technician in keys)
    people = {one.key: one for one in Technician.objects.filter(key__in=keys)}
    technician, second = people[solved.offered.technician], people.get(solved.offered.second)
    return Seat(technician, None, second, solved.offered.planned, stood, solved.routes)


def _agreed(slot: Slot, work: Work, able: bool, not_by: Collection[str] = ()) -> Block | None:
    """The agreed block of this time that has the most room, of one who can do the work."""
    rows = Block.objects.filter(start=slot.start, end=slot.end, taken__lt=F("capacity"), technician__active=True)
    rows = rows.exclude(technician__key__in=not_by)
    if slot.technician:
        rows = rows.filter(technician__key=slot.technician)
    for block in rows.select_related("technician").order_by("taken", "technician__name", "pk"):
        one = block.technician
        if one.hours:
            continue
        if not one.skills or work.skills <= set(one.skills) or (slot.technician and not able):
            return block
    return None


def _settle(row: Appointment, seat: Seat, slot: Slot, work: Work, *, gives_up: bool) -> Appointment:
    """Take this seat, and give up the present one; raises Gone when somebody else was quicker."""
    day = day_of(slot.start)
    days = [(pk, day) for pk in Technician.objects.filter(key__in=seat.holds).values_list("pk", flat=True)]
    hold([*days, *(_days_of(row) if gives_up else ())])
    if gives_up:
        _as_we_read_it(row)
    if seat.routes:
        _make_room(seat, day, row if gives_up else None)
    elif seat.block is None:
        seat = _still(seat, slot, work, row if gives_up else None)
    # Agreed blocks in the order of their keys, so that two customers who swap their times never wait for each other.
    old, new = row.block_id if gives_up else None, seat.block.pk if seat.block else None
    for block in sorted({key for key in (old, new) if key is not None}):
        if block == new:
            take(block)
        else:
            give_back(block)
    before, start, end = comers(row) if row.pk is not None else frozenset(), row.start, row.end
    row.block, row.technician, row.second, row.planned = seat.block, seat.technician, seat.second, seat.planned
    row.start, row.end = slot.start, slot.end
    write_down(row, work)
    if row.pk is not None:
        row.sequence += 1
    row.changed = clock.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(_("Somebody else made this appointment a moment ago. Please look again.")) from None
    leaves(row, before, start, end)
    ask_partner(row)
    retime(days, row.pk)
    return row


def _as_we_read_it(row: Appointment) -> None:
    """The appointment is ours until the transaction ends; raises Gone where somebody changed it since.

    Always after its route: whoever holds that gives its visits other times.
    """
    names = ("technician_id", "second_id", "block_id", "sequence", "changed")
    found = Appointment.objects.select_for_update().filter(pk=row.pk).values_list(*names).first()
    if found != tuple(getattr(row, name) for name in names):
        raise Gone


def _still(seat: Seat, slot: Slot, work: Work, leaving: Appointment | None) -> Seat:
    """This seat in the routes as they are now that we hold them; raises Gone where it does not fit any more."""
    keys = [one.key for one in (seat.technician, seat.second) if one is not None]
    day = day_of(slot.start)
    (found, *_rest) = ask(
        work,
        [Span(slot.start, slot.end)],
        days=[day],
        notice=timedelta(),
        board=board_of([day], only=keys, leaving=leaving),
    )
    if not found.free or found.partner or {found.technician, found.second} - {""} != set(keys):
        raise Gone
    people = {one.key: one for one in (seat.technician, seat.second) if one is not None}
    return Seat(people[found.technician], None, people.get(found.second), found.planned)


def _make_room(seat: Seat, day: date, leaving: Appointment | None) -> None:
    """Give the others their new technicians and times; raises Gone where the routes are not as they were."""
    without = [leaving.pk] if leaving is not None else []
    if routes_of([day], only=seat.holds, without=without) != seat.stood:
        raise Gone
    people = {one.key: one for one in Technician.objects.filter(key__in=seat.holds)}
    before = {job.key: route.shift.technician for route in seat.stood for job in route.jobs}
    after = {job.key for route in seat.routes for job in route.jobs}
    if before.keys() - after or len(after - before.keys()) != 1:
        raise Gone  # whoever had a place has it still, and one is new
    roads = driving()
    for route in seat.routes:
        times = schedule(route, roads)
        if times is None:
            raise Gone
        for job, at in zip(route.jobs, times.begins, strict=True):
            if job.key in before and before[job.key] != route.shift.technician:
                _goes_over(int(job.key), people[route.shift.technician], at)
            elif job.key in before:
                Appointment.objects.filter(pk=int(job.key)).update(planned=at)


def _goes_over(pk: int, technician: Technician, planned: datetime) -> None:
    """A visit that makes room by going to a colleague, inside its promise; raises Gone while its case is held."""
    row = Appointment.objects.select_related("technician").get(pk=pk)
    before = comers(row)
    row.technician, row.planned = technician, planned
    row.sequence, row.changed = row.sequence + 1, clock.now()
    row.save(update_fields=["technician", "planned", "sequence", "changed"])
    leaves(row, before, row.start, row.end)
    try:
        tell_who_comes(row)
    except Busy:
        raise Gone from None


def write_down(row: Appointment, work: Work) -> None:
    """What the work asks for, as it is known now."""
    row.kind, row.people, row.priority = work.kind, work.people, work.priority
    row.minutes = work.minutes_of(row.technician.key)
    row.skills, row.material, row.material_in = sorted(work.skills), sorted(work.material), work.material_in
    row.postcode = work.postcode
    row.lat, row.lon = work.place or (None, None)


# -- blocks that were agreed -------------------------------------------------------------------------------------------


def take(block_id: int) -> Block:
    """One place in this block, by compare-and-set; raises Gone when somebody was first or the block has begun."""
    # The condition names columns of the block alone: with a join it would become a subquery, which PostgreSQL does not
    # look at again for somebody who had to wait for the row.
    free = Block.objects.filter(pk=block_id, taken__lt=F("capacity"), start__gt=clock.now())
    works = Block.objects.filter(pk=block_id, technician__active=True).exists()
    if not works or not free.update(taken=F("taken") + 1):
        raise Gone
    return Block.objects.select_related("technician").get(pk=block_id)


def give_back(block_id: int | None) -> None:
    """The place is free for somebody else."""
    if block_id is not None:
        Block.objects.filter(pk=block_id, taken__gt=0).update(taken=F("taken") - 1)


# -- routes ------------------------------------------------------------------------------------------------------------


def hold(days: Iterable[tuple[int, date]]) -> None:
    """These days of these technicians are ours until the transaction ends; always in one order; marked as changed."""
    for technician, day in sorted(set(days)):
        if not RouteDay.objects.filter(technician_id=technician, day=day).update(revision=F("revision") + 1):
            RouteDay.objects.bulk_create([RouteDay(technician_id=technician, day=day)], ignore_conflicts=True)
            RouteDay.objects.filter(technician_id=technician, day=day).update(revision=F("revision") + 1)


def retime(days: Iterable[tuple[int, date]], joined: int | None = None) -> None:
    """When we mean to begin each visit of these days, now that the route is another one. The promises stay.

    `joined`: the visit that is new there. Visits stand in the order of their times, and its time may be that of one
    which has to make room for it; where the order does not hold so, it goes to the place where it does.
    """
    roads = driving()
    for technician, day in sorted(set(days)):
        key = Technician.objects.values_list("key", flat=True).get(pk=technician)
        for route in routes_of([day], only=[key]):
            for jobs in _orders(route.jobs, str(joined)):
                times = schedule(Route(route.shift, jobs), roads)
                if times is not None:
                    break
            else:
                continue  # as it was: the board says which promise is in danger
            for job, at in zip(jobs, times.begins, strict=True):
                if not job.fixed and job.planned != at:
                    Appointment.objects.filter(pk=int(job.key)).update(planned=at)


def _orders(jobs: tuple[Job, ...], joined: str) -> Iterable[tuple[Job, ...]]:
    """The order as it is, then those with this job at another place."""
    yield jobs
    rest = tuple(job for job in jobs if job.key != joined)
    for one in jobs:
        if one.key == joined:
            for at in range(len(jobs)):
                yield (*rest[:at], one, *rest[at:])


def hold_days(row: Appointment | None) -> None:
    """The routes that this appointment lies on are ours; before the appointment itself (see `_as_we_read_it`)."""
    hold(_days_of(row))


def leave(row: Appointment) -> None:
    """Its place is free for somebody else: in the block, or in the route."""
    give_back(row.block_id)
    hold(_days_of(row))


def changed(row: Appointment) -> None:
    """Something of it changed that its route must know of."""
    hold(_days_of(row))


def _days_of(row: Appointment | None) -> list[tuple[int, date]]:
    if row is None or row.planned is None:
        return []
    return [(pk, day_of(row.planned)) for pk in (row.technician_id, row.second_id) if pk is not None]
