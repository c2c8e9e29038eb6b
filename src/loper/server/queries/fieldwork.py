"""What is known of a home before one rings, and what was done at a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loper.server.queries.taps import LAST, Tap
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
    report = VisitReport.objects.filter(visit=row).first() or VisitReport(visit=row)
    times = {tap.name: tap.at for tap in taps}
    photos = VisitPhoto.objects.filter(visit=row).order_by("pk").values_list("moment", "file_id")
    return Done(
        began=report.began or times.get("arrive"),
        ended=report.ended or next((times[name] for name in LAST if name in times), None),
        parts=tuple((str(name), int(number)) for name, number in report.parts),
        signed_by=report.signed_by,
        signed_at=report.signed_at,
        drawn=bool(report.signature),
        before=tuple(file for moment, file in photos if moment == VisitPhoto.BEFORE),
        after=tuple(file for moment, file in photos if moment == VisitPhoto.AFTER),
    )


def known_parts(row: Appointment) -> list[str]:
    """What such work uses, and what lies in this van, by name."""
    kind = WorkKind.objects.filter(name=row.kind).first() if row.kind else None
    return sorted({*row.material, *(kind.material if kind else []), *row.technician.van}, key=str.casefold)
