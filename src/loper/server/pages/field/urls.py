"""Addresses of the technician's pages: the day, a visit, and what the telephone needs."""

from django.urls import path

from loper.server.pages.field import day, phone, visit

app_name = "field"
urlpatterns = [
    path("", day.day, name="day"),
    path("tomorrow", day.tomorrow, name="tomorrow"),
    path("visit/<int:visit>", visit.page, name="visit"),
    path("visit/<int:visit>/tap", visit.tap, name="tap"),
    path("visit/<int:visit>/undo", visit.undo, name="undo"),
    path("visit/<int:visit>/note", visit.note, name="note"),
    path("visit/<int:visit>/photo/<uuid:file>", visit.photo, name="photo"),
    path("token", phone.token, name="token"),
    path("offline", phone.offline, name="offline"),
    path("worker.js", phone.worker, name="worker"),
    path("app.webmanifest", phone.manifest, name="manifest"),
]
