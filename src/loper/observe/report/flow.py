"""Sections about the way that cases go: the map, variants, journeys that stand for others, pace, what is done again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from loper.draw import charts
from loper.observe.filter import Filter
from loper.observe.report.section import NUMBER, Choice, Context, Section
from loper.observe.way.map import Map

if TYPE_CHECKING:
    from loper.observe.log import Log

DRAWN, MOST = 30, 200
"""So many ways are on the map unless the reader asks for another number; so many at most."""

LISTED = 25
WALL = 4
"""So many journeys stand for all."""


def map_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    whole = log.map()
    seen = whole.thinned(round(context.number_asked("most", DRAWN, 1, MOST)))
    top = whole.arcs[0].count if whole.arcs else 1
    ways = context.section(
        "map",
        ("The map", "De kaart"),
        seen.summary(context.language),
        (("From", "Van"), ("To", "Naar"), ("Times", "Aantal", NUMBER), ("Half within", "De helft binnen", NUMBER),
         ("Nine in ten within", "Negen van de tien binnen", NUMBER)),
        (
            (context.label(arc.source), context.label(arc.target),
             cell(arc.count, Filter(pair=((arc.source, arc.target),)), arc.count / top),
             say.lasting(arc.median_s), say.lasting(arc.p90_s))
            for arc in seen.arcs
        ),
        whole,
        draw=context.drawing(charts.draw_map, lambda: _drawn(seen, context)),
        more=seen.rest_arcs,
    )  # fmt: skip
    kinds = context.section(
        "activities",
        ("What happens, and where it ends", "Wat er gebeurt, en waar het eindigt"),
        say(
            "Every contact by its kind; a case begins with its first contact and ends with its last.",
            "Elk contact naar soort; een zaak begint bij het eerste contact en eindigt bij het laatste.",
        ),
        (("Contact", "Contact"), ("Times", "Aantal", NUMBER), ("Cases", "Zaken", NUMBER),
         ("Begin with it", "Beginnen ermee", NUMBER), ("End with it", "Eindigen ermee", NUMBER)),
        (
            (context.label(node.activity), node.contacts,
             cell(node.cases, Filter(with_=(node.activity,)), node.cases / max(1, whole.cases)),
             cell(node.begins, Filter(begins=(node.activity,))), cell(node.ends, Filter(ends=(node.activity,))))
            for node in whole.nodes
        ),
        data=[
            {"activity": n.activity, "contacts": n.contacts, "cases": n.cases, "begins": n.begins, "ends": n.ends}
            for n in whole.nodes
        ],
    )  # fmt: skip
    return [ways, kinds]


def map_choices(log: Log, context: Context) -> Sequence[Choice]:
    say = context.say
    asked = str(round(context.number_asked("most", DRAWN, 1, MOST)))
    some = dict.fromkeys([asked, "10", "20", "30", "60", "100"])
    options = tuple((one, say("{n} busiest ways", "{n} drukste wegen", n=one)) for one in sorted(some, key=int))
    return [
        Choice(name="most", title=say("How much is drawn", "Hoeveel er getekend is"), options=options, chosen=asked)
    ]


def _drawn(seen: Map, context: Context) -> charts.Map:
    """The map as it is drawn: what was left out stands there as the rest."""
    nodes = [
        charts.Node(
            name=node.activity,
            title=context.label(node.activity),
            count=node.contacts,
            begins=node.begins,
            ends=node.ends,
            href=context.link(Filter(with_=(node.activity,))),
            begins_href=context.link(Filter(begins=(node.activity,))) if node.begins else "",
            ends_href=context.link(Filter(ends=(node.activity,))) if node.ends else "",
        )
        for node in seen.nodes
    ]
    if seen.rest_nodes:
        title = context.say("{n} other kinds", "{n} andere soorten", n=len(seen.rest_nodes))
        rest = [(n.contacts, n.begins, n.ends) for n in seen.rest_nodes]
        count, begins, ends = (sum(one) for one in zip(*rest, strict=True))
        nodes.append(charts.Node(name="…", title=title, count=count, begins=begins, ends=ends, rest=True))
    arcs = [
        charts.Arc(
            source=arc.source,
            target=arc.target,
            count=arc.count,
            wait_s=arc.median_s,
            href=context.link(Filter(pair=((arc.source, arc.target),))),
        )
        for arc in seen.arcs
    ]
    return charts.Map(
        title=context.say("The map", "De kaart"),
        nodes=tuple(nodes),
        arcs=tuple(arcs),
    )


def variant_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    found, few = log.variants(most=LISTED), log.representatives(count=WALL)
    wall = context.section(
        "journeys",
        ("A few journeys that stand for all", "Een paar reizen die voor alle staan"),
        few.summary(context.language),
        (("Journey", "Reis"), ("Stands for", "Staat voor", NUMBER), ("Share", "Deel", NUMBER),
         ("Went exactly so", "Precies zo", NUMBER)),
        (
            (" › ".join(map(context.label, one.activities)), one.cases, context.share(one.share),
             cell(one.own, one.cases_of))
            for one in few.journeys
        ),
        few,
        draw=context.drawing(charts.draw_routes, lambda: charts.Routes(
                title=say("A few journeys that stand for all", "Een paar reizen die voor alle staan"),
                routes=tuple(
                    charts.Route(
                        title=say("Journey {n}", "Reis {n}", n=number),
                        calls=tuple(
                            charts.Call(title=context.label(activity), at_s=at)
                            for activity, at in zip(
                                one.activities,
                                accumulate((wait.estimate for wait in one.waits), initial=0.0),
                                strict=False,
                            )
                        ),
                        count=one.cases,
                        share=one.share.estimate,
                        href=context.link(one.cases_of),
                    )
                    for number, one in enumerate(few.journeys, 1)
                ),
            )),
    )  # fmt: skip
    ways = context.section(
        "variants",
        ("The ways that cases go", "De manieren waarop zaken lopen"),
        found.summary(context.language),
        (("Contacts in their order", "Contacten in volgorde"), ("Cases", "Zaken", NUMBER), ("Share", "Deel", NUMBER),
         ("Half within", "De helft binnen", NUMBER)),
        (
            (" › ".join(map(context.label, one.activities)),
             cell(one.count, Filter(variant=(one.name,)), one.count / max(1, found.top[0].count)),
             say.share(one.count / found.cases), say.lasting(one.median_s))
            for one in found.top
        ),
        found,
        more=found.count - len(found.top),
    )  # fmt: skip
    return [wall, ways]


def rework_sections(log: Log, context: Context) -> Sequence[Section]:
    cell = context.cell
    found = log.rework()
    top = found.activities[0].events if found.activities else 1
    again = context.section(
        "rework",
        ("Done again", "Opnieuw gedaan"),
        found.summary(context.language),
        (("Contact", "Contact"), ("Times again", "Keer opnieuw", NUMBER), ("At once", "Meteen", NUMBER),
         ("Cases", "Zaken", NUMBER)),
        (
            (context.label(one.activity), cell(one.events, part=one.events / top), one.at_once,
             cell(one.cases, Filter(behind=(f"again:{one.activity}",))))
            for one in found.activities
        ),
        found,
    )  # fmt: skip
    ping = context.section(
        "ping-pong",
        ("There and back again", "Heen en weer"),
        context.say(
            "From one contact to another, straight back, and so on.",
            "Van het ene contact naar het andere, en meteen weer terug.",
        ),
        (("From", "Van"), ("There and back", "Heen en terug"), ("Times", "Aantal", NUMBER), ("Cases", "Zaken", NUMBER)),
        (
            (context.label(one.activity), context.label(one.other), one.count,
             cell(one.cases, Filter(pair=((one.activity, one.other), (one.other, one.activity)))))
            for one in found.ping_pong[:LISTED]
        ),
        more=max(0, len(found.ping_pong) - LISTED),
        data=[
            {"activity": one.activity, "other": one.other, "count": one.count, "cases": one.cases}
            for one in found.ping_pong
        ],
    )  # fmt: skip
    return [again, ping] if found.ping_pong else [again]
