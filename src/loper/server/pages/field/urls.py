"""Addresses of the pages of field."""

from django.urls import URLPattern

app_name = "field"
urlpatterns: list[URLPattern] = []
