"""Sections about channels: by which customers come, where they change, who begins digitally and ends elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.draw import charts
from loper.observe import behind
from loper.observe.filter import Filter
from loper.observe.report.section import NUMBER, Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

LISTED = 25


def channel_sections(log: Log, context: Context) -> Sequence[Section]:
    cell = context.cell
    found, switches = log.channels(), log.switches()
    shares = context.section(
        "channels",
        ("By which channels", "Via welke kanalen"),
        found.summary(context.language),
        (("Channel", "Kanaal"), ("Contacts", "Contacten", NUMBER), ("Cases", "Zaken", NUMBER),
         ("Begin here", "Beginnen hier", NUMBER), ("End here", "Eindigen hier", NUMBER)),
        (
            (one.channel, cell(one.contacts, part=one.contacts / max(1, found.contacts)),
             cell(one.cases, Filter(channel=(one.channel,))), cell(one.begins), cell(one.ends))
            for one in found.shares
        ),
        found,
    )  # fmt: skip
    title = ("Where customers change channel", "Waar klanten van kanaal wisselen")
    changes = context.section(
        "switches",
        title,
        switches.summary(context.language),
        (("From", "Van"), ("To", "Naar"), ("Times", "Aantal", NUMBER)),
        (
            (one.source, one.target, cell(one.count, part=one.count / max(1, switches.switches[0].count)))
            for one in switches.switches[:LISTED]
        ),
        switches,
        draw=(
            context.drawing(charts.draw_flows, lambda: charts.Flows(
                    title=context.say(*title),
                    flows=tuple(
                        charts.Flow(source=one.source, target=one.target, count=one.count)
                        for one in switches.switches
                    ),
                ))
        )
        if switches.switches
        else None,
        more=max(0, len(switches.switches) - LISTED),
    )  # fmt: skip
    return [shares, changes]


def digital_sections(log: Log, context: Context) -> Sequence[Section]:
    cell = context.cell
    found, costs = log.digital(), log.switching()
    left = context.section(
        "digital",
        ("Begun digitally, ended elsewhere", "Digitaal begonnen, ergens anders geëindigd"),
        found.summary(context.language),
        (("To", "Naar"), ("After", "Na"), ("Cases", "Zaken", NUMBER)),
        (
            (one.target, context.label(one.after),
             cell(one.cases, Filter(behind=(behind.name("left", one.target, one.after),)),
                  one.cases / max(1, found.leavings[0].cases)))
            for one in found.leavings[:LISTED]
        ),
        found,
        more=max(0, len(found.leavings) - LISTED),
    )  # fmt: skip
    goes_with = context.section(
        "switching",
        ("What a change of channel goes with", "Waar een kanaalwissel mee samengaat"),
        costs.summary(context.language),
        answer=costs,
        note=context.say(
            "It goes with it; that it comes from it, this log cannot say.",
            "Het gaat ermee samen; dat het erdoor komt, kan dit logboek niet zeggen.",
        ),
    )
    return [left, goes_with]


def dropping_sections(log: Log, context: Context) -> Sequence[Section]:
    cell, say = context.cell, context.say
    found = log.dropping()
    places = {"first": say("began by", "begon via"), "last": say("last by", "laatst via")}
    return [
        context.section(
            "dropping",
            ("Channels after which customers stop", "Kanalen waarna klanten afhaken"),
            found.summary(context.language),
            (("Channel", "Kanaal"), ("Cases", "Zaken", NUMBER), ("Stopped", "Gestopt", NUMBER),
             ("Share", "Deel", NUMBER), ("Others", "Anderen", NUMBER)),
            (
                (f"{places[one.place]} {one.channel}", one.cases,
                 cell(one.stopped, Filter(behind=(behind.name("dropped", one.place, one.channel),)),
                      one.share.estimate),
                 context.share(one.share), context.share(one.others))
                for one in found.channels
            ),
            found,
        )
    ]  # fmt: skip
