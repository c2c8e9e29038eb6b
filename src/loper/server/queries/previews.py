"""On which case a text is looked at: a real one as it stood when the message went, or an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loper.define.model import FactType, Journey, OnEvent
from loper.server.queries import designs
from loper.server.queries.runtime import load_case
from loper.server.records.customers import Customer
from loper.server.records.runtime import Case as Row
from loper.server.records.runtime import Touch
from loper.step import Appointment, Case, Event, State, plain, refold

MOST = 12


@dataclass(frozen=True, slots=True)
class Recent:
    """A case that a text can be looked at with. `sent`: this very message went in it."""

    key: str
    stage: str
    at: datetime | None
    sent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a text is filled in with: a case, its customer, the event that the message is about."""

    case: Case
    customer: Customer
    event: Mapping[str, Any]
    more: Mapping[str, Any]
    real: bool


def recent_cases(journey: str, touchpoint: str) -> list[Recent]:
    """Cases of this journey, those in which this message went first, the newest of each first."""
    went = Touch.objects.filter(journey=journey, activity=touchpoint, kind="message").order_by("-recorded")
    keys = list(dict.fromkeys(went.values_list("case", flat=True)[: MOST * 4]))[:MOST]
    rows = Row.objects.filter(journey=journey, stage__isnull=False).order_by("-now")
    known = {row.key: row for row in rows.filter(key__in=keys)}
    known |= {row.key: row for row in rows[:MOST] if row.key not in known}
    order = [key for key in keys if key in known] + [key for key in known if key not in keys]
    return [Recent(key, str(known[key].stage), known[key].now, key in keys) for key in order[:MOST]]


def real_case(journey: str, key: str, touchpoint: str, moment: str = "") -> Seen | None:
    """This case of this journey as it stood when the message went last, else as it stands; None where there is none.

    `moment`: of the messages of this touchpoint the one of this moment.
    """
    case = load_case(key)
    if case is None or case.journey != journey:
        return None
    customer = Customer.objects.select_related("home").filter(key=case.customer).first() or Customer(name="")
    history = case.history or ()
    all_sent = (one for one in reversed(history) if one.type == f"{touchpoint}.sent")
    went = next((one for one in all_sent if not moment or one.data.get("moment") == moment), None)
    about: Event | None = None
    if went is not None:
        occasion = str(went.data.get("moment", "")).partition("/")[2]
        about = next((one for one in history if one.source != went.source and occasion.startswith(one.key)), None)
        case = _as_it_stood(case, went)
    return Seen(case=case, customer=customer, event=dict(about.data) if about else {}, more={}, real=True)


def _as_it_stood(case: Case, went: Event) -> Case:
    """The case folded up to this event; as it is now where it cannot be folded (it was moved to another version)."""
    before = [one for one in case.history or () if one.order < went.order]
    try:
        state = refold(designs.journey(case.journey, case.version), case, before).state()
    except (LookupError, ValueError):
        return case
    return case if state.stage is None else replace(case, state=state)


def example_case(journey: Journey, touchpoint: str, now: datetime, name: str) -> Seen:
    """A case that nobody lives in: a value for every fact, as the message needs them."""
    facts = {fact: example(kind, now) for fact, kind in journey.facts.items()}
    first = next(iter(journey.begins.values()), None)
    state = State(stage=first, facts=facts)
    case = Case(key="VOORBEELD-1", journey=journey.name, version=journey.version, customer="-", now=now, state=state)
    found = journey.touchpoints.get(touchpoint)
    event: dict[str, Any] = {}
    for anchor in found.when if found else ():
        if isinstance(anchor, OnEvent) and anchor.event in journey.events:
            told = [fact for fact in journey.events[anchor.event].sets if fact in facts]
            event |= {fact: plain(facts[fact]) for fact in told}
    more = {"technician": {"name": "Sam de Vries", "first_name": "Sam"}}
    return Seen(case=case, customer=Customer(name=name), event=event, more=more, real=False)


def example(kind: FactType, now: datetime) -> Any:
    """A value of this type that could be true."""
    day = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=2)
    values: dict[str, Any] = {
        "text": _("(what somebody wrote)"),
        "number": 3,
        "boolean": True,
        "time": day,
        "date": date(day.year, day.month, day.day),
        "minutes": 60,
        "money": Decimal("12.50"),
        "place": "Kade 12",
        "file": "foto.jpg",
        "appointment": Appointment(start=day, end=day + timedelta(hours=2), technician=None),
    }
    return kind.options[0] if kind.options else values[kind.kind]
