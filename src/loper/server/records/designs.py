"""Journeys as files: published versions, frozen by the hash of their content; drafts; who signed what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class JourneyVersion(models.Model):
    """A version that was published, or was brought to a second pair of eyes. `files` is path -> text; never changed."""

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)  # hash of the content
    label = models.CharField(max_length=80, blank=True)
    files = models.JSONField()
    created = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True)
    makers = models.JSONField(default=list)  # ids of the accounts that worked on it: they may not sign it
    published = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)
    share = models.PositiveSmallIntegerField(
        default=100
    )  # per cent of new cases: less is a trial beside the one before

    class Meta:
        db_table = "journey_version"
        constraints = [models.UniqueConstraint(fields=["journey", "version"], name="one_row_a_version")]
        indexes = [models.Index(fields=["journey", "published"])]


class Publication(models.Model):
    """A version went live for this share of new cases: a row each time, never changed."""

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    share = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "publication"
        indexes = [models.Index(fields=["journey", "at"], name="publication_of_journey")]


class JourneyDraft(models.Model):
    """What is being worked on: one draft a journey, on the version it began from."""

    journey = models.CharField(max_length=80, unique=True)
    base = models.CharField(max_length=64, blank=True)
    files = models.JSONField()
    edition = models.PositiveIntegerField(default=0)  # goes up with each save: two editors do not overwrite each other
    changed = models.DateTimeField()
    changed_by = models.CharField(max_length=150, blank=True)
    makers = models.JSONField(default=list)  # ids of the accounts that saved it

    class Meta:
        db_table = "journey_draft"


class SignOff(models.Model):
    """A second pair of eyes on exactly this content: a colleague, or somebody from outside (tenant panel, guest).

    `user` is the account of the colleague; of somebody from outside, the account that wrote their words down (none:
    they wrote them here themselves, behind a link).
    """

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=150)
    outside = models.BooleanField(default=False)
    agrees = models.BooleanField(default=True)
    remark = models.TextField(blank=True, max_length=2000)
    at = models.DateTimeField()

    class Meta:
        db_table = "sign_off"
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "version", "user"], condition=Q(outside=False), name="one_signature_a_colleague"
            ),
            models.UniqueConstraint(
                fields=["journey", "version", "name"], condition=Q(outside=True), name="one_signature_a_guest"
            ),
        ]


class OrganisationFile(models.Model):
    """The organisation file and its text blocks, as they were at each time; the newest counts."""

    files = models.JSONField()
    hash = models.CharField(max_length=64)
    published = models.DateTimeField()
    published_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "organisation_file"


class JourneyMove(models.Model):
    """Open cases on their way to a newer version, batch by batch; `cursor` is the last case that had its turn."""

    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)  # where they go
    origins = models.JSONField()  # the versions they come from
    total = models.PositiveIntegerField()
    moved = models.PositiveIntegerField(default=0)
    stayed = models.JSONField(default=list)  # [case, why] of those that stayed where they were
    cursor = models.CharField(max_length=200, blank=True)
    started = models.DateTimeField()
    started_by = models.CharField(max_length=150, blank=True)
    stopped = models.DateTimeField(null=True, blank=True)  # by somebody, who can let it go on
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "journey_move"
        constraints = [
            models.UniqueConstraint(fields=["journey"], condition=Q(finished=None), name="one_move_at_a_time")
        ]
