"""The door for machines, with two systems that have a key to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from loper.server.actions.sources import add_source
from tests.worlds import World


@dataclass
class Door:
    """POST /api/events as other systems see it."""

    world: World
    erp: str  # token: planner and agent
    app: str  # token: technician alone
    client: Client

    def event(self, case: str = "A", type: str = "job.reported", **more: Any) -> dict[str, Any]:
        event = {
            "specversion": "1.0", "id": f"{case}-{type}", "source": "erp", "type": type, "subject": case,
            "time": self.world.time.at.isoformat(), "emitter": "agent", "customer": "jo", "data": {"problem": "leak"},
        }  # fmt: skip
        return {name: value for name, value in {**event, **more}.items() if value is not None}

    def post(self, body: Any, *, token: str | None = None, kind: str = "", **headers: str) -> Any:
        """An answer, with `status_code` and `json()`."""
        if not kind:
            kind = f"application/cloudevents{'-batch' if isinstance(body, list) else ''}+json"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = self.erp if token is None else token
        if given:
            headers["Authorization"] = f"Bearer {given}"
        return self.client.post("/api/events", content, content_type=kind, headers=headers)


@pytest.fixture
def door(world: World) -> Iterator[Door]:
    cache.clear()
    erp = add_source(source="erp", emitters=["agent", "planner"])
    app = add_source(source="app", emitters=["technician"])
    yield Door(world, erp, app, Client(raise_request_exception=True))
    cache.clear()
