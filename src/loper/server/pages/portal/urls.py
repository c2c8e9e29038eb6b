"""Addresses of the customer's pages. `l/` and `u/` carry a token: they set a cookie and lead away from it at once."""

from django.urls import path

from loper.server.pages.portal import call, case, find, opening, plan, report, start, survey, withdraw

app_name = "portal"
urlpatterns = [
    path("", start.start, name="start"),
    path("l/<str:token>", opening.open_link, name="open"),
    path("u/<str:token>", opening.unsubscribe, name="unsubscribe"),
    path("find", find.find, name="find"),
    path("find/code", find.code, name="code"),
    path("leave", opening.leave, name="leave"),
    path("report/<slug:journey>/<slug:dialogue>", report.begin, name="begin"),
    path("answers/<uuid:key>", report.next_page, name="next"),
    path("answers/<uuid:key>/stop", report.stop, name="stop"),
    path("answers/<uuid:key>/send", report.contact, name="contact"),
    path("answers/<uuid:key>/photo/<uuid:file>", report.photo, name="photo"),
    path("answers/<uuid:key>/question/<str:name>", report.question_page, name="question"),
    path("case/<path:key>/line", case.line, name="line"),
    path("case/<path:key>/time", plan.plan, name="plan"),
    path("case/<path:key>/welcome", plan.welcome, name="welcome"),
    path("case/<path:key>/calendar", plan.calendar, name="calendar"),
    path("case/<path:key>/withdraw", withdraw.withdraw, name="withdraw"),
    path("case/<path:key>/withdraw/undo", withdraw.undo, name="undo"),
    path("case/<path:key>/call", call.call, name="call"),
    path("case/<path:key>/survey/<str:touchpoint>", survey.survey, name="survey"),
    path("case/<path:key>/ask/<slug:dialogue>", report.offered, name="ask"),
    path("case/<path:key>", case.status, name="case"),  # last: the key of a child has a slash in it
]
