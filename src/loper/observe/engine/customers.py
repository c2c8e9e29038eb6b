"""By which channel customers come and how often they come back, asked of an engine. The answers are those of
`loper.observe`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args

from loper.log.table import BadLog
from loper.observe.channel.channels import PLACES, Channels, Share, Switch, Switches
from loper.observe.contact.follow import DAY, By
from loper.observe.contact.repeat import NAMED, Group, Repeats
from loper.observe.engine.contacts import Contacts
from loper.observe.result import design_effect, wilson
from loper.observe.stuck.ends import places_of


def channels_of(contacts: Contacts) -> Channels:
    cases, total = contacts.count
    if "channel" not in contacts.has:
        return Channels(cases=cases, contacts=total, unknown=total, shares=())
    t = contacts.table.filter(contacts.table.channel.notnull())
    seen, rank = contacts.rows(t.group_by("channel").agg(n=t.count(), cases=t.case.nunique())), contacts.rank("channel")
    came, went = dict.fromkeys(rank, 0), dict.fromkeys(rank, 0)
    steps = _steps(contacts, t)
    for one in contacts.rows(steps.group_by("last", "channel").agg(n=steps.count())):
        went[one["last"]] += one["n"]
        came[one["channel"]] += one["n"]
    known = sum(one["n"] for one in seen)
    shares = [
        Share(
            channel=one["channel"],
            contacts=one["n"],
            cases=one["cases"],
            begins=one["n"] - came[one["channel"]],
            ends=one["n"] - went[one["channel"]],
            share=wilson(one["n"], known),
        )
        for one in sorted(seen, key=lambda one: (-one["n"], rank[one["channel"]]))
    ]
    return Channels(cases=cases, contacts=total, unknown=total - known, shares=tuple(shares))


def switches_of(contacts: Contacts, *, customers: bool | None = None) -> Switches:
    by, coming = contacts.told
    customers = by not in ("rest", "nothing") if customers is None else customers
    population = contacts.count[0]
    if "channel" not in contacts.has:
        none = wilson(0, population)
        return Switches(steps=0, count=0, cases=0, population=population, share=none, switches=(), customers=customers)
    t = contacts.table.filter(contacts.table.channel.notnull())
    steps = _steps(contacts, t.filter(coming) if customers else t)
    switched = steps.filter(steps["last"] != steps.channel)
    ways = switched.group_by("last", "channel", "before").agg(n=switched.count())
    after: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for one in contacts.rows(ways):
        after.setdefault((one["last"], one["channel"]), []).append((one["before"], one["n"]))
    counts, rank = {pair: sum(n for _, n in ways) for pair, ways in after.items()}, contacts.rank("channel")
    cases = contacts.number(switched.case.nunique())
    return Switches(
        steps=contacts.number(steps.count()),
        count=sum(counts.values()),
        cases=cases,
        population=population,
        share=wilson(cases, population),
        switches=tuple(
            Switch(
                source=source,
                target=target,
                count=counts[source, target],
                after=tuple(sorted(after[source, target], key=lambda way: (-way[1], way[0]))[:PLACES]),
            )
            for source, target in sorted(counts, key=lambda pair: (-counts[pair], rank[pair[0]], rank[pair[1]]))
        ),
        customers=customers,
    )


def _steps(contacts: Contacts, t: Any) -> Any:
    """Contacts that are not the first of their case among these, with the channel of the one before."""
    ibis = contacts.ibis
    case = ibis.window(group_by="case", order_by=["time", "seq"])
    t = t.mutate(nth=ibis.row_number().over(case), last=t.channel.lag(1).over(case))
    return t.filter(t.nth > 0)


def repeats_of(
    contacts: Contacts, *, days: float = 7, by: By | None = None, activities: Collection[str] = ()
) -> Repeats:
    if days <= 0:
        raise BadLog([f"days: {days:g} is no length of time; write how many days, such as 7"])
    by = by or _best(contacts)
    if by not in get_args(By):
        raise BadLog([f"by: “{by}” is not one of {', '.join(get_args(By))}"])
    missing = [one for one in by.split(" and ") if by != "case" and one not in contacts.has]
    if missing:
        raise BadLog([f"by {by}: this log has no {one}" for one in missing])
    places_of(contacts.words("activity"), activities)
    told_by, coming = contacts.whole.told
    if activities:
        told_by, coming = "named", contacts.whole.table.activity.isin(list(activities))
    states = contacts.engine.hold(_states(contacts, coming, round(days * DAY), by))
    late, none, came, first_none, first_came = _totals(contacts, states)
    effect = _effect(contacts, states, came, none + came)
    return Repeats(
        days=days,
        contacts=none + came,
        repeated=came,
        too_late=late,
        rate=wilson(came, none + came, effect=effect),
        resolved=wilson(first_none, first_none + first_came, effect=effect),
        by=by,
        told_by=told_by,
        groups=tuple(
            group for what in NAMED if what in contacts.has for group in _groups(contacts, states, what, effect)
        ),
        activities=tuple(activities),
    )


def _best(contacts: Contacts) -> By:
    if "customer" not in contacts.has:
        return "case"
    return "customer and reason" if "reason" in contacts.has else "customer"


def _states(contacts: Contacts, coming: Any, within: int, by: By) -> Any:
    """Of each contact that the customer made: what became of it (1 too late to know, 2 none came within that time, 3
    one did), and whether it was the first about its thing. Of whom nobody knows who it is, the case is all there is."""
    ibis, t = contacts.ibis, contacts.whole.table
    until = contacts.number(t.time.max()) - within
    if by == "case":
        t = t.mutate(owner=t.case, alone=ibis.null("string"))
    else:
        t = t.mutate(owner=t.customer, alone=ibis.ifelse(t.customer.isnull(), t.case, ibis.null("string")))
    about = ["owner", "alone", *(["reason"] if by == "customer and reason" else [])]
    thing = ibis.window(group_by=about, order_by=["time", "seq"])
    t = t.filter(coming)
    t = t.mutate(
        nth=ibis.row_number().over(thing),
        size=t.count().over(ibis.window(group_by=about)),
        came_s=t.time.lead(1).over(thing) - t.time,
        since_s=t.time - t.time.lag(1).over(thing),
    )
    again = (t.nth < t["size"] - 1) & (t.came_s <= within)
    words = [name for name in NAMED if name in contacts.has]
    if contacts is not contacts.whole:  # what customers did next counts whatever case it was in
        t = t.semi_join(contacts.table.filter(contacts.table.place == 0).select("case"), "case")
        again = (t.nth < t["size"] - 1) & (t.came_s <= within)
    return t.select(
        "owner",
        "alone",
        *words,
        state=ibis.ifelse(t.time > until, 1, ibis.ifelse(again, 3, 2)),
        begins=(t.nth == 0) | (t.since_s > within),
    )


def _totals(contacts: Contacts, states: Any) -> list[int]:
    """Too late, none, came; and of those that begin something: none, came."""
    s = states.state
    found = contacts.rows(
        states.aggregate(
            late=(s == 1).sum(),
            none=(s == 2).sum(),
            came=(s == 3).sum(),
            first_none=((s == 2) & states.begins).sum(),
            first_came=((s == 3) & states.begins).sum(),
        )
    )[0]
    return [int(found[name] or 0) for name in ("late", "none", "came", "first_none", "first_came")]


def _effect(contacts: Contacts, states: Any, came: int, n: int) -> float:
    """The design effect of contacts that come from the same customers: the sum of squares from three sums."""
    known = states.filter(states.state > 1)
    of = known.group_by("owner", "alone").agg(n=known.count(), came=(known.state == 3).sum())
    n_, came_ = of.n.cast("float64"), of.came.cast("float64")
    sums = of.aggregate(cc=(came_ * came_).sum(), cn=(came_ * n_).sum(), nn=(n_ * n_).sum(), customers=of.count())
    found = {name: value or 0 for name, value in contacts.rows(sums)[0].items()}
    share = came / max(1, n)
    squares = found["cc"] - 2 * share * found["cn"] + share * share * found["nn"]
    return design_effect(came, n, squares, found["customers"])


def _groups(contacts: Contacts, states: Any, what: str, effect: float) -> list[Group]:
    known, rank = states.filter((states.state > 1) & states[what].notnull()), contacts.rank(what)
    found = contacts.rows(known.group_by(what).agg(n=known.count(), came=(known.state == 3).sum()))
    groups = [
        Group(
            what=what,
            name=one[what],
            contacts=one["n"],
            repeated=one["came"],
            rate=wilson(one["came"], one["n"], effect=effect),
        )
        for one in sorted(found, key=lambda one: rank[one[what]])
    ]
    return sorted(groups, key=lambda one: -one.rate.low)
