"""Addresses of the door for machines."""

from django.urls import path

from loper.server.api import events, openapi, out, partners, positions, sms, vera

app_name = "api"
urlpatterns = [
    path("events", events.events, name="events"),
    path("positions", positions.positions, name="positions"),
    path("sms/reports", sms.reports, name="sms_reports"),
    path("partner/visits", partners.visits, name="partner_visits"),
    path("partner/visits/<int:pk>", partners.say, name="partner_say"),
    path("vera/v4/afspraak-opties", vera.options, name="vera_options"),
    path("vera/v4/afspraak-opties/<str:id>", vera.one_option, name="vera_option"),
    path("vera/v4/afspraken", vera.appointments, name="vera_appointments"),
    path("vera/v4/afspraken/<str:id>", vera.one_appointment, name="vera_appointment"),
    path("out/<str:key>/again", out.again, name="out_again"),
    path("openapi.json", openapi.document, name="openapi"),
]
