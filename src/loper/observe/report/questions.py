"""The questions that a page can ask of a log, as one asks them; to add one, write a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loper.observe.report import channels, flow
from loper.observe.report.section import Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

Build = Callable[["Log", Context], Sequence[Section]]


@dataclass(frozen=True, kw_only=True)
class Question:
    """`en` and `nl`: what it is called in the menu; `ask`: as a person would ask it."""

    key: str
    en: str
    nl: str
    ask_en: str
    ask_nl: str
    build: Build
    sections: tuple[str, ...] = ()  # the keys of its sections, beside the one that is named like itself

    def title(self, language: str) -> str:
        return self.nl if language.startswith("nl") else self.en

    def ask(self, language: str) -> str:
        return self.ask_nl if language.startswith("nl") else self.ask_en


GROUPS: tuple[tuple[str, str, tuple[Question, ...]], ...] = (
    (
        "The way",
        "De weg",
        (
            Question(
                key="map",
                en="Map",
                nl="Kaart",
                ask_en="How do cases go?",
                ask_nl="Hoe lopen de zaken?",
                build=flow.map_sections,
                sections=("activities",),
            ),
            Question(
                key="variants",
                en="Variants",
                nl="Varianten",
                ask_en="In which ways do they go?",
                ask_nl="Op welke manieren lopen ze?",
                build=flow.variant_sections,
            ),
            Question(
                key="pace",
                en="Pace",
                nl="Tempo",
                ask_en="How long do cases take?",
                ask_nl="Hoe lang duren zaken?",
                build=flow.pace_sections,
            ),
            Question(
                key="rework",
                en="Again",
                nl="Opnieuw",
                ask_en="What is done again?",
                ask_nl="Wat wordt opnieuw gedaan?",
                build=flow.rework_sections,
                sections=("ping-pong",),
            ),
        ),
    ),
    (
        "Contact",
        "Contact",
        (
            Question(
                key="repeat",
                en="Repeat contact",
                nl="Herhaald contact",
                ask_en="Why do customers come back?",
                ask_nl="Waarom komen klanten terug?",
                build=channels.repeat_sections,
            ),
            Question(
                key="channels",
                en="Channels",
                nl="Kanalen",
                ask_en="By which channels, and where do they change?",
                ask_nl="Via welke kanalen, en waar wisselen ze?",
                build=channels.channel_sections,
                sections=("switches",),
            ),
        ),
    ),
)
"""English name, Dutch name, questions."""

QUESTIONS = {question.key: question for _, _, questions in GROUPS for question in questions}
