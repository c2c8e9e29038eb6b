"""Open cases go over to a newer version, batch by batch: it can be watched, stopped, and left alone.

Each case is moved by `loper.step.migrate` inside a unit of the runtime's own store, so that a move is one event of its
journal like any other. What is overdue is never sent by a move.
"""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from loper.define.model import Journey
from loper.run.transact import transact
from loper.run.work import Work
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries import designs, moves
from loper.server.queries.journeys import Journeys
from loper.server.records.designs import JourneyMove
from loper.server.records.runtime import Case
from loper.server.records.store import SqlStore
from loper.step.migrate import migrate, unmapped

logger = logging.getLogger("loper.actions")

BATCH = 100
"""Cases moved in one transaction: short, so that pages and worker get their turn in between."""

MOST_TOLD = 500
"""Of cases that stay, so many are remembered by name."""


@transaction.atomic
def start_move(*, actor: Actor, journey: str, version: str) -> JourneyMove:
    """Begin to move the open cases of the versions that this one replaces; the worker does the rest."""
    demand(actor, "journey.publish")
    if designs.live(journey).get(version) != 1.0:
        raise Refused(_("Publish this version for all new cases first; then the open ones can follow."))
    new = designs.journey(journey, version)
    if new.replaces is None:
        raise Refused(_("This version does not say which one it replaces."))
    plan = moves.plan(new, clock.now())
    if plan.homeless:
        names = ", ".join(dict.fromkeys(leg.stage for leg in plan.homeless))
        raise Refused(
            _("There are cases in a stage that the new version has no place for: %(names)s.") % {"names": names}
        )
    if not plan.cases:
        raise Refused(_("There are no open cases to move."))
    try:
        with transaction.atomic():
            return JourneyMove.objects.create(
                journey=journey,
                version=version,
                origins=list(plan.origins),
                total=plan.cases,
                started=clock.now(),
                started_by=actor.name,
            )
    except IntegrityError:
        raise Refused(_("Cases of this journey are being moved already.")) from None


def stop_move(*, actor: Actor, move: int) -> None:
    """Not further for now. What was moved stays moved."""
    demand(actor, "journey.publish")
    JourneyMove.objects.filter(pk=move, finished=None, stopped=None).update(stopped=clock.now())


def resume_move(*, actor: Actor, move: int) -> None:
    demand(actor, "journey.publish")
    JourneyMove.objects.filter(pk=move, finished=None).update(stopped=None)


def end_move(*, actor: Actor, move: int) -> None:
    """It is over as it is: the cases that did not go yet stay where they are."""
    demand(actor, "journey.publish")
    JourneyMove.objects.filter(pk=move, finished=None, stopped__isnull=False).update(finished=clock.now())


def go_on(*, batch: int = BATCH) -> bool:
    """The next batch of a move that is under way; False where there is none. The worker's to call."""
    found = JourneyMove.objects.filter(finished=None, stopped=None).order_by("started").values_list("pk", flat=True)
    move = found.first()
    if move is None:
        return False
    journeys = Journeys()
    transact(SqlStore(journeys), journeys, clock.ServerClock(), lambda work: _batch(work, move, batch))
    return True


def _batch(work: Work, pk: int, batch: int) -> None:
    """Inside one unit: the cases and how far the move is change together."""
    move = JourneyMove.objects.select_for_update().filter(pk=pk, finished=None, stopped=None).first()
    if move is None:
        return  # stopped, or done by another worker, a moment ago
    rows = Case.objects.filter(Q(version__in=move.origins), journey=move.journey, ended=False, key__gt=move.cursor)
    keys = list(rows.order_by("key").values_list("key", flat=True)[:batch])
    work.load(keys)
    new = work.journeys.find(move.journey, move.version)
    for key in keys:
        why = _move(work, key, new, move.origins)
        if why:
            move.stayed = [*move.stayed, [key, why]][:MOST_TOLD]
        else:
            move.moved += 1
        move.cursor = key
    if len(keys) < batch:
        move.finished = work.now
    move.save()


def _move(work: Work, key: str, new: Journey, origins: list[str]) -> str:
    """Move one case; gives why it stays, empty where it went."""
    stored = work.stored[key]
    case = stored.case
    if stored.set_aside:
        return "set aside"
    if case.version not in origins or case.state.ended:
        return "ended"
    try:
        old = work.journey(case)
        if case.state.stage is not None and unmapped(old, new, [case.state.stage]):
            return f"no place for stage {case.state.stage}"
        result = migrate(old, new, case, work.now)
    except Exception as wrong:  # a case that cannot be moved stays as it is, and the others go on
        logger.exception("case %s cannot be moved to %s", key, new.version)
        return type(wrong).__name__
    work.took(key, old, result)
    return ""
