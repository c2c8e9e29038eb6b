"""A comparison in sentences: what differs, in words that claim no more than its design allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loper.observe.words import Say

if TYPE_CHECKING:
    from loper.observe.against.compare import Comparison, Difference

BEGINS = {
    "effect": (
        "Chance decided who is in which group, and both are made up alike; so these are effects of “{one}” against"
        " “{other}”:",
        "Het lot bepaalde wie in welke groep kwam, en beide groepen lijken op elkaar. Dit zijn dus effecten van “{one}”"
        " tegenover “{other}”:",
    ),
    "randomised": (
        "Chance was to decide, but the groups do not look like it; so these are differences between “{one}” and"
        " “{other}”, no effects:",
        "Het lot zou bepalen, maar de groepen lijken daar niet naar. Dit zijn dus verschillen tussen “{one}” en"
        " “{other}”, geen effecten:",
    ),
    "before-after": (
        "“{one}” lies later than “{other}”; what else changed meanwhile is in these differences too:",
        "“{one}” ligt later dan “{other}”; wat er intussen nog meer veranderde, zit ook in deze verschillen:",
    ),
    "interrupted": (
        "“{one}” lies later than “{other}”; beside each difference stands how far the measure leaves its own line at"
        " the date:",
        "“{one}” ligt later dan “{other}”; bij elk verschil staat hoe ver de maat op die datum van zijn eigen lijn"
        " afwijkt:",
    ),
    "observed": (
        "Nobody drew lots for “{one}” and “{other}”: these differences go with it, and may have another cause:",
        "Voor “{one}” en “{other}” is niet geloot: deze verschillen gaan ermee samen, en kunnen een andere oorzaak"
        " hebben:",
    ),
}

MEASURES = {
    "throughput": (
        "half of the cases were over within {one}, against {other}",
        "de helft van de zaken was klaar binnen {one}, tegen {other}",
    ),
    "ends": ("{one} ended at “{about}”, against {other}", "{one} eindigde bij “{about}”, tegen {other}"),
    "contacts": ("{one} contacts a case, against {other}", "{one} contacten per zaak, tegen {other}"),
    "switches": (
        "{one} changes of channel a case, against {other}",
        "{one} wisselingen van kanaal per zaak, tegen {other}",
    ),
    "came back": (
        "{one} of the customers came back within {days} days, against {other}",
        "{one} van de klanten kwam binnen {days} dagen terug, tegen {other}",
    ),
    "score": ("a score of {one}, against {other}", "een score van {one}, tegen {other}"),
}

WARNINGS = {
    "few": (
        "A group has fewer than 30 cases: little can be said.",
        "Een groep heeft minder dan 30 zaken: er is weinig te zeggen.",
    ),
    "unbalanced": (
        "The groups differ in make-up more than lots would make them.",
        "De groepen verschillen meer in samenstelling dan bij loten past.",
    ),
    "uncovered": (
        "For more than a tenth of the cases there is none like it on the other side.",
        "Voor meer dan een tiende van de zaken is er aan de andere kant geen vergelijkbare.",
    ),
    "overlap": ("The two periods overlap.", "De twee perioden overlappen elkaar."),
    "trend": (
        "It was moving already before the date, so it may just have gone on.",
        "Het veranderde vóór die datum al, dus het kan gewoon zijn doorgegaan.",
    ),
    "season": ("The two periods lie in other seasons.", "De twee perioden vallen in een ander seizoen."),
    "placebo": (
        "At dates at which nothing happened the same comparison shows as much.",
        "Op data waarop niets gebeurde, laat dezelfde vergelijking net zoveel zien.",
    ),
    "no placebo": (
        "The time before is too short to try other dates.",
        "De tijd ervoor is te kort om andere data te proberen.",
    ),
}


def summary(found: Comparison, language: str) -> str:
    say = Say(language)
    first, second = found.names
    text = [
        say(
            "{n} cases “{one}” beside {m} “{other}”.",
            "{n} zaken “{one}” naast {m} “{other}”.",
            n=found.cases[0],
            m=found.cases[1],
            one=first,
            other=second,
        )
    ]
    apart = [one for one in found.measures if one.apart]
    if apart:
        design = "effect" if found.effect else found.design
        text.append(say(*BEGINS[design], one=first, other=second))
        text.append("; ".join(_told(one, found, say) for one in apart) + ".")
    if len(apart) < len(found.measures):
        text.append(
            say(
                "In {rest} of {all} measures there is no difference beyond chance (Holm, for all of them together).",
                "In {rest} van {all} maten is er geen verschil dat groter is dan toeval (Holm, voor alle samen).",
                rest=len(found.measures) - len(apart),
                all=len(found.measures),
            )
        )
    text += [say(*WARNINGS[one]) for one in found.warnings]
    return " ".join(text)


def _told(one: Difference, found: Comparison, say: Say) -> str:
    sentence = say(
        *MEASURES[one.measure],
        one=_value(one, one.one, say),
        other=_value(one, one.other, say),
        about=one.about,
        days=f"{found.days:g}",
    )
    between = one.difference
    text = say(
        "{sentence} (difference {low} to {high}",
        "{sentence} (verschil {low} tot {high}",
        sentence=sentence,
        low=_value(one, between.low, say, points=True),
        high=_value(one, between.high, say, points=True),
    )
    if one.standardised is not None and found.design != "randomised":
        text += say(
            "; made up alike by {by}: {low} to {high}",
            "; bij gelijke samenstelling naar {by}: {low} tot {high}",
            by=say.listed(list(found.by)),
            low=_value(one, one.standardised.low, say, points=True),
            high=_value(one, one.standardised.high, say, points=True),
        )
    if one.jump is not None:
        text += say(
            "; from its own line {low} to {high}",
            "; van zijn eigen lijn {low} tot {high}",
            low=_value(one, one.jump.low, say, points=True),
            high=_value(one, one.jump.high, say, points=True),
        )
    return text + ")"


def _value(one: Difference, value: float, say: Say, *, points: bool = False) -> str:
    if one.measure == "throughput":
        return ("-" if value < 0 else "") + say.lasting(abs(value)) if points else say.lasting(value)
    if one.measure in ("ends", "came back"):
        if not points:
            return say.share(value)
        return say.number(value * 100, 1) + say(" points", " procentpunt")
    return say.number(value, 2)
