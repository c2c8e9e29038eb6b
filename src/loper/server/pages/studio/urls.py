"""Addresses of the pages of studio."""

from django.urls import path
from django.views.generic import RedirectView

from loper.server.pages.studio import (
    changes,
    editor,
    guest,
    journey,
    journeys,
    moving,
    organisation,
    start,
    texts,
    version,
)

app_name = "studio"

ONE = "journeys/<slug:name>"
TEXT = f"{ONE}/texts/<str:key>/<slug:channel>/<str:language>"
VERSION = f"{ONE}/versions/<slug:version>"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="studio:journeys"), name="studio"),
    path("journeys/", journeys.journeys, name="journeys"),
    path("new", start.start, name="start"),
    path(f"{ONE}/", journey.journey, name="journey"),
    path(f"{ONE}/files.zip", journey.download, name="download"),
    path(f"{ONE}/language", editor.language, name="language"),
    path(f"{ONE}/language/check", editor.check, name="check"),
    path(f"{ONE}/texts", texts.texts, name="texts"),
    path(TEXT, texts.text, name="text"),
    path(f"{TEXT}/look", texts.look, name="look"),
    path(f"{TEXT}/mail", texts.mail, name="mail"),
    path(f"{ONE}/changes", changes.changes, name="changes"),
    path(f"{ONE}/propose", changes.propose, name="propose"),
    path(f"{ONE}/discard", changes.discard, name="discard"),
    path(f"{ONE}/thrown", changes.thrown, name="thrown"),
    path(f"{ONE}/restore", changes.restore, name="restore"),
    path(f"{ONE}/upload", changes.upload, name="upload"),
    path(f"{VERSION}/", version.version, name="version"),
    path(f"{VERSION}/sign", version.sign, name="sign"),
    path(f"{VERSION}/publish", version.publish, name="publish"),
    path(f"{VERSION}/invite", version.invite, name="invite"),
    path(f"{VERSION}/uninvite", version.uninvite, name="uninvite"),
    path(f"{VERSION}/work-on", version.work_on, name="work_on"),
    path(f"{VERSION}/move", moving.moving, name="moving"),
    path(f"{VERSION}/move/start", moving.start, name="start_move"),
    path(f"{ONE}/moves/<int:pk>", moving.move, name="move"),
    path(f"{ONE}/moves/<int:pk>/steer", moving.steer, name="steer"),
    path("l/<str:token>", guest.guest, name="guest"),
    path("reading", guest.reading, name="reading"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/edit", organisation.edit, name="organisation_edit"),
    path("organisation/check", organisation.check, name="organisation_check"),
    path("organisation/versions/<int:pk>", organisation.version, name="organisation_version"),
    path("organisation/versions/<int:pk>/back", organisation.back_to, name="organisation_back"),
]
