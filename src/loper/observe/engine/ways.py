"""How cases went, asked of an engine: the map, variants, throughput, rework; answered as `loper.observe` does."""

from __future__ import annotations

from loper.observe.engine.contacts import Contacts
from loper.observe.engine.where import named
from loper.observe.result import Result, places_of_quantile
from loper.observe.way.map import SECOND, Arc, Map, Node
from loper.observe.way.pace import Throughput
from loper.observe.way.rework import Again, PingPong, Rework
from loper.observe.way.variants import Variant, Variants

HALF, NINE_TENTHS = 0.5, 0.9


def map_of(contacts: Contacts, *, most: int | None = None) -> Map:
    t, rank = contacts.table, contacts.rank("activity")
    seen = contacts.rows(t.group_by("activity").agg(contacts=t.count(), cases=t.case.nunique()))
    waits = contacts.picked(t.filter(t.place > 0), ["before", "activity"], "wait")
    arcs = [
        Arc(
            source=source,
            target=target,
            count=found.n,
            median_s=found.quantile(HALF) / SECOND,
            p90_s=found.quantile(NINE_TENTHS) / SECOND,
        )
        for (source, target), found in waits.items()
    ]
    came, went = dict.fromkeys(rank, 0), dict.fromkeys(rank, 0)
    for arc in arcs:
        came[arc.target] += arc.count
        went[arc.source] += arc.count
    nodes = [  # a contact that none came before begins its case, one that nothing follows ends it
        Node(
            activity=one["activity"],
            contacts=one["contacts"],
            cases=one["cases"],
            begins=one["contacts"] - came[one["activity"]],
            ends=one["contacts"] - went[one["activity"]],
        )
        for one in seen
    ]
    cases, total = contacts.count
    whole = Map(
        cases=cases,
        contacts=total,
        pairs=sum(arc.count for arc in arcs),
        nodes=tuple(sorted(nodes, key=lambda node: (-node.contacts, rank[node.activity]))),
        arcs=tuple(sorted(arcs, key=lambda arc: (-arc.count, rank[arc.source], rank[arc.target]))),
    )
    return whole if most is None else whole.thinned(most)


def variants_of(contacts: Contacts, *, most: int = 20) -> Variants:
    ibis, cases = contacts.ibis, contacts.cases
    ways = cases.group_by("way").agg(count=cases.count(), born=cases.born.min(), example=cases.case.argmin(cases.born))
    ways = contacts.engine.hold(ways)
    top = ways.order_by(ibis.desc("count"), "born").limit(most)
    found = contacts.rows(top)
    of = cases.inner_join(top.select("way", variant=top.born), "way").select("variant", "lasted")
    lasted = contacts.picked(of, ["variant"], "lasted")
    sizes = contacts.rows(ways.group_by("count").agg(ways=ways.count()))
    total = sum(one["count"] * one["ways"] for one in sizes)
    rank = contacts.rank("activity")
    return Variants(
        cases=total,
        count=sum(one["ways"] for one in sizes),
        top=tuple(
            Variant(
                name=named([rank[activity] for activity in one["way"]]),
                activities=tuple(one["way"]),
                count=one["count"],
                median_s=lasted[(one["born"],)].quantile(HALF) / SECOND,
                example=one["example"],
            )
            for one in found
        ),
        rest=total - sum(one["count"] for one in found),
        half=_half({one["count"]: one["ways"] for one in sizes}, total),
        once=next((one["ways"] for one in sizes if one["count"] == 1), 0),
    )


def _half(sizes: dict[int, int], cases: int) -> int:
    """How many of the commonest variants hold half of the cases."""
    held = variants = 0
    for size in sorted(sizes, reverse=True):
        needed = -(-(cases - 2 * held) // (2 * size))  # of this size, rounded up
        if needed <= sizes[size]:
            return variants + needed
        held, variants = held + size * sizes[size], variants + sizes[size]
    return variants


def throughput_of(contacts: Contacts) -> Throughput:
    cases, n = contacts.cases, contacts.count[0]
    nothing = float("nan")
    low, high, warnings = places_of_quantile(n)
    median = Result(
        estimate=nothing, low=float("-inf"), high=float("inf"), n=n, method="order statistics", warnings=warnings
    )
    if not n:
        return Throughput(
            cases=0, median_s=nothing, p90_s=nothing, mean_s=nothing, longest_s=nothing, longest="", median=median
        )
    near = {int(q * (n - 1)) + one for q in (HALF, NINE_TENTHS) for one in (0, 1)} | {low, high}
    found = contacts.picked(cases, [], "lasted", sorted(near))[()]
    took = {place: value / 1e6 for place, value in found.items()}
    half, ninety = (_between(took, q * (n - 1)) for q in (HALF, NINE_TENTHS))
    longest = contacts.rows(cases.order_by(contacts.ibis.desc("lasted"), "born").limit(1).select("case", "lasted"))[0]
    mean = contacts.rows(cases.aggregate(mean=(cases.lasted / 1e6).mean()))[0]["mean"]
    return Throughput(
        cases=n,
        median_s=half,
        p90_s=ninety,
        mean_s=mean,
        longest_s=longest["lasted"] / 1e6,
        longest=longest["case"],
        median=Result(estimate=half, low=took[low], high=took[high], n=n, method="order statistics", warnings=warnings),
    )


def _between(took: dict[int, float], place: float) -> float:
    """As numpy goes from one neighbour to the next, to the last bit."""
    low, part = int(place), place - int(place)
    one, other = took[low], took.get(low + 1, took[low])
    return other - (other - one) * (1 - part) if part >= 0.5 else one + (other - one) * part


def rework_of(contacts: Contacts) -> Rework:
    t, rank = contacts.table, contacts.rank("activity")
    at_once = (t.place > 0) & (t.before == t.activity)
    done = t.group_by("case", "activity").agg(n=t.count(), at_once=at_once.sum())
    done = done.filter(done.n > 1)
    found = contacts.rows(
        done.group_by("activity").agg(cases=done.count(), events=(done.n - 1).sum(), at_once=done.at_once.sum())
    )
    again = [Again(**one) for one in sorted(found, key=lambda one: (-one["events"], rank[one["activity"]]))]
    cases, total = contacts.count
    return Rework(
        population=cases,
        contacts=total,
        cases=contacts.number(done.case.nunique()),
        events=sum(one.events for one in again),
        at_once=sum(one.at_once for one in again),
        activities=tuple(again),
        ping_pong=_ping_pong(contacts),
    )


def _ping_pong(contacts: Contacts) -> tuple[PingPong, ...]:
    t, rank = contacts.table, contacts.rank("activity")
    back = t.filter((t.place > 1) & (t.earlier == t.activity) & (t.before != t.activity))
    found = contacts.rows(back.group_by("earlier", "before").agg(count=back.count(), cases=back.case.nunique()))
    return tuple(
        PingPong(activity=one["earlier"], other=one["before"], count=one["count"], cases=one["cases"])
        for one in sorted(found, key=lambda one: (-one["count"], rank[one["earlier"]], rank[one["before"]]))
    )


def ties_of(contacts: Contacts) -> dict[str, int]:
    t = contacts.table
    at = t.group_by("case", "time").agg(n=t.count())
    at = at.filter(at.n > 1)
    found = contacts.rows(at.aggregate(events=at.n.sum(), cases=at.case.nunique()))[0]
    return {"events": int(found["events"] or 0), "cases": int(found["cases"])}
