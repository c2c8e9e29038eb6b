"""Sections about the way that cases go: the map, variants, pace, what is done again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.observe.filter import Filter
from loper.observe.report.section import Context, Head, Row, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

DRAWN = 30
"""So many ways are on the map unless the reader asks for more."""

LISTED = 25


def map_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    whole = log.map()
    seen = whole.thinned(int(context.asked.get("most", DRAWN)))
    top = whole.arcs[0].count if whole.arcs else 1
    arcs = Section(
        key="map",
        title=say("The map", "De kaart"),
        words=seen.summary(context.language),
        heads=(
            Head(text=say("From", "Van")),
            Head(text=say("To", "Naar")),
            Head(text=say("Times", "Aantal"), number=True),
            Head(text=say("Half within", "De helft binnen"), number=True),
            Head(text=say("Nine in ten within", "Negen van de tien binnen"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    cell(arc.source),
                    cell(arc.target),
                    cell(arc.count, Filter(pair=((arc.source, arc.target),)), arc.count / top),
                    cell(say.lasting(arc.median_s)),
                    cell(say.lasting(arc.p90_s)),
                )
            )
            for arc in seen.arcs
        ),
        more=seen.rest_arcs,
        data=whole.rows(),
    )
    nodes = Section(
        key="activities",
        title=say("What happens, and where it ends", "Wat er gebeurt, en waar het eindigt"),
        words=say(
            "Every contact by its kind; a case begins with its first contact and ends with its last.",
            "Elk contact naar soort; een zaak begint bij het eerste contact en eindigt bij het laatste.",
        ),
        heads=(
            Head(text=say("Contact", "Contact")),
            Head(text=say("Times", "Aantal"), number=True),
            Head(text=say("Cases", "Zaken"), number=True),
            Head(text=say("Begin with it", "Beginnen ermee"), number=True),
            Head(text=say("End with it", "Eindigen ermee"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    cell(node.activity),
                    cell(node.contacts),
                    cell(node.cases, Filter(with_=(node.activity,)), node.cases / max(1, whole.cases)),
                    cell(node.begins, Filter(begins=(node.activity,)) if node.begins else None),
                    cell(node.ends, Filter(ends=(node.activity,)) if node.ends else None),
                )
            )
            for node in whole.nodes
        ),
        data=[
            {"activity": n.activity, "contacts": n.contacts, "cases": n.cases, "begins": n.begins, "ends": n.ends}
            for n in whole.nodes
        ],
    )
    return [arcs, nodes]


def variant_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    found = log.variants(most=LISTED)
    return [
        Section(
            key="variants",
            title=say("The ways that cases go", "De manieren waarop zaken lopen"),
            words=found.summary(context.language),
            heads=(
                Head(text=say("Contacts in their order", "Contacten in volgorde")),
                Head(text=say("Cases", "Zaken"), number=True),
                Head(text=say("Share", "Deel"), number=True),
                Head(text=say("Half within", "De helft binnen"), number=True),
            ),
            rows=tuple(
                Row(
                    cells=(
                        cell(" › ".join(one.activities)),
                        cell(one.count, Filter(variant=(one.name,)), one.count / max(1, found.top[0].count)),
                        cell(say.share(one.count / found.cases)),
                        cell(say.lasting(one.median_s)),
                    )
                )
                for one in found.top
            ),
            more=found.count - len(found.top),
            data=found.rows(),
        )
    ]


def pace_sections(log: Log, context: Context) -> Sequence[Section]:
    say = context.say
    found = log.throughput()
    return [
        Section(
            key="pace",
            title=say("From the first contact to the last", "Van het eerste contact tot het laatste"),
            words=found.summary(context.language),
            data=found.rows(),
        )
    ]


def rework_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    found = log.rework()
    top = found.activities[0].events if found.activities else 1
    again = Section(
        key="rework",
        title=say("Done again", "Opnieuw gedaan"),
        words=found.summary(context.language),
        heads=(
            Head(text=say("Contact", "Contact")),
            Head(text=say("Times again", "Keer opnieuw"), number=True),
            Head(text=say("At once", "Meteen"), number=True),
            Head(text=say("Cases", "Zaken"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    cell(one.activity),
                    cell(one.events, part=one.events / top),
                    cell(one.at_once),
                    cell(one.cases, Filter(with_=(one.activity,))),
                )
            )
            for one in found.activities
        ),
        data=found.rows(),
    )
    if not found.ping_pong:
        return [again]
    ping = Section(
        key="ping-pong",
        title=say("There and back again", "Heen en weer"),
        words=say(
            "From one contact to another, straight back, and so on.",
            "Van het ene contact naar het andere, en meteen weer terug.",
        ),
        heads=(
            Head(text=say("From", "Van")),
            Head(text=say("There and back", "Heen en terug")),
            Head(text=say("Times", "Aantal"), number=True),
            Head(text=say("Cases", "Zaken"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    cell(one.activity),
                    cell(one.other),
                    cell(one.count),
                    cell(one.cases, Filter(pair=((one.activity, one.other), (one.other, one.activity)))),
                )
            )
            for one in found.ping_pong[:LISTED]
        ),
        more=max(0, len(found.ping_pong) - LISTED),
        data=[
            {"activity": one.activity, "other": one.other, "count": one.count, "cases": one.cases}
            for one in found.ping_pong
        ],
    )
    return [again, ping]
