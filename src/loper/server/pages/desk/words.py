"""Journeys in the words of the desk: events, facts, channels, reasons. What we have no word for keeps its own name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from loper.define.model import Journey, Question
from loper.run.receipts import RESTORED
from loper.server.queries.cases import stage_title
from loper.server.queries.organisation import text_in
from loper.server.ui import words as times
from loper.step import Appointment

EVENTS = {
    "stage.overdue": gettext_noop("It takes too long"),
    "event.retracted": gettext_noop("Taken back: it was a mistake"),
    "case.merged": gettext_noop("Merged with another case"),
    "case.moved": gettext_noop("Moved to a new version of the journey"),
    "journey.ended": gettext_noop("The campaign has ended"),
    "audience.joined": gettext_noop("Joined the campaign"),
}
OF_MESSAGE = {
    "sent": gettext_noop("sent"),
    "delivered": gettext_noop("arrived"),
    "failed": gettext_noop("did not arrive"),
    "replied": gettext_noop("the customer wrote back"),
    "answered": gettext_noop("answered"),
    "skipped": gettext_noop("did not go"),
}
OF_TASK = {
    "sent": gettext_noop("opened as a task"),
    "answered": gettext_noop("done"),
    "failed": gettext_noop("nobody reached"),
    "skipped": gettext_noop("did not go"),
}
ROLES = {
    "customer": gettext_noop("Customer"),
    "agent": gettext_noop("Colleague"),
    "technician": gettext_noop("Technician"),
    "planner": gettext_noop("Planner"),
    "director": gettext_noop("Journey director"),
    "system": gettext_noop("By itself"),
}
CHANNELS = {
    "email": gettext_noop("e-mail"),
    "sms": gettext_noop("text message"),
    "letter": gettext_noop("letter"),
    "phone": gettext_noop("telephone"),
    "whatsapp": gettext_noop("WhatsApp"),
    "push": gettext_noop("push message"),
    "chat": gettext_noop("chat"),
    "web": gettext_noop("web page"),
    "desk": gettext_noop("desk"),
}
FACTS = {
    "appointment": gettext_noop("Appointment"),
    "eta": gettext_noop("Expected at"),
    "skill": gettext_noop("Skill"),
    "duration": gettext_noop("Duration"),
    "urgent": gettext_noop("Urgent"),
    "reason": gettext_noop("Why not fixed"),
    "solution": gettext_noop("Our solution"),
    "problem": gettext_noop("Problem"),
    "room": gettext_noop("Room"),
    "story": gettext_noop("In the customer's words"),
}
VALUES = {
    "plumbing": gettext_noop("plumbing"),
    "heating": gettext_noop("heating"),
    "electricity": gettext_noop("electricity"),
    "carpentry": gettext_noop("carpentry"),
    "general": gettext_noop("general"),
    "material": gettext_noop("material is missing"),
    "expertise": gettext_noop("needs another trade"),
    "time": gettext_noop("not enough time"),
}
REASONS = {
    "late": gettext_noop("it would have come too late"),
    "covered": gettext_noop("the customer had just heard from us"),
    "if": gettext_noop("it was not needed here"),
    "variant": gettext_noop("this customer is in the group that does not get this message (a trial)"),
    "refused": gettext_noop("the customer does not want this kind of message"),
    "no consent": gettext_noop("the customer did not ask for news"),
    "no channel": gettext_noop("there is no address that works"),
    "no channel reached them": gettext_noop("there is no address that works"),
    "no time left to hand it over": gettext_noop("the mail server was too slow"),
    "the customer is not known here": gettext_noop("we do not know this customer"),
    "superseded": gettext_noop("it was no longer true"),
    "no longer so": gettext_noop("it was no longer true"),
    "over": gettext_noop("it had happened already"),
    "quiet hours": gettext_noop("waits for the morning: quiet hours"),
    "between": gettext_noop("waits for the hours in which it may go"),
    "not due yet": gettext_noop("it is not time yet"),
    "bundled with the rest of this hour": gettext_noop("goes with other messages at the full hour"),
    "the case was set aside": gettext_noop("waits: the case was set aside"),
    "outcome unknown, once more": gettext_noop("goes once more: nobody knows whether it went"),
    "outcome unknown, not repeated": gettext_noop("nobody knows whether it went; it is not repeated"),
    RESTORED: gettext_noop("nobody knows whether it went: our system was put back from a backup"),
    "the customer's own choice": gettext_noop("the customer wants it so"),
    "first of the touchpoint": gettext_noop("first choice for this message"),
    "reply": gettext_noop("the customer wrote back"),
    "not reached": gettext_noop("nobody was reached"),
}
TRIES = {
    "no_answer": gettext_noop("No answer"),
    "busy": gettext_noop("Engaged"),
    "voicemail": gettext_noop("Left a message on voicemail"),
    "wrong_number": gettext_noop("Wrong number"),
}
LANGUAGES = {"nl": gettext_noop("Dutch"), "en": gettext_noop("English")}


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def readable(name: str) -> str:
    """A name of the journey language as words."""
    return re.sub(r"[._]+", " ", name).strip().capitalize()


def _known(table: Mapping[str, str], name: str) -> str:
    return _(table[name]) if name in table else ""


def event(journey: Journey, name: str) -> str:
    """What happened, in words: of a touchpoint its title and what became of it; else its own, ours, its dialogue's."""
    of, _dot, what = name.rpartition(".")
    found = journey.touchpoints.get(of)
    if found is not None:
        became = _known(OF_TASK if found.for_person else OF_MESSAGE, what)
        if became:
            return f"{touchpoint(journey, of)}: {became}"
    if what == "ended" and of in journey.opens.values():
        return _("The case that followed from it has ended")
    declared = journey.events.get(name)
    if declared is not None and declared.title:
        return text_in(declared.title, language())
    if name in EVENTS:
        return _(EVENTS[name])
    dialogue = next((one for one in journey.dialogues.values() if one.emits == name), None)
    return (text_in(dialogue.title, language()) if dialogue else "") or readable(name)


def touchpoint(journey: Journey, name: str) -> str:
    found = journey.touchpoints.get(name)
    return (text_in(found.title, language()) if found else "") or readable(name)


def need(journey: Journey, name: str) -> str:
    """What the customer needs at this moment, as the journey says."""
    found = journey.touchpoints.get(name)
    return text_in(found.need, language()) if found else ""


def stage(journey: Journey, name: str) -> str:
    found = journey.stages.get(name)
    return stage_title(found, language()) if found else readable(name)


def role(name: str) -> str:
    return _known(ROLES, name) or readable(name)


def channel(name: str) -> str:
    return _known(CHANNELS, name) or name


def tried(outcome: str) -> str:
    return _known(TRIES, outcome) or readable(outcome)


def tongue(code: str) -> str:
    return _known(LANGUAGES, code) or code


def reason(text: str, titles: Mapping[str, str] | None = None) -> str:
    """Why a message waits, went by this channel or did not go; `titles`: journeys by name. Unknown ones as they are."""
    if not text or text in REASONS:
        return _known(REASONS, text)
    if found := re.fullmatch(r"next of the touchpoint: (.*)", text):
        return "; ".join(_passed(one) for one in found[1].split(", "))
    if found := re.fullmatch(r"cap: enough of \w+ for now", text):
        return _("the customer had enough messages for now")
    if found := re.fullmatch(r"hold: (\S+) is open", text):
        named = (titles or {}).get(found[1], readable(found[1]))
        return _("waits while '%(what)s' is open") % {"what": named}
    if found := re.fullmatch(r"no (\w+) address", text):
        return _("no address for %(channel)s") % {"channel": channel(found[1])}
    if found := re.fullmatch(r"no channel (\w+) on this installation", text):
        return _("this installation sends nothing by %(channel)s") % {"channel": channel(found[1])}
    if re.match(r"(no )?text \S+\.\w+\.\w+", text):
        return _("the text of this message is missing or has a fault")
    if re.fullmatch(r"journey \S+ is not published", text):
        return _("the journey that should follow is not published")
    return text


def _passed(text: str) -> str:
    """Why a channel was passed over."""
    name, _space, what = text.partition(" ")
    words = _("%(channel)s did not arrive") if what == "failed" else _("no %(channel)s that works")
    return words % {"channel": channel(name)}


def when(at: datetime) -> str:
    """A time in short: `ma 7 sep 09:00`."""
    return times.moment(at)


def fact(name: str, questions: Mapping[str, Question]) -> str:
    """What a fact is called: our word for it, else the question that asked for it."""
    if name in FACTS and name not in questions:
        return _(FACTS[name])
    asked = questions.get(name)
    return (text_in(asked.ask, language()) if asked else "") or _known(FACTS, name) or readable(name)


def path(name: str) -> str:
    """A fact or a part of one, in a sentence: `appointment.start` -> the appointment."""
    first, _dot, part = name.partition(".")
    known = _known(FACTS, first) or readable(first)
    return _("%(fact)s (end)") % {"fact": known} if part == "end" else known


def value(
    raw: Any, questions: Mapping[str, Question], name: str = "", technicians: Mapping[str, str] | None = None
) -> str:
    """A fact's value in words."""
    asked = questions.get(name)
    match raw:
        case None:
            return _("nothing")
        case bool():
            return _("yes") if raw else _("no")
        case Appointment():
            who = (technicians or {}).get(raw.technician or "", "")
            block = f"{times.day(raw.start)}, {times.block(raw)}"
            return f"{block} · {who}" if who else block
        case datetime():
            return when(raw)
        case date():
            return times.day(raw)
        case Decimal():
            return f"€ {formats.number_format(raw, 2)}"
    text = str(raw)
    if asked is not None and text in asked.choose:
        return text_in(asked.choose[text], language()) or text
    if name == "duration":
        return ngettext("%(n)d minute", "%(n)d minutes", int(raw)) % {"n": int(raw)}
    return _known(VALUES, text) or text
