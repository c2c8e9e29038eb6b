"""The questions of a survey: at most four, those of the touchpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loper.define.model import Dialogue, Journey
from loper.define.survey import survey
from loper.server.records.dialogues import SurveyAnswer

MOST = 4


def _own(journey: Journey, touchpoint: str) -> bool:
    return any(dialogue.emits == f"{touchpoint}.answered" for dialogue in journey.dialogues.values())


def survey_of(journey: Journey, touchpoint: str) -> Dialogue | None:
    """What this touchpoint asks, as a dialogue; None when it asks nothing."""
    found = journey.touchpoints.get(touchpoint)
    if found is None or not (found.asks or _own(journey, touchpoint)):
        return None
    dialogue = survey(journey, touchpoint)
    first = dict(list(dialogue.questions.items())[:MOST])
    return replace(dialogue, questions=first) if first else None


def answers_of(case: str, touchpoint: str) -> dict[str, Any]:
    """What the customer answered before: question -> answer."""
    return dict(SurveyAnswer.objects.filter(case=case, touchpoint=touchpoint).values_list("question", "answer"))
