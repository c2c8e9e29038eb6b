"""Where cases stop, how far they come and how they end, asked of an engine. The engine counts; what is made of the
counts is what `loper.observe.stuck` makes of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from loper.define.model import Journey
from loper.observe.engine.contacts import Contacts
from loper.observe.engine.lives import over_of, patience_of
from loper.observe.laid.layout import Ints
from loper.observe.stuck import funnel, outcome
from loper.observe.stuck.ends import places_of
from loper.observe.stuck.funnel import FATES, Fate, Funnel
from loper.observe.stuck.outcome import Outcomes
from loper.observe.stuck.stuck import Counts, Stuck, judged

NOBODY = np.zeros(0, np.int64)
"""Which cases a number stands for is not fetched: the filter beside it selects them."""


def stuck_of(contacts: Contacts, *, ends: Collection[str] | None = None, journey: Journey | None = None) -> Stuck:
    over = over_of(contacts, ends, journey)
    lives = over.lives
    counts = Counts(
        activities=lives.activities,
        now=lives.now,
        cases=contacts.count[0],
        ended=int(lives.ended.sum()),
        codes=over.codes,
        ends=over.activities,
        by=over.by,
        without=over.without,
        standing_at=lives.standing_at,
        stays=lives.stays,
        standing=lives.standing,
    )
    return judged(counts, lambda a: NOBODY)


def funnel_of(
    contacts: Contacts,
    steps: Sequence[str] | None = None,
    *,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
) -> Funnel:
    names = contacts.words("activity")
    codes = places_of(names, steps) if steps is not None else _usual(contacts)
    after = patience_of(contacts.whole)
    lives = over_of(contacts, ends, journey).lives
    ibis, rank = contacts.ibis, contacts.rank("activity")
    reached = _reached(contacts, [names[code] for code in codes])
    case = lives.table.filter(lives.table["last"]).select("case", "ended", "quiet_since")
    reached = reached.inner_join(case, "case")
    waiting = (
        ~reached.ended & ((lives.now - reached.quiet_since) < after * 1e6) if np.isfinite(after) else ~reached.ended
    )
    fate = ibis.cases((waiting, 3), (reached.following.notnull(), 0), (reached.ended, 1), else_=2)
    fates = np.zeros((len(codes) + 1, len(FATES)), np.int64)
    elsewhere = np.zeros((2, len(codes) + 1, len(names)), np.int64)
    for row in contacts.counted(reached.mutate(fate=fate), "far", "fate", "following", "skipped"):
        fates[row["far"], row["fate"]] += row["n"]
        if row["fate"] == 0 and row["far"]:
            elsewhere[0, row["far"], rank[row["following"]]] += row["n"]
            elsewhere[1, row["far"], rank[row["following"]]] += row["n"] * row["skipped"]
    nothing: dict[Fate, NDArray[np.int64]] = dict.fromkeys(FATES, NOBODY)
    return Funnel(
        cases=contacts.count[0],
        outside=int(fates[0].sum()),
        steps=funnel.stepped([names[code] for code in codes], names, fates, elsewhere, lambda k: nothing),
        guessed=steps is None,
        after_s=after,
        far=NOBODY,
    )


def _reached(contacts: Contacts, steps: Sequence[str]) -> Any:
    """Of each case, as `kernels_funnel.reached`: how `far` it came, what was `following` and whether it `skipped`."""
    ibis, t = contacts.ibis, contacts.table.select("case", "place", "activity")
    case, nowhere = ibis.window(group_by="case"), ibis.null("int64")
    t = t.mutate(place=t.place.cast("int64")).mutate(at=ibis.literal(-1, "int64"), far=ibis.literal(0, "int64"))
    for number, step in enumerate(steps):  # each step after the one before: the place of it, where the case has it
        here = (t.far == number) & (t.activity == step) & (t.place > t.at)
        t = t.mutate(found=ibis.ifelse(here, t.place, nowhere).min().over(case))
        t = t.mutate(
            at=ibis.ifelse(t.found.notnull(), t.found, t.at), far=ibis.ifelse(t.found.notnull(), number + 1, t.far)
        )
    this = ibis.cases(*((t.far == number, step) for number, step in enumerate(steps, 1)), else_="") if steps else ""
    later = [(t.far == number) & t.activity.isin(list(steps[number + 1 :])) for number in range(len(steps) - 1)]
    skips = later[0] if later else ibis.literal(False)
    for one in later[1:]:
        skips = skips | one
    past = t.place > t.at
    t = t.mutate(
        other=ibis.ifelse(past & (t.activity != this), t.place, nowhere).min().over(case),
        same=ibis.ifelse(past & (t.activity == this), t.place, nowhere).min().over(case),
        skips=ibis.ifelse(past & skips, 1, 0),
    )
    follows = t.place == ibis.coalesce(t.other, t.same)
    return t.group_by("case").agg(
        far=t.far.max(),
        following=ibis.ifelse(follows.fill_null(False), t.activity, ibis.null("string")).max(),
        skipped=t.skips.max(),
    )


def _usual(contacts: Contacts) -> list[int]:
    """As `loper.observe.stuck.funnel.usual_steps`."""
    t, rank = contacts.table, contacts.rank("activity")
    if not contacts.count[0]:
        return []
    counts = np.zeros((2, len(rank)), np.int64)
    for row in contacts.rows(t.group_by("activity").agg(n=t.count(), cases=t.case.nunique())):
        counts[:, rank[row["activity"]]] = row["n"], row["cases"]
    chosen = funnel.shared(counts[0], counts[1], contacts.count[0])
    number = {contacts.words("activity")[int(code)]: at for at, code in enumerate(chosen)}
    firsts = t.filter(t.activity.isin(list(number))).group_by("case", "activity").agg(place=t.place.min())
    firsts = contacts.engine.hold(firsts)
    later = firsts.select("case", then="activity", its="place")
    both = firsts.inner_join(later, "case")
    both = both.filter(both.place < both.its)
    table = np.zeros((len(chosen), len(chosen)), np.int64)
    for row in contacts.counted(both, "activity", "then"):
        table[number[row["activity"]], number[row["then"]]] = row["n"]
    return funnel.in_their_order(chosen, table)


def outcomes_of(
    contacts: Contacts,
    *,
    ends: Collection[str] | None = None,
    journey: Journey | None = None,
    classes: Mapping[str, str] | None = None,
    open: Literal["own", "out"] = "own",
    seed: int = 1,
) -> Outcomes:
    over = over_of(contacts, ends if ends is not None or classes is None else list(classes), journey)
    lives, ibis = over.lives, contacts.ibis
    names, rank = lives.activities, contacts.rank("activity")
    t = lives.table
    last = t.filter(t["last"])
    known = ibis.literal(True) if not over.activities and over.by == "guess" else last.ended
    after = patience_of(contacts.whole) if open == "own" else float("inf")
    quiet = (lives.now - last.quiet_since) >= after * 1e6 if np.isfinite(after) else ibis.literal(False)
    last = last.mutate(known=known, stopped=~known & quiet)
    ended, stopped = lives.by_activity(last.filter(last.known), ibis._.count()), last.filter(last.stopped).count()
    told = outcome.told_apart(names, classes or {}, ended, contacts.number(stopped))
    by_last = (
        ibis.cases(
            *((last.activity == name, int(of)) for name, of in zip(names, told.of_last, strict=True) if of >= 0),
            else_=-1,
        )
        if (told.of_last >= 0).any()
        else ibis.literal(-1)
    )
    of = ibis.cases((last.known, by_last), (last.stopped, told.of_stopped), else_=-1)
    of_case = contacts.engine.hold(
        last.select("case", outcome=of.cast("int64"), g=outcome.group_of(last.born).cast("int64"))
    )
    shares = _table(contacts, of_case.filter(of_case.outcome >= 0), ("outcome",), (len(told.names),))
    top, number = outcome.states_of(contacts.whole_counts)
    states, size = len(top), len(told.names)
    live = t.filter(t.activity.isin([names[int(code)] for code in top])) if states < len(names) else t
    live = live.select("case", "activity", "place").inner_join(of_case.filter(of_case.outcome >= 0), "case")
    seen = np.zeros((states, size), np.int64)
    for row in contacts.rows(live.group_by("activity", "outcome").agg(n=live.case.nunique())):
        seen[number[rank[row["activity"]]], row["outcome"]] = row["n"]
    case = ibis.window(group_by="case", order_by="place")
    live = live.mutate(nth=ibis.row_number().over(case), came=live.activity.lag(1).over(case))
    live = live.mutate(nth_back=ibis.row_number().over(ibis.window(group_by="case", order_by=ibis.desc("place"))))
    first, steps, final = live.filter(live.nth == 0), live.filter(live.nth > 0), live.filter(live.nth_back == 0)
    flows = np.zeros((outcome.GROUPS, states + 1, states + size), np.int64)
    for row in contacts.counted(steps, "g", "came", "activity"):
        at = number[rank[row["came"]]]
        flows[row["g"], at, number[rank[row["activity"]]]] += row["n"]
    for row in contacts.counted(first, "g", "activity"):
        flows[row["g"], states, number[rank[row["activity"]]]] += row["n"]
    for row in contacts.counted(final, "g", "activity", "outcome"):
        flows[row["g"], number[rank[row["activity"]]], states + row["outcome"]] += row["n"]
    if states < len(names):  # cases of which no contact is a state go from their beginning to their outcome
        none = of_case.filter(of_case.outcome >= 0).anti_join(live, "case")
        for row in contacts.counted(none, "g", "outcome"):
            flows[row["g"], states, states + row["outcome"]] += row["n"]
    return outcome.expected(
        names,
        told.names,
        top=top,
        seen=seen,
        flows=flows,
        shares=shares,
        population=contacts.count[0],
        activities=len(names),
        by=over.by if over.activities or over.by != "guess" else "last contact",
        seed=seed,
    )


def _table(contacts: Contacts, table: Any, by: Sequence[str], shape: tuple[int, ...]) -> Ints:
    """How many rows there are of each of these numbers together."""
    out = np.zeros(shape, np.int64)
    for row in contacts.counted(table, *by):
        out[tuple(row[name] for name in by)] = row["n"]
    return out
