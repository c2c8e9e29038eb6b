"""The language of journeys in words for people: durations, times of touchpoints, who, channels, moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loper.define.model import Duration, Journey, Late, Move, Offer, OnEvent, OnFact, Stage, Target, Touchpoint
from loper.server.queries.organisation import text_in
from loper.server.ui.words import duration

CHANNELS = {
    "email": gettext_noop("E-mail"),
    "sms": gettext_noop("SMS"),
    "whatsapp": gettext_noop("WhatsApp"),
    "letter": gettext_noop("Letter"),
    "push": gettext_noop("Push message"),
    "phone": gettext_noop("Telephone"),
    "chat": gettext_noop("Chat"),
}
PEOPLE = {
    "customer": gettext_noop("customer"),
    "agent": gettext_noop("agent"),
    "technician": gettext_noop("technician"),
    "planner": gettext_noop("planner"),
    "director": gettext_noop("journey director"),
    "system": gettext_noop("the system"),
}
LANGUAGES = {
    "nl": gettext_noop("Dutch"),
    "en": gettext_noop("English"),
    "de": gettext_noop("German"),
    "fr": gettext_noop("French"),
    "tr": gettext_noop("Turkish"),
    "ar": gettext_noop("Arabic"),
    "pl": gettext_noop("Polish"),
    "uk": gettext_noop("Ukrainian"),
}
OFFERS = {
    "book": gettext_noop("make an appointment"),
    "reschedule": gettext_noop("move the appointment"),
    "withdraw": gettext_noop("stop it"),
    "call_me": gettext_noop("ask to be called"),
}
KINDS = {
    "service": gettext_noop("service message"),
    "survey": gettext_noop("survey"),
    "news": gettext_noop("news (marketing)"),
}


def channel(name: str) -> str:
    return _(CHANNELS[name]) if name in CHANNELS else name


def person(name: str) -> str:
    return _(PEOPLE[name]) if name in PEOPLE else name


def tongue(code: str) -> str:
    """A language by its name."""
    return _(LANGUAGES[code]) if code in LANGUAGES else code


def readable(name: str) -> str:
    """A name of the language as words: `first_time_fix` -> `first time fix`."""
    return name.replace("_", " ").replace(".", " ")


def title(texts: Mapping[str, str], name: str, language: str) -> str:
    """What people call it; its name where it has no title."""
    return text_in(texts, language) or readable(name).capitalize()


def stage(journey: Journey, name: str, language: str) -> str:
    found = journey.stages.get(name)
    return title(found.title, name, language) if found else readable(name)


def touchpoint(journey: Journey, name: str, language: str) -> str:
    found = journey.touchpoints.get(name)
    return title(found.title, name, language) if found else readable(name)


def event(journey: Journey, name: str, language: str) -> str:
    """An event in words: those of the system are ours, of a touchpoint its title, others have their own."""
    known = {
        "stage.overdue": _("nothing happens in time"),
        "journey.ended": _("the campaign ends"),
        "event.retracted": _("something is taken back"),
        "case.merged": _("the case is merged"),
        "audience.joined": _("the customer joins the audience"),
    }
    if name in known:
        return known[name]
    of, _dot, what = name.rpartition(".")
    if of in journey.touchpoints:
        called = touchpoint(journey, of, language)
        said = {
            "sent": _("'%(what)s' is sent"),
            "delivered": _("'%(what)s' arrives"),
            "failed": _("'%(what)s' does not arrive"),
            "replied": _("the customer replies to '%(what)s'"),
            "answered": _("the customer answers '%(what)s'"),
            "skipped": _("'%(what)s' is skipped"),
        }
        if what in said:
            return said[what] % {"what": called}
    declared = journey.events.get(name)
    return title(declared.title, name, language) if declared else readable(name)


def anchor(journey: Journey, value: OnEvent | OnFact, language: str) -> str:
    if isinstance(value, OnFact):
        words = _("%(shift)s before %(fact)s") if value.before else _("%(shift)s after %(fact)s")
        return words % {"shift": duration(value.shift), "fact": readable(value.path)}
    named = event(journey, value.event, language)
    if value.shift is None:
        return _("at once when: %(event)s") % {"event": named}
    return _("%(shift)s after: %(event)s") % {"shift": duration(value.shift), "event": named}


def timing(journey: Journey, one: Touchpoint, language: str) -> list[str]:
    """When it comes: a line for each time, then what limits it."""
    lines = [anchor(journey, value, language) for value in one.when]
    if one.between is not None:
        lines.append(_("between %(start)s and %(end)s") % _window(one.between))
    if one.in_ is not None:
        names = [stage(journey, name, language) for name in journey.stages if name in one.in_]
        lines.append(_("only in: %(stages)s") % {"stages": ", ".join(names)})
    if one.if_ is not None:
        lines.append(_("only if: %(condition)s") % {"condition": one.if_.text})
    if one.unless:
        events = ", ".join(event(journey, name, language) for name in sorted(one.unless))
        lines.append(_("not any more after: %(events)s") % {"events": events})
    if one.every is not None:
        words = _("again every %(shift)s, %(most)d times in all") if one.most else _("again every %(shift)s")
        lines.append(words % {"shift": duration(one.every), "most": one.most or 0})
    if one.late is not None:
        lines.append(late(one.late))
    if one.urgent:
        lines.append(_("also in quiet hours"))
    return lines


def _window(window: Any) -> dict[str, str]:
    return {"start": f"{window.start:%H:%M}", "end": f"{window.end:%H:%M}"}


def late(value: Late) -> str:
    if value == "never":
        return _("never late")
    if value == "always":
        return _("however late")
    return _("at most %(shift)s late") % {"shift": duration(value)} if isinstance(value, Duration) else ""


def aim(one: Target) -> str:
    """What a measure should be: `at least 85%`."""
    value = one.text.removeprefix(one.measure).strip().removeprefix(one.op).strip()
    said = {
        ">=": _("at least %(value)s"),
        "<=": _("at most %(value)s"),
        ">": _("more than %(value)s"),
        "<": _("less than %(value)s"),
        "==": _("exactly %(value)s"),
    }
    return said[one.op] % {"value": value}


def variants(one: Touchpoint) -> str:
    """A standing trial in words: `plain 90, none 10`."""
    return ", ".join(f"{readable(name)} {share}" for name, share in one.variants.items())


def by(one: Touchpoint) -> str:
    return _("a person: %(who)s") % {"who": person(one.by)} if one.by else _("by itself")


def attention(one: Touchpoint) -> str:
    words = {"spare": _("spares attention"), "grab": _("grabs attention")}
    return words.get(one.attention or "", "")


def offer(journey: Journey, one: Offer, language: str) -> str:
    if one.name in journey.dialogues:
        return title(journey.dialogues[one.name].title, one.name, language)
    return _(OFFERS[one.name]) if one.name in OFFERS else readable(one.name)


def offers(journey: Journey, found: Iterable[Offer], language: str) -> str:
    return ", ".join(offer(journey, one, language) for one in found)


def moves(journey: Journey, found: Iterable[Move], language: str) -> str:
    """Where an event leads: `Planned if appointment is set, else Reported`."""
    parts = []
    for move in found:
        to = stage(journey, move.to, language)
        parts.append(_("%(stage)s if %(condition)s") % {"stage": to, "condition": move.if_.text} if move.if_ else to)
    return _(", else ").join(parts)


def deadline(one: Stage) -> str:
    """How long it may last in this stage."""
    parts = []
    if one.within is not None:
        parts.append(_("at most %(shift)s") % {"shift": duration(one.within)})
    if one.until is not None:
        parts.append(_("until %(fact)s") % {"fact": readable(one.until)})
    return _(", or ").join(parts)
