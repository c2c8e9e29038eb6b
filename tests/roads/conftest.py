"""A town with its servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.roads import servers
from tests.roads.servers import Town


@pytest.fixture
def town() -> Iterator[Town]:
    with servers.town() as running:
        yield running
