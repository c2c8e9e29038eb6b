"""The app that owns the tables."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class RecordsConfig(AppConfig):
    name = "loper.server.records"
    label = "records"
    verbose_name = "Loper"

    def ready(self) -> None:
        pre_migrate.connect(_drop_views, sender=self)
        post_migrate.connect(_make_views, sender=self)


def _drop_views(*, using: str, plan: Any = (), **_more: Any) -> None:
    """Views for analysts make room while tables are changed beneath them."""
    from loper.server.records import tables

    if plan:
        tables.drop(connections[using])


def _make_views(*, using: str, **_more: Any) -> None:
    """They stand on the newest tables: going back to older ones, there are none."""
    from django.db.migrations.executor import MigrationExecutor

    from loper.server.records import tables

    executor = MigrationExecutor(connections[using])
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "records"]
    if not executor.migration_plan(newest):
        tables.make(connections[using])
