"""Ask a co-maker whether they come: with every visit that is put in one of their blocks, inside that transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from loper.server import clock
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.partners import Ask, TechnicianToken

PATIENCE = timedelta(hours=4)
"""So long they have to answer; never more than half of what is left until the visit."""

AT_ONCE = timedelta(minutes=15)
"""So long who is on duty has to say that they come; then the next one is sent."""


def ask_partner(row: Appointment) -> Ask | None:
    """Asked anew; None where the visit is not a co-maker's, or they have no way to answer: then it is as agreed."""
    if not row.technician.partner or not answers(row.technician):
        return None
    now = clock.now()
    return Ask.objects.update_or_create(
        appointment=row,
        partner=row.technician,
        defaults={
            "sequence": row.sequence,
            "state": Ask.ASKED,
            "asked": now,
            "deadline": deadline(now, row.start),
            "changed": now,
            "reason": "",
            "other_start": None,
            "other_end": None,
        },
    )[0]


def ask_on_duty(row: Appointment, *, called: bool = False) -> Ask | None:
    """A co-maker who is sent to an emergency has it on their own list; `called`: they said on the telephone that they
    come. Else they say it there within a quarter of an hour. None where they have no way to answer.
    """
    found = ask_partner(row)
    if found is not None:
        found.state = Ask.ACCEPTED if called else Ask.ASKED
        found.deadline = clock.now() + AT_ONCE
        found.save(update_fields=["state", "deadline"])
    return found


def deadline(now: datetime, start: datetime) -> datetime:
    """Until when they can answer."""
    return now + min(PATIENCE, max(timedelta(), start - now) / 2)


def answers(partner: Technician) -> bool:
    """Whether they have an account, or a system of their own that reads the list."""
    if partner.user_id is not None:
        return True
    return TechnicianToken.objects.filter(technician=partner, purpose=TechnicianToken.PARTNER, revoked=None).exists()
