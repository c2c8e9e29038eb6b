"""Sections about contact: by which channels, where they change, and why customers come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.observe.filter import Filter
from loper.observe.report.section import Context, Head, Row, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

DAYS = 7.0


def channel_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    found, switches = log.channels(), log.switches()
    shares = Section(
        key="channels",
        title=say("By which channels", "Via welke kanalen"),
        words=found.summary(context.language),
        heads=(
            Head(text=say("Channel", "Kanaal")),
            Head(text=say("Contacts", "Contacten"), number=True),
            Head(text=say("Cases", "Zaken"), number=True),
            Head(text=say("Begin here", "Beginnen hier"), number=True),
            Head(text=say("End here", "Eindigen hier"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    cell(one.channel),
                    cell(one.contacts, part=one.contacts / max(1, found.contacts)),
                    cell(one.cases, Filter(channel=(one.channel,))),
                    cell(one.begins),
                    cell(one.ends),
                )
            )
            for one in found.shares
        ),
        data=found.rows(),
    )
    changes = Section(
        key="switches",
        title=say("Where customers change channel", "Waar klanten van kanaal wisselen"),
        words=switches.summary(context.language),
        heads=(
            Head(text=say("From", "Van")),
            Head(text=say("To", "Naar")),
            Head(text=say("Times", "Aantal"), number=True),
        ),
        rows=tuple(
            Row(
                cells=(cell(one.source), cell(one.target), cell(one.count, part=one.count / switches.switches[0].count))
            )
            for one in switches.switches
        ),
        data=switches.rows(),
    )
    return [shares, changes]


def repeat_sections(log: Log, context: Context) -> Sequence[Section]:
    say = context.say
    found = log.repeat_contact(days=float(context.asked.get("days", DAYS)))
    return [
        Section(
            key="repeat",
            title=say("Back for the same thing", "Terug voor hetzelfde"),
            words=found.summary(context.language),
            data=found.rows(),
        )
    ]
