"""The runtime's tables: cases, their journal, what events told, the outbox, tasks, the log.

Written by records/store.py alone, set by set. Journal and log only ever grow; what events told lies in a table of
its own, so that an erase can empty it and the journal still stands.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

EMPTIED = "emptied"
"""Why a case of somebody who was erased is set aside: for ever."""


class Case(models.Model):
    """A case and the fold of its events. `wake`: when a tick is worth while; `set_aside`: why it is left alone.

    `begun` is its first event's time as it was known when the case was made: lists are in that order.
    """

    key = models.CharField(max_length=200, primary_key=True)
    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    customer = models.CharField(max_length=200)
    parent = models.CharField(max_length=200, null=True)
    inherited = models.TextField(default="")
    stage = models.CharField(max_length=80, null=True)
    round = models.PositiveIntegerField(default=1)
    ended = models.BooleanField(default=False)
    stalled = models.BooleanField(default=False)
    overdue = models.BooleanField(default=False, db_default=False)  # the deadline of this visit passed
    begun = models.DateTimeField(null=True)
    state = models.TextField()
    now = models.DateTimeField(null=True)
    wake = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    events = models.PositiveIntegerField(default=0)
    touches = models.PositiveIntegerField(default=0)
    set_aside = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "journey_case"
        indexes = [
            models.Index(fields=["wake", "key"], name="case_due", condition=Q(wake__isnull=False, set_aside="")),
            models.Index(fields=["customer"], name="case_customer"),
            models.Index(fields=["parent"], name="case_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["begun", "key"], name="case_stalled", condition=Q(stalled=True)),
            models.Index(fields=["begun", "key"], name="case_set_aside", condition=~Q(set_aside="")),
            models.Index(fields=["begun", "key"], name="case_overdue", condition=Q(overdue=True)),
            models.Index(fields=["ended", "begun", "key", "journey", "stage"], name="case_list"),
        ]

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """The journal: an event that was accepted, numbered in its case in order of arrival."""

    pk = models.CompositePrimaryKey("case", "number")
    case = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=300)
    ident = models.CharField(max_length=700)
    type = models.CharField(max_length=120)
    time = models.DateTimeField()
    received = models.DateTimeField()
    sequence = models.BigIntegerField(default=0)
    emitter = models.CharField(max_length=20, default="")

    class Meta:
        db_table = "event"
        constraints = [models.UniqueConstraint(fields=["case", "source", "ident"], name="an_event_once")]


class EventData(models.Model):
    """What an event told (facts, answers). An erase empties `data`; the event still stands."""

    pk = models.CompositePrimaryKey("case", "number")
    case = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    data = models.TextField()

    class Meta:
        db_table = "event_data"


class Outbox(models.Model):
    """A moment that wants to go to its customer, once. `lease` and `token` say which worker holds it."""

    case = models.CharField(max_length=200)
    customer = models.CharField(max_length=200)
    touchpoint = models.CharField(max_length=80)
    occasion = models.CharField(max_length=400)
    due = models.DateTimeField()
    until = models.DateTimeField(null=True)  # the limit: from then on it is too late
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=12, default="queued")
    channel = models.CharField(max_length=20, default="")
    tried = models.CharField(max_length=200, default="")
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease = models.DateTimeField(null=True)
    token = models.BigIntegerField(default=0)
    provider_id = models.CharField(max_length=255, default="")
    why = models.CharField(max_length=200, default="")
    sent_at = models.DateTimeField(null=True)
    again = models.BooleanField(default=False)
    queued_at = models.DateTimeField()

    class Meta:
        db_table = "outbox"
        constraints = [models.UniqueConstraint(fields=["case", "touchpoint", "occasion"], name="a_moment_once")]
        indexes = [
            models.Index(fields=["not_before", "id"], name="outbox_queue", condition=Q(status="queued")),
            models.Index(fields=["customer", "lease"], name="outbox_holds", condition=Q(lease__isnull=False)),
            models.Index(fields=["customer", "sent_at"], name="outbox_recent"),
            models.Index(fields=["provider_id"], name="outbox_provider", condition=~Q(provider_id="")),
        ]


class Task(models.Model):
    """Something for a person to do: a touchpoint meant for one, a reply, a message that reached nobody."""

    case = models.CharField(max_length=200)
    customer = models.CharField(max_length=200)
    touchpoint = models.CharField(max_length=80)
    occasion = models.CharField(max_length=400)
    who = models.CharField(max_length=20, default="agent")
    why = models.CharField(max_length=200, default="")
    opened = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)  # a call-back: not before its time slot
    closed = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=20, default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    event = models.CharField(max_length=300, default="", db_default="")  # key of what closing it told the case

    class Meta:
        db_table = "task"
        constraints = [models.UniqueConstraint(fields=["case", "touchpoint", "occasion"], name="a_task_once")]
        indexes = [
            models.Index(fields=["who", "opened"], name="task_open", condition=Q(closed__isnull=True)),
            models.Index(fields=["case"], name="task_case"),
        ]


class TaskAttempt(models.Model):
    """Somebody tried and did not get through; `again`: not before then (empty: no more tries)."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    outcome = models.CharField(max_length=20)  # no_answer, busy, voicemail, wrong_number
    again = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_attempt"


class Touch(models.Model):
    """The log: see loper.log.Touch. No personal data."""

    pk = models.CompositePrimaryKey("case", "seq")
    case = models.CharField(max_length=200)
    seq = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    journey = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    stage = models.CharField(max_length=80, null=True)
    activity = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=20, default="")
    direction = models.CharField(max_length=3, default="")
    initiator = models.CharField(max_length=20, default="")
    at = models.DateTimeField()
    recorded = models.DateTimeField()
    outcome = models.CharField(max_length=200, default="")
    why = models.CharField(max_length=200, default="", db_default="")  # of a message: why by this channel
    cause = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "touch"
        indexes = [
            models.Index(fields=["recorded"], name="touch_recorded"),
            models.Index(fields=["recorded"], name="touch_unknown", condition=Q(kind="unknown")),
        ]


class Waiting(models.Model):
    """An event that came before its case did; it waits 30 days."""

    case = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    ident = models.CharField(max_length=700)
    event = models.TextField()  # as a CloudEvent
    received = models.DateTimeField()

    class Meta:
        db_table = "waiting"
        constraints = [models.UniqueConstraint(fields=["case", "source", "ident"], name="waits_once")]
        indexes = [models.Index(fields=["received"], name="waiting_received")]


class Heartbeat(models.Model):
    """A worker lives: when it last swept, and how far behind it was (seconds)."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
    lag = models.FloatField(default=0)

    class Meta:
        db_table = "heartbeat"


__all__ = ["EMPTIED", "Case", "Event", "EventData", "Heartbeat", "Outbox", "Task", "TaskAttempt", "Touch", "Waiting"]
