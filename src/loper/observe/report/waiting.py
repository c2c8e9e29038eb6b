"""Sections about time: how long cases take, where they wait, where they get stuck, how far they come, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loper.draw import charts
from loper.observe import behind
from loper.observe.filter import Filter
from loper.observe.report.section import NUMBER, Choice, Context, Section
from loper.observe.stuck.stuck import Stay
from loper.observe.stuck.survival import Curve
from loper.observe.way.waits import Wait

if TYPE_CHECKING:
    from loper.observe.log import Log

DRAWN = 10
LISTED = 25
CURVES = 4
POINTS = 60
"""A curve is drawn with so many points: more cannot be seen."""


def pace_sections(log: Log, context: Context) -> Sequence[Section]:
    found = log.throughput()
    say = context.say
    return [
        context.section(
            "pace",
            ("From the first contact to the last", "Van het eerste contact tot het laatste"),
            found.summary(context.language),
            (("Of the cases", "Van de zaken"), ("took at most", "duurde hooguit", NUMBER)),
            (
                (say("half", "de helft"), say.lasting(found.median_s)),
                (say("nine in ten", "negen van de tien"), say.lasting(found.p90_s)),
                (say("the longest", "de langste"), say.lasting(found.longest_s)),
            )
            if found.cases
            else (),
            found,
        ),
        *wait_sections(log, context),
    ]


def wait_sections(log: Log, context: Context) -> Sequence[Section]:
    say, cell = context.say, context.cell
    found = log.waits(most=LISTED)
    title = ("Where the waiting is", "Waar het wachten zit")

    def where(one: Wait) -> str:
        return f"{context.label(one.source)} › {context.label(one.target)}"

    return [
        context.section(
            "waits",
            title,
            found.summary(context.language),
            (("From one to the next", "Van het ene naar het volgende"), ("Times", "Aantal", NUMBER),
             ("Of all waiting", "Van al het wachten", NUMBER), ("Half within", "De helft binnen", NUMBER),
             ("Nine in ten within", "Negen van de tien binnen", NUMBER)),
            (
                (where(one), cell(one.count, one.cases_of), context.share(one.share), say.lasting(one.median.estimate),
                 say.lasting(one.p90.estimate))
                for one in found.between
            ),
            found,
            draw=context.drawing(charts.draw_waits, lambda: charts.Waits(
                    title=say(*title),
                    steps=tuple(
                        charts.Wait(
                            title=where(one),
                            bins=tuple(
                                charts.Bin(low_s=bar.from_s, high_s=bar.to_s, count=bar.count) for bar in one.bars
                            ),
                            median_s=one.median.estimate,
                            p90_s=one.p90.estimate,
                            href=context.link(one.cases_of),
                        )
                        for one in found.between[:DRAWN]
                    ),
                )),
        )
    ]  # fmt: skip


def stuck_sections(log: Log, context: Context) -> Sequence[Section]:
    cell = context.cell
    found = log.stuck()
    shown = [one for one in found.stays if one.stopped][:LISTED]
    curves = (*found.points, *(one for one in shown if not one.stands_out))[:CURVES]
    title = ("Where cases stop for ever", "Waar zaken voorgoed stoppen")

    def stopped(one: Stay) -> Filter:
        return Filter(behind=(behind.name("stopped", one.activity),))

    return [
        context.section(
            "stuck",
            title,
            found.summary(context.language),
            (("After", "Na"), ("Came there", "Kwamen er", NUMBER), ("Went on", "Gingen verder", NUMBER),
             ("Stopped", "Stopten", NUMBER), ("Under way", "Lopen nog", NUMBER), ("Share", "Deel", NUMBER)),
            (
                (context.label(one.activity), one.came, one.went_on,
                 cell(one.stopped, stopped(one), one.share.estimate), one.under_way, context.share(one.share))
                for one in shown
            ),
            found,
            draw=(
                context.drawing(charts.draw_survival, lambda: charts.Survival(
                        title=context.say("Not gone on yet, by time", "Nog niet verder, in de tijd"),
                        curves=tuple(
                            charts.Curve(
                                title=context.label(one.activity),
                                points=_points(one.curve),
                                href=context.link(stopped(one)),
                            )
                            for one in curves
                        ),
                    ))
            )
            if curves
            else None,
            note=context.say(
                "Cases that are still open when the log ends are watched until then and no longer (Kaplan-Meier).",
                "Zaken die nog open zijn als het logboek ophoudt, tellen mee tot dan en niet langer (Kaplan-Meier).",
            ),
        )
    ]  # fmt: skip


def activity_choices(log: Log, context: Context) -> Sequence[Choice]:
    """The contacts after which cases stopped."""
    found = [one for one in log.stuck().stays if one.stopped][:100]
    options = tuple(
        (one.activity, f"{context.label(one.activity)} ({context.say.number(one.stopped)})") for one in found
    )
    chosen = context.asked.get("activity") or (found[0].activity if found else "")
    title = context.say("Dropped off after", "Afgehaakt na")
    return [Choice(name="activity", title=title, options=options, chosen=chosen)]


def _points(curve: Curve) -> tuple[charts.Point, ...]:
    """Some points of a curve, at even heights."""
    places = (
        sorted({round(i * (len(curve.time_s) - 1) / POINTS) for i in range(POINTS + 1)}) if len(curve.time_s) else []
    )
    found = [charts.Point(at_s=0.0, share=1.0, low=1.0, high=1.0, at_risk=curve.n)]
    for place in places:
        at = float(curve.time_s[place])
        here = curve.at(at)
        found.append(
            charts.Point(at_s=at, share=here.estimate, low=here.low, high=here.high, at_risk=int(curve.at_risk[place]))
        )
    return tuple(found)


def funnel_sections(log: Log, context: Context) -> Sequence[Section]:
    cell = context.cell
    found = log.funnel()

    def cases(number: int, fate: str) -> Filter:
        return Filter(behind=(behind.name("funnel", str(number), fate),))

    title = ("How far cases come", "Hoe ver zaken komen")
    first = found.steps[0].came if found.steps else 1
    return [
        context.section(
            "funnel",
            title,
            found.summary(context.language),
            (("Step", "Stap"), ("Came here", "Kwamen hier", NUMBER), ("Something else", "Iets anders", NUMBER),
             ("Ended", "Eindigden", NUMBER), ("Stopped", "Stopten", NUMBER), ("Under way", "Lopen nog", NUMBER)),
            (
                (context.label(one.activity), cell(one.came, cases(number, "came"), one.came / max(1, first)),
                 *(
                     cell(count, cases(number, fate))
                     for fate, count in (("instead", one.instead), ("ended", one.ended), ("stopped", one.stopped),
                                         ("under_way", one.under_way))
                 ))
                for number, one in enumerate(found.steps)
            ),
            found,
            draw=context.drawing(charts.draw_funnel, lambda: charts.Funnel(
                    title=context.say(*title),
                    steps=tuple(
                        charts.Step(
                            title=context.label(one.activity),
                            came=one.came,
                            stopped=one.instead + one.stopped + (one.ended if number + 1 < len(found.steps) else 0),
                            busy=one.under_way,
                            href=context.link(cases(number, "came")),
                        )
                        for number, one in enumerate(found.steps)
                    ),
                )),
        )
    ]  # fmt: skip


def outcome_sections(log: Log, context: Context) -> Sequence[Section]:
    found = log.outcomes()
    shown = found.at[:LISTED]
    return [
        context.section(
            "outcomes",
            ("How it ends, from each contact on", "Hoe het eindigt, vanaf elk contact"),
            found.summary(context.language),
            (("Now at", "Nu bij"), ("Cases", "Zaken", NUMBER),
             *((context.label(outcome), context.label(outcome), NUMBER) for outcome in found.outcomes[:4]),
             ("Decides", "Beslist", NUMBER)),
            (
                (context.label(one.activity), context.cell(one.cases, one.cases_of),
                 *(context.share(chance) for chance in one.chances[:4]), context.share(one.decides))
                for one in shown
            ),
            found,
            more=len(found.at) - len(shown),
            note=context.say(
                "By a chain that remembers only where a case is now (absorbing Markov chain); the share seen is in"
                " the file.",
                "Met een keten die alleen onthoudt waar een zaak nu is (absorberende Markovketen); wat er echt"
                " gebeurde, staat in het bestand.",
            ),
        )
    ]  # fmt: skip
