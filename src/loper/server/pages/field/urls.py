"""Addresses of the technician's pages: the day, a visit, and what the telephone needs."""

from django.urls import path

from loper.server.pages.field import day, phone, place, visit, work

app_name = "field"
urlpatterns = [
    path("", day.day, name="day"),
    path("tomorrow", day.tomorrow, name="tomorrow"),
    path("visit/<int:visit>", visit.page, name="visit"),
    path("visit/<int:visit>/tap", visit.tap, name="tap"),
    path("visit/<int:visit>/times", visit.times, name="times"),
    path("visit/<int:visit>/undo", visit.undo, name="undo"),
    path("visit/<int:visit>/note", visit.note, name="note"),
    path("visit/<int:visit>/photo/<uuid:file>", visit.photo, name="photo"),
    path("visit/<int:visit>/access", work.access, name="access"),
    path("visit/<int:visit>/hours", work.hours, name="hours"),
    path("visit/<int:visit>/shot", work.photo, name="shot"),
    path("visit/<int:visit>/shot/drop", work.drop_photo, name="drop_shot"),
    path("visit/<int:visit>/sign", work.sign, name="sign"),
    path("visit/<int:visit>/signature", work.signature, name="signature"),
    path("place", place.place, name="place"),
    path("place/share", place.share, name="share"),
    path("token", phone.token, name="token"),
    path("offline", phone.offline, name="offline"),
    path("worker.js", phone.worker, name="worker"),
    path("app.webmanifest", phone.manifest, name="manifest"),
]
