"""GET /calendar/TOKEN.ics: a technician's visits, for the calendar on their telephone.

What is in it leaves the house: a calendar program may copy it to whoever keeps its data. So it has the time that was
promised, the street and the town, and no name, telephone number, problem or way in: those stand behind the login.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Event, vText

from loper.server import clock
from loper.server.actions.tokens import whose
from loper.server.api.door import BAD_TOKENS, WITHIN, guarded, too_many
from loper.server.api.problems import problem
from loper.server.queries.agenda import gone_from
from loper.server.queries.calendar import calendar_of, event_of
from loper.server.queries.organisation import brand
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.customers import Customer
from loper.server.records.partners import TechnicianToken
from loper.server.security import client_ip

BACK, AHEAD = timedelta(days=7), timedelta(days=90)


@require_safe
@guarded
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The visits around today, those that were cancelled, or went to somebody else, too."""
    technician = whose(token, TechnicianToken.CALENDAR)
    if technician is None:
        if too_many(f"calendar-token:{client_ip(request)}", BAD_TOKENS, WITHIN):
            return problem(429, "too many tokens that nobody has", headers={"Retry-After": str(WITHIN)})
        return HttpResponseNotFound("This calendar is not there.", content_type="text/plain")
    now = clock.now()
    theirs = Appointment.objects.filter(Q(technician=technician) | Q(second=technician))
    rows = list(theirs.filter(start__gte=now - BACK, start__lt=now + AHEAD).select_related("technician"))
    rows += gone_from(technician, now, now + AHEAD)
    rows.sort(key=lambda row: (row.start, row.pk))
    body = _file(technician, rows)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    changed = max((row.changed for row in rows), default=None)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = etag
    if changed is not None:
        answer["Last-Modified"] = http_date(changed.timestamp())
    answer["Cache-Control"] = "private, max-age=300"
    # By ETag alone: what went to somebody else is out of it once its time has passed.
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _file(technician: Technician, rows: list[Appointment]) -> bytes:
    homes = {
        one.key: one.home
        for one in Customer.objects.select_related("home").filter(key__in={row.customer for row in rows})
    }
    file = calendar_of("PUBLISH")
    with translation.override(settings.LANGUAGE_CODE):
        file.add("x-wr-calname", f"{brand().name} · {technician.name}")
        file.add("refresh-interval", timedelta(minutes=15), {"VALUE": "DURATION"})
        for row in rows:
            file.add_component(_event(row, str(homes.get(row.customer) or "")))
    return bytes(file.to_ical())


def _event(row: Appointment, address: str) -> Event:
    event = event_of(row, _("Visit: %(address)s") % {"address": address or row.case})
    event.add("status", "CANCELLED" if row.status == Appointment.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if row.status == Appointment.CANCELLED else "OPAQUE")
    if address:
        event.add("location", vText(address))
    lines = []
    if row.planned is not None:
        lines.append(_("We mean to begin at %(time)s.") % {"time": f"{timezone.localtime(row.planned):%H:%M}"})
    if row.status != Appointment.CANCELLED:
        name = "partner:visit" if row.technician.partner else "field:visit"
        lines.append(settings.LOPER_URL + reverse(name, args=[row.pk]))
    if lines:
        event.add("description", "\n".join(lines))
    return event
