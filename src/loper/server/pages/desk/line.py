"""The line with one case on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from loper.draw import Mark, line_case
from loper.draw.model import Status
from loper.server.queries.desk_case import Whole
from loper.server.queries.desk_story import Line
from loper.server.queries.organisation import brand

STATUS: dict[str, Status] = {
    "message": "sent",
    "failed": "failed",
    "unknown": "unknown",
    "skip": "skipped",
    "withdrawn": "withdrawn",
}


def place(found: Whole, language: str) -> SafeString:
    """The line in short: where this customer is, and where they were."""
    stage, colour = found.view.case.state.stage, brand().primary
    svg = line_case(found.view.journey, stage=stage, visited=_visited(found), language=language, colour=colour)
    return mark_safe(svg)  # noqa: S308 - drawn by ourselves: every text in it is escaped there


def whole_line(found: Whole, language: str) -> SafeString:
    """The line with every touch on it, and what comes."""
    stage, colour = found.view.case.state.stage, brand().primary
    marks = tuple(_marks(found))
    svg = line_case(
        found.view.journey, stage=stage, visited=_visited(found), marks=marks, language=language, colour=colour
    )
    return mark_safe(svg)  # noqa: S308 - drawn by ourselves: every text in it is escaped there


def _visited(found: Whole) -> list[tuple[str, datetime]]:
    return [(line.reached, line.at) for line in found.lines if line.reached and not line.retracted]


def _marks(found: Whole) -> Iterator[Mark]:
    touchpoints = found.view.journey.touchpoints
    for line in found.lines:
        status = _status(line)
        if status is not None and line.activity in touchpoints:
            yield Mark(
                touchpoint=line.activity,
                at=line.at,
                channel=line.channel or None,
                status=status,
                stage=line.stage or None,
            )
    for one in found.coming:
        if one.kind in ("waiting", "coming") and one.touchpoint in touchpoints:
            status = "queued" if one.kind == "waiting" else "coming"
            yield Mark(touchpoint=one.touchpoint, at=one.due, channel=one.channel or None, status=status)


def _status(line: Line) -> Status | None:
    if line.kind == "task":
        return "done" if line.task is not None and line.task.outcome == "done" else "open"
    return STATUS.get(line.kind)
