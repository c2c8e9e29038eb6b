"""A customer in words: how they are reached and what they want."""

from __future__ import annotations

from typing import Any

from loper.server.pages.desk import words
from loper.server.queries.desk_case import Reached


def person(reached: Reached) -> dict[str, Any]:
    """What a page shows of a customer."""
    customer, consents = reached.customer, reached.consents
    addresses = [
        {"row": row, "channel": words.channel(row.channel), "why": words.reason(row.why)} for row in reached.addresses
    ]
    works = [row for row in reached.addresses if row.bounced is None]
    return {
        "customer": customer,
        "addresses": addresses,
        "phone": next((row.value for row in works if row.channel in ("sms", "phone")), ""),
        "email": next((row.value for row in works if row.channel == "email"), ""),
        "wish": words.channel(customer.choice) if customer.choice else "",
        "tongue": words.tongue(customer.language),
        "no_survey": consents.get("survey") is False,
        "news": consents.get("news") is True,
    }
