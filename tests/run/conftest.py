"""A store of each kind: the one in memory, and the one on the database that LOPER_DATABASE names."""

from __future__ import annotations

import pytest

from loper.run.memory import MemoryStore
from tests.run.worlds import Engine


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What only PostgreSQL can get into (two writers at a time) is asked of PostgreSQL alone."""
    from django.conf import settings

    if "postgresql" in str(settings.DATABASES["default"]["ENGINE"]):
        return
    only_there = [item for item in items if item.get_closest_marker("postgres")]
    if only_there:
        config.hook.pytest_deselected(items=only_there)
        items[:] = [item for item in items if item not in only_there]


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.django_db)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A runtime on either store, with nothing in it."""
    if request.param == "memory":
        return Engine(MemoryStore())
    request.getfixturevalue("db")
    return on_database()


@pytest.fixture
def real_engine(transactional_db: None) -> Engine:
    """A runtime on the database, with transactions that are really committed: for threads."""
    return on_database()


def on_database() -> Engine:
    from loper.server.records.store import SqlStore

    engine = Engine(MemoryStore())
    engine.store = engine.outbox.store = SqlStore(engine.journeys)
    return engine
