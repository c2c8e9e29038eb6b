"""What waits for a subscriber goes: in the order of each case, again when it failed, with pauses that grow.

One worker at a time sends to a subscriber, in a thread of its own for each: who is slow or dead delays nobody.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from loper.server import clock
from loper.server.actions.out import egress, signature, vera
from loper.server.actions.out.messages import Line, cloudevent, lines, packed
from loper.server.records.out import Delivery, Subscriber

logger = logging.getLogger("loper.out")

PAUSES = tuple(
    timedelta(seconds=one)
    for one in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400, 86400, 86400)
)
"""After which each next try follows, each a fifth longer or shorter by chance: five and a half days in all."""

REST_AFTER = 5
"""So many failures in a row, and the subscriber rests: then one try at a time, until one succeeds."""
RESTS = (timedelta(seconds=30), timedelta(hours=1))  # the first, the longest; each is twice the one before

MANY = 50
HOLD = timedelta(minutes=15)  # more than MANY tries take, each of `seconds`

Send = Callable[[Subscriber, Line], egress.Answer]


def rules() -> egress.Rules:
    """What the settings allow. Without encryption only in a demonstration."""
    given = settings.LOPER_OUT
    return egress.Rules(
        private=tuple(ip_network(one) for one in given["private"]),
        plain=settings.LOPER_DEMO,
        ca=given["ca"],
        seconds=given["seconds"],
    )


def secrets_of(subscriber: Subscriber, now: datetime) -> list[str]:
    """The secrets that hold now, the newest first."""
    return [
        signature.secret_of(one["seed"], settings.SECRET_KEY)
        for one in subscriber.seeds
        if not one.get("until") or datetime.fromisoformat(one["until"]) > now
    ]


def to_send() -> list[int]:
    """Subscribers for whom something waits whose time has come, and to whom nobody sends right now."""
    now = clock.now()
    waits = Delivery.objects.filter(subscriber=OuterRef("pk"), state=Delivery.WAITING, not_before__lte=now)
    free = (Q(held=None) | Q(held__lte=now)) & (Q(rests=None) | Q(rests__lte=now))
    return list(Subscriber.objects.filter(free, Exists(waits), state=Subscriber.ON).values_list("pk", flat=True))


def send_all(subscriber: int, send: Send | None = None) -> int:
    """All that may go to this subscriber now; gives how many it took."""
    now = clock.now()
    free = Subscriber.objects.filter(Q(held=None) | Q(held__lte=now), pk=subscriber, state=Subscriber.ON)
    if not free.update(held=now + HOLD):
        return 0
    taken = 0
    try:
        while found := _part(subscriber, send or by_form):
            taken += found
            Subscriber.objects.filter(pk=subscriber).update(held=clock.now() + HOLD)
    finally:
        Subscriber.objects.filter(pk=subscriber).update(held=None)
    return taken


def _part(pk: int, send: Send) -> int:
    """A few deliveries, of each case only the first one that waits; gives how many were taken (0: stop)."""
    one, now = Subscriber.objects.get(pk=pk), clock.now()
    if one.state != Subscriber.ON or (one.rests is not None and one.rests > now):
        return 0
    before = Delivery.objects.filter(
        subscriber=pk, state=Delivery.WAITING, case=OuterRef("case"), seq__lt=OuterRef("seq")
    )
    rows = Delivery.objects.filter(~Exists(before), subscriber=pk, state=Delivery.WAITING, not_before__lte=now)
    resting = one.failures >= REST_AFTER
    heads = list(rows.order_by("not_before", "id")[: 1 if resting else MANY])
    reads = one.facts or one.form == Subscriber.VERA  # that one says why a visit did not solve it
    found = lines([(row.case, row.seq) for row in heads], facts=reads)
    taken = 0
    for row in heads:
        line = found.get((row.case, row.seq))
        if line is None:  # the log keeps everything; a database put back from a backup may not have it
            _give_up(row, "the line of the log is not there")
            continue
        answer = send(one, line)
        taken += _settle(one, row, answer)
        if one.state != Subscriber.ON or answer.status is None or one.failures >= REST_AFTER:
            break  # it is switched off, or down: what waits keeps its time
    return taken


def by_form(subscriber: Subscriber, line: Line) -> egress.Answer:
    """As the subscriber wants it: a CloudEvent, or (for a VERA system) the state of the appointment or order."""
    if subscriber.form == Subscriber.VERA:
        return vera.send(subscriber, line, rules())
    document = cloudevent(line, facts=subscriber.facts)
    return post(subscriber, line.ident, document)


def post(subscriber: Subscriber, ident: str, document: dict[str, object]) -> egress.Answer:
    """POST it, signed. The time in the signature is that of the world, also where the clock was moved."""
    head, body = packed(document, subscriber.form)
    signed = signature.headers(secrets_of(subscriber, clock.now()), ident, datetime.now(UTC), body)
    return egress.send("POST", subscriber.address, {**head, **signed}, body, rules())


def _settle(one: Subscriber, row: Delivery, answer: egress.Answer) -> int:
    """Write down what came of it; gives whether it was taken."""
    now = clock.now()
    row.attempts, row.tried = row.attempts + 1, now
    row.status, row.answer, row.took = answer.status, answer.text[:200], answer.took
    if answer.good:
        row.state = Delivery.DONE
        one.failures, one.rests, one.heard = 0, None, now
    elif answer.status == 410:
        one.state, one.why = Subscriber.GONE, "it answered 410 Gone: nobody is there any more"
        logger.warning("subscriber %s is gone", one.key)
    else:
        one.failures += 1
        if one.failures >= REST_AFTER:
            one.rests = now + _rest(one.failures)
        if row.attempts > len(PAUSES):
            row.state = Delivery.GIVEN_UP
        else:
            row.not_before = now + max(_jitter(PAUSES[row.attempts - 1]), timedelta(seconds=answer.retry_after or 0))
    row.save(update_fields=["attempts", "tried", "status", "answer", "took", "state", "not_before"])
    Subscriber.objects.filter(pk=one.pk, state=Subscriber.ON).update(
        failures=one.failures, rests=one.rests, heard=one.heard, state=one.state, why=one.why
    )
    return int(answer.good)


def _give_up(row: Delivery, why: str) -> None:
    Delivery.objects.filter(pk=row.pk).update(state=Delivery.GIVEN_UP, answer=why, attempts=F("attempts") + 1)


def _rest(failures: int) -> timedelta:
    first, longest = RESTS
    return _jitter(min(longest, first * 2 ** min(failures - REST_AFTER, 12)))


def _jitter(pause: timedelta) -> timedelta:
    """A fifth more or less: subscribers that failed together do not all come back at once."""
    return pause * (0.8 + 0.4 * secrets.randbelow(1001) / 1000)
