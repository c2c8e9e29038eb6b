"""The ledger of promises: what was promised to whom, when, and what came of it. Kept by actions/promises."""

from __future__ import annotations

from django.db import models


class Promise(models.Model):
    """A promise to a customer. It says nothing of its own: it follows from the log, and is made again from it.

    `number` in its case; `by`: the touchpoint or event that told it; `settled`: when it was known what came of it.
    `sorry`: when we first said sorry, or told another time, after it was in danger; `called`: when the customer first
    came back about it.
    """

    BLOCK, ARRIVAL, CALL, ANSWER = "block", "arrival", "call", "answer"
    OPEN, KEPT, BROKEN, WITHDRAWN, MOVED = "open", "kept", "broken", "withdrawn", "moved"

    case = models.CharField(max_length=200)
    number = models.PositiveSmallIntegerField()
    customer = models.CharField(max_length=200)
    journey = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    by = models.CharField(max_length=120, blank=True)
    stage = models.CharField(max_length=80, blank=True)
    technician = models.CharField(max_length=40, blank=True)
    given = models.DateTimeField()
    start = models.DateTimeField(null=True)
    due = models.DateTimeField()
    state = models.CharField(max_length=10, default=OPEN)
    why = models.CharField(max_length=40, blank=True)
    settled = models.DateTimeField(null=True)
    sorry = models.DateTimeField(null=True)
    called = models.DateTimeField(null=True)

    class Meta:
        db_table = "promise"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="a_promise_once")]
        indexes = [
            models.Index(fields=["due", "kind"], name="promise_due"),
            models.Index(fields=["customer"], name="promise_customer"),
        ]


class PromiseCase(models.Model):
    """How far the ledger is with a case: judged at this revision of it; `again`: when time alone may change it."""

    case = models.CharField(max_length=200, primary_key=True)
    revision = models.PositiveIntegerField()
    again = models.DateTimeField(null=True)

    class Meta:
        db_table = "promise_case"
        indexes = [models.Index(fields=["again"], name="promise_again", condition=models.Q(again__isnull=False))]
