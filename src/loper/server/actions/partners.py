"""What a co-maker says of a visit that was asked of them, and what follows from a no, or from silence.

A no is solved before the customer notices: the same promise, kept by somebody else. Where nobody can, it is the
planner's, with the visit still on the co-maker's name, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions import agenda, cases, emergency, seats, visits
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import case_view
from loper.server.queries.duty import is_duty
from loper.server.queries.taps import taps_of
from loper.server.records.agenda import Appointment, Block, Slot, Technician
from loper.server.records.partners import TASK, Ask
from loper.server.records.runtime import Case, Task


@transaction.atomic
def accept(*, actor: Actor, visit: int) -> Ask:
    """They come. Said twice, it is said once."""
    ask = _mine(actor, visit)
    if ask.state == Ask.ACCEPTED:
        return ask
    return _say(ask, Ask.ACCEPTED)


@transaction.atomic
def refuse(*, actor: Actor, visit: int, reason: str) -> Ask:
    """They do not come, and why. Whether somebody else does, the visit's technician says from then on."""
    ask = _mine(actor, visit)
    if not reason.strip():
        raise Refused(_("Say why you cannot come: the planner needs it."), field="reason")
    _not_begun(ask)
    _say(ask, Ask.REFUSED, reason)
    plan_again(ask)
    return ask


@transaction.atomic
def propose(*, actor: Actor, visit: int, block: Slot, reason: str = "") -> Ask:
    """Another of their blocks. The planner asks the customer; until then the visit stands as it is."""
    ask = _mine(actor, visit)
    _not_begun(ask)
    free = Block.objects.filter(technician=ask.partner, start=block.start, end=block.end, start__gt=clock.now())
    found = free.first()
    if (
        found is None
        or found.taken >= found.capacity
        or (block.start, block.end) == (ask.appointment.start, ask.appointment.end)
    ):
        raise Refused(_("Choose one of your own free times."), field="block")
    ask.other_start, ask.other_end = block.start, block.end
    return _say(ask, Ask.PROPOSED, reason)


def report(*, actor: Actor, visit: int, what: str, reason: str = "") -> None:
    """How the visit goes: depart, arrive, fixed, not_fixed (with a reason) or absent; a technician's own words."""
    with transaction.atomic():
        ask = _mine(actor, visit)
        if ask.state != Ask.ACCEPTED:
            raise Refused(_("First say that you take this visit."))
        case = ask.appointment.case
        if what == "not_fixed":
            visits.not_fixed(actor=actor, case=case, reason=reason)
        elif what in ("depart", "arrive", "fixed", "absent"):
            say = {
                "depart": visits.depart,
                "arrive": visits.arrive,
                "fixed": visits.fixed,
                "absent": visits.nobody_home,
            }
            say[what](actor=actor, case=case)
        else:
            raise Refused(_("Choose what happened."), field="what")
        Ask.objects.filter(pk=ask.pk).update(changed=clock.now())


# -- the planner -------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_proposal(*, actor: Actor, ask: int) -> Appointment:
    """The customer agreed with the other time: the appointment moves there, and they get the message of it."""
    demand(actor, "planning")
    row = _open(ask, (Ask.PROPOSED,))
    if row.other_start is None or row.other_end is None:
        raise Refused(_("Nothing is proposed for this visit any more."))
    slot = Slot(row.other_start, row.other_end, row.partner.key)
    made = cases.book(actor=actor, case=row.appointment.case, block=slot)
    Ask.objects.filter(pk=row.pk).update(state=Ask.ACCEPTED, changed=clock.now())
    return made


@transaction.atomic
def somebody_else(*, actor: Actor, ask: int) -> bool:
    """The same time by somebody else; gives whether there was anybody."""
    demand(actor, "planning")
    row = _open(ask, (Ask.PROPOSED, *Ask.SAID_NO))
    if row.state == Ask.PROPOSED:
        _say(row, Ask.REFUSED, row.reason or _("Another time was proposed."))
    return plan_again(row)


def plan_again(ask: Ask) -> bool:
    """The same promise with somebody who has not said no; False: nobody, and it is on the planner's list."""
    said_no = Ask.objects.filter(appointment=ask.appointment, state__in=Ask.SAID_NO)
    keys = set(said_no.values_list("partner__key", flat=True))
    if is_duty(ask.appointment):
        return emergency.send_another(ask.appointment, keys)
    try:
        seats.instead(ask.appointment, keys)
    except Refused:
        _task(ask)
        return False
    Task.objects.filter(case=ask.appointment.case, touchpoint=TASK, closed=None).update(
        closed=clock.now(), outcome="done"
    )
    return True


def _task(ask: Ask) -> None:
    """For the planner: the promise stands, and nobody keeps it yet."""
    why = _("%(who)s does not come, and nobody else is free then.") % {"who": ask.partner.name}
    row = ask.appointment
    Task.objects.get_or_create(
        case=row.case,
        touchpoint=TASK,
        occasion=f"{row.uid}/{row.sequence}/{ask.partner.key}",
        defaults={"customer": row.customer, "who": "planner", "why": why[:200], "opened": clock.now()},
    )


def chase() -> int:
    """Visits of which nobody said anything in time are planned again; gives how many. The worker's, each minute."""
    late = Ask.objects.filter(state=Ask.ASKED, deadline__lte=clock.now(), appointment__status=Appointment.BOOKED)
    done = 0
    for pk in list(late.order_by("deadline").values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            try:
                row = _open(pk, (Ask.ASKED,))
            except Refused:
                continue
            if row.deadline > clock.now():
                continue
            _say(row, Ask.SILENT)
            plan_again(row)
            done += 1
    return done


# -- their own blocks --------------------------------------------------------------------------------------------------


def open_times(
    *, actor: Actor, days: Iterable[date], times: Iterable[tuple[time, time]], capacity: int
) -> agenda.Opened:
    """Blocks of their own, as many visits each as they can take."""
    if not 1 <= capacity <= 50:
        raise Refused(_("Between 1 and 50 visits."), field="capacity")
    return agenda.open_blocks(
        actor=_as_planner(actor), technician=_self(actor), days=days, times=times, capacity=capacity
    )


def change_times(*, actor: Actor, block: int, capacity: int) -> Block:
    """How many visits a block of their own takes; 0 closes it."""
    if not Block.objects.filter(pk=block, technician=_self(actor)).exists():
        raise PermissionDenied("partner")
    if not 0 <= capacity <= 50:
        raise Refused(_("Between 0 and 50 visits."), field="capacity")
    return agenda.change_capacity(actor=_as_planner(actor), block=block, capacity=capacity)


def _self(actor: Actor) -> Technician:
    demand(actor, "partner")
    found = Technician.objects.filter(key=actor.technician or "", partner=True, active=True).first()
    if found is None:
        raise PermissionDenied("partner")
    return found


def _as_planner(actor: Actor) -> Actor:
    """What the planner agreed with them is theirs to change."""
    return Actor(roles=frozenset({"planner"}), name=actor.name)


# -- where it stands ---------------------------------------------------------------------------------------------------


def _mine(actor: Actor, visit: int) -> Ask:
    """Raises PermissionDenied for what was never asked of them; what became of it since, Refused says."""
    partner = _self(actor)
    pk = Ask.objects.filter(appointment_id=visit, partner=partner).values_list("pk", flat=True).first()
    if pk is None:
        raise PermissionDenied("partner")
    return _open(pk, (Ask.ASKED, Ask.ACCEPTED, Ask.PROPOSED))


def _open(pk: int, states: tuple[str, ...]) -> Ask:
    """An ask whose case is held until the end of the transaction."""
    case = Ask.objects.filter(pk=pk).values_list("appointment__case", flat=True).first()
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    row = Ask.objects.select_related("appointment__technician", "partner").filter(pk=pk).first()
    if row is None:
        raise Refused(_("This visit is not there any more."))
    if row.appointment.technician_id != row.partner_id or (row.state in Ask.SAID_NO and row.state not in states):
        raise Refused(_("This visit was given to somebody else meanwhile."))
    if row.appointment.status == Appointment.CANCELLED:
        raise Refused(_("This appointment was cancelled meanwhile."))
    if row.state not in states:
        raise Refused(_("This was decided already. Look again at the list."))
    return row


def _not_begun(ask: Ask) -> None:
    view = case_view(ask.appointment.case)
    if ask.appointment.status != Appointment.BOOKED or (view and taps_of(view.case, ask.appointment.uid)):
        raise Refused(_("This visit has begun. Say how it ended."))


def _say(ask: Ask, state: str, reason: str = "") -> Ask:
    ask.state, ask.changed, ask.reason = state, clock.now(), " ".join(reason.split())[:400]
    if state != Ask.PROPOSED:
        ask.other_start = ask.other_end = None
    ask.save()
    return ask
