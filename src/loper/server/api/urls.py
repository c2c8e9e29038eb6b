"""Addresses of the door for machines."""

from django.urls import path

from loper.server.api import events, openapi, sms

app_name = "api"
urlpatterns = [
    path("events", events.events, name="events"),
    path("sms/reports", sms.reports, name="sms_reports"),
    path("openapi.json", openapi.document, name="openapi"),
]
