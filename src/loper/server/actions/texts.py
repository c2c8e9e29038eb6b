"""The Texts port of the runtime: the message of a moment, rendered when it goes, with links made for it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from loper.define import Organisation, TextError, render
from loper.define.model import Journey, OnEvent, Touchpoint
from loper.define.texts import read_source
from loper.run.ports import Attachment, Link, Outgoing, Unsayable
from loper.server.actions.links import draft_link
from loper.server.queries import runtime
from loper.server.queries.calendar import appointment_file
from loper.server.queries.organisation import organisation, text_in
from loper.server.queries.survey import survey_of
from loper.server.queries.words import context, technician_name
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

    def gather(self, asked: Sequence[tuple[Case, Moment]]) -> Composing:
        """What it takes to write these messages: a few queries, however many they are."""
        return Composing(asked)


class Composing:
    """Messages being written, those of one unit."""

    def __init__(self, asked: Sequence[tuple[Case, Moment]]) -> None:
        self.organisation = organisation()
        self.events = runtime.events_about([(case.key, moment.occasion) for case, moment in asked])
        rows = Customer.objects.filter(key__in={case.customer for case, _ in asked}).select_related("home")
        self.customers = {row.key: row for row in rows.prefetch_related("addresses")}
        self.technician = cache(technician_name)
        self.links: list[links.Link] = []

    def compose(self, journey: Journey, case: Case, moment: Moment, channel: str, key: str) -> Outgoing:
        """The message; raises Unsayable where there is no text or address, or the text is at fault."""
        touchpoint = journey.touchpoints[moment.touchpoint]
        customer = self.customers.get(case.customer)
        if customer is None:
            raise Unsayable("the customer is not known here")
        to = address(customer, channel)
        language = customer.language
        source, language = source_of(journey, touchpoint, case.customer, channel, language)
        event = self.events.get((case.key, moment.occasion))
        values = context(journey, case, customer, self.organisation, language, self.technician)
        values["event"] = dict(event.data) if event else {}
        try:
            wanted = _links_named(source, language, journey, self.organisation)
            values["links"] = {
                name: self._link(name, journey, case, touchpoint) for name in sorted(wanted) if name != "unsubscribe"
            }
            marketing = touchpoint.kind == "news"
            unsubscribe = ""
            if touchpoint.kind != "service":
                unsubscribe = self._made(
                    purpose=links.Link.UNSUBSCRIBE, customer=case.customer, subject=touchpoint.kind, days=400
                )
                values["links"]["unsubscribe"] = unsubscribe
            text = render(source, values, language, journey.timezone, self.organisation)
        except TextError as wrong:
            raise Unsayable(f"text {touchpoint.name}.{channel}.{language}: {wrong}") from wrong
        return Outgoing(
            key=key,
            to=to,
            language=language,
            subject=text.subject,
            body=text.body,
            links=self._buttons(journey, case, touchpoint, wanted, language),
            attachments=_calendar(journey, case, touchpoint, event, customer, language) if channel == "email" else (),
            marketing=marketing,
            unsubscribe=unsubscribe,
        )

    def write(self) -> None:
        """The links of the messages, so that they open something."""
        links.Link.objects.bulk_create(self.links)
        self.links = []

    def _made(self, **what: Any) -> str:
        """The address of a fresh link."""
        link, url = draft_link(**what)
        self.links.append(link)
        return url

    def _link(self, name: str, journey: Journey, case: Case, touchpoint: Touchpoint) -> str:
        """A fresh link: the status page, an action, a dialogue, or the survey of a touchpoint."""
        common: dict[str, Any] = {"customer": case.customer, "case": case.key}
        surveyed = _surveyed(name, journey, touchpoint)
        if surveyed:
            return self._made(purpose=links.Link.SURVEY, subject=surveyed, **common)
        detail: Mapping[str, str] = {"dialogue": name} if name in journey.dialogues else {"page": name}
        return self._made(purpose=links.Link.CASE, detail=dict(detail), **common)

    def _buttons(
        self, journey: Journey, case: Case, touchpoint: Touchpoint, named: set[str], language: str
    ) -> tuple[Link, ...]:
        """Buttons for what the touchpoint offers and its text does not name itself."""
        found = []
        for offer in touchpoint.offers:
            if offer.name not in named:
                dialogue = journey.dialogues.get(offer.name)
                label = text_in(dialogue.title if dialogue else LABELS.get(offer.name, {}), language) or offer.name
                found.append(Link(offer.name, label, self._link(offer.name, journey, case, touchpoint)))
        return tuple(found)


def address(customer: Customer, channel: str) -> str:
    """Where this customer is reached on a channel, last verified first; raises Unsayable when nowhere."""
    if channel == "letter" and customer.home is not None:
        return f"{customer.name}\n{customer.home}"
    good = [one for one in customer.addresses.all() if one.channel == channel and one.bounced is None]
    if not good:
        raise Unsayable(f"no {channel} address")
    return max(good, key=lambda one: (one.verified or NEVER, -one.pk)).value


NEVER = datetime.min.replace(tzinfo=UTC)


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


def _surveyed(name: str, journey: Journey, touchpoint: Touchpoint) -> str:
    """The touchpoint whose questions `links.NAME` opens; empty when it is no survey."""
    if name in journey.touchpoints and survey_of(journey, name):
        return name
    if name != "survey":
        return ""
    if survey_of(journey, touchpoint.name):
        return touchpoint.name
    return next((one for one in journey.touchpoints if survey_of(journey, one)), "")


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
    invited = next((one.value for one in customer.addresses.all() if one.channel == "email"), "")
    content = appointment_file(row, title=title, method=method, attendee=invited)  # type: ignore[arg-type]
    return (Attachment(name="afspraak.ics", content_type=f"text/calendar; method={method}", content=content),)
