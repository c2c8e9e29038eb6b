"""Standard questions of a survey, so that a touchpoint can say `asks: [effort, remark]` and no more.

The wording is alike over all journeys, which makes the answers comparable. A journey that wants its own words
declares a dialogue that emits `T.answered`; its questions go before these.
"""

from __future__ import annotations

from collections.abc import Mapping

from loper.define.model import Dialogue, Journey, Question, QuestionKind, Texts


def _question(
    name: str, nl: str, en: str, kind: QuestionKind, choose: Mapping[str, Texts] | None = None, *, optional: bool = True
) -> Question:
    return Question(name=name, ask={"nl": nl, "en": en}, kind=kind, choose=choose or {}, optional=optional)


STANDARD: Mapping[str, Question] = {
    question.name: question
    for question in (
        _question(
            "effort",
            "Hoeveel moeite kostte het u?",
            "How much effort did it take you?",
            "scale",
            {"1": {"nl": "heel weinig", "en": "very little"}, "5": {"nl": "heel veel", "en": "very much"}},
            optional=False,
        ),
        _question(
            "satisfaction",
            "Hoe tevreden bent u?",
            "How satisfied are you?",
            "scale",
            {"1": {"nl": "niet tevreden", "en": "not satisfied"}, "5": {"nl": "heel tevreden", "en": "very satisfied"}},
        ),
        _question(
            "recommend",
            "Zou u ons aanraden aan anderen?",
            "Would you recommend us to others?",
            "scale",
            {"0": {"nl": "zeker niet", "en": "certainly not"}, "10": {"nl": "zeker wel", "en": "certainly"}},
        ),
        _question(
            "trust",
            "Hoeveel vertrouwen heeft u in ons?",
            "How much do you trust us?",
            "scale",
            {"1": {"nl": "heel weinig", "en": "very little"}, "5": {"nl": "heel veel", "en": "very much"}},
        ),
        _question(
            "feeling",
            "Hoe voelde u zich erbij?",
            "How did it make you feel?",
            "choose",
            {
                "relieved": {"nl": "Opgelucht", "en": "Relieved"},
                "calm": {"nl": "Rustig", "en": "Calm"},
                "worried": {"nl": "Bezorgd", "en": "Worried"},
                "annoyed": {"nl": "Geïrriteerd", "en": "Annoyed"},
                "angry": {"nl": "Boos", "en": "Angry"},
            },
        ),
        _question("reason", "Waarom vindt u dat?", "Why do you think so?", "text"),
        _question("remark", "Wilt u ons nog iets zeggen?", "Is there anything else you want to tell us?", "text"),
    )
}


def survey(journey: Journey, touchpoint: str) -> Dialogue:
    """The questions that a touchpoint asks, as a dialogue that emits its `T.answered`."""
    emits = f"{touchpoint}.answered"
    own = next((dialogue for dialogue in journey.dialogues.values() if dialogue.emits == emits), None)
    questions = dict(own.questions) if own is not None else {}
    asked = journey.touchpoints[touchpoint].asks or tuple(questions)
    chosen = {name: questions.get(name) or STANDARD[name] for name in asked}
    return Dialogue(
        name=own.name if own is not None else touchpoint,
        emits=emits,
        title=own.title if own is not None else journey.touchpoints[touchpoint].title,
        questions=chosen,
        derive=own.derive if own is not None else (),
    )
