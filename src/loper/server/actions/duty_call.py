"""Who is on duty hears by SMS that they are sent; where that cannot go, an agent has the task to ring them."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from loper.run.ports import Link, Outgoing
from loper.server import clock, post
from loper.server.actions import codes
from loper.server.queries.organisation import brand
from loper.server.queries.visits import visit
from loper.server.records.agenda import Appointment
from loper.server.records.partners import DUTY_TASK
from loper.server.records.runtime import Task


def call(row: Appointment) -> None:
    """Send it, soon; the report that asks for it is answered meanwhile. After its transaction."""
    codes.later(partial(_call, row))


def _call(row: Appointment) -> None:
    went = False
    try:
        with translation.override(settings.LANGUAGE_CODE):
            message = _message(row)
        channel = post.channels().get("sms") if message.to else None
        went = channel is not None and channel.send(message).outcome == "sent"
    finally:
        if not went:
            _task(row)


def _message(row: Appointment) -> Outgoing:
    """Where, what, and whom to ring: who goes there at night needs it before they can sign in."""
    seen = visit(row, settings.LANGUAGE_CODE)
    lines = [_("Emergency for %(name)s: please go there now.") % {"name": brand().name}]
    if seen is not None:
        lines += [seen.problem.what, seen.address, f"{seen.name} {seen.phone}".strip()]
    links: tuple[Link, ...] = ()
    if row.technician.user_id is not None:
        page = reverse("partner:visit" if row.technician.partner else "field:visit", args=[row.pk])
        links = (Link("visit", _("Say whether you come"), settings.LOPER_URL + page),)
    return Outgoing(
        key=f"duty/{row.uid}/{row.sequence}/sms",
        to=row.technician.phone,
        language=settings.LANGUAGE_CODE,
        body="\n".join(line for line in lines if line),
        links=links,
    )


def _task(row: Appointment) -> None:
    """For an agent: ring them."""
    why = _("%(who)s is sent to an emergency, and could not be told by SMS. Ring them: %(phone)s.")
    known = {"who": row.technician.name, "phone": row.technician.phone or _("not known")}
    Task.objects.get_or_create(
        case=row.case,
        touchpoint=DUTY_TASK,
        occasion=f"{row.uid}/{row.sequence}",
        defaults={"customer": row.customer, "who": "agent", "why": (why % known)[:200], "opened": clock.now()},
    )
