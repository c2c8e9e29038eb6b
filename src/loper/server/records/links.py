"""Links in messages, and codes for those who lost one. Only hashes are stored: who reads the table opens nothing."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models


def new_token() -> str:
    """192 random bits, in letters that survive a mail program."""
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    """What is stored of a token. It has its own randomness: no salt, no slow hash needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class Link(models.Model):
    """What one token opens: one purpose, one object, until it expires or is revoked."""

    CASE, SURVEY, UNSUBSCRIBE, DIALOGUE = "case", "survey", "unsubscribe", "dialogue"

    hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12)
    customer = models.CharField(max_length=200, blank=True)
    case = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=120, blank=True)  # touchpoint of a survey, kind of message, id of a dialogue
    detail = models.JSONField(default=dict)  # which page it opens on; whether it was made for one visit
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "link"
        indexes = [models.Index(fields=["case"]), models.Index(fields=["expires"])]


class CodeChallenge(models.Model):
    """A lost link, asked for by address. A row is made whether the address is known or not: the answer is the same."""

    postcode = models.CharField(max_length=6)
    house_number = models.CharField(max_length=12)
    customer = models.CharField(max_length=200, blank=True)  # empty: nobody is known there
    hash = models.CharField(max_length=64, blank=True)
    asker = models.CharField(max_length=64)  # keyed hash of the network address that asked
    tries = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "code_challenge"
        indexes = [
            models.Index(fields=["asker", "created"]),
            models.Index(fields=["postcode", "house_number", "created"]),
        ]
