"""How it ends from here: the outcomes to expect of a case that is now at an activity, and where the outcome is decided.

An absorbing Markov chain: what comes next depends on where a case is, not on how it came there. Whether that holds can
be seen: beside each chance stands the share of the cases that came there and did end so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.answer import Answer
from loper.observe.filter import Filter
from loper.observe.laid.layout import Floats, Ints
from loper.observe.result import Result, wilson
from loper.observe.stuck import kernels_outcome
from loper.observe.stuck.ends import ends_of
from loper.observe.stuck.stuck import patience
from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.log import Log

STATES = 100
"""So many activities are states of the chain at most, the commonest; others are passed over."""

OUTCOMES = 8
"""So many outcomes are told apart at most; the rarest are one, OTHER."""

GROUPS, DRAWS = 100, 199
"""Cases fall into so many groups by chance, and these are drawn so many times with replacement."""

STOPPED, OTHER = "(stopped)", "(other)"


@dataclass(frozen=True, kw_only=True)
class At:
    """A case that comes to `activity`: the chance of each outcome (in the order of `Outcomes.outcomes`) by the chain,
    and the share `seen` of the `cases` that came there. `bits`: how uncertain the outcome is there. `decides`: which
    part of all uncertainty goes away by what follows on this activity; over all activities that adds up to 1."""

    activity: str
    cases: int
    chances: tuple[Result, ...]
    seen: tuple[Result, ...]
    bits: float
    decides: Result
    cases_of: Filter

    @property
    def gap(self) -> float:
        """The largest difference between a chance and what was seen."""
        return max((abs(a.estimate - b.estimate) for a, b in zip(self.chances, self.seen, strict=True)), default=0.0)

    @property
    def remembers(self) -> bool:
        """Whether here it does matter how a case came: a chance is surely not what was seen, by two in a hundred at
        least."""
        both = zip(self.chances, self.seen, strict=True)
        return any(a.low > b.high or a.high < b.low for a, b in both) and self.gap >= 0.02


@dataclass(frozen=True, kw_only=True)
class Outcomes(Answer):
    """`left_out`: cases that are under way (or not ended, where nothing tells that they stopped)."""

    cases: int
    left_out: int
    outcomes: tuple[str, ...]
    shares: tuple[Result, ...]
    bits: float  # how uncertain the outcome is when a case begins
    at: tuple[At, ...]  # in order of the cases that came there
    gap: float  # mean of the differences between chance and share seen, over cases and outcomes
    passed_over: int  # activities that are no state
    by: Literal["caller", "journey", "guess", "last contact"]

    @property
    def decided(self) -> At | None:
        """The activity after which most of the outcome is decided; None where there is one outcome only."""
        return max(self.at, key=lambda one: one.decides.estimate, default=None) if self.bits > 0 else None

    def rows(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "activity": one.activity,
                "cases": one.cases,
                "outcome": name,
                "chance": chance.estimate,
                "low": chance.low,
                "high": chance.high,
                "seen": seen.estimate,
                "decides": one.decides.estimate,
            }
            for one in self.at
            for name, chance, seen in zip(self.outcomes, one.chances, one.seen, strict=True)
        ]

    def summary(self, language: str = "en") -> str:
        say = Say(language)
        if not self.cases:
            return say("There are no cases with an outcome.", "Er zijn geen zaken met een afloop.")
        words = {STOPPED: say("stopped on the way", "bleef steken"), OTHER: say("something else", "iets anders")}
        ends = [
            f"{words.get(name, f'“{name}”')} {say.share(share.estimate)}"
            for name, share in zip(self.outcomes[:4], self.shares, strict=False)
        ]
        text = [
            say(
                "How {cases} cases ended: {ends}.",
                "Afloop van {cases} zaken: {ends}.",
                cases=self.cases,
                ends=say.listed(ends),
            )
        ]
        if (step := self.decided) is not None:
            text.append(
                say(
                    "Most is decided after “{a}”: what follows there takes away {part} ({low} to {high}) of the"
                    " uncertainty.",
                    "Het meeste wordt beslist na “{a}”: wat daar volgt, neemt {part} ({low} tot {high}) van de"
                    " onzekerheid weg.",
                    a=step.activity,
                    part=say.share(step.decides.estimate),
                    low=say.share(step.decides.low),
                    high=say.share(step.decides.high),
                )
            )
        text.append(
            say(
                "What the chain expects differs by {gap} from what was seen, on average.",
                "Wat de keten verwacht, wijkt gemiddeld {gap} af van wat er gebeurde.",
                gap=say("{p} points", "{p} procentpunt", p=say.number(self.gap * 100, 1)),
            )
        )
        if self.passed_over:
            text.append(
                say(
                    "{n} activities, the rarest, are passed over in it.",
                    "{n} activiteiten, de zeldzaamste, doen daarin niet mee.",
                    n=self.passed_over,
                )
            )
        return " ".join(text)


def outcomes_of(
    log: Log,
    *,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
    classes: Mapping[str, str] | None = None,
    open: Literal["own", "out"] = "own",
    seed: int = 1,
) -> Outcomes:
    """The outcome of a case is the activity at which it ended, or the class that `classes` gives this (then its keys
    are the ends). Cases that stopped have an outcome of their own, or are left `out`; cases under way are left out.
    Where the log has no end at all, the outcome is the last contact.

    Chances: B = (I - Q)^-1 R (Kemeny & Snell 1960, theorem 3.3.7). Intervals: percentile bootstrap of groups of cases.
    """
    layout, rows = log.layout, log.rows
    over = ends_of(log, ends if ends is not None or classes is None else list(classes), journey)
    last = layout.activity[over.until - 1] if len(rows) else np.zeros(0, np.int64)
    known, stopped = over.ended, np.zeros(len(rows), np.bool_)
    if not over.activities and over.by == "guess":
        known = np.ones(len(rows), np.bool_)
    if open == "own" and len(rows):
        stopped = ~known & (int(layout.time.max()) - layout.last[rows] >= patience(log) * 1e6)
    size = len(layout.activities)
    told = told_apart(layout.activities, classes or {}, np.bincount(last[known], minlength=size), int(stopped.sum()))
    of = np.where(known, told.of_last[last], np.where(stopped, told.of_stopped, -1))
    top, number = states_of(np.bincount(layout.activity, minlength=size))
    given = (layout.offsets, layout.activity, rows, over.until, number, len(top), of, len(told.names))
    groups = group_of(layout.seq[layout.offsets[rows]].astype(np.int64))
    return expected(
        layout.activities,
        told.names,
        top=top,
        seen=kernels_outcome.came_to(*given),
        flows=kernels_outcome.flows(*given, groups, GROUPS),
        shares=np.bincount(of[of >= 0], minlength=len(told.names)),
        population=len(rows),
        activities=size,
        by=over.by if over.activities or over.by != "guess" else "last contact",
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """The outcomes, the commonest first: the number of that of a case which ended, by its last activity (-1: none ended
    there), and of one which stopped."""

    names: tuple[str, ...]
    of_last: Ints
    of_stopped: int


def told_apart(activities: Sequence[str], classes: Mapping[str, str], ended: Ints, stopped: int) -> Told:
    """`ended`: the cases that ended at each activity, which `classes` may call otherwise; `stopped`: how many did."""
    called = [classes.get(name, name) for name in activities]
    labels = [*dict.fromkeys(called), STOPPED, OTHER]
    place = {label: at for at, label in enumerate(labels)}
    of = np.array([place[one] for one in called], np.int64)
    counts = np.bincount(of, weights=ended, minlength=len(labels)).astype(np.int64)
    counts[place[STOPPED]] += stopped
    order = [int(one) for one in np.argsort(-counts, kind="stable") if counts[one]]
    number = np.full(len(labels), -1)
    if len(order) > OUTCOMES:
        number[order[OUTCOMES - 1 :]] = OUTCOMES - 1
        order = [*order[: OUTCOMES - 1], place[OTHER]]
    number[order] = np.arange(len(order))
    names = tuple(labels[one] for one in order)
    return Told(names=names, of_last=number[of], of_stopped=int(number[place[STOPPED]]))


def states_of(contacts: Ints) -> tuple[Ints, Ints]:
    """Which activities are states, the commonest by their `contacts`; and the state of each activity, -1: none."""
    top = np.argsort(-contacts, kind="stable")[:STATES]
    number = np.full(len(contacts), -1)
    number[top] = np.arange(len(top))
    return top, number


def group_of(seq: Any) -> Any:
    """The group, by chance, of a case whose first contact is this row of the log; in whole numbers of 64 bits that do
    not overflow, so that every engine finds the same."""
    return seq % 1_000_003 * 7_919 % 104_729 % GROUPS


def expected(
    names: Sequence[str],
    outcomes: tuple[str, ...],
    *,
    top: Ints,
    seen: Ints,
    flows: NDArray[Any],
    shares: Ints,
    population: int,
    activities: int,
    by: Literal["caller", "journey", "guess", "last contact"],
    seed: int,
) -> Outcomes:
    """The answer, of what was counted: `seen` and `flows` as `kernels_outcome` counts them, cases by outcome."""
    there = np.flatnonzero(seen.sum(axis=1))
    keep = np.append(there, len(top))
    flows = flows[:, keep][:, :, np.concatenate([there, np.arange(len(outcomes)) + len(top)])]
    chances, bits, decides = _chain(flows.sum(axis=0), len(there))
    drawn = _drawn(flows, len(there), np.random.default_rng(seed))
    found = []
    for s in np.argsort(-seen[there].sum(axis=1), kind="stable"):
        n = int(seen[there[s]].sum())
        name = names[int(top[there[s]])]
        found.append(
            At(
                activity=name,
                cases=n,
                chances=tuple(
                    _result(float(chances[s, k]), [one[0][s, k] for one in drawn], n) for k in range(len(outcomes))
                ),
                seen=tuple(wilson(int(one), n) for one in seen[there[s]]),
                bits=float(bits[s]),
                decides=_result(float(decides[s]), [one[1][s] for one in drawn], n),
                cases_of=Filter(with_=(name,)),
            )
        )
    cases = int(shares.sum())
    gaps = [abs(a.estimate - b.estimate) for one in found for a, b in zip(one.chances, one.seen, strict=True)]
    weights = [one.cases for one in found for _ in outcomes]
    return Outcomes(
        cases=cases,
        left_out=population - cases,
        outcomes=outcomes,
        shares=tuple(wilson(int(one), cases) for one in shares),
        bits=float(bits[-1]) if len(outcomes) else 0.0,
        at=tuple(found),
        gap=float(np.average(gaps, weights=weights)) if gaps else 0.0,
        passed_over=activities - len(top) if len(top) == STATES else 0,
        by=by,
    )


def _chain(flows: NDArray[Any], states: int) -> tuple[Floats, Floats, Floats]:
    """Of each state, and of the beginning as the last: the chance of each outcome, and the bits of uncertainty; of each
    state the part of all uncertainty that the next step takes away (the chain rule of entropy; Cover & Thomas 2006,
    2.5: over the steps of a case these add up to what was uncertain when it began, given its first contact)."""
    visits = flows.sum(axis=1).astype(float)
    steps = flows / np.maximum(visits, 1)[:, None]
    inner = np.linalg.solve(np.eye(states) - steps[:states, :states], steps[:states, states:])
    chances = np.vstack([inner, steps[states, :states] @ inner + steps[states, states:]])
    safe = np.clip(chances, 1e-300, 1)
    bits = np.maximum(0.0, -(np.clip(chances, 0, 1) * np.log2(safe)).sum(axis=1))
    taken = np.maximum(0.0, visits[:states] * (bits[:states] - steps[:states, :states] @ bits[:states]))
    whole = taken.sum()
    return chances, bits, taken / whole if whole > 0 else np.zeros(states)


def _drawn(flows: NDArray[Any], states: int, rng: np.random.Generator) -> list[tuple[Floats, Floats]]:
    """Chances and parts decided of samples of the groups. A state that a sample does not have is not a number in it."""
    groups = np.flatnonzero(flows.sum(axis=(1, 2)))
    found = []
    for _ in range(DRAWS if len(groups) else 0):
        weights = np.bincount(rng.integers(0, len(groups), len(groups)), minlength=len(groups))
        sample = np.tensordot(weights, flows[groups], axes=1)
        chances, _, decides = _chain(sample, states)
        missing = sample[:states].sum(axis=1) == 0
        chances[:states][missing] = np.nan
        found.append((chances, np.where(missing, 0.0, decides)))
    return found


def _result(estimate: float, drawn: Sequence[float], n: int, level: float = 0.95) -> Result:
    method = f"percentile bootstrap of {GROUPS} groups of cases, {DRAWS} times"
    there = [one for one in drawn if one == one]
    if not there:
        return Result(estimate=estimate, low=0, high=1, n=n, method=method, level=level)
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    few = ("few cases: the interval is rough",) if n < 30 else ()
    low, high = min(float(low), estimate), max(float(high), estimate)
    return Result(estimate=estimate, low=low, high=high, n=n, method=method, level=level, warnings=few)
