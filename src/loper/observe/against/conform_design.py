"""A journey's design as what a recorded case can be held against: what each line of a log means in it.

A log holds no facts (they are personal), so the design is walked without them: a guarded move may have been made or
not, a touchpoint with a condition may have come or not. What follows from that is never called a deviation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from loper.define.model import Journey, OnFact
from loper.define.problem import nearest
from loper.log.table import BadLog
from loper.step.index import index

FAILED = frozenset(
    (
        *"failed failure bounced undelivered undeliverable rejected overdue unreachable".split(),
        *("not delivered", "mislukt", "onbestelbaar", "geweigerd", "niet bezorgd", "niet bereikt", "te laat"),
    )
)
"""Outcomes, in small letters, by which a touchpoint failed."""

SPARED = frozenset({"variant", "if", "covered", "refused", "no consent"})
"""Reasons for which the design, or the customer's own choice, leaves a touchpoint out."""

Does = Literal["event", "happened", "failed", "skipped", "withdrawn", "unexpected", "overdue", "foreign", "nothing"]


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What one line says in the design: `name` is an event or a touchpoint (of what is foreign: the log's own word);
    `stage` is where the case was by the record, where there is one."""

    does: Does
    name: str
    stage: str | None = None


def own(journey: Journey, activity: str, kind: str | None, outcome: str | None, stage: str | None) -> Meaning:
    """A line as Loper itself writes it (`loper.log.touch`)."""
    touchpoint = activity in journey.touchpoints
    does: Does = "nothing"
    if kind == "event":
        does = "event" if known(journey, activity) else "foreign"
    elif kind in ("message", "task", "unknown") and outcome != "later":
        if touchpoint:
            does = "failed" if outcome == "failed" else "happened"
        elif kind == "message":
            does = "foreign"
    elif kind == "skip" and touchpoint:
        does = "skipped" if not outcome or outcome in SPARED or _late_at_once(journey, activity, outcome) else "failed"
    elif kind == "withdrawn" and touchpoint:
        does = "withdrawn"
    elif kind == "unexpected":
        does = "unexpected" if known(journey, activity) else "foreign"
    elif kind == "overdue":
        does = "overdue"
    if does == "nothing" and kind != "move":
        stage = None  # only the record of a move says where the case went
    return Meaning(does=does, name=activity, stage=stage)


def _late_at_once(journey: Journey, touchpoint: str, why: str) -> bool:
    """Whether it was skipped as late and hangs on a time before a fact: booked at nine for one o'clock, no reminder a
    day before can go."""
    anchors = journey.touchpoints[touchpoint].when
    return why == "late" and any(isinstance(one, OnFact) and one.before for one in anchors)


def foreign(journey: Journey, activity: str, name: str | None, outcome: str | None, failed: Collection[str]) -> Meaning:
    """A line of another system, whose activity is called `name` in the design; empty: it is to be passed over."""
    if name is None:
        return Meaning(does="foreign", name=activity)
    if not name:
        return Meaning(does="nothing", name=activity)
    if name in journey.touchpoints:
        return Meaning(does="failed" if (outcome or "").casefold() in failed else "happened", name=name)
    return Meaning(does="event", name=name)


def known(journey: Journey, event: str) -> bool:
    """Whether the design knows this event: one that it declares, or that the language brings along."""
    return (
        event in journey.events
        or event in journey.begins
        or event in index(journey).touchpoint_of
        or event in ("stage.overdue", "journey.ended", "event.retracted", "case.merged", "case.moved")
        or event.removesuffix(".ended") in journey.opens.values()
    )


def names(
    journey: Journey, activities: Iterable[str], given: Mapping[str, str] | None
) -> tuple[Mapping[str, str], Collection[str]]:
    """Which touchpoint or event of the design each activity is, and which of that was guessed by name.

    BadLog for a given name that the design does not have, or an activity that the log does not have: all at once.
    """
    there = list(dict.fromkeys(activities))
    problems = []
    for activity, name in (given or {}).items():
        if activity not in there:
            problems.append(f"mapping: no activity “{activity}” in this log{_near(activity, there)}")
        if name and name not in journey.touchpoints and not known(journey, name):
            all_of_it = [*journey.touchpoints, *journey.events]
            problems.append(
                f"mapping: “{name}” is no touchpoint or event of journey {journey.name}{_near(name, all_of_it)}"
            )
    if problems:
        raise BadLog(problems)
    found, guessed = dict(given or {}), set()
    plain = _plain_names(journey)
    for activity in there:
        if activity in found:
            continue
        like = plain.get(_plain(activity)) or next(
            (plain[one] for one in get_close_matches(_plain(activity), plain, 1, 0.85)), None
        )
        if like is not None:
            found[activity] = like
            if activity != like:
                guessed.add(activity)
    return found, guessed


def _plain_names(journey: Journey) -> Mapping[str, str]:
    """What each touchpoint and event may be called elsewhere, in plain letters; a touchpoint goes before an event."""
    found: dict[str, str] = {}
    for name, touchpoint in journey.touchpoints.items():
        for text in (name, *touchpoint.title.values()):
            found.setdefault(_plain(text), name)
    for name in (*journey.events, *index(journey).touchpoint_of):
        found.setdefault(_plain(name), name)
    return found


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def _near(word: str, names: Iterable[str]) -> str:
    hint = nearest(word, list(names))
    return f", {hint}" if hint else ""
