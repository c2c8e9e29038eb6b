"""What a journey declares, and what is built in: every name that is used must be one of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from loper.define.model import TOUCHPOINT_EVENTS, FactType
from loper.define.problem import nearest
from loper.define.tree import Report, Word

BUILT_IN_EVENTS = ("stage.overdue", "journey.ended", "event.retracted", "case.merged")
"""Events that follow from the journey itself or that every journey knows."""

JOINED = "audience.joined"
"""What opens the cases of a campaign; it needs no declaration."""

RESERVED_FACTS = ("now", "and", "or", "not", "in", "is", "set", "true", "false")


@dataclass(kw_only=True)
class Names:
    """The names of one journey, and the report to which an unknown one goes."""

    report: Report
    facts: Mapping[str, FactType] = field(default_factory=dict)
    declared: Collection[str] = ()
    stages: Collection[str] = ()
    touchpoints: Collection[str] = ()
    dialogues: Collection[str] = ()
    measures: Collection[str] = ()
    children: Collection[str] = ()
    languages: tuple[str, ...] = ("nl",)
    strict_languages: bool = False

    def events(self) -> list[str]:
        """Every event that may be named."""
        own = [f"{name}.{what}" for name in self.touchpoints for what in TOUCHPOINT_EVENTS]
        return [*self.declared, *BUILT_IN_EVENTS, *own, *(f"{child}.ended" for child in self.children)]

    def event(self, name: Word | None) -> str | None:
        """The event, if there is one of this name."""
        return self._known("event", name, self.events())

    def stage(self, name: Word | None) -> str | None:
        return self._known("stage", name, self.stages)

    def touchpoint(self, name: Word | None) -> str | None:
        return self._known("touchpoint", name, self.touchpoints)

    def fact(self, name: Word | None) -> str | None:
        return self._known("fact", name, self.facts)

    def measure(self, name: Word | None) -> str | None:
        return self._known("measure", name, self.measures)

    def all(self, kind: str, names: Iterable[Word] | None) -> list[str]:
        """Those of the names that exist, each once; a second one is reported."""
        found: list[str] = []
        for name in names or ():
            known = getattr(self, kind)(name)
            if known is not None and known in found:
                self.report.add(name, f"'{name}' is here twice", "keep one of the two")
            elif known is not None:
                found.append(known)
        return found

    def path_type(self, path: str) -> FactType | None:
        """The type of a fact or of a part of one."""
        name, _, part = path.partition(".")
        kind = self.facts.get(name)
        return kind if kind is None or not part else kind.fields.get(part)

    def paths(self) -> list[str]:
        parts = [f"{name}.{part}" for name, kind in self.facts.items() for part in kind.fields]
        return [*self.facts, *parts]

    def time_path(self, path: Word, *, text: str = "", shift: int = 0) -> str | None:
        """The path, if it leads to a time or a date."""
        name = text or str(path)
        kind = self.path_type(name)
        if kind is None:
            self.report.add(path, f"fact '{name}' is not declared", nearest(name, self.paths()), shift=shift)
            return None
        if kind.kind not in ("time", "date"):
            within = [known for known in self.paths() if known.startswith(f"{name}.")]
            hint = f"write {within[0]}" if within else "declare the fact as time or date"
            self.report.add(path, f"'{name}' is of type {kind.kind}, and a time was expected", hint, shift=shift)
            return None
        return name

    def _known(self, kind: str, name: Word | None, known: Collection[str]) -> str | None:
        if name is None:
            return None
        if name not in known:
            hint = nearest(name, known) or f"declare it, or use one of: {', '.join(list(known)[:8]) or 'none yet'}"
            self.report.add(name, f"{kind} '{name}' is not declared", hint)
            return None
        return str(name)
