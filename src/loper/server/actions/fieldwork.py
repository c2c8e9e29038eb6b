"""What a technician leaves behind of a visit: access notes, hours, parts, photographs, the customer's signature.

A telephone keeps these and sends them when it can, perhaps twice: each is either said whole (the last one stands) or
has a key (the same key is the same photograph). Unlike a tap they are taken of a visit that was moved meanwhile too:
what was done was done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.photos import made_anew, too_large
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries.visits import own
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Customer, Property
from loper.server.records.dialogues import StoredFile
from loper.server.records.fieldwork import AccessNotes, VisitPhoto, VisitReport
from loper.server.records.runtime import Case

MOST_PHOTOS = 12
"""Of one visit."""
MOST_PARTS = 30
SIGNATURE_BYTES = 500_000
LONGEST = timedelta(hours=16)


@transaction.atomic
def keep_access(
    *,
    actor: Actor,
    case: str,
    key_box: str = "",
    dog: bool = False,
    asbestos: str = "",
    two_people: bool = False,
    more: str = "",
) -> AccessNotes:
    """What to know of the home of this case before one rings. A technician writes it of homes of own visits alone."""
    role = demand(actor, "home.access", case)
    theirs = Appointment.objects.filter(Appointment.of(actor.technician or ""), case=case)
    if role == "technician" and not theirs.exists():
        raise PermissionDenied("home.access")
    home = _home(case)
    if home is None:
        raise Refused(_("The address of this customer is not known, so there is no home to write this down for."))
    said = {
        "key_box": _line(key_box),
        "dog": dog,
        "asbestos": _line(asbestos),
        "two_people": two_people,
        "more": more.strip()[:500],
    }
    found, _new = AccessNotes.objects.update_or_create(
        home=home, defaults={**said, "by": actor.name, "at": clock.now()}
    )
    return found


@transaction.atomic
def keep_work(
    *,
    actor: Actor,
    visit: int,
    began: datetime | None = None,
    ended: datetime | None = None,
    parts: Sequence[tuple[str, int]] = (),
) -> VisitReport:
    """Hours and parts of one's own visit, whole: what was said before is replaced."""
    row = _mine(actor, visit)
    if began is not None and ended is not None and not timedelta() <= ended - began <= LONGEST:
        raise Refused(_("The end comes before the begin. Look at the hours again."), field="ended")
    if len(parts) > MOST_PARTS:
        raise Refused(_("These are too many parts for one visit."), field="parts")
    used = [[_line(name, 80), number] for name, number in parts if name.strip() and 0 < number < 1000]
    return _report(row, actor, began=began, ended=ended, parts=used)


@transaction.atomic
def keep_photo(*, actor: Actor, visit: int, moment: str, upload: BinaryIO, size: int, key: str = "") -> VisitPhoto:
    """A photograph before or after the work, made anew from its pixels. The same key is the same photograph."""
    row = _mine(actor, visit)
    if moment not in (VisitPhoto.BEFORE, VisitPhoto.AFTER):
        raise Refused(_("Say whether this photo is from before or after the work."), field="moment")
    if size > settings.LOPER_PHOTO_BYTES:
        raise Refused(too_large(), field="photo")
    known = VisitPhoto.objects.filter(visit=row, key=key).first() if key else None
    if known is not None:
        return known
    content = made_anew(upload)
    key = key or f"{moment}-{hashlib.sha256(content).hexdigest()}"[:64]  # said without one: by what is on it
    known = VisitPhoto.objects.filter(visit=row, key=key).first()
    if known is not None:
        return known
    if VisitPhoto.objects.filter(visit=row).count() >= MOST_PHOTOS:
        raise Refused(_("There are twelve photos of this visit already. That is the most."), field="photo")
    file = StoredFile.objects.create(
        case=row.case, content_type="image/jpeg", content=content, size=len(content), created=clock.now()
    )
    return VisitPhoto.objects.create(file=file, visit=row, moment=moment, key=key)


@transaction.atomic
def drop_photo(*, actor: Actor, visit: int, file: UUID) -> None:
    """Take away a photograph that one made oneself."""
    found = VisitPhoto.objects.filter(visit=_mine(actor, visit), file_id=file).first()
    if found is not None:
        found.file.delete()


@transaction.atomic
def sign(
    *, actor: Actor, visit: int, name: str, picture: BinaryIO | None = None, size: int = 0, at: datetime | None = None
) -> VisitReport:
    """The customer has seen the work: their name, and what they drew with a finger, if they did."""
    row = _mine(actor, visit)
    if not name.strip():
        raise Refused(_("Who signs? Fill in the name."), field="name")
    if size > SIGNATURE_BYTES:
        raise Refused(_("This signature is too large. Draw it again."), field="picture")
    drawn = made_anew(picture) if picture is not None and size else None
    now = clock.now()
    return _report(row, actor, signed_by=_line(name), signed_at=min(at or now, now), signature=drawn)


def _mine(actor: Actor, visit: int) -> Appointment:
    """One's own visit, held; what is somebody else's is not there."""
    demand(actor, "case.visit")
    found = own(actor.technician or "", visit)
    if found is None:
        raise PermissionDenied("case.visit")
    demand(actor, "case.visit", found.case)
    Appointment.objects.select_for_update().filter(pk=found.pk).first()
    return found


def _report(row: Appointment, actor: Actor, **said: object) -> VisitReport:
    defaults = {**said, "by": actor.name, "at": clock.now()}
    return VisitReport.objects.update_or_create(visit=row, defaults=defaults)[0]


def _home(case: str) -> Property | None:
    owner = Case.objects.filter(key=case).values_list("customer", flat=True).first()
    found = Customer.objects.select_related("home").filter(key=owner).first()
    return found.home if found else None


def _line(text: str, most: int = 120) -> str:
    return " ".join(text.split())[:most]
