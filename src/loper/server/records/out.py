"""What goes out to other systems: who gets it, what waits to be handed out, and what became of each piece.

What happened stands in the log alone. A row here says only which line of the log goes where: the message is made when
it goes, so that an erase in between reaches it too.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from loper.server.records.customers import new_key


class Subscriber(models.Model):
    """A system that hears what happens. `types`, `journeys`, `regions` (first digits of postcodes) empty: all of them.

    `seeds`: what its secrets are made from, the newest first; one that was replaced holds `until`.
    """

    ON, OFF, GONE = "on", "off", "gone"  # gone: it answered 410
    EVENTS, BINARY, VERA = "cloudevents", "binary", "vera"

    key = models.CharField(max_length=40, unique=True, default=new_key)
    name = models.CharField(max_length=120)
    owner = models.CharField(max_length=254)  # who answers for it: an address that can be written to
    address = models.CharField(max_length=500)
    form = models.CharField(max_length=12, default=EVENTS)
    types = models.JSONField(default=list)
    journeys = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    facts = models.BooleanField(default=False)  # with what events told, not by reference alone
    seeds = models.JSONField(default=list)
    token = models.CharField(max_length=500, blank=True)  # vera: what the other system asks of us
    state = models.CharField(max_length=4, default=ON)
    why = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    rests = models.DateTimeField(null=True)  # not tried before then
    held = models.DateTimeField(null=True)  # a worker sends to it, until then
    heard = models.DateTimeField(null=True)  # when it last took something

    class Meta:
        db_table = "subscriber"

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """A line of the log that is not handed out yet; written with it, in the same transaction."""

    case = models.CharField(max_length=200)
    seq = models.PositiveIntegerField()

    class Meta:
        db_table = "outgoing"


class Delivery(models.Model):
    """A line of the log that goes to a subscriber, once; sent again, it has the same id."""

    WAITING, DONE, GIVEN_UP = "waiting", "done", "given_up"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="deliveries")
    case = models.CharField(max_length=200)
    seq = models.PositiveIntegerField()
    ident = models.CharField(max_length=40)  # the id under which it goes
    state = models.CharField(max_length=10, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    queued = models.DateTimeField()
    not_before = models.DateTimeField()
    tried = models.DateTimeField(null=True)
    status = models.PositiveIntegerField(null=True)  # of HTTP; null: no answer
    answer = models.CharField(max_length=200, blank=True)
    took = models.PositiveIntegerField(null=True)  # milliseconds

    class Meta:
        db_table = "delivery"
        constraints = [models.UniqueConstraint(fields=["subscriber", "case", "seq"], name="a_line_goes_once")]
        indexes = [
            models.Index(
                fields=["subscriber", "not_before", "id"], name="delivery_waits", condition=Q(state="waiting")
            ),
            models.Index(fields=["subscriber", "case", "seq"], name="delivery_case", condition=Q(state="waiting")),
            models.Index(fields=["subscriber", "ident"], name="delivery_ident"),
            models.Index(fields=["case"], name="delivery_of_case"),
            models.Index(fields=["subscriber"], name="delivery_given_up", condition=Q(state="given_up")),
            models.Index(fields=["queued"], name="delivery_old"),
        ]
