"""A report becomes a case: the customer is found, the event is told, the link is made."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from loper.contact import Done, turn
from loper.server import clock
from loper.server.actions.customers import find_or_make, home_of
from loper.server.actions.dialogues import definition
from loper.server.actions.links import new_link
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.links import Link

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_case_key() -> str:
    """A number one can read out over the telephone: 8 letters and digits that are not mistaken for each other."""
    word = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{word[:4]}-{word[4:]}"


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
    """The key of the new case, and the link by which its customer sees it. Sent twice, it is one case."""
    role = demand(actor, "case.report")
    row = DialogueProgress.objects.select_for_update().get(pk=progress.pk)
    if row.submitted:
        raise Refused(_("This report was sent already."))
    journey, dialogue = definition(row)
    found = turn(dialogue, row.answers, clock.now())
    if not isinstance(found, Done):
        raise Refused(_("A question is still open."))
    if customer is None:
        home = home_of(postcode, house_number)
        customer = find_or_make(home=home, name=name, email=email, phone=phone, language=language, choice=choice)
    key = new_case_key()
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
    return key, new_link(purpose=Link.CASE, customer=customer.key, case=key)[0]


@transaction.atomic
def submit_offered(*, actor: Actor, progress: DialogueProgress) -> None:
    """The answers of a dialogue within a case, told to that case."""
    role = demand(actor, "case.report", progress.case)
    row = DialogueProgress.objects.select_for_update().get(pk=progress.pk)
    if row.submitted:
        raise Refused(_("This was sent already."))
    _journey, dialogue = definition(row)
    found = turn(dialogue, row.answers, clock.now())
    if not isinstance(found, Done):
        raise Refused(_("A question is still open."))
    tell(case=row.case, type=dialogue.emits, emitter=role, data=dict(found.values))
    row.submitted = clock.now()
    row.save()
    row.files.update(case=row.case)
