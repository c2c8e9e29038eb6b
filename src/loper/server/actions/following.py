"""What comes after a visit that did not solve it: written down for whoever books it, parts awaited, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from loper.server.actions import parts
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell_once
from loper.server.queries.cases import CaseView
from loper.server.queries.followups import Needed, asked, skills_of_all
from loper.server.queries.taps import Tap
from loper.server.records.agenda import Appointment
from loper.server.records.fieldwork import FollowUp, PartOrder
from loper.step import Event

KEPT = ("visit", "reason", "minutes", "skills", "material", "people", "priority")
MOST_PARTS = 10


def comes_next(
    *,
    view: CaseView,
    row: Appointment,
    taps: Sequence[Tap],
    needed: Needed,
    by: str,
    key: str,
    at: datetime,
    sequence: int,
) -> Event | None:
    """Write down what the next visit asks for; gives the event that told of parts, where the journey takes it."""
    if needed.skill and needed.skill not in skills_of_all():
        raise Refused(_("Nobody here has this skill. Choose another specialist."), field="skill")
    if len(needed.parts) > MOST_PARTS:
        raise Refused(_("These are too many parts at once. Tell the office."), field="parts")
    before = FollowUp.objects.filter(case=row.case).first()
    follow = asked(row, list(taps), needed, at)
    if before is not None:
        follow.pk = before.pk
        follow.before = {**model_to_dict(before, fields=KEPT), "at": before.at.isoformat()}
    follow.save()
    if not needed.parts:
        return None
    parts.write_down(case=row.case, visit=row.uid, parts=needed.parts, expected=needed.expected, by=by)
    if not parts.takes(view, parts.ORDERED, "technician"):
        return None
    return tell_once(
        case=row.case,
        type=parts.ORDERED,
        emitter="technician",
        data=parts.ordered_data(row.case),
        key=key and f"{key}/parts",
        at=at,
        sequence=sequence,
    )


def forget(case: str, visit: str) -> None:
    """That the visit did not solve it was a mistake: what it asked for is as it was before."""
    PartOrder.objects.filter(case=case, visit=visit).delete()
    found = FollowUp.objects.filter(case=case, visit=visit).first()
    if found is None:
        return
    if not found.before:
        found.delete()
        return
    was = dict(found.before)
    for name in KEPT:
        setattr(found, name, was[name])
    found.at = datetime.fromisoformat(was["at"])
    found.before = {}
    found.save()
