"""What a customer heard from us about a case, and what they will hear: in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loper.define.model import Touchpoint
from loper.server.queries.cases import CaseView
from loper.server.queries.directory import Directory
from loper.server.queries.organisation import text_in
from loper.server.records.dialogues import CallWish
from loper.server.records.runtime import Outbox, Task
from loper.step import candidates, variant

BY: dict[str, Promise] = {
    "email": _("by e-mail"),
    "sms": _("by text message"),
    "letter": _("by letter"),
    "phone": _("by telephone"),
    "whatsapp": _("by WhatsApp"),
    "push": _("on your telephone"),
    "chat": _("by chat"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message: what it was about, when it went or will go, and how (empty while that is not settled)."""

    touchpoint: str
    title: str
    at: datetime
    by: str = ""


def heard(view: CaseView, language: str) -> list[Heard]:
    """The messages that went, the newest first."""
    rows = Outbox.objects.filter(case=view.key, status="sent", sent_at__isnull=False).order_by("-sent_at", "-pk")
    found = []
    for touchpoint, channel, at in rows.values_list("touchpoint", "channel", "sent_at"):
        if at is not None:
            found.append(Heard(touchpoint, title_of(view, touchpoint, language), at, str(BY.get(channel, ""))))
    return found


def coming(view: CaseView, language: str, now: datetime) -> list[Heard]:
    """The messages that will go as things stand, the first one first. What is skipped or refused is left out."""
    known = Directory().customers([view.case.customer]).get(view.case.customer)
    refused = known.refuses if known else frozenset()
    found = []
    for one in candidates(view.journey, view.case.state):
        touchpoint, facts = one.touchpoint, view.case.state.facts
        if touchpoint.for_person or touchpoint.kind in refused or not one.judged:
            continue
        if touchpoint.if_ is not None and not touchpoint.if_(facts, now.astimezone(view.journey.timezone)):
            continue
        if variant(touchpoint, view.case.customer) == "none" or _outside(touchpoint, view):
            continue
        found.append(Heard(touchpoint.name, title_of(view, touchpoint.name, language), max(one.moment.due, now)))
    return sorted(found, key=lambda line: line.at)


def _outside(touchpoint: Touchpoint, view: CaseView) -> bool:
    return touchpoint.in_ is not None and view.case.state.stage not in touchpoint.in_


def title_of(view: CaseView, touchpoint: str, language: str) -> str:
    """What a message is about: the title of its touchpoint, else its name made readable."""
    known = view.journey.touchpoints.get(touchpoint)
    return text_in(known.title, language) if known and known.title else touchpoint.replace("_", " ").capitalize()


def call_wish(case: str, now: datetime) -> CallWish | None:
    """The call that the customer asked for and that is still to come."""
    for wish in CallWish.objects.filter(case=case, end__gt=now).order_by("-at", "-pk"):
        done = Task.objects.filter(case=case, occasion=wish.event, closed__isnull=False).exists()
        if not done:
            return wish
    return None
