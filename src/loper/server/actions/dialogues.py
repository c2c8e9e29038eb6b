"""A dialogue, answer by answer: kept from the first one, resumed on any channel, submitted once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from loper.contact import Stop, turn
from loper.define.model import Dialogue, Journey
from loper.server import clock
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.queries.runtime import facts_of, load_case
from loper.server.records.dialogues import DialogueProgress

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@transaction.atomic
def start_report(
    *, actor: Actor, journey: str, dialogue: str, question: str, answer: Any, channel: str = "web"
) -> DialogueProgress:
    """A dialogue that begins a case, with its first answer."""
    demand(actor, "case.report")
    version = _drawn(journey, dialogue, question)
    now = clock.now()
    begun = DialogueProgress.objects.create(
        journey=journey,
        version=version,
        dialogue=dialogue,
        channel=channel,
        begun=now,
        changed=now,
        agent=actor.name if actor.user else "",
    )
    return answer_question(actor=actor, progress=begun, question=question, answer=answer)


def _drawn(journey: str, dialogue: str, question: str) -> str:
    """The version in which a new dialogue is held: drawn as new cases are, where one is tried on a share of them."""
    version = designs.version_for(journey, new_case_key())
    known = designs.journey(journey, version).dialogues.get(dialogue)
    return version if known is not None and question in known.questions else designs.newest(journey)


def new_case_key() -> str:
    """A number one can read out over the telephone: 8 letters and digits that are not mistaken for each other."""
    word = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{word[:4]}-{word[4:]}"


@transaction.atomic
def start_offered(*, actor: Actor, case: str, dialogue: str, question: str, answer: Any) -> DialogueProgress:
    """A dialogue within a case, with its first answer."""
    demand(actor, "case.report", case)
    known = load_case(case)
    if known is None:
        raise LookupError(case)
    now = clock.now()
    begun = DialogueProgress.objects.create(
        journey=known.journey,
        version=known.version,
        dialogue=dialogue,
        case=case,
        channel=actor.channel,
        begun=now,
        changed=now,
        agent=actor.name if actor.user else "",
    )
    return answer_question(actor=actor, progress=begun, question=question, answer=answer)


@transaction.atomic
def answer_question(*, actor: Actor, progress: DialogueProgress, question: str, answer: Any) -> DialogueProgress:
    """Keep one answer. Answers to other questions stay: who goes back loses nothing."""
    demand(actor, "case.report", progress.case or None)
    row = DialogueProgress.objects.select_for_update().get(pk=progress.pk)
    if row.submitted:
        return row
    row.answers = {**row.answers, question: answer}
    row.changed = clock.now()
    if actor.user:
        row.agent = actor.name
    row.stopped = isinstance(turn(definition(row)[1], row.answers, clock.now()), Stop)
    row.save()
    return row


def keep_contact(*, actor: Actor, progress: DialogueProgress, contact: Mapping[str, str]) -> None:
    """Keep name and address as typed, right or wrong, so that nobody types them twice."""
    demand(actor, "case.report", progress.case or None)
    DialogueProgress.objects.filter(pk=progress.pk, submitted=None).update(contact=dict(contact), changed=clock.now())


def definition(progress: DialogueProgress) -> tuple[Journey, Dialogue]:
    """The journey and the dialogue, in the version in which it was begun, with what its case knows."""
    journey = designs.journey(progress.journey, progress.version)
    dialogue = journey.dialogues[progress.dialogue]
    if progress.case and not progress.submitted:
        dialogue = replace(dialogue, known=facts_of(progress.case))
    return journey, dialogue


def sweep_dialogues(*, older: timedelta = timedelta(days=30)) -> int:
    """Take out dialogues that nobody finished for so long."""
    deleted, _each = DialogueProgress.objects.filter(submitted=None, changed__lt=clock.now() - older).delete()
    return deleted


def progress_of(key: UUID | str) -> DialogueProgress | None:
    return DialogueProgress.objects.filter(pk=key).first()
