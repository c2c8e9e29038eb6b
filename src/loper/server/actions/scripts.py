"""A dialogue held by an agent: whose it is, what changed on the page, sent as a case of a customer we know or make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server.actions.dialogues import answer_question, keep_contact, start_offered, start_report
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress


@transaction.atomic
def keep(
    *,
    actor: Actor,
    progress: DialogueProgress,
    answers: Mapping[str, Any],
    contact: Mapping[str, str] | None = None,
) -> DialogueProgress:
    """Keep what the agent changed, and nothing else: what the customer fills in on the web meanwhile stays."""
    row = progress
    for question, answer in answers.items():
        row = answer_question(actor=actor, progress=row, question=question, answer=answer)
    if contact:
        now = DialogueProgress.objects.select_for_update().get(pk=row.pk)
        keep_contact(actor=actor, progress=now, contact={**now.contact, **contact})
        row = DialogueProgress.objects.get(pk=row.pk)
    return row


@transaction.atomic
def begin(
    *,
    actor: Actor,
    journey: str,
    dialogue: str,
    answers: Mapping[str, Any],
    contact: Mapping[str, str] | None = None,
    customer: str = "",
    case: str = "",
) -> DialogueProgress:
    """A dialogue with its first answers; of a customer we know, or within a case."""
    demand(actor, "case.report", case or None)
    (first, answer), *rest = answers.items()
    if case:
        row = start_offered(actor=actor, case=case, dialogue=dialogue, question=first, answer=answer)
    else:
        row = start_report(
            actor=actor, journey=journey, dialogue=dialogue, question=first, answer=answer, channel=actor.channel
        )
    if customer:
        row = belongs_to(actor=actor, progress=row, customer=customer)
    return keep(actor=actor, progress=row, answers=dict(rest), contact=contact)


@transaction.atomic
def belongs_to(*, actor: Actor, progress: DialogueProgress, customer: str) -> DialogueProgress:
    """This form is of this customer: who they are is not asked any more. Empty: of somebody we do not know."""
    demand(actor, "case.report")
    demand(actor, "customer.see")
    found = Customer.objects.filter(key=customer).first() if customer else None
    if customer and found is None:
        raise Refused(_("This customer is not there."))
    DialogueProgress.objects.filter(pk=progress.pk, submitted=None).update(customer=found)
    return DialogueProgress.objects.get(pk=progress.pk)
