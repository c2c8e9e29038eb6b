"""Sections about contact: why customers come back, what makes them call, what could have been spared, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.observe import behind
from loper.observe.contact.failure import SAID
from loper.observe.filter import Filter
from loper.observe.findings import asides
from loper.observe.report.section import NUMBER, Choice, Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

DAYS, SOON = 7.0, 3.0
LISTED = 25


def repeat_sections(log: Log, context: Context) -> Sequence[Section]:
    found = log.repeat_contact(days=context.number_asked("days", DAYS, 0.01, 400))
    what = {
        "reason": context.say("About", "Over"),
        "channel": context.say("By", "Via"),
        "activity": context.say("After", "Na"),
    }
    return [
        context.section(
            "repeat",
            ("Back for the same thing", "Terug voor hetzelfde"),
            found.summary(context.language),
            (("Of contacts", "Van contacten"), ("Contacts", "Contacten", NUMBER), ("Came back", "Terug", NUMBER),
             ("Share", "Deel", NUMBER)),
            (
                (f"{what.get(one.what, one.what)} {context.label(one.name)}", one.contacts,
                 context.cell(one.repeated, part=one.rate.estimate), context.share(one.rate))
                for one in found.groups[:LISTED]
            ),
            found,
        )
    ]  # fmt: skip


def day_choices(log: Log, context: Context) -> Sequence[Choice]:
    say = context.say
    asked = f"{context.number_asked('days', DAYS, 0.01, 400):g}"
    some = dict.fromkeys([asked, "1", "3", "7", "14", "30"])
    options = tuple((one, say("{n} days", "{n} dagen", n=one)) for one in sorted(some, key=float))
    return [Choice(name="days", title=say("Back within", "Terug binnen"), options=options, chosen=asked)]


def call_sections(log: Log, context: Context) -> Sequence[Section]:
    days = context.number_asked("days", SOON, 0.01, 400)
    found = log.calls_after(days=days, activities=asides(log))
    return [
        context.section(
            "calls",
            ("Messages after which customers call", "Berichten waarna klanten bellen"),
            found.summary(context.language),
            (("Message", "Bericht"), ("Sent", "Verstuurd", NUMBER), ("Called", "Belden", NUMBER),
             ("Share", "Deel", NUMBER), ("After others", "Na andere", NUMBER), ("Calls more", "Extra", NUMBER)),
            (
                (context.cell(context.label(one.activity), Filter(with_=(one.activity,))), one.sent,
                 context.cell(one.called, part=one.share.estimate), context.share(one.share),
                 context.say.share(one.others.estimate), context.say.number(one.excess.estimate))
                for one in found.messages[:LISTED]
            ),
            found,
            more=max(0, len(found.messages) - LISTED),
        )
    ]  # fmt: skip


def failure_sections(log: Log, context: Context) -> Sequence[Section]:
    nl = context.language.startswith("nl")
    found, effort = log.failure_demand(), log.effort()
    spared = context.section(
        "failure",
        ("Contacts that could have been spared", "Contacten die bespaard hadden kunnen blijven"),
        found.summary(context.language),
        (("Because", "Omdat"), ("Contacts", "Contacten", NUMBER), ("Share", "Deel", NUMBER)),
        (
            (SAID[one.ground][nl], context.cell(one.contacts, Filter(behind=(behind.name("failure", one.ground),))),
             context.share(one.share))
            for one in found.grounds
        ),
        found,
    )  # fmt: skip
    asked = context.section(
        "effort",
        ("What a journey asks of its customer", "Wat een reis van de klant vraagt"),
        effort.summary(context.language),
        (("Reminders", "Herinneringen", NUMBER), ("Cases", "Zaken", NUMBER), ("Completed", "Afgerond", NUMBER),
         ("Share", "Deel", NUMBER)),
        ((one.reminders, one.cases, one.completed, context.share(one.share)) for one in effort.reminded),
        effort,
    )  # fmt: skip
    return [spared, asked]


def failed_sections(log: Log, context: Context) -> Sequence[Section]:
    found = log.failed_visits(**({"rates": rates} if (rates := context.options.get("rates")) else {}))
    return [
        context.section(
            "failed",
            ("Visits that failed", "Bezoeken die mislukten"),
            found.summary(context.language),
            (("What", "Wat"), ("Times", "Aantal", NUMBER), ("Cases", "Zaken", NUMBER), ("Cost", "Kosten", NUMBER)),
            (
                (context.label(one.name), one.count, context.cell(one.cases, one.filter),
                 "–" if one.cost is None else context.say.number(one.cost, 2))
                for one in found.visits
            ),
            found,
            note=context.say(
                "Costs are at your own rates, where you gave them.",
                "Kosten zijn tegen uw eigen tarieven, waar u die gaf.",
            ),
        )
    ]  # fmt: skip
