"""The Texts port of the runtime: the message of a moment, rendered when it goes, with links made for it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loper.define import Organisation, TextError, render
from loper.define.model import Journey, OnEvent, Touchpoint
from loper.define.texts import read_source
from loper.run.ports import Attachment, Link, Outgoing, Unsayable
from loper.server.actions.links import make_link
from loper.server.queries import runtime
from loper.server.queries.calendar import appointment_file
from loper.server.queries.organisation import organisation, text_in
from loper.server.queries.survey import survey_of
from loper.server.queries.words import context
from loper.server.records import links
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Customer
from loper.step import Case, Event, Moment, variant

LABELS = {
    "book": {"nl": "Kies een dag", "en": "Choose a day"},
    "reschedule": {"nl": "Kies een andere dag", "en": "Choose another day"},
    "withdraw": {"nl": "Het is niet meer nodig", "en": "It is not needed any more"},
    "call_me": {"nl": "Bel mij", "en": "Call me"},
}


class Texts:
    """Composes messages for the worker."""

    def compose(self, journey: Journey, case: Case, moment: Moment, channel: str, key: str) -> Outgoing:
        """The message; raises Unsayable where there is no text or address, or the text is at fault."""
        touchpoint = journey.touchpoints[moment.touchpoint]
        customer = Customer.objects.select_related("home").filter(key=case.customer).first()
        if customer is None:
            raise Unsayable("the customer is not known here")
        to = address(customer, channel)
        language = customer.language
        source, language = source_of(journey, touchpoint, case.customer, channel, language)
        found = organisation()
        event = runtime.event_of(case.key, moment.occasion)
        values = context(journey, case, customer, found, language)
        values["event"] = dict(event.data) if event else {}
        try:
            wanted = _links_named(source, language, journey, found)
            values["links"] = {
                name: _link(name, journey, case, touchpoint) for name in sorted(wanted) if name != "unsubscribe"
            }
            marketing = touchpoint.kind == "news"
            unsubscribe = ""
            if touchpoint.kind != "service":
                unsubscribe = make_link(
                    purpose=links.Link.UNSUBSCRIBE, customer=case.customer, subject=touchpoint.kind, days=400
                )
                values["links"]["unsubscribe"] = unsubscribe
            text = render(source, values, language, journey.timezone, found)
        except TextError as wrong:
            raise Unsayable(f"text {touchpoint.name}.{channel}.{language}: {wrong}") from wrong
        return Outgoing(
            key=key,
            to=to,
            language=language,
            subject=text.subject,
            body=text.body,
            links=_buttons(journey, case, touchpoint, wanted, language),
            attachments=_calendar(journey, case, touchpoint, event, customer, language) if channel == "email" else (),
            marketing=marketing,
            unsubscribe=unsubscribe,
        )


def address(customer: Customer, channel: str) -> str:
    """Where this customer is reached on a channel; raises Unsayable when nowhere."""
    if channel == "letter" and customer.home is not None:
        return f"{customer.name}\n{customer.home}"
    found = customer.addresses.filter(channel=channel, bounced=None).order_by("-verified", "pk").first()
    if found is None:
        raise Unsayable(f"no {channel} address")
    return found.value


def source_of(journey: Journey, touchpoint: Touchpoint, customer: str, channel: str, language: str) -> tuple[str, str]:
    """The source of a message in this language, else in the journey's first; a variant's own before the common one."""
    drawn = variant(touchpoint, customer) if touchpoint.variants else ""
    names = [f"{touchpoint.name}+{drawn}", touchpoint.name] if drawn else [touchpoint.name]
    for tongue in dict.fromkeys((language, *journey.languages)):
        for name in names:
            source = journey.texts.get((name, channel, tongue))
            if source is not None:
                return source, tongue
    raise Unsayable(f"no text {touchpoint.name}.{channel}.{language}")


def _links_named(source: str, language: str, journey: Journey, found: Organisation) -> set[str]:
    """The links that a text and its shared blocks name: only these are made."""
    named = read_source(source, language, journey.timezone, found).names
    return {path.partition(".")[2] for path, _line, _column in named if path.startswith("links.")}


def _link(name: str, journey: Journey, case: Case, touchpoint: Touchpoint) -> str:
    """A fresh link: the status page, an action, a dialogue, or the survey of a touchpoint."""
    common: dict[str, Any] = {"customer": case.customer, "case": case.key}
    surveyed = _surveyed(name, journey, touchpoint)
    if surveyed:
        return make_link(purpose=links.Link.SURVEY, subject=surveyed, **common)
    detail: Mapping[str, str] = {"dialogue": name} if name in journey.dialogues else {"page": name}
    return make_link(purpose=links.Link.CASE, detail=dict(detail), **common)


def _surveyed(name: str, journey: Journey, touchpoint: Touchpoint) -> str:
    """The touchpoint whose questions `links.NAME` opens; empty when it is no survey."""
    if name in journey.touchpoints and survey_of(journey, name):
        return name
    if name != "survey":
        return ""
    if survey_of(journey, touchpoint.name):
        return touchpoint.name
    return next((one for one in journey.touchpoints if survey_of(journey, one)), "")


def _buttons(journey: Journey, case: Case, touchpoint: Touchpoint, named: set[str], language: str) -> tuple[Link, ...]:
    """Buttons for what the touchpoint offers and its text does not name itself."""
    found = []
    for offer in touchpoint.offers:
        if offer.name not in named:
            own = journey.dialogues[offer.name].title if offer.name in journey.dialogues else LABELS.get(offer.name, {})
            label = text_in(own, language) or offer.name
            found.append(Link(offer.name, label, _link(offer.name, journey, case, touchpoint)))
    return tuple(found)


def _calendar(
    journey: Journey, case: Case, touchpoint: Touchpoint, event: Event | None, customer: Customer, language: str
) -> tuple[Attachment, ...]:
    """The appointment for the customer's calendar: made or moved it is a REQUEST, taken away a CANCEL.

    Only the message that tells it brings it along: a survey, hours after it, is no news about the appointment.
    """
    if event is None or OnEvent(event.type) not in touchpoint.when:
        return ()
    kind = journey.events.get(event.type)
    facts = [name for name, fact in journey.facts.items() if fact.kind == "appointment"]
    rows = Appointment.objects.filter(case=case.key).order_by("-changed", "-pk")
    if kind is not None and set(kind.sets).intersection(facts):
        row, method = rows.filter(status=Appointment.BOOKED).first(), "REQUEST"
    elif event.type in ("appointment.cancelled", "case.withdrawn") or (
        kind is not None and set(kind.clears).intersection(facts)
    ):
        row, method = rows.first(), "CANCEL"
        if row is not None and row.status != Appointment.CANCELLED:
            row = None  # it took place: nothing to take out of a calendar
    else:
        return ()
    if row is None:
        return ()
    title = text_in(journey.title, language) or journey.name
    invited = customer.addresses.filter(channel="email").values_list("value", flat=True).first() or ""
    content = appointment_file(row, title=title, method=method, attendee=invited)  # type: ignore[arg-type]
    return (Attachment(name="afspraak.ics", content_type=f"text/calendar; method={method}", content=content),)
