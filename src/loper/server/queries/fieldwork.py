"""What is known of a home before one rings, and what was done at a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loper.server.queries.cases import CaseView
from loper.server.queries.taps import LAST, Tap, taps_of
from loper.server.records.agenda import Appointment, WorkKind
from loper.server.records.customers import Property
from loper.server.records.fieldwork import AccessNotes, VisitPhoto, VisitReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was done at a visit; the hours as corrected by hand, else as the taps say."""

    began: datetime | None
    ended: datetime | None
    parts: tuple[tuple[str, int], ...]
    signed_by: str
    signed_at: datetime | None
    drawn: bool  # there is a signature besides the name
    before: tuple[UUID, ...]
    after: tuple[UUID, ...]


def access_of(home: Property | None) -> AccessNotes | None:
    """What to know of this home; None where nothing is."""
    found = AccessNotes.objects.filter(home=home).first() if home is not None else None
    known = found and (found.key_box or found.dog or found.asbestos or found.two_people or found.more)
    return found if known else None


def done_at(row: Appointment, taps: Sequence[Tap]) -> Done:
    """What was done at this visit, as far as it was said."""
    report = getattr(row, "report", None) or VisitReport(visit=row)
    times = {tap.name: tap.at for tap in taps}
    photos = sorted((one.pk, one.moment, one.file_id) for one in row.photos.all())
    return Done(
        began=report.began or times.get("arrive"),
        ended=report.ended or next((times[name] for name in LAST if name in times), None),
        parts=tuple((str(name), int(number)) for name, number in report.parts),
        signed_by=report.signed_by,
        signed_at=report.signed_at,
        drawn=bool(report.signature),
        before=tuple(file for _pk, moment, file in photos if moment == VisitPhoto.BEFORE),
        after=tuple(file for _pk, moment, file in photos if moment == VisitPhoto.AFTER),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Visited:
    """A visit of a case and what was left behind of it."""

    visit: Appointment
    done: Done

    @property
    def photos(self) -> tuple[UUID, ...]:
        return (*self.done.before, *self.done.after)


def visited(view: CaseView) -> list[Visited]:
    """The visits of a case of which something was said, the last one first."""
    rows = (
        Appointment.objects.filter(case=view.key)
        .exclude(status=Appointment.CANCELLED)
        .select_related("technician", "report")
    )
    rows = rows.prefetch_related("photos")
    found = [
        Visited(visit=row, done=done_at(row, taps_of(view.case, row.uid))) for row in rows.order_by("-start", "-pk")
    ]
    return [one for one in found if one.done.began or one.done.parts or one.done.signed_by or one.photos]


def known_parts(row: Appointment) -> list[str]:
    """What such work uses, and what lies in this van, by name."""
    kind = WorkKind.objects.filter(name=row.kind).first() if row.kind else None
    return sorted({*row.material, *(kind.material if kind else []), *row.technician.van}, key=str.casefold)
