"""The questions of a survey: at most four, those of the touchpoint."""

from __future__ import annotations

from dataclasses import replace

from loper.define.model import Dialogue, Journey
from loper.define.survey import survey

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
