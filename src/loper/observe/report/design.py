"""Sections that hold a log against something: its design, another part of itself, what one may believe of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from math import log as ln
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from loper.define.model import Journey
from loper.draw import Overlay, Weight, charts, line_design
from loper.log.table import BadLog
from loper.observe import behind
from loper.observe.against.compare import Comparison, Difference
from loper.observe.against.compare_design import Design as Kind
from loper.observe.against.conform import SAID, Conformance
from loper.observe.filter import Filter
from loper.observe.laid.layout import Bools
from loper.observe.report.section import NUMBER, Choice, Context, Section
from loper.observe.way.stages import Passage, Stages

if TYPE_CHECKING:
    from loper.observe.log import Log

LISTED = 25


def line_sections(log: Log, context: Context) -> Sequence[Section]:
    """The design with numbers on it, where the log has one and says in which stage cases are."""
    found, design, say = log.stages(), log.design, context.say
    stage = {} if design is None else {name: say.said(one.title) or name for name, one in design.stages.items()}
    context = replace(context, names={**context.names, **stage})
    title = ("The line, with numbers", "De lijn, met cijfers")

    def called(name: str) -> str:
        return stage.get(name, name)

    scored = any(one.score for one in found.passages)
    by_score = scored and context.asked.get("colour") == "score"
    overlay = _scored if by_score else _overlay

    passages = context.section(
        "line",
        title,
        found.summary(context.language) if design else _no_design(context),
        (("From", "Van"), ("To", "Naar"), ("Times", "Aantal", NUMBER), ("Half within", "De helft binnen", NUMBER),
         *((("Score", "Score", NUMBER),) if scored else ())),
        (
            (called(one.source), called(one.target), context.cell(one.count, part=one.count / found.passages[0].count),
             say.lasting(one.wait_s.estimate), *((_score(one, context),) if scored else ()))
            for one in found.passages[:LISTED]
        ),
        found,
        draw=context.drawing(line_design, lambda: design, overlay=overlay(found, context, found.cases))
        if design is not None and found.stages
        else None,
        note=say(
            "As wide as there are cases, as dark as their customers score.",
            "Zo breed als er zaken zijn, zo donker als hun klanten hoger scoren.",
        )
        if by_score
        else say(
            "As wide as there are cases, as dark as they wait.", "Zo breed als er zaken zijn, zo donker als ze wachten."
        ),
    )  # fmt: skip
    return [passages]


def line_choices(log: Log, context: Context) -> Sequence[Choice]:
    """What the colour of the line says: waiting, or what customers answered (where the log has their scores)."""
    if not any(one.score for one in log.stages().passages):
        return []
    say = context.say
    options = (("wait", say("how long they wait", "hoe lang ze wachten")), ("score", say("their score", "hun score")))
    title = say("What the colour says", "Wat de kleur zegt")
    return [Choice(name="colour", title=title, options=options, chosen=context.asked.get("colour", "wait"))]


def _score(one: Passage, context: Context) -> str:
    """The score of those who went this way, with its interval."""
    if one.score is None:
        return "–"
    number = context.say.number
    if not isfinite(one.score.low):
        return number(one.score.estimate, 1)
    return f"{number(one.score.estimate, 1)} ({number(one.score.low, 1)} – {number(one.score.high, 1)})"


def _scored(found: Stages, context: Context, cases: int) -> Overlay:
    """As wide as there are cases, coloured by their score: the lowest of the picture light, the highest dark."""
    say = context.say
    scores = [one.score.estimate for one in found.passages if one.score]
    low, high = min(scores), max(scores)
    plain = _overlay(found, context, cases)
    return replace(
        plain,
        arcs={
            (one.source, one.target): Weight(
                share=min(1.0, one.count / cases),
                heat=(one.score.estimate - low) / (high - low) if one.score and high > low else None,
                label=f"{say.number(one.count)} · {_score(one, context)}",
            )
            for one in found.passages
        },
        cold=say("lowest score: {n}", "laagste score: {n}", n=say.number(low, 1)),
        hot=say("highest score: {n}", "hoogste score: {n}", n=say.number(high, 1)),
    )


def _overlay(found: Stages, context: Context, cases: int) -> Overlay:
    say = context.say
    longest = max((one.wait_s.estimate for one in found.passages), default=1.0)

    def heat(seconds: float) -> float:
        return ln(1 + max(0.0, seconds)) / ln(1 + max(longest, 1.0))

    return Overlay(
        stages={one.stage: Weight(share=one.cases / cases, label=_cases(one.cases, context)) for one in found.stages},
        arcs={
            (one.source, one.target): Weight(
                share=min(1.0, one.count / cases),
                heat=heat(one.wait_s.estimate),
                label=f"{say.number(one.count)} · {say.lasting(one.wait_s.estimate)}",
            )
            for one in found.passages
        },
    )


def _cases(count: int, context: Context) -> str:
    return context.say("1 case", "1 zaak") if count == 1 else context.say("{n} cases", "{n} zaken", n=count)


def _no_design(context: Context) -> str:
    return context.say(
        "No journey is known that these cases were meant to go. Choose one of our own journeys, or give a journey"
        " file.",
        "Er is geen klantreis bekend die deze zaken hadden moeten lopen. Kies een van onze eigen klantreizen, of geef"
        " een klantreisbestand.",
    )


def conform_sections(log: Log, context: Context) -> Sequence[Section]:
    title = ("Held against the design", "Naast het ontwerp gelegd")
    journey = log.against or log.design
    if journey is None:
        return [context.section("conform", title, _no_design(context))]
    found = log.conform(journey)
    called = {name: context.say.said(one.title) or name for name, one in journey.touchpoints.items()}
    context = replace(context, names={**called, **context.names})
    nl = context.language.startswith("nl")
    return [
        context.section(
            "conform",
            title,
            found.summary(context.language),
            (("Touchpoint", "Contactmoment"), ("Deviation", "Afwijking"), ("Cases", "Zaken", NUMBER),
             ("Share", "Deel", NUMBER)),
            (
                (context.label(one.touchpoint), SAID[one.kind][nl],
                 context.cell(one.cases, Filter(behind=(behind.name("deviation", one.kind, one.touchpoint),)),
                              one.cases / max(1, found.deviations[0].cases)),
                 context.share(one.share))
                for one in found.deviations[:LISTED]
            ),
            found,
            more=max(0, len(found.deviations) - LISTED),
            note=context.say(
                "The four deviations of CJML: missing, failed, out of order, ad hoc.",
                "De vier afwijkingen van CJML: ontbreekt, mislukt, andere volgorde, niet ontworpen.",
            ),
        ),
        *([] if log.layout.words("kind") is not None else [_mapping(log, journey, found, context)]),
    ]  # fmt: skip


def _mapping(log: Log, journey: Journey, found: Conformance, context: Context) -> Section:
    """What each contact of a log from elsewhere was taken for."""
    say = context.say

    def meant(activity: str) -> str:
        name = found.names.get(activity)
        if name is None:
            return say("not in the design", "niet in het ontwerp")
        one = journey.touchpoints.get(name) or journey.events.get(name)
        return (say.said(one.title) if one and one.title else "") or name

    known = sum(one in found.names for one in log.layout.activities)
    return context.section(
        "mapping",
        ("What is what in the design", "Wat is wat in het ontwerp"),
        say(
            "Of {all} kinds of contact {known} are in the design, by their names.",
            "Van {all} soorten contact staan er {known} in het ontwerp, naar hun naam.",
            all=len(log.layout.activities),
            known=known,
        )
        + (
            say(" The others count as unplanned.", " De andere tellen als ongepland.")
            if known < len(log.layout.activities)
            else ""
        ),
        (("Contact", "Contact"), ("In the design", "In het ontwerp")),
        ((one, meant(one)) for one in log.layout.activities),
        data=[{"activity": one, "design": found.names.get(one, "")} for one in log.layout.activities],
    )


def quality_sections(log: Log, context: Context) -> Sequence[Section]:
    whole = log.whole
    rejects = whole.reading.rejects if whole.reading else None
    found = log.quality(rejects=rejects, zone=ZoneInfo(context.zone))
    return [
        context.section(
            "quality",
            ("What to know before you believe it", "Wat u moet weten voor u het gelooft"),
            found.summary(context.language),
            (("Seen", "Gezien"), ("What it does", "Wat het doet"), ("What to do", "Wat te doen"),
             ("Share", "Deel", NUMBER)),
            (
                (*(context.named(text) for text in found.said(one, context.language)), context.say.share(one.share))
                for one in found.findings
            ),
            found,
            note=" ".join(found.notes),
        )
    ]  # fmt: skip


# -- two parts of a log


def compare_choices(log: Log, context: Context) -> Sequence[Choice]:
    """By what cases can be set apart."""
    say, layout = context.say, log.layout
    options = [("", say("choose", "kies"))]
    if layout.count:
        middle = datetime.fromtimestamp(float(layout.first[log.rows].mean()) / 1e6, UTC) if len(log) else None
        if middle:
            options.append(
                (f"date:{middle:%Y-%m-%d}", say("after and before {day}", "na en voor {day}", day=f"{middle:%d-%m-%Y}"))
            )
    options += [
        (f"with:{one}", say("with and without “{name}”", "met en zonder “{name}”", name=context.label(one)))
        for one in layout.activities[:200]
    ]
    for name, column in layout.attributes.items():
        if hasattr(column, "codes") and 1 < len(column.values) <= 20:
            options += [
                (
                    f"attr:{name}={value}",
                    say("{name} {value} and others", "{name} {value} en andere", name=name, value=value),
                )
                for value in column.values
            ]
    channel = layout.words("channel")
    options += [
        (f"first:{one}", say("begun by {name} and otherwise", "begonnen via {name} en anders", name=one))
        for one in (channel.values if channel else ())
    ]
    return [
        Choice(
            name="split",
            title=say("Which cases against which?", "Welke zaken tegen welke?"),
            options=tuple(options),
            chosen=context.asked.get("split", ""),
        )
    ]


def compare_sections(log: Log, context: Context) -> Sequence[Section]:
    title = ("Two groups side by side", "Twee groepen naast elkaar")
    asked = context.asked.get("split", "")
    if not asked:
        words = context.say("Choose above by what to set cases apart.", "Kies hierboven waarin zaken verschillen.")
        return [context.section("compare", title, words)]
    one, other, names, kind = split(log, context, asked)
    first, second = log.only(one), log.only(other)
    if not len(first) or not len(second):
        words = context.say(
            "All {n} cases are on one side: there is nothing to set against “{empty}”. Choose something else.",
            "Alle {n} zaken staan aan één kant: naast “{empty}” valt niets te leggen. Kies iets anders.",
            n=len(log),
            empty=names[1] if len(first) else names[0],
        )
        return [context.section("compare", title, words)]
    found = first.compare(second, names=names, design=kind)
    return [
        context.section(
            "compare",
            title,
            found.summary(context.language),
            (("Measure", "Maat"), (names[0], names[0], NUMBER), (names[1], names[1], NUMBER),
             ("Difference", "Verschil", NUMBER), ("Alike made up", "Gelijk samengesteld", NUMBER)),
            (_row(difference, context) for difference in found.measures),
            found,
            draw=context.drawing(charts.draw_intervals, lambda: _intervals(found, context, title))
            if any(_drawn(one) for one in found.measures)
            else None,
        )
    ]  # fmt: skip


SHARES = ("ends", "came back")
MEASURED = {
    "throughput": ("time (half within)", "tijd (de helft binnen)"),
    "ends": ("ends at “{about}”", "eindigt bij “{about}”"),
    "contacts": ("contacts a case", "contacten per zaak"),
    "switches": ("changes of channel a case", "kanaalwissels per zaak"),
    "came back": ("came back", "kwam terug"),
    "score": ("score", "score"),
}


def split(log: Log, context: Context, asked: str) -> tuple[Bools, Bools, tuple[str, str], Kind]:
    """The two groups, what they are called, and how they came about. BadLog for words that mean nothing here."""
    say, whole = context.say, log.whole
    what, _colon, about = asked.partition(":")
    wanted: Filter | None = None
    kind: Kind = "observed"
    names = ("", "")
    if what == "date":
        try:
            day = datetime.fromisoformat(about).replace(tzinfo=ZoneInfo(context.zone))
        except ValueError:
            raise BadLog([f"split: “{about}” is no day; write it like 2026-09-01"]) from None
        wanted, kind = Filter(since=day), "before-after"
        names = (say("after {day}", "na {day}", day=about), say("before", "ervoor"))
    elif what == "with":
        wanted, names = Filter(with_=(about,)), (context.label(about), say("without", "zonder"))
    elif what == "first":
        wanted, names = Filter(first_channel=(about,)), (about, say("otherwise", "anders"))
    elif what == "attr" and "=" in about:
        name, _is, value = about.partition("=")
        wanted, names = Filter(attributes={name: (value,)}), (value, say("others", "andere"))
    if wanted is None:
        raise BadLog([f"split: “{asked}” says no way to set cases apart; choose one of the list"])
    keep = wanted.cases(whole)
    return keep, ~keep, names, kind


def _row(one: Difference, context: Context) -> tuple[str, ...]:
    return (
        context.named(context.say(*MEASURED[one.measure], about=one.about)),
        _value(one, one.one, context),
        _value(one, one.other, context),
        f"{_value(one, one.difference.estimate, context)} ({_value(one, one.difference.low, context)} –"
        f" {_value(one, one.difference.high, context)})" + (" *" if one.apart else ""),
        _value(one, one.standardised.estimate, context) if one.standardised else "–",
    )


def _value(one: Difference, value: float, context: Context) -> str:
    say = context.say
    if one.measure == "throughput":
        return say.lasting(value)
    if one.measure in SHARES:
        return say.share(value) if value >= 0 else f"−{say.share(-value)}"
    return say.number(value, 2)


def _drawn(one: Difference) -> bool:
    return one.measure in SHARES and isfinite(one.difference.estimate)


def _intervals(found: Comparison, context: Context, title: tuple[str, str]) -> charts.Intervals:
    return charts.Intervals(
        title=context.say(*title),
        intervals=tuple(
            charts.Interval(
                title=context.named(context.say(*MEASURED[one.measure], about=one.about)),
                value=one.difference.estimate,
                low=one.difference.low,
                high=one.difference.high,
            )
            for one in found.measures
            if _drawn(one)
        ),
        less=found.names[1],
        more=found.names[0],
        percent=True,
    )
