"""The questions of a survey: at most four, those of the touchpoint."""

from __future__ import annotations

from dataclasses import replace

from loper.define.model import Dialogue, Journey
from loper.define.survey import survey

MOST = 4


def survey_of(journey: Journey, touchpoint: str) -> Dialogue | None:
    """What this touchpoint asks, as a dialogue; None when it asks nothing."""
    found = journey.touchpoints.get(touchpoint)
    if found is None or not (found.asks or found.kind == "survey"):
        return None
    dialogue = survey(journey, touchpoint)
    first = dict(list(dialogue.questions.items())[:MOST])
    return replace(dialogue, questions=first) if first else None
