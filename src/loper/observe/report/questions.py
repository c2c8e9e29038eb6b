"""The questions that a page can ask of a log, as one asks them; to add one, write a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loper.observe.report import channels, contact, design, flow, waiting, when
from loper.observe.report.section import Choice, Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

Build = Callable[["Log", Context], Sequence[Section]]
Both = tuple[str, str]
"""English, Dutch."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """`name`: in the menu; `ask`: as a person would ask it; `sections`: the keys of its sections beside its own."""

    key: str
    name: Both
    ask: Both
    build: Build
    sections: tuple[str, ...] = ()
    choices: Callable[[Log, Context], Sequence[Choice]] | None = None  # what can be chosen on its page

    def title(self, language: str) -> str:
        return self.name[language.startswith("nl")]

    def asked(self, language: str) -> str:
        return self.ask[language.startswith("nl")]


GROUPS: tuple[tuple[Both, tuple[Question, ...]], ...] = (
    (
        ("Stuck", "Vastlopen"),
        (
            Question(
                key="stuck",
                name=("Stuck points", "Waar het stokt"),
                ask=("Where do customers get stuck?", "Waar lopen klanten vast?"),
                build=waiting.stuck_sections,
            ),
            Question(
                key="funnel",
                name=("Funnel", "Trechter"),
                ask=("How far do they come?", "Hoe ver komen ze?"),
                build=waiting.funnel_sections,
            ),
            Question(
                key="pace",
                name=("Waiting", "Wachten"),
                ask=("How long does it take, and where is the waiting?", "Hoe lang duurt het, en waar wordt gewacht?"),
                build=waiting.pace_sections,
                sections=("waits",),
            ),
            Question(
                key="outcomes",
                name=("Outcome", "Afloop"),
                ask=("How does it end, and where is that decided?", "Hoe loopt het af, en waar wordt dat beslist?"),
                build=waiting.outcome_sections,
            ),
            Question(
                key="after",
                name=("After dropping off", "Na het afhaken"),
                ask=("Where do they go after they drop off?", "Waar gaan ze heen nadat ze afhaken?"),
                build=when.after_sections,
                choices=waiting.activity_choices,
            ),
        ),
    ),
    (
        ("Contact", "Contact"),
        (
            Question(
                key="repeat",
                name=("Repeat contact", "Herhaald contact"),
                ask=("Why do customers come back?", "Waarom komen klanten terug?"),
                build=contact.repeat_sections,
                choices=contact.day_choices,
            ),
            Question(
                key="calls",
                name=("What makes them call", "Wat doet bellen"),
                ask=("Which messages make customers call?", "Na welke berichten bellen klanten?"),
                build=contact.call_sections,
            ),
            Question(
                key="failure",
                name=("To be spared", "Te besparen"),
                ask=("Which contacts could be spared?", "Welke contacten waren niet nodig geweest?"),
                build=contact.failure_sections,
                sections=("effort",),
            ),
            Question(
                key="failed",
                name=("Failed visits", "Mislukte bezoeken"),
                ask=("Which visits failed, and what did they cost?", "Welke bezoeken mislukten, en wat kostten ze?"),
                build=contact.failed_sections,
            ),
            Question(
                key="rework",
                name=("Again", "Opnieuw"),
                ask=("What is done again?", "Wat wordt opnieuw gedaan?"),
                build=flow.rework_sections,
                sections=("ping-pong",),
            ),
            Question(
                key="hours",
                name=("Hours and phone", "Uren en telefoon"),
                ask=("When do customers come?", "Wanneer komen klanten?"),
                build=when.hour_sections,
                sections=("phone",),
            ),
        ),
    ),
    (
        ("Channels", "Kanalen"),
        (
            Question(
                key="channels",
                name=("Channels", "Kanalen"),
                ask=("By which channels do they come?", "Via welke kanalen komen ze?"),
                build=channels.channel_sections,
                sections=("switches",),
            ),
            Question(
                key="digital",
                name=("Begun digitally", "Digitaal begonnen"),
                ask=("Who begins digitally and ends elsewhere?", "Wie begint digitaal en eindigt ergens anders?"),
                build=channels.digital_sections,
                sections=("switching",),
            ),
            Question(
                key="dropping",
                name=("Dropping off", "Afhaken"),
                ask=("After which channel do they stop?", "Na welk kanaal haken ze af?"),
                build=channels.dropping_sections,
            ),
        ),
    ),
    (
        ("The way", "De weg"),
        (
            Question(
                key="map",
                name=("Map", "Kaart"),
                ask=("How do cases go?", "Hoe lopen de zaken?"),
                build=flow.map_sections,
                sections=("activities",),
                choices=flow.map_choices,
            ),
            Question(
                key="variants",
                name=("Journeys", "Reizen"),
                ask=("In which ways do they go?", "Op welke manieren lopen ze?"),
                build=flow.variant_sections,
                sections=("journeys",),
            ),
        ),
    ),
    (
        ("Held against", "Vergelijken"),
        (
            Question(
                key="line",
                name=("The line", "De lijn"),
                ask=("How does the journey really go?", "Hoe loopt de klantreis echt?"),
                build=design.line_sections,
                choices=design.line_choices,
            ),
            Question(
                key="conform",
                name=("The design", "Het ontwerp"),
                ask=("Does it go as it was designed?", "Loopt het zoals het ontworpen is?"),
                build=design.conform_sections,
                sections=("mapping",),
            ),
            Question(
                key="compare",
                name=("Two groups", "Twee groepen"),
                ask=("What differs between two groups?", "Wat verschilt tussen twee groepen?"),
                build=design.compare_sections,
                choices=design.compare_choices,
            ),
            Question(
                key="quality",
                name=("This log", "Dit logboek"),
                ask=("Can this log be believed?", "Is dit logboek te geloven?"),
                build=design.quality_sections,
            ),
        ),
    ),
)

QUESTIONS = {question.key: question for _, questions in GROUPS for question in questions}


def question_of(section: str) -> Question | None:
    """The question that has this section."""
    return next((one for one in QUESTIONS.values() if section == one.key or section in one.sections), None)
