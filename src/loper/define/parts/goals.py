"""Goals and measures."""

from __future__ import annotations

from loper.define.model import Goal, Measure
from loper.define.names import Names
from loper.define.parts.texts import texts
from loper.define.problem import nearest
from loper.define.shape import Part
from loper.define.tree import Word


def measure(name: Word, part: Part, names: Names, answers: set[str]) -> Measure:
    """One measure; `answers` are the questions that some touchpoint or dialogue asks."""
    kinds = [key for key in ("cases", "count", "mean") if key in part.keys_at]
    if len(kinds) != 1:
        names.report.add(
            name, f"measure '{name}' needs exactly one of: cases, count, mean", "like {cases: job.fixed, without: [..]}"
        )
    for key, needed in (("without", "cases"), ("per", "count")):
        if key in part.keys_at and needed not in part.keys_at:
            names.report.add(part.keys_at[key], f"'{key}' goes with '{needed}'", f"add '{needed}: EVENT'")
    mean: Word | None = part.get("mean")
    if mean is not None and mean not in answers:
        hint = nearest(mean, answers) or "add it to 'asks' of a survey"
        names.report.add(mean, f"nobody asks '{mean}'", hint)
    return Measure(
        name=str(name),
        cases=names.event(part.get("cases")),
        without=tuple(names.all("event", part.get("without"))),
        count=names.event(part.get("count")),
        per=names.event(part.get("per")),
        mean=None if mean is None else str(mean),
    )


def goal(part: Part | None, names: Names) -> Goal:
    if part is None:
        return Goal()
    targets = []
    for word in part.get("organisation", ()):
        if word.value.measure not in names.measures:
            hint = nearest(word.value.measure, names.measures) or "declare it under measures"
            names.report.add(word, f"measure '{word.value.measure}' is not declared", hint)
        else:
            targets.append(word.value)
    return Goal(
        customer=texts(part.get("customer"), names),
        feeling=texts(part.get("feeling"), names),
        organisation=tuple(targets),
    )
