"""The Journeys port of the runtime: published versions from the database."""

from __future__ import annotations

from collections.abc import Sequence

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.server.queries import designs
from loper.server.queries.organisation import organisation


class Journeys:
    """Where the runtime finds its journeys. A version never changes, so each process parses it once."""

    def find(self, name: str, version: str) -> Journey:
        return designs.journey(name, version)

    def for_new(self, name: str, case: str) -> Journey:
        return designs.journey(name, designs.version_for(name, case))

    def begun_by(self, event: str) -> Sequence[str]:
        return [one.name for one in designs.published() if event in one.begins]

    def policy(self) -> Policy:
        return organisation().policy
