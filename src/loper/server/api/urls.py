"""Addresses of the door for machines."""

from django.urls import path

from loper.server.api import events, openapi, positions, sms

app_name = "api"
urlpatterns = [
    path("events", events.events, name="events"),
    path("positions", positions.positions, name="positions"),
    path("sms/reports", sms.reports, name="sms_reports"),
    path("openapi.json", openapi.document, name="openapi"),
]
