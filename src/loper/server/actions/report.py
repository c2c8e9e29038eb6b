"""A report becomes a case: the customer is found, the event is told, the link is made."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from loper.contact import Done, turn
from loper.server import clock
from loper.server.actions.customers import find_or_make, home_of
from loper.server.actions.dialogues import definition, new_case_key
from loper.server.actions.emergency import send_if_emergency
from loper.server.actions.links import visit_link
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.links import Link


@transaction.atomic
def submit_report(
    *,
    actor: Actor,
    progress: DialogueProgress,
    postcode: str,
    house_number: str,
    name: str,
    email: str = "",
    phone: str = "",
    language: str = "nl",
    choice: str = "",
    customer: Customer | None = None,
) -> tuple[str, Link]:
    """The key of the new case, and the link by which its customer sees it. Sent twice, it is one case.

    `customer`: who proved to be it, or whom an agent has on the telephone; then name and address are not asked.
    """
    role = demand(actor, "case.report")
    row = DialogueProgress.objects.select_for_update().get(pk=progress.pk)
    if row.submitted and row.customer is not None and row.agent == actor.name:
        return row.case, _seen_by(row.customer, row.case, proven=customer is not None)
    if row.submitted:
        raise Refused(_("This report was sent already."))
    journey, dialogue = definition(row)
    found = turn(dialogue, row.answers, clock.now())
    if not isinstance(found, Done):
        raise Refused(_("A question is still open."))
    proven = customer is not None
    if customer is None:
        home = home_of(postcode, house_number)
        customer = find_or_make(home=home, name=name, email=email, phone=phone, language=language, choice=choice)
    key = _key_for(row)
    tell(
        case=key,
        type=dialogue.emits,
        emitter=role,
        data={name: value for name, value in found.values.items() if value is not None},
        customer=customer.key,
        journey=journey.name,
    )
    row.customer, row.case, row.submitted = customer, key, clock.now()
    row.save()
    row.files.update(case=key)
    if role == "customer":  # an agent has a button for it, and the customer on the telephone
        send_if_emergency(case=key)
    return key, _seen_by(customer, key, proven=proven)


def _seen_by(customer: Customer, case: str, *, proven: bool) -> Link:
    """The link by which who reported sees the case at once, before any message."""
    return visit_link(purpose=Link.CASE, customer=customer.key, case=case, typed=not proven)


def _key_for(row: DialogueProgress) -> str:
    """A key that begins the case on the version in which the questions were asked, while that is to be had."""
    key = new_case_key()
    for _try in range(100):
        if designs.version_for(row.journey, key) == row.version:
            break
        key = new_case_key()
    return key


@transaction.atomic
def submit_offered(*, actor: Actor, progress: DialogueProgress) -> None:
    """The answers of a dialogue within a case, told to that case; sent twice, they are told once."""
    role = demand(actor, "case.report", progress.case)
    row = DialogueProgress.objects.select_for_update().get(pk=progress.pk)
    if row.submitted:
        return
    _journey, dialogue = definition(row)
    found = turn(dialogue, row.answers, clock.now())
    if not isinstance(found, Done):
        raise Refused(_("A question is still open."))
    tell(case=row.case, type=dialogue.emits, emitter=role, data=dict(found.values))
    row.submitted = clock.now()
    row.save()
    row.files.update(case=row.case)
