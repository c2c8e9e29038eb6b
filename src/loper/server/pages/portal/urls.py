"""Addresses of the customer's pages."""

from django.urls import path

from loper.server.pages.portal import start

app_name = "portal"
urlpatterns = [
    path("", start.start, name="start"),
    path("find", start.start, name="find"),
]
