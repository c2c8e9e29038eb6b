"""Dialogues in progress: kept from the first answer, resumed by the customer or by an agent on any channel."""

from __future__ import annotations

import uuid

from django.db import models

from loper.server.records.customers import Customer


class DialogueProgress(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    dialogue = models.CharField(max_length=80)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="dialogues")
    case = models.CharField(max_length=200, blank=True)  # a dialogue offered within a case, or the case it began
    answers = models.JSONField(default=dict)
    contact = models.JSONField(default=dict)  # postcode, house number, name, e-mail, phone, as typed
    channel = models.CharField(max_length=20, default="web")
    begun = models.DateTimeField()
    changed = models.DateTimeField()
    submitted = models.DateTimeField(null=True, blank=True)
    stopped = models.BooleanField(default=False)  # ended on an emergency answer
    agent = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "dialogue_progress"
        indexes = [models.Index(fields=["submitted", "changed"])]


class StoredFile(models.Model):
    """A photograph, made anew from its pixels (no hidden place or code), kept with the records it belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    progress = models.ForeignKey(DialogueProgress, null=True, on_delete=models.CASCADE, related_name="files")
    case = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    created = models.DateTimeField()

    class Meta:
        db_table = "stored_file"
        indexes = [models.Index(fields=["case"])]


class SurveyAnswer(models.Model):
    """What a customer answered. Given again, the last answer stands; the event that told it stays in the journal."""

    case = models.CharField(max_length=200)
    touchpoint = models.CharField(max_length=80)
    question = models.CharField(max_length=40)
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "survey_answer"
        constraints = [models.UniqueConstraint(fields=["case", "touchpoint", "question"], name="one_answer_a_question")]


class Note(models.Model):
    """What somebody wrote down about a case, for colleagues."""

    case = models.CharField(max_length=200)
    author = models.CharField(max_length=150)
    text = models.TextField(max_length=4000)
    at = models.DateTimeField()

    class Meta:
        db_table = "note"
        indexes = [models.Index(fields=["case", "at"])]


class CallWish(models.Model):
    """A customer wants to be called, between two times; an agent's task follows from the journey."""

    case = models.CharField(max_length=200)
    start = models.DateTimeField()
    end = models.DateTimeField()
    phone = models.CharField(max_length=20, blank=True)
    about = models.TextField(max_length=500, blank=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=200)  # key of the event that told it: leads from the task to the wish

    class Meta:
        db_table = "call_wish"
        indexes = [models.Index(fields=["case"]), models.Index(fields=["event"])]
