"""Where a case is over: given by the caller, read from its journey file, or guessed, and then said to be a guess."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.log.table import BadLog
from loper.observe.against.conform_design import names
from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools, Ints
from loper.observe.result import wilson
from loper.observe.stuck.survival import kaplan_meier
from loper.observe.way import kernels_waits

if TYPE_CHECKING:
    from loper.observe.log import Log

LEAST = 5
"""So many must still be watched for a curve to tell anything of them."""

CROWD = 500
"""Of so many activities at most each is looked at by itself: those at which the most cases stand."""

NO_CONTACTS = np.zeros(0, np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ends:
    """`activities` are the ends. Of each selected case: where the part of it that counts is over (a place among the
    contacts, itself not counted), and whether it came to an end. A guessed end is one only as the very last contact;
    what follows on one that was given (a survey, a thank-you) is not looked at."""

    activities: tuple[str, ...]
    by: Literal["caller", "journey", "guess"]
    without: tuple[str, ...]  # activities that only ended cases have; none of a guess or where the stage tells
    codes: Bools = field(repr=False)  # [activities of the log]
    until: NDArray[np.int64] = field(repr=False)
    ended: Bools = field(repr=False)


def ends_of(log: Log, ends: Collection[str] | None = None, journey: Journey | None = None) -> Ends:
    """The ends of the selected cases. BadLog for an activity that the log does not have."""
    layout, over = log.layout, NO_CONTACTS
    codes = np.zeros(len(layout.activities), np.bool_)
    by: Literal["caller", "journey", "guess"] = "guess"
    if ends is not None:
        by = "caller"
        codes[places_of(layout.activities, ends)] = True
    elif journey is not None:
        by = "journey"
        codes, over = _of_journey(log, journey)
    else:
        codes = log.whole.guessed_ends
    until, ended = kernels_waits.lives(layout.offsets, layout.activity, log.rows, codes, over, by != "guess")
    found = codes.copy()
    if len(over):
        found[np.unique(layout.activity[until[ended] - 1])] = True
    return Ends(
        activities=tuple(layout.activities[int(a)] for a in np.flatnonzero(found)),
        by=by,
        without=() if by == "guess" else tuple(layout.activities[int(a)] for a in np.flatnonzero(codes)),
        codes=codes,
        until=until,
        ended=ended,
    )


def places_of(activities: Sequence[str], wanted: Collection[str], what: str = "activity") -> list[int]:
    """The codes of these names; BadLog with all that the log does not have, each with the nearest."""
    known = {name: code for code, name in enumerate(activities)}
    problems = []
    for name in wanted:
        if name not in known:
            near = " or ".join(f"“{one}”" for one in get_close_matches(name, known, 3, 0.4) or list(known)[:5])
            problems.append(f"no {what} “{name}” in this log; did you mean {near}?" if near else f"no {what} “{name}”")
    if problems:
        raise BadLog(problems)
    return [known[name] for name in wanted]


def guess(log: Log) -> Bools:
    """Which activities of the whole log look like an end: of the cases that have it, surely more than half have it last
    (Wilson), and surely more than half never go on after it as far as one could see (Kaplan-Meier). [activities]"""
    layout, rows = log.layout, log.rows
    size = len(layout.activities)
    nothing = np.zeros(size, np.bool_)
    if not len(layout):
        return nothing
    until, ended = kernels_waits.lives(layout.offsets, layout.activity, rows, nothing, NO_CONTACTS, False)
    _, cases, _, last = kernels.visits(layout.offsets, layout.activity, size, rows)

    def stays(groups: Ints, count: int) -> Ints:
        given = (layout.offsets, layout.activity, groups, count, layout.time, rows, until, ended)
        found: Ints = kernels_waits.stays(*given, int(layout.time.max()))
        return found

    return likely_ends(cases, last, stays)


def likely_ends(cases: Ints, last: Ints, stays: Callable[[Ints, int], Ints]) -> Bools:
    """The same, of the cases that have each activity, and that have it last; `stays` counts the waits after groups of
    activities, [2, groups, bins] (`kernels_waits.stays`)."""
    likely = [a for a in np.argsort(-last, kind="stable")[:CROWD] if wilson(int(last[a]), int(cases[a])).low > 0.5]
    number = np.full(len(cases), -1)
    number[likely] = np.arange(len(likely))
    found = np.zeros(len(cases), np.bool_)
    counted = stays(number, len(likely)) if likely else np.zeros((2, 0, 0), np.int64)
    for group, a in enumerate(likely):
        curve = kaplan_meier(counted[0][group], counted[1][group])
        found[a] = curve.at(curve.seen_s(LEAST)).low > 0.5
    return found


def _of_journey(log: Log, journey: Journey) -> tuple[Bools, Bools]:
    """Activities that are an end by the design; and, where the log has the stage itself, each contact that stands in a
    final one."""
    stage = log.layout.words("stage")
    codes, there = journey_ends(journey, log.layout.activities, stage.values if stage else None)
    over = NO_CONTACTS if stage is None else np.isin(stage.codes, [stage.code(name) for name in there])
    return codes, over


def journey_ends(journey: Journey, activities: Sequence[str], stages: Sequence[str] | None) -> tuple[Bools, list[str]]:
    """Activities whose every move in the design leads to a final stage; or, where the log has `stages` and final ones
    are among them, those, which say it better."""
    final = {name for name, stage in journey.stages.items() if stage.final}
    called, _ = names(journey, activities, None)
    moves = [journey.on, *(stage.on for stage in journey.stages.values())]
    codes = np.zeros(len(activities), np.bool_)
    for code, activity in enumerate(activities):
        name = called.get(activity, activity)
        to = {move.to for on in moves for move in on.get(name, ())}
        codes[code] = name == "journey.ended" or (bool(to) and to <= final)
    there = [name for name in final if name in (stages or ())]
    return np.zeros_like(codes) if there else codes, there
