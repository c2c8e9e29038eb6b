"""What a message text can name of a case: facts, customer, organisation, technician."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from loper.define.filters import for_language
from loper.define.model import Journey
from loper.define.organisation import Organisation
from loper.define.texts import about
from loper.server.queries.organisation import text_in
from loper.server.records.agenda import Technician
from loper.server.records.customers import Customer
from loper.step import Appointment, Case


def technician_name(key: str) -> str:
    """The name of a technician; empty where there is none."""
    return Technician.objects.filter(key=key).values_list("name", flat=True).first() or ""


def context(
    journey: Journey,
    case: Case,
    customer: Customer | None,
    organisation: Organisation,
    language: str,
    technician: Callable[[str], str] = technician_name,
) -> dict[str, Any]:
    """The values of a text, but for its links and its event. What is not known is not there."""
    stage = journey.stages.get(case.state.stage or "")
    found: dict[str, Any] = dict(case.state.facts)
    found["customer"] = _person(customer.name) if customer else {}
    found["case"] = {
        "number": case.key,
        "journey": text_in(journey.title, language) or journey.name,
        "stage": (text_in(stage.title, language) or stage.name) if stage else "",
        "round": case.state.round,
    }
    found["organisation"] = about(organisation, language)
    appointment = next((fact for fact in case.state.facts.values() if isinstance(fact, Appointment)), None)
    if appointment is not None and appointment.technician:
        name = technician(appointment.technician)
        if name:
            found["technician"] = {"name": name, "first_name": name.split()[0]}
    return found


def _person(name: str) -> dict[str, str]:
    words = name.split()
    if not words:
        return {}
    return {"name": name, "first_name": words[0], "last_name": words[-1], "salutation": name}


def language_of(customer: str) -> str:
    """The language of a customer's messages; Dutch for whom we do not know."""
    return Customer.objects.filter(key=customer).values_list("language", flat=True).first() or settings.LANGUAGE_CODE


def at_words(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A time as people say it: `maandag 7 september, 9.30 uur`."""
    words = for_language(language, str(zone))
    return f"{words['day'](at)}, {words['time'](at)}"
