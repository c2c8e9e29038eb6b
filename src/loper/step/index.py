"""What a journey says, turned the way the fold asks for it; made once a journey."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from loper.define.model import TOUCHPOINT_EVENTS, Journey, OnEvent, OnFact, Touchpoint

OVERDUE = "stage.overdue"
RETRACTED = "event.retracted"
MERGED = "case.merged"
ENDED = "journey.ended"
MOVED = "case.moved"


@dataclass(frozen=True, slots=True)
class Index:
    by_event: dict[str, list[tuple[Touchpoint, int]]]  # event -> touchpoints anchored at it, with which `when`
    by_fact: list[tuple[Touchpoint, int, OnFact]]
    paths: dict[str, list[str]]  # fact -> the paths into it that touchpoints or deadlines hang on
    named: frozenset[str]  # events that some `on` names
    ended_by: dict[str, list[str]]  # event -> touchpoints whose moments it ends (`unless`)
    final: frozenset[str]
    touchpoint_of: dict[str, str]  # T.sent, T.answered, ... -> T


@lru_cache(maxsize=256)
def index(journey: Journey) -> Index:
    by_event: dict[str, list[tuple[Touchpoint, int]]] = {}
    by_fact: list[tuple[Touchpoint, int, OnFact]] = []
    paths: dict[str, list[str]] = {}
    ended_by: dict[str, list[str]] = {}
    for touchpoint in journey.touchpoints.values():
        for number, anchor in enumerate(touchpoint.when):
            if isinstance(anchor, OnEvent):
                by_event.setdefault(anchor.event, []).append((touchpoint, number))
            else:
                by_fact.append((touchpoint, number, anchor))
                hung = paths.setdefault(anchor.path.partition(".")[0], [])
                if anchor.path not in hung:
                    hung.append(anchor.path)
        for event in touchpoint.unless:
            ended_by.setdefault(event, []).append(touchpoint.name)
    named = set(journey.on)
    for stage in journey.stages.values():
        named |= set(stage.on)
    return Index(
        by_event=by_event,
        by_fact=by_fact,
        paths=paths,
        named=frozenset(named),
        ended_by=ended_by,
        final=frozenset(name for name, stage in journey.stages.items() if stage.final),
        touchpoint_of={f"{name}.{what}": name for name in journey.touchpoints for what in TOUCHPOINT_EVENTS},
    )
