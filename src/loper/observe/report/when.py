"""Sections about when customers come, and about the phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.observe import behind
from loper.observe.contact.hours import WEEKDAYS
from loper.observe.filter import Filter
from loper.observe.report.section import NUMBER, Cell, Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log


def hour_sections(log: Log, context: Context) -> Sequence[Section]:
    """A week as a table: the fuller the bar, the more contacts in that hour."""
    found = log.hours(zone=context.zone, opening=context.options.get("opening"))
    days = WEEKDAYS["nl" if context.language.startswith("nl") else "en"]
    most = max((n for hours in found.table for n in hours), default=0) or 1
    used = [hour for hour in range(24) if any(hours[hour] for hours in found.table)]
    hours = context.section(
        "hours",
        ("When customers come", "Wanneer klanten komen"),
        found.summary(context.language),
        (("Hour", "Uur"), *((day, day, NUMBER) for day in days)),
        (
            (f"{hour}:00", *(Cell(text=context.say.number(found.table[day][hour]), part=found.table[day][hour] / most)
                             for day in range(7)))
            for hour in used
        ),
        found,
    )  # fmt: skip
    phone = log.telephony()
    if not phone.calls:
        return [hours]
    calls = context.section(
        "phone",
        ("The phone", "De telefoon"),
        phone.summary(context.language),
        (("Queue", "Rij"), ("Calls", "Telefoontjes", NUMBER), ("Given up", "Opgehangen", NUMBER),
         ("Share", "Deel", NUMBER)),
        (
            (one.name, one.contacts, context.cell(one.repeated, part=one.rate.estimate), context.share(one.rate))
            for one in phone.queues
        ),
        phone,
    )  # fmt: skip
    return [hours, calls]


def after_sections(log: Log, context: Context) -> Sequence[Section]:
    """Where those went who dropped off at one activity: the one asked for, else where most stop."""
    activity = context.asked.get("activity") or next((one.activity for one in log.stuck().stays if one.stopped), "")
    title = ("Where they go after they drop off", "Waar ze heen gaan nadat ze afhaken")
    if not activity:
        return [context.section("after", title, context.say("Nobody stopped.", "Niemand stopte."))]
    days = context.number_asked("days", 30, 1, behind.LONGEST)
    found = log.after(activity, days=days)
    return [
        context.section(
            "after",
            title,
            found.summary(context.language),
            (("Then", "Daarna"), ("By", "Via"), ("Cases", "Zaken", NUMBER), ("Share", "Deel", NUMBER),
             ("Half within", "De helft binnen", NUMBER)),
            (
                (context.label(one.activity), one.channel or "–",
                 context.cell(one.cases, Filter(behind=(behind.went(activity, one.activity, one.channel, days),))),
                 context.share(one.share),
                 context.say.lasting(one.wait.estimate))
                for one in found.went
            ),
            found,
        )
    ]  # fmt: skip
