"""The line, for three people: the director, the customer, the agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from loper.define import Finding, Journey
from loper.define.model import Texts
from loper.draw.model import Mark

RED = "#c8102e"


def line_design(
    journey: Journey, findings: Iterable[Finding] = (), *, language: str = "nl", vertical: bool = False
) -> str:
    """The design of a journey as SVG, with its findings."""
    return _plain(journey, language, None)


def line_customer(
    journey: Journey,
    *,
    stage: str | None,
    visited: Sequence[tuple[str, datetime]] = (),
    language: str = "nl",
    vertical: bool = True,
    says: Mapping[str, str] | None = None,
    colour: str = RED,
) -> str:
    """The customer's own place on the line, as SVG."""
    return _plain(journey, language, stage)


def line_case(
    journey: Journey,
    *,
    stage: str | None,
    visited: Sequence[tuple[str, datetime]] = (),
    marks: Iterable[Mark] = (),
    language: str = "nl",
    vertical: bool = False,
) -> str:
    """One case on the line, as SVG: what went out, what waits and what comes."""
    return _plain(journey, language, stage)


def _plain(journey: Journey, language: str, here: str | None) -> str:
    def word(texts: Texts, name: str) -> str:
        return texts.get(language) or next(iter(texts.values()), name.replace("_", " "))

    rows = []
    for i, (name, stage) in enumerate(journey.stages.items()):
        y = 30 + 60 * i
        fill = RED if name == here else "#ffffff"
        rows.append(f'<circle cx="30" cy="{y}" r="10" fill="{fill}" stroke="{RED}" stroke-width="4"/>')
        rows.append(f'<text x="56" y="{y + 6}" font-size="17">{escape(word(stage.title, name))}</text>')
    height = 60 * len(journey.stages)
    title = escape(word(journey.title, journey.name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 340 {height}" font-family="sans-serif">'
        f'<title>{title}</title><path d="M30 30 V{height - 30}" stroke="{RED}" stroke-width="6"/>{"".join(rows)}</svg>'
    )
