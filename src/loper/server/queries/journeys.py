"""The Journeys port of the runtime: published versions from the database."""

from __future__ import annotations

from collections.abc import Sequence

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.server.queries import designs
from loper.server.queries.organisation import organisation


class Journeys:
    """Where the runtime finds its journeys. A version never changes, so each process parses it once; what is published,
    and by which organisation file, is looked up once a unit.
    """

    def __init__(self) -> None:
        self._shares: dict[str, list[tuple[str, int]]] = {}
        self._begun: dict[str, list[str]] = {}
        self._organisation: str | None = None

    def find(self, name: str, version: str) -> Journey:
        if self._organisation is None:
            self._organisation = designs.current_hash()
        return designs.journey(name, version, self._organisation)

    def for_new(self, name: str, case: str) -> Journey:
        if name not in self._shares:
            self._shares[name] = designs.shares(name)
        return self.find(name, designs.drawn(name, case, self._shares[name]))

    def begun_by(self, event: str) -> Sequence[str]:
        if event not in self._begun:
            self._begun[event] = [one.name for one in designs.published() if event in one.begins]
        return self._begun[event]

    def policy(self) -> Policy:
        return organisation().policy

    def renew(self) -> None:
        self._shares.clear()
        self._begun.clear()
        self._organisation = None
