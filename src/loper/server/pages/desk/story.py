"""The story of a case in sentences: what happened, why it went out, why on that channel; what waits and what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from loper.define.model import Journey
from loper.run.receipts import RESTORED
from loper.server.pages.desk import words
from loper.server.queries.desk_story import Anchor, Coming, Line
from loper.server.records.runtime import Task
from loper.server.ui.words import duration
from loper.step.facts import told
from loper.step.index import OVERDUE

LONGEST = 140
"""So much of a text that an event told stands in its line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A line of the story as people read it."""

    at: datetime
    kind: str  # in, out, person, move, eye, quiet: which mark it gets
    title: str
    by: str = ""  # who, or by which channel
    why: str = ""
    note: str = ""
    led: str = ""  # the stage that it led to
    gone: bool = False  # it was taken back
    key: str = ""  # of the event, where it can be taken back
    round: int = 1
    task: int | None = None
    seq: int = 0  # of a message that can be read again


Tell = Callable[[str, Any], str]
"""A fact's value in words, from its name and value."""


def said(journey: Journey, lines: Iterable[Line], retractable: Mapping[str, bool], tell: Tell) -> list[Said]:
    """The lines, the newest first."""
    return [_line(journey, line, retractable, tell) for line in lines][::-1]


def _line(journey: Journey, line: Line, retractable: Mapping[str, bool], tell: Tell) -> Said:
    match line.kind:
        case "event":
            return _event(journey, line, retractable, tell)
        case "message" | "failed" | "unknown":
            return _message(journey, line)
        case "task":
            return _task(journey, line)
    title, kind = _other(journey, line)
    return Said(
        at=line.at,
        kind=kind,
        title=title,
        why=because(journey, line.anchor),
        note=words.reason(line.outcome) if line.kind in ("skip", "withdrawn") else "",
        led=words.stage(journey, line.reached) if line.reached and line.kind != "move" else "",
        round=line.round,
    )


def _event(journey: Journey, line: Line, retractable: Mapping[str, bool], tell: Tell) -> Said:
    note = _told(journey, line, tell)
    if line.unexpected:
        odd = _("This was not expected here: it is written down, the case stayed where it was.")
        note = _join(note, odd)
    return Said(
        at=line.at,
        kind="in" if line.initiator == "customer" else "move",
        title=words.event(journey, line.activity),
        by=words.role(line.initiator) if line.initiator else "",
        led=words.stage(journey, line.reached) if line.reached else "",
        note=note,
        gone=line.retracted,
        key=line.event if retractable.get(line.event) else "",
        round=line.round,
    )


def _told(journey: Journey, line: Line, tell: Tell) -> str:
    """The facts that an event told; those of the report stand beside it already."""
    declared = journey.events.get(line.activity)
    if declared is None or line.activity in journey.begins:
        return ""
    values = (tell(name, raw) for name, raw in told(journey, declared.sets, line.data).items())
    return ", ".join(word if len(word) <= LONGEST else word[: LONGEST - 1] + "…" for word in values)


def _message(journey: Journey, line: Line) -> Said:
    title = words.touchpoint(journey, line.activity)
    note = {
        "failed": _("It did not arrive. The next way to reach the customer is tried."),
        "unknown": _("Nobody knows whether this went: the connection broke while it was handed over."),
    }.get(line.kind, "")
    if line.outcome == RESTORED:
        note = _("Nobody knows whether this went: our system was put back from a backup.")
    return Said(
        at=line.at,
        kind="out" if line.kind == "message" else "eye",
        title=title,
        by=_("by %(channel)s") % {"channel": words.channel(line.channel)} if line.channel else "",
        why=_join(because(journey, line.anchor), words.reason(line.chosen)),
        note=note,
        round=line.round,
        seq=line.seq if line.activity in journey.touchpoints else 0,
    )


def _task(journey: Journey, line: Line) -> Said:
    reply = line.outcome == "reply"
    return Said(
        at=line.at,
        kind="person",
        title=words.event(journey, line.activity) if reply else words.touchpoint(journey, line.activity),
        by=_("task for a colleague"),
        why=because(journey, line.anchor),
        note=state_of(line.task) if line.task else "",
        round=line.round,
        task=line.task.pk if line.task else None,
    )


def state_of(task: Task) -> str:
    """How a task stands, in words."""
    if task.closed is not None:
        who = _name(task.closed_by)
        done = {
            "done": _("Done by %(who)s, %(when)s."),
            "not_reached": _("Nobody was reached, %(when)s."),
        }.get(task.outcome, _("Closed, %(when)s."))
        return done % {"who": who, "when": words.when(task.closed)}
    if task.taken_by is not None:
        return _("%(who)s is on it.") % {"who": _name(task.taken_by)}
    return _("Open.")


def _name(user: object) -> str:
    full = getattr(user, "get_full_name", str)()
    return str(full or getattr(user, "username", "") or _("somebody"))


def _other(journey: Journey, line: Line) -> tuple[str, str]:
    """What a line says that is no event, no message and no task; and its mark."""
    match line.kind:
        case "move":
            return _("Now: %(stage)s") % {"stage": words.stage(journey, line.reached)}, "move"
        case "overdue":
            return _("It takes too long: '%(stage)s'") % {"stage": words.stage(journey, line.stage)}, "eye"
        case "skip":
            return _("%(what)s: did not go") % {"what": words.touchpoint(journey, line.activity)}, "quiet"
        case "withdrawn":
            return _("%(what)s: taken out of the queue") % {"what": words.touchpoint(journey, line.activity)}, "quiet"
        case "stalled":
            return _("Nothing more comes by itself: somebody must look at this case"), "eye"
        case "retracted":
            return _("Taken back: %(what)s") % {"what": words.event(journey, line.activity)}, "quiet"
        case "unexpected":
            return _("%(what)s: not expected here") % {"what": words.event(journey, line.activity)}, "quiet"
    return words.readable(line.activity), "quiet"


def because(journey: Journey, anchor: Anchor | None) -> str:
    """What a moment hangs on, as a sentence; empty where that is not known."""
    if anchor is None:
        return ""
    at = words.when(anchor.at) if anchor.at else ""
    if anchor.fact:
        shift = duration(anchor.shift) if anchor.shift else ""
        text = (
            _("%(shift)s before: %(what)s (%(when)s)") if anchor.before else _("%(shift)s after: %(what)s (%(when)s)")
        )
        told = text % {"shift": shift, "what": words.path(anchor.fact), "when": at}
    else:
        what = words.event(journey, anchor.event)
        if anchor.event == OVERDUE and anchor.stage:
            what = _("it took too long in '%(stage)s'") % {"stage": words.stage(journey, anchor.stage)}
        if anchor.shift is not None:
            text = _("%(shift)s after: %(what)s (%(when)s)")
            told = text % {"shift": duration(anchor.shift), "what": what, "when": at}
        else:
            told = _("because: %(what)s (%(when)s)") % {"what": what, "when": at}
    if anchor.repeat:
        told = _join(told, _("repeat %(n)d") % {"n": anchor.repeat})
    return told


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """What waits or comes, as people read it."""

    at: datetime
    kind: str  # waiting, coming, never, deadline, person
    title: str
    by: str = ""
    why: str = ""
    note: str = ""


def next_ones(journey: Journey, found: Sequence[Coming], titles: Mapping[str, str], stage: str) -> list[Next]:
    """What waits and what comes, by time; `titles`: journeys by name, `stage`: where the case is."""
    return [_deadline(journey, one, stage) if one.kind == "deadline" else _next(journey, one, titles) for one in found]


def _deadline(journey: Journey, one: Coming, stage: str) -> Next:
    """The time at which this stage has lasted too long, and what comes of it."""
    moves = journey.stages[stage].on.get(OVERDUE, ()) if stage in journey.stages else ()
    after = {move.to for move in moves} or {stage}
    follows = [words.stage(journey, move.to) for move in moves]
    for name, point in journey.touchpoints.items():
        hangs = any(getattr(anchor, "event", "") == OVERDUE for anchor in point.when)
        if hangs and (point.in_ is None or after & point.in_):
            follows.append(words.touchpoint(journey, name))
    return Next(
        at=one.due,
        kind="deadline",
        title=_("Until then '%(stage)s' may last") % {"stage": words.stage(journey, stage)},
        why=_("if nothing happens: %(what)s") % {"what": ", ".join(follows)} if follows else "",
    )


def _next(journey: Journey, one: Coming, titles: Mapping[str, str]) -> Next:
    by = _("task for a colleague") if one.person else ""
    if one.channel:
        by = _("by %(channel)s") % {"channel": words.channel(one.channel)}
    note = words.reason(one.why, titles)
    return Next(
        at=one.due,
        kind="person" if one.person and one.kind == "coming" else one.kind,
        title=words.touchpoint(journey, one.touchpoint),
        by=by,
        why=_join(because(journey, one.anchor), words.reason(one.chosen)),
        note=_("will not go: %(why)s") % {"why": note} if one.kind == "never" and note else note,
    )
