"""The app that brings templates, static files and template tags."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "loper.server.ui"
    label = "ui"
