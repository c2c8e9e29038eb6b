"""Addresses of the planner's calendar."""

from django.urls import URLPattern

app_name = "planner"
urlpatterns: list[URLPattern] = []
