"""What a technician leaves behind of a visit: access notes, hours and parts, photographs, the customer's signature."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.server import clock
from loper.server.actions import fieldwork
from loper.server.actions.refused import Refused
from loper.server.pages.field.answer import answer, number
from loper.server.pages.field.scope import for_technicians, kept, me, mine
from loper.server.queries.visits import own
from loper.server.records.agenda import Appointment
from loper.server.records.fieldwork import VisitReport


@require_POST
@for_technicians
def access(request: HttpRequest, visit: int) -> HttpResponse:
    """What a colleague must know before ringing here."""
    given = request.POST

    def act(row: Appointment) -> str:
        fieldwork.keep_access(
            actor=me(request),
            case=row.case,
            key_box=given.get("key_box", ""),
            dog="dog" in given,
            asbestos=given.get("asbestos", ""),
            two_people="two_people" in given,
            more=given.get("more", ""),
        )
        return ""

    return _answer(request, visit, act, _("Kept. A colleague sees it before the visit."))


@require_POST
@for_technicians
def hours(request: HttpRequest, visit: int) -> HttpResponse:
    """Hours and parts used."""
    given = request.POST

    def act(row: Appointment) -> str:
        began, ended = _at(row, given.get("began", ""), "began"), _at(row, given.get("ended", ""), "ended")
        if began and ended and ended < began:
            ended += timedelta(days=1)  # past midnight
        names, numbers = given.getlist("part"), given.getlist("number")
        parts = [(name, number(many) or 1) for name, many in zip(names, numbers, strict=False) if name.strip()]
        fieldwork.keep_work(actor=me(request), visit=row.pk, began=began, ended=ended, parts=parts)
        return ""

    return _answer(request, visit, act, _("Hours and parts are kept."))


@require_POST
@for_technicians
def photo(request: HttpRequest, visit: int) -> HttpResponse:
    """A photograph before or after the work."""

    def act(row: Appointment) -> str:
        upload = request.FILES.get("photo")
        if upload is None:
            raise Refused(_("Choose a photo first."), field="photo")
        fieldwork.keep_photo(
            actor=me(request),
            visit=row.pk,
            moment=request.POST.get("moment", ""),
            upload=cast(BinaryIO, upload),
            size=upload.size or 0,
            key=_key(request),
        )
        return ""

    return _answer(request, visit, act, _("The photo is kept."))


@require_POST
@for_technicians
def drop_photo(request: HttpRequest, visit: int) -> HttpResponse:
    """Take a photograph of one's own away."""

    def act(row: Appointment) -> str:
        file = request.POST.get("file", "")
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", file):
            fieldwork.drop_photo(actor=me(request), visit=row.pk, file=UUID(file))
        return ""

    return _answer(request, visit, act, _("The photo is gone."))


@require_POST
@for_technicians
def sign(request: HttpRequest, visit: int) -> HttpResponse:
    """The customer signs: their name, and what they drew."""

    def act(row: Appointment) -> str:
        picture = request.FILES.get("picture")
        ago = min(number(request.POST.get("ago")) or 0, 24 * 3600)
        fieldwork.sign(
            actor=me(request),
            visit=row.pk,
            name=request.POST.get("name", ""),
            picture=cast(BinaryIO, picture) if picture else None,
            size=(picture.size or 0) if picture else 0,
            at=clock.now() - timedelta(seconds=ago),
        )
        return ""

    return _answer(request, visit, act, _("The signature is kept."))


@require_GET
@for_technicians
def signature(request: HttpRequest, visit: int) -> HttpResponse:
    """The signature of one's own visit."""
    found = VisitReport.objects.filter(visit=mine(request, visit)).first()
    if found is None or not found.signature:
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return kept(request, HttpResponse(bytes(found.signature), content_type="image/jpeg", headers=headers))


def _answer(request: HttpRequest, visit: int, act: Callable[[Appointment], str], said: str) -> HttpResponse:
    """Of one's own visit alone, whatever was sent with it."""

    def mine_only(row: Appointment) -> str:
        if own(me(request).technician or "", row.pk) is None:
            raise PermissionDenied("case.visit")
        return act(row)

    return answer(request, visit, mine_only, said)


def _key(request: HttpRequest) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "", request.POST.get("key", ""))[:64]


def _at(row: Appointment, text: str, field: str) -> datetime | None:
    """This time of day on the day of the visit; None where nothing was filled in."""
    if not text:
        return None
    try:
        chosen = time.fromisoformat(text)
    except ValueError:
        raise Refused(_("Write a time like 09:30."), field=field) from None
    zone = timezone.get_default_timezone()
    return datetime.combine(timezone.localtime(row.start, zone).date(), chosen.replace(tzinfo=None), zone)
