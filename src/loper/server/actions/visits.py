"""What a technician says of a visit: on the way, arrived, fixed, not fixed and why, nobody home, and back again.

A tap is made on a telephone with a bad connection: it may come late and more than once. `key` names it (the same key is
the same event), `at` is when it was made, `seen` the appointment as the telephone showed it then. What changed
meanwhile (moved, cancelled, given to somebody else) is refused with a sentence that says so, and nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions import agenda, arrivals, seats
from loper.server.actions.cases import add_note
from loper.server.actions.following import comes_next, forget
from loper.server.actions.handovers import CHANGED, comers
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell_once, told, told_before
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.followups import Needed
from loper.server.queries.taps import LAST, TAPS, UNDO, Tap, heard_since, possible, reasons, taps_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Case, Outbox
from loper.step import Event

OLDEST = timedelta(hours=24)
"""A tap that says it is older than this is taken as made this long ago."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The appointment as it was on the screen that was tapped."""

    appointment: int
    sequence: int


@dataclass(frozen=True, slots=True)
class _Visit:
    """Where a visit stands, read under its lock."""

    view: CaseView
    row: Appointment
    taps: list[Tap]
    rows: list[Appointment]  # all appointments of the case, the oldest first

    @property
    def over(self) -> bool:
        return any(tap.name in LAST for tap in self.taps)

    @property
    def open(self) -> bool:
        return self.row.status == Appointment.BOOKED

    @property
    def sequence(self) -> int:
        """Puts what is told next after all that was told, also at one instant."""
        return len(self.view.case.history or ())


# -- the taps ------------------------------------------------------------------------------------------------------


@transaction.atomic
def depart(
    *,
    actor: Actor,
    case: str,
    eta: datetime | None = None,
    key: str = "",
    at: datetime | None = None,
    seen: Seen | None = None,
) -> Event | None:
    """On the way; `eta` when they expect to be there."""
    visit = _stand(actor, case, seen, "depart", key)
    if visit is None:
        return None
    data = {"eta": eta.isoformat()} if eta is not None and "eta" in visit.view.journey.facts else {}
    if "expected" in visit.view.journey.facts and not _said(visit, "depart"):
        data |= arrivals.on_departure(visit.row, _when(visit, at))
    return _tell(visit, "depart", key, at, data)


@transaction.atomic
def arrive(
    *, actor: Actor, case: str, key: str = "", at: datetime | None = None, seen: Seen | None = None
) -> Event | None:
    """At the door. The appointment is kept: its place is used."""
    visit = _stand(actor, case, seen, "arrive", key)
    return None if visit is None else _tell(visit, "arrive", key, at, _closing(visit))


@transaction.atomic
def fixed(
    *, actor: Actor, case: str, key: str = "", at: datetime | None = None, seen: Seen | None = None
) -> Event | None:
    """Done, in one go. A next appointment that somebody had made already is given back."""
    visit = _stand(actor, case, seen, "fixed", key)
    if visit is None:
        return None
    needless = next((row for row in visit.rows if row.status == Appointment.BOOKED and row != visit.row), None)
    event = _tell(visit, "fixed", key, at, {**_closing(visit), **({"gave_back": needless.uid} if needless else {})})
    if event is not None and needless is not None:
        agenda.close(case=case, status=Appointment.CANCELLED)
    return event


@transaction.atomic
def nobody_home(
    *, actor: Actor, case: str, key: str = "", at: datetime | None = None, seen: Seen | None = None
) -> Event | None:
    """The customer was not there: the appointment is over, the customer chooses another."""
    visit = _stand(actor, case, seen, "absent", key)
    return None if visit is None else _tell(visit, "absent", key, at, _closing(visit))


@transaction.atomic
def not_fixed(
    *,
    actor: Actor,
    case: str,
    reason: str = "",
    needed: Needed | None = None,
    block: Slot | None = None,
    key: str = "",
    at: datetime | None = None,
    seen: Seen | None = None,
) -> Event | None:
    """Not done, and why; with the next appointment made there and then, if `block` names one.

    What the next visit asks for (`needed`) is written down: whoever books it later gets the same.
    """
    visit = _stand(actor, case, seen, "not_fixed", key)
    if visit is None:
        return None
    if _said(visit, "not_fixed"):
        if block is not None:
            raise Refused(_("This visit was finished on another page. Make the next appointment below."), field="block")
        return None
    known = reasons(visit.view.journey)
    if known and reason not in known:
        raise Refused(_("Choose why it was not fixed."), field="reason")
    _sensible(visit, "not_fixed")
    data: dict[str, Any] = {**_closing(visit), **({"reason": reason} if known else {})}
    sequence = visit.sequence
    ordered = comes_next(
        view=visit.view,
        row=visit.row,
        taps=visit.taps,
        needed=replace(needed or Needed(), reason=reason),
        by=actor.name,
        key=key,
        at=_when(visit, at),
        sequence=sequence,
    )
    if ordered is not None:
        data["parts"] = ordered.id
        sequence += 1
    if block is not None:
        _close(visit)
        made = _place(visit, block)
        event = tell_once(
            case=case,
            type=TAPS["next"],
            emitter="technician",
            data={"appointment": told(made)},
            key=key and f"{key}/next",
            at=_when(visit, at),
            sequence=sequence,
        )
        data["made"] = {"uid": made.uid, "event": event.id if event else ""}
        sequence += 1
    return _tell(visit, "not_fixed", key, at, data, sequence)


@transaction.atomic
def book_next(
    *, actor: Actor, case: str, block: Slot, key: str = "", at: datetime | None = None, seen: Seen | None = None
) -> Appointment | None:
    """The next appointment, made (or changed) on the spot by who was there last. None: this tap came before."""
    visit = _stand(actor, case, seen, "next", key)
    if visit is None:
        return None
    if visit.open or any(row.pk > visit.row.pk and row.status == Appointment.DONE for row in visit.rows):
        raise Refused(_("A next appointment comes after this visit. First say how this visit ended."))
    _sensible(visit, "next")
    made = _place(visit, block)
    tell_once(
        case=case,
        type=TAPS["next"],
        emitter="technician",
        data={"appointment": told(made)},
        key=key,
        at=_when(visit, at),
        sequence=visit.sequence,
    )
    return made


@transaction.atomic
def write_note(*, actor: Actor, case: str, text: str, seen: Seen | None = None) -> Note:
    """A note for colleagues. The same words once more (a bad connection) are one note."""
    _mine(actor, case, seen, _rows(case))
    same = Note.objects.filter(case=case, author=actor.name, text=text.strip(), at__gt=clock.now() - OLDEST).last()
    return same or add_note(actor=actor, case=case, text=text)


@transaction.atomic
def undo(*, actor: Actor, case: str, event: str, seen: Seen | None = None) -> Event | None:
    """Take the last tap of a visit back (the event with this id), as if it had not been made. None: it was taken back.

    Within two minutes after it came in, and only while nothing went to the customer since: so nobody can have acted on
    it. Otherwise it is refused, and says how to mend it.
    """
    visit = _mine(actor, case, seen, _rows(case))
    tap = visit.taps[-1] if visit.taps else None
    if tap is None or tap.event.id != event:
        if any(key.endswith(f"#{event}") for key in visit.view.case.state.retracted):
            return None
        raise Refused(_("Only the last thing that you said of this visit can be taken back."))
    data = tap.event.data
    if clock.now() - (tap.event.received or tap.at) > UNDO:
        raise Refused(_("This can be taken back for two minutes only. Call the office: a colleague can mend it."))
    made = data.get("made") or {}
    if data.get("gave_back"):
        raise Refused(_("The next appointment was given back with it. Call the office: a colleague can mend it."))
    for identity in (tap.event.id, made.get("event"), data.get("parts")):
        if identity:
            retracted = tell_once(
                case=case,
                type="event.retracted",
                emitter="technician",
                data={"source": tap.event.source, "id": identity},
                key=f"undo/{identity}",
            )
    if made:
        _unmake(visit, str(made.get("uid")))
    if tap.name == "not_fixed":
        forget(case, visit.row.uid)
    if data.get("closed"):
        _reopen(visit)
    _follow(visit)
    if _went(visit, tap.event):
        raise Refused(
            _("The customer has had a message about this already. Call them, or call the office, to put it right.")
        )
    return retracted


def _place(visit: _Visit, block: Slot) -> Appointment:
    """The next appointment, for what it asks for; a part that is not in by then is nobody's surprise."""
    case = visit.row.case
    work = work_of(visit.view)
    day = timezone.localdate(block.start, timezone.get_default_timezone())
    van = Technician.objects.filter(key=block.technician).values_list("van", flat=True).first() or []
    if work.too_soon(day) and not work.material <= set(van):
        raise Refused(_("The part is not in by then. Choose a later time, or let the customer choose."), field="block")
    return seats.place(case=case, customer=visit.view.case.customer, slot=block, work=work)


# -- where it stands ---------------------------------------------------------------------------------------------------


def _stand(actor: Actor, case: str, seen: Seen | None, tap: str, key: str) -> _Visit | None:
    """The visit, locked, if this technician comes to it, alone or with another. None where this tap came in before,
    whatever came after it.
    """
    rows = _rows(case)
    demand(actor, "case.visit", case)
    if told_before(case, TAPS[tap], key):
        return None
    return _mine(actor, case, seen, rows)


def _rows(case: str) -> list[Appointment]:
    """The appointments of a case that is held until the end of the transaction: of one case, one tap at a time."""
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    return list(Appointment.objects.filter(case=case).order_by("pk"))


def _mine(actor: Actor, case: str, seen: Seen | None, rows: list[Appointment]) -> _Visit:
    """Raises PermissionDenied for a visit of another; what became of one's own, Refused says."""
    demand(actor, "case.visit", case)
    if seen is not None:
        row = next((row for row in rows if row.pk == seen.appointment), None)
    else:
        row = next((row for row in reversed(rows) if row.status != Appointment.CANCELLED), None)
    view = case_view(case, get_language() or settings.LANGUAGE_CODE) if row is not None else None
    if row is None or view is None or actor.technician is None:
        raise PermissionDenied("case.visit")
    if actor.technician not in (row.technician.key, row.second.key if row.second else ""):
        if not _had(view, row, actor.technician):
            raise PermissionDenied("case.visit")
        raise Refused(_("This job was given to %(name)s meanwhile.") % {"name": row.technician.name})
    if row.status == Appointment.CANCELLED:
        raise Refused(_("This appointment was cancelled meanwhile."))
    if seen is not None and row.sequence != seen.sequence:
        raise Refused(_("This appointment was moved meanwhile. It is now on %(when)s.") % {"when": _words(row.start)})
    return _Visit(view, row, taps_of(view.case, row.uid), rows)


def _had(view: CaseView, row: Appointment, technician: str) -> bool:
    """Whether this visit, or another of this case, was theirs once."""
    if row.handovers.filter(technician__key=technician).exists():
        return True
    for event in view.case.history or ():
        told_then = event.data.get("appointment") if event.type in (TAPS["next"], CHANGED) else None
        if isinstance(told_then, dict) and told_then.get("technician") == technician:
            return True
    return False


def _words(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at, timezone.get_default_timezone()), "l j F, H:i"))


def _when(visit: _Visit, at: datetime | None) -> datetime:
    """When the tap was made: not in the future, not more than a day ago, not before the tap before it."""
    now = clock.now()
    before = max((tap.at for tap in visit.taps), default=now - OLDEST)
    return min(max(at or now, before, now - OLDEST), now)


def _said(visit: _Visit, tap: str) -> bool:
    return any(one.name == tap for one in visit.taps)


def _sensible(visit: _Visit, tap: str) -> None:
    """Raises Refused where this tap leads nowhere: what happened meanwhile, and what to do."""
    allowed = possible(visit.view.journey, visit.view.case)
    if tap in allowed and (tap == "next" or not visit.over):
        return
    if visit.over:
        raise Refused(_("This visit was finished already."))
    if visit.view.ended:
        raise Refused(_("This report was ended meanwhile: %(stage)s.") % {"stage": visit.view.here})
    raise Refused(_("This does not fit where the visit stands now. Reload the page and look again."))


def _closing(visit: _Visit) -> dict[str, Any]:
    """What a tap tells that ends the appointment: an undo opens it again."""
    return {"closed": True} if visit.open else {}


def _close(visit: _Visit) -> None:
    if visit.open:
        agenda.close(case=visit.row.case, status=Appointment.DONE)
        visit.row.status = Appointment.DONE


def _tell(
    visit: _Visit, tap: str, key: str, at: datetime | None, data: dict[str, Any], sequence: int | None = None
) -> Event | None:
    """Tell it, once: None where it was said of this visit already, on another page."""
    case = visit.row.case
    if _said(visit, tap):
        return None
    _sensible(visit, tap)
    event = tell_once(
        case=case,
        type=TAPS[tap],
        emitter="technician",
        data={**data, "visit": visit.row.uid},
        key=key,
        at=_when(visit, at),
        sequence=visit.sequence if sequence is None else sequence,
    )
    if data.get("closed"):
        _close(visit)
    _follow(visit)
    return event


def _follow(visit: _Visit) -> None:
    """Where everybody is changes with every tap, and with it when the next customers see them."""
    for technician in sorted(comers(visit.row)):
        transaction.on_commit(partial(arrivals.follow, technician))


# -- and back ------------------------------------------------------------------------------------------------------


def _unmake(visit: _Visit, uid: str) -> None:
    """The next appointment that came with the tap is given back, if nobody touched it since."""
    made = next((row for row in visit.rows if row.uid == uid), None)
    if made is None or made.status != Appointment.BOOKED or made.sequence:
        raise Refused(_("The next appointment was changed since. Call the office: a colleague can mend it."))
    agenda.close(case=visit.row.case, status=Appointment.CANCELLED)


def _reopen(visit: _Visit) -> None:
    if Appointment.objects.filter(case=visit.row.case, status=Appointment.BOOKED).exists():
        raise Refused(_("A next appointment was made since. Call the office: a colleague can mend it."))
    Appointment.objects.filter(pk=visit.row.pk).update(status=Appointment.BOOKED, changed=clock.now())


def _went(visit: _Visit, since: Event) -> bool:
    """Whether anything went to the customer since this event, or is going right now.

    Asked after the retraction, which holds the case: what was still queued is withdrawn by it.
    """
    handing = Outbox.objects.filter(case=visit.row.case, status="handing")
    return heard_since(visit.view.case, since) or handing.exists()
