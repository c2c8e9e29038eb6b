"""Journeys as files: published versions, frozen by the hash of their content; drafts; who signed what."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class JourneyVersion(models.Model):
    """A version that was published, or was brought to a second pair of eyes. `files` is path -> text; never changed."""

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)  # hash of the content
    label = models.CharField(max_length=80, blank=True)
    files = models.JSONField()
    created = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True)
    published = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)
    share = models.PositiveSmallIntegerField(
        default=100
    )  # per cent of new cases: less is a trial beside the one before

    class Meta:
        db_table = "journey_version"
        constraints = [models.UniqueConstraint(fields=["journey", "version"], name="one_row_a_version")]
        indexes = [models.Index(fields=["journey", "published"])]


class JourneyDraft(models.Model):
    """What is being worked on: one draft a journey, on the version it began from."""

    journey = models.CharField(max_length=80, unique=True)
    base = models.CharField(max_length=64, blank=True)
    files = models.JSONField()
    edition = models.PositiveIntegerField(default=0)  # goes up with each save: two editors do not overwrite each other
    changed = models.DateTimeField()
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "journey_draft"


class SignOff(models.Model):
    """A second pair of eyes on exactly this content: a colleague, or somebody from outside (tenant panel, guest)."""

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=150)
    outside = models.BooleanField(default=False)
    remark = models.TextField(blank=True, max_length=2000)
    at = models.DateTimeField()

    class Meta:
        db_table = "sign_off"
        constraints = [models.UniqueConstraint(fields=["journey", "version", "name"], name="one_signature_a_person")]


class OrganisationFile(models.Model):
    """The organisation file and its text blocks, as they were at each time; the newest counts."""

    files = models.JSONField()
    hash = models.CharField(max_length=64)
    published = models.DateTimeField()
    published_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "organisation_file"
