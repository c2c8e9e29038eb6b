"""Helpers of these tests: a small journey, changed at one place, and what is then wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loper.define import Journey, Organisation, Problems, parse_journey

ROOT = Path(__file__).parents[2]

SMALL = """\
journey: visit
owner: director@example.nl
facts: {problem: [leak, other], urgent: boolean, cost: money, appointment: appointment, eta: time}
events:
  job.reported: {from: [customer, agent], sets: [problem, urgent]}
  appointment.made: {from: [customer, agent], sets: [appointment]}
  job.fixed: {from: [technician]}
  case.withdrawn: {from: [customer, agent]}
begins: {job.reported: reported}
on: {case.withdrawn: done}
stages:
  reported: {on: {appointment.made: planned}, within: 1 working day, offers: [book, withdraw]}
  planned: {on: {job.fixed: done}, until: appointment.end}
  done: {final: true}
touchpoints:
  reminder: {when: 1 day before appointment.start, in: [planned], channels: [sms, email]}
  survey: {when: 2 hours after job.fixed, kind: survey, asks: [effort], channels: [email]}
dialogues:
  report:
    emits: job.reported
    questions:
      problem: {ask: Wat is er?, choose: {leak: Lekkage, other: Anders}}
    derive: [{if: problem == 'leak', urgent: true}, {urgent: false}]
"""


def small(old: str = "", new: str = "", **more: object) -> Journey:
    """The small journey with one piece of its text replaced."""
    assert old in SMALL
    return parse_journey(SMALL.replace(old, new, 1), **more)  # type: ignore[arg-type]


def wrong(
    text: str,
    texts: Mapping[tuple[str, str, str], str] | None = None,
    organisation: Organisation | None = None,
) -> list[str]:
    """What is wrong with a journey: `line:column: message (hint)`."""
    try:
        parse_journey(text, "f", texts, organisation)
    except Problems as problems:
        return [str(problem).removeprefix("f:") for problem in problems.problems]
    return []


def wrong_when(old: str, new: str) -> list[str]:
    """What is wrong with the small journey once this piece of its text is replaced."""
    assert old in SMALL, old
    return wrong(SMALL.replace(old, new, 1))
