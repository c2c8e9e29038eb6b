"""What came of a message after it went: mails that came back, complaints about them, reports of the SMS gateway.

Told to the case as `T.delivered` or `T.failed`, so that what did not arrive goes by the next channel. An address that
is dead is not used again. What comes twice counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from loper.channels.email import Bounce, Complaint, Report
from loper.channels.sms import DeliveryReport
from loper.run.cloudevents import Told
from loper.run.deliver import deliver
from loper.run.store import Letter
from loper.server import clock
from loper.server.actions.customers import bounced
from loper.server.queries.journeys import Journeys
from loper.server.records.customers import Consent, ContactAddress, Customer
from loper.server.records.store import SqlStore
from loper.step import Event

logger = logging.getLogger("loper.actions")


def take_mail(report: Report) -> None:
    """A mail from the mailbox of bounces, read."""
    for bounce in report.bounces:
        _bounce(bounce)
    for complaint in report.complaints:
        _complaint(complaint)


def _bounce(bounce: Bounce) -> None:
    if bounce.permanent and bounce.recipient:
        bounced(channel="email", value=bounce.recipient, why=bounce.diagnostic or bounce.status)
    letters = _letters(bounce.message_id)
    if not letters:
        logger.info("a mail came back (%s) that no case knows", bounce.status or "no status")
    data = {"channel": "email", "permanent": bounce.permanent, "status": bounce.status}
    _tell(letters, "failed", "email", bounce.message_id, data)


def _complaint(complaint: Complaint) -> None:
    """Who calls our mail spam gets no more of its kind; where that kind is service, no more of it by mail."""
    for letter in _letters(complaint.message_id):
        subject = "email" if letter.kind == "service" else letter.kind
        customer = Customer.objects.filter(key=letter.customer).first()
        if customer is not None:
            Consent.objects.create(customer=customer, subject=subject, agrees=False, at=clock.now(), via="complaint")


def take_sms(report: DeliveryReport) -> bool:
    """A report of the SMS gateway; gives whether it is about a message of ours."""
    letters = _letters(report.provider_id) or list(_letters_named(report.key))
    if report.permanent:
        owners = {letter.customer for letter in letters}
        rows = ContactAddress.objects.filter(channel="sms", customer__key__in=owners)
        for value in rows.values_list("value", flat=True):
            bounced(channel="sms", value=value, why=report.why)
    data = {"channel": "sms", "permanent": report.permanent}
    _tell(letters, report.state, "sms", report.provider_id or report.key, data, report.at)
    return bool(letters)


def _letters(provider_id: str) -> list[Letter]:
    with SqlStore(Journeys()).unit() as unit:
        return list(unit.letters_of(provider_id)) if provider_id else []


def _letters_named(key: str) -> Iterator[Letter]:
    """The letter of a message's key, case/touchpoint/occasion/channel: case and occasion may hold slashes."""
    parts = key.split("/")[:-1]
    with SqlStore(Journeys()).unit() as unit:
        for cut in range(1, len(parts) - 1):
            letter = unit.find_letter("/".join(parts[:cut]), "/".join(parts[cut:]))
            if letter is not None:
                yield letter
                return


def _tell(
    letters: list[Letter], what: str, channel: str, ident: str, data: dict[str, object], at: datetime | None = None
) -> None:
    journeys = Journeys()
    events = [
        Told(
            case=letter.case,
            event=Event(
                type=f"{letter.moment.touchpoint}.{what}",
                time=at or clock.now(),
                source=f"loper.{channel}",
                id=f"{ident}:{what}:{letter.moment.touchpoint}"[:255],
                data={"moment": letter.moment.key, **data},
                emitter="system",
            ),
        )
        for letter in letters
    ]
    for outcome in deliver(SqlStore(journeys), journeys, events, clock.ServerClock()) if events else ():
        if outcome.refused:
            logger.warning("case %s: %s", outcome.told.case, outcome.why)
