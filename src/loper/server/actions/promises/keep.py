"""The ledger kept: cases that changed since they were judged are judged again, and their rows written anew.

A case's rows follow from what happened in it and from the time alone: made from scratch they are the same.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from loper.log.touch import Touch
from loper.server import clock
from loper.server.actions.promises.facts import Call, Facts, Promised, Wish
from loper.server.actions.promises.judge import again, judge
from loper.server.queries import designs
from loper.server.records import runtime as rows
from loper.server.records.dialogues import CallWish
from loper.server.records.promises import Promise, PromiseCase
from loper.step import Event
from loper.step.fold import short

MANY = 200
LATE = timedelta(minutes=10)
"""So long after its time a line of the log may come into the database and still be found."""
WHOLE = timedelta(hours=6)
"""So often every case is compared, not only those with new lines in the log."""

RETRACTED = "event.retracted"
TOUCH = (
    "case", "round", "journey", "version", "stage", "activity", "kind", "channel", "direction", "initiator", "at",
    "recorded", "seq", "outcome", "why", "cause",
)  # fmt: skip
KINDS = ("move", "message", "event", "unexpected")


def catch_up(since: datetime | None = None, stop: threading.Event | None = None) -> int:
    """Judge what changed: cases with lines recorded `since` (None: any), and those whose time has come. How many."""
    now = clock.now()
    judged = 0
    for keys in _portions(_changed(now, since)):
        if stop is not None and stop.is_set():
            break
        judged += _judge(keys, now)
    return judged


def rebuild() -> int:
    """The whole ledger from scratch; gives how many cases were judged."""
    PromiseCase.objects.all().delete()
    return catch_up()


def keeping() -> Callable[[threading.Event], None]:
    """A chore: what is new every time, everything now and then."""
    last: datetime | None = None
    whole: datetime | None = None

    def act(stop: threading.Event) -> None:
        nonlocal last, whole
        now = clock.now()
        everything = whole is None or last is None or not timedelta(0) <= now - whole < WHOLE
        catch_up(None if everything or last is None else last - LATE, stop)
        if not stop.is_set():
            last, whole = now, now if everything else whole

    return act


def _changed(now: datetime, since: datetime | None) -> Iterable[str]:
    judged = PromiseCase.objects.filter(case=OuterRef("key"), revision=OuterRef("revision"))
    cases = rows.Case.objects.filter(~Exists(judged), set_aside="")
    if since is not None:
        cases = cases.filter(key__in=rows.Touch.objects.filter(recorded__gte=since).values("case"))
    found = dict.fromkeys(cases.values_list("key", flat=True))
    found |= dict.fromkeys(PromiseCase.objects.filter(again__lte=now).values_list("case", flat=True))
    return found


@transaction.atomic
def _judge(keys: Sequence[str], now: datetime) -> int:
    """These cases: their rows as they follow from what happened. Two at once write the same."""
    cases = list(
        rows.Case.objects.select_for_update().filter(key__in=keys).order_by("key")
    )  # as the runtime locks them
    facts = _facts(cases)
    promises, judged = [], []
    for case in cases:
        found = judge(facts[case.key], now) if case.key in facts else []
        promises += [_row(case, number, one) for number, one in enumerate(found, 1)]
        judged.append(PromiseCase(case=case.key, revision=case.revision, again=again(found, now)))
    names = [case.key for case in cases]
    Promise.objects.filter(case__in=names).delete()
    PromiseCase.objects.filter(case__in=keys).delete()
    Promise.objects.bulk_create(promises, batch_size=500)
    PromiseCase.objects.bulk_create(judged, batch_size=500)
    return len(cases)


def _row(case: rows.Case, number: int, one: Promised) -> Promise:
    values = asdict(one)
    values["by"] = one.by[:120]
    return Promise(case=case.key, number=number, customer=case.customer, journey=case.journey, **values)


def _facts(cases: Sequence[rows.Case]) -> dict[str, Facts]:
    """What is known of each; a case whose journey is not there any more has none."""
    keys = [case.key for case in cases]
    events, gone = _events(keys)
    touches: dict[str, list[Touch]] = {}
    found = rows.Touch.objects.filter(case__in=keys, kind__in=KINDS).order_by("case", "at", "seq")
    for values in found.values_list(*TOUCH):
        touch = Touch(**dict(zip(TOUCH, values, strict=True)))
        if (touch.case, touch.cause) not in gone:
            touches.setdefault(touch.case, []).append(touch)
    wishes: dict[str, list[Wish]] = {}
    for wish in CallWish.objects.filter(case__in=keys).order_by("at", "pk"):
        if (wish.case, wish.event[:300]) not in gone:
            one = Wish(event=wish.event, at=wish.at, start=wish.start, end=wish.end)
            wishes.setdefault(wish.case, []).append(one)
    calls = _calls(wishes)
    facts = {}
    for case in cases:
        try:
            design = designs.journey(case.journey, case.version)
        except LookupError:
            continue
        facts[case.key] = Facts(
            journey=design,
            events=events.get(case.key, []),
            touches=touches.get(case.key, []),
            wishes=wishes.get(case.key, []),
            calls=calls.get(case.key, []),
        )
    return facts


def _events(keys: Sequence[str]) -> tuple[dict[str, list[Event]], set[tuple[str, str]]]:
    """The events of each case in order of when they happened, and the keys of those that were taken back."""
    told = {
        (case, number): data
        for case, number, data in rows.EventData.objects.filter(case__in=keys).values_list("case", "number", "data")
    }
    every: dict[str, list[Event]] = {}
    gone: set[tuple[str, str]] = set()
    for row in rows.Event.objects.filter(case__in=keys).order_by("case", "number"):
        data: Any = json.loads(told.get((row.case, row.number)) or "{}")
        event = Event(
            type=row.type,
            time=row.time,
            source=row.source,
            id=row.ident,
            data=data if isinstance(data, dict) else {},
            sequence=row.sequence,
            emitter=row.emitter or None,
        )
        every.setdefault(row.case, []).append(event)
        if row.type == RETRACTED:
            gone.add((row.case, f"{data.get('source', '')}#{data.get('id', '')}"))
    kept = {
        case: sorted((one for one in found if (case, one.key) not in gone), key=lambda one: one.order)
        for case, found in every.items()
    }
    return kept, {(case, key[:300]) for case, key in gone}


def _calls(wishes: dict[str, list[Wish]]) -> dict[str, list[Call]]:
    """What we did about each wish: a task done, or a try."""
    asked = {(case, short(one.event)): one.event for case, found in wishes.items() for one in found}
    calls: dict[str, list[Call]] = {}
    tasks = rows.Task.objects.filter(case__in=wishes.keys()).prefetch_related("tries")
    for task in tasks:
        wish = asked.get((task.case, task.occasion))
        if wish is None:
            continue
        made = calls.setdefault(task.case, [])
        made += [Call(wish=wish, at=one.at, reached=False) for one in task.tries.all()]
        if task.closed is not None and task.outcome == "done":
            made.append(Call(wish=wish, at=task.closed, reached=True))
    for made in calls.values():
        made.sort(key=lambda one: one.at)
    return calls


def _portions(keys: Iterable[str]) -> Iterable[list[str]]:
    every = list(keys)
    for first in range(0, len(every), MANY):
        yield every[first : first + MANY]
