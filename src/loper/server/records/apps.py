"""The app that owns the tables."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "loper.server.records"
    label = "records"
    verbose_name = "Loper"
