"""The red-carpet check: what makes a journey hard on the people who walk it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loper.define.model import Journey
from loper.define.organisation import Organisation


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One finding of one rule: where, why it matters, and the way out. `accepted` is the reason given in the file."""

    rule: str
    place: str
    why: str
    way_out: str
    line: int | None = None
    accepted: str | None = None


def check(
    journey: Journey,
    measured: Mapping[str, float] | None = None,
    organisation: Organisation | None = None,
    others: Sequence[Journey] = (),
) -> list[Finding]:
    return []
