"""Addresses of the customer's pages. `l/` and `u/` carry a token: they set a cookie and lead away from it at once."""

from django.urls import path

from loper.server.pages.portal import call, case, find, later, opening, plan, report, sending, start, survey, withdraw

app_name = "portal"
urlpatterns = [
    path("", start.start, name="start"),
    path("l/<str:token>", opening.open_link, name="open"),
    path("u/<str:token>", opening.unsubscribe, name="unsubscribe"),
    path("unsubscribe", opening.opt_out, name="opt_out"),
    path("find", find.find, name="find"),
    path("find/code", find.code, name="code"),
    path("leave", opening.leave, name="leave"),
    path("report/<slug:journey>/<slug:dialogue>", report.begin, name="begin"),
    path("answers/<uuid:key>", report.next_page, name="next"),
    path("answers/<uuid:key>/stop", sending.stop, name="stop"),
    path("answers/<uuid:key>/send", sending.contact, name="contact"),
    path("answers/<uuid:key>/later", later.later, name="later"),
    path("answers/<uuid:key>/photo/<uuid:file>", report.photo, name="photo"),
    path("answers/<uuid:key>/question/<str:name>", report.question_page, name="question"),
    path("case/<path:key>/now", case.now, name="now"),
    path("case/<path:key>/time", plan.plan, name="plan"),
    path("case/<path:key>/welcome", plan.welcome, name="welcome"),
    path("case/<path:key>/calendar", plan.calendar, name="calendar"),
    path("case/<path:key>/withdraw", withdraw.withdraw, name="withdraw"),
    path("case/<path:key>/withdraw/undo", withdraw.undo, name="undo"),
    path("case/<path:key>/call", call.call, name="call"),
    path("case/<path:key>/survey/<str:touchpoint>/thanks", survey.thanks, name="thanks"),
    path("case/<path:key>/survey/<str:touchpoint>", survey.survey, name="survey"),
    path("case/<path:key>/ask/<slug:dialogue>", report.offered, name="ask"),
    path("case/<path:key>", case.status, name="case"),  # last: the key of a child has a slash in it
]
