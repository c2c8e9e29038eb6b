"""One case as people see it: where it is on the line, what that means, what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from loper.define import TextError, render
from loper.define.model import BUILT_IN_OFFERS, Journey, Offer, Stage
from loper.server.queries import designs
from loper.server.queries.organisation import organisation, text_in
from loper.server.queries.runtime import load_case, moves_of
from loper.server.queries.words import at_words
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Customer
from loper.server.records.runtime import Case as Row
from loper.step import Case


@dataclass(frozen=True, slots=True)
class Stop:
    """A station of the line as this customer sees it; `state` is past, here or future."""

    stage: str
    title: str
    state: str
    says: str = ""
    when: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """A case whole. Its journey is the version it began on."""

    key: str
    case: Case
    journey: Journey
    customer: Customer | None
    title: str
    here: str  # the stage's name for the customer
    says: str  # what the stage says, filled in
    stops: tuple[Stop, ...]
    offers: tuple[Offer, ...]
    appointment: Appointment | None

    @property
    def stage(self) -> Stage | None:
        return self.journey.stages.get(self.case.state.stage or "")

    @property
    def ended(self) -> bool:
        return self.case.state.ended

    def offers_event(self, name: str) -> str | None:
        """The event that the offer of this name emits here, if it is offered."""
        found = next((offer for offer in self.offers if offer.name == name), None)
        return None if found is None else found.event or BUILT_IN_OFFERS.get(name)


def case_view(key: str, language: str = "nl") -> CaseView | None:
    """The case of this key, in the words of this language; None where there is none."""
    case = load_case(key)
    if case is None:
        return None
    journey = designs.journey(case.journey, case.version)
    customer = Customer.objects.select_related("home").filter(key=case.customer).first()
    stage = journey.stages.get(case.state.stage or "")
    appointment = (
        Appointment.objects.select_related("technician", "block").filter(case=key, status=Appointment.BOOKED).first()
    )
    return CaseView(
        key=key,
        case=case,
        journey=journey,
        customer=customer,
        title=text_in(journey.title, language) or journey.name,
        here=stage_title(stage, language) if stage else _("Waiting"),
        says=stage_says(journey, stage, case, language) if stage else "",
        stops=tuple(_stops(journey, case, language)),
        offers=stage.offers if stage else (),
        appointment=appointment,
    )


def stage_title(stage: Stage, language: str) -> str:
    """A stage's name for people: its title, else its name made readable."""
    return text_in(stage.title, language) or stage.name.replace("_", " ").capitalize()


def stage_says(journey: Journey, stage: Stage, case: Case, language: str) -> str:
    """What the stage tells the customer, with the facts filled in; empty where a fact it needs is not there."""
    source = text_in(stage.says, language)
    if not source:
        return ""
    try:
        return render(source, facts_of(case), language, journey.timezone, organisation()).body.strip()
    except TextError:
        return ""


def facts_of(case: Case) -> dict[str, Any]:
    """The facts of a case, for a text."""
    return dict(case.state.facts)


def skill_of(view: CaseView) -> str:
    """What the work asks for, as the dialogue's decision table derived it last; empty where it says nothing."""
    told = (event.data.get("skill") for event in reversed(view.case.history or ()))
    return next((skill for skill in told if isinstance(skill, str)), "")


def _stops(journey: Journey, case: Case, language: str) -> list[Stop]:
    """The stations: where this customer was (with its time), is, and will most likely come."""
    here = case.state.stage
    if here is None:
        return []
    entered: dict[str, datetime] = {}
    for reached, at in moves_of(case):
        entered[reached] = at
    expected = way_of(journey)
    if here not in expected:  # an ending beside the way: what was, and this
        expected = [name for name in expected if name in entered] + [here]
    place = expected.index(here)
    stops = []
    for number, name in enumerate(expected):
        stage = journey.stages[name]
        state = "past" if number < place else "here" if number == place else "future"
        if number < place and name not in entered:
            continue  # a station this customer passed by
        when = at_words(entered[name], language, journey.timezone) if name in entered and state != "future" else ""
        says = stage_says(journey, stage, case, language) if state == "here" else ""
        stops.append(Stop(name, stage_title(stage, language), state, says, when))
    return stops


def way_of(journey: Journey) -> list[str]:
    """The stations in their usual order: from the first stage to the first good ending, as written in the file."""
    first = next(iter(journey.begins.values()))
    names = [name for name, stage in journey.stages.items() if not stage.final]
    names = names[names.index(first) :] if first in names else names
    ending = next((name for name, stage in journey.stages.items() if stage.final), None)
    return [*names, ending] if ending else names


def lineage(key: str) -> list[str]:
    """The case, the case that opened it, and so on up: who may see the first may see those it opened."""
    found: list[str] = []
    parent: str | None = key
    while parent and parent not in found and len(found) < 10:
        found.append(parent)
        parent = Row.objects.filter(key=parent).values_list("parent", flat=True).first()
    return found


def opened_by(key: str) -> list[str]:
    """The cases that this case opened (a complaint, a second visit), the oldest first."""
    return list(Row.objects.filter(parent=key).order_by("begun", "key").values_list("key", flat=True))
