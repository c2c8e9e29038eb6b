"""What waits for a subscriber goes: in the order of each case, again when it failed, with pauses that grow.

One worker at a time sends to a subscriber, in a thread of its own for each: who is slow or dead delays nobody.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from threading import Event

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

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
"""So many failures in a row, and it rests: then one try at a time, until one succeeds. As many go at once."""
RESTS = (timedelta(seconds=30), timedelta(hours=1))  # the first, the longest; each is twice the one before

MANY = 50
HOLD = timedelta(minutes=2)  # longer than one round of lanes takes; after that another worker takes over

LONGEST = timedelta(days=1)
"""A subscriber that asks to be left alone for longer (`Retry-After`) is asked again all the same."""

NOTHING = egress.Answer(status=204, text="this means nothing there: not sent", took=0)
LOST = egress.Answer(status=None, text="the line of the log is not there", took=0)
SETTLED = ("attempts", "tried", "status", "answer", "took", "state", "not_before")


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


def send_all(subscriber: int, stop: Event | None = None) -> int:
    """All that may go to this subscriber now, until `stop` is set; gives how many it took."""
    now = clock.now()
    free = Subscriber.objects.filter(Q(held=None) | Q(held__lte=now), pk=subscriber, state=Subscriber.ON)
    if not free.update(held=now + HOLD):
        return 0
    taken = 0
    try:
        with ThreadPoolExecutor(REST_AFTER, "lane") as lanes:
            while not (stop and stop.is_set()) and (found := _part(subscriber, lanes, stop)):
                taken += found
    finally:
        Subscriber.objects.filter(pk=subscriber).update(held=None)
    return taken


def _part(pk: int, lanes: Executor, stop: Event | None) -> int:
    """A few deliveries, of each case only the first one that waits; gives how many were taken (0: stop).

    As many go at once as may still fail before it rests: they are of different cases, whose order is their own.
    """
    one, now = Subscriber.objects.get(pk=pk), clock.now()
    if one.state != Subscriber.ON or (one.rests is not None and one.rests > now):
        return 0
    before = Delivery.objects.filter(
        subscriber=pk, state=Delivery.WAITING, case=OuterRef("case"), seq__lt=OuterRef("seq")
    )
    rows = Delivery.objects.filter(~Exists(before), subscriber=pk, state=Delivery.WAITING, not_before__lte=now)
    waiting = list(rows.order_by("not_before", "id")[: 1 if one.failures >= REST_AFTER else MANY])
    reads = one.facts or one.form == Subscriber.VERA  # that one says why a visit did not solve it
    found = lines([(row.case, row.seq) for row in waiting], facts=reads)
    taken = 0
    while waiting and not (stop and stop.is_set()):
        many = max(1, REST_AFTER - one.failures)
        some, waiting = waiting[:many], waiting[many:]
        answers = _send(one, [(row, found.get((row.case, row.seq))) for row in some], lanes)
        taken += _settle(one, answers)
        down = any(answer.status is None for _row, answer in answers)
        if one.state != Subscriber.ON or down or one.failures >= REST_AFTER:
            break  # it is switched off, or down: what waits keeps its time
    return taken


def _send(
    one: Subscriber, some: Sequence[tuple[Delivery, Line | None]], lanes: Executor
) -> list[tuple[Delivery, egress.Answer]]:
    """Send these at once; messages are made here, and only the network is left to the lanes."""
    given, holding = rules(), secrets_of(one, clock.now())
    made = [(row, requests(one, line, holding)) for row, line in some if line is not None]
    answers = list(lanes.map(lambda each: go(each[1], given), made))
    lost = [(row, LOST) for row, line in some if line is None]
    return [*((row, answer) for (row, _requests), answer in zip(made, answers, strict=True)), *lost]


def requests(subscriber: Subscriber, line: Line, holding: Sequence[str]) -> list[egress.Request]:
    """As the subscriber wants it: a CloudEvent, or (for a VERA system) the state of the appointment and the order."""
    if subscriber.form == Subscriber.VERA:
        return vera.requests(subscriber, line)
    return [message(subscriber, line.ident, cloudevent(line, facts=subscriber.facts), holding)]


def message(
    subscriber: Subscriber, ident: str, document: Mapping[str, object], holding: Sequence[str]
) -> egress.Request:
    """A CloudEvent, signed. The time in the signature is that of the world, also where the clock was moved."""
    head, body = packed(document, subscriber.form)
    signed = signature.headers(holding, ident, datetime.now(UTC), body)
    return egress.Request(method="POST", url=subscriber.address, head={**head, **signed}, body=body)


def go(these: Sequence[egress.Request], given: egress.Rules) -> egress.Answer:
    """Send them, one after the other; the first answer that is not good counts."""
    answer = NOTHING
    for one in these:
        answer = egress.send(one.method, one.url, one.head, one.body, given)
        if not answer.good:
            break
    return answer


def _settle(one: Subscriber, answers: Sequence[tuple[Delivery, egress.Answer]]) -> int:
    """Write down what came of them; gives how many were taken."""
    now = clock.now()
    for row, answer in answers:
        row.attempts, row.tried = row.attempts + 1, now
        row.status, row.took = answer.status, answer.took
        row.answer = "" if answer.good or (one.facts and answer.status) else answer.text[:200]  # it may repeat us
        if answer is LOST:  # the log keeps everything; a database put back from a backup may not have it
            row.state = Delivery.GIVEN_UP
        elif answer.good:
            row.state = Delivery.DONE
            one.failures, one.rests, one.heard = 0, None, now
        elif answer.status == 410:
            one.state, one.why = Subscriber.GONE, "it answered 410 Gone: nobody is there any more"
            logger.warning("subscriber %s is gone", one.key)
        else:
            one.failures += 1
            if row.attempts > len(PAUSES):
                row.state = Delivery.GIVEN_UP
            else:
                asked = timedelta(seconds=min(answer.retry_after or 0, LONGEST.total_seconds()))
                row.not_before = now + max(_jitter(PAUSES[row.attempts - 1]), asked)
    if one.failures >= REST_AFTER:
        one.rests = now + _rest(one.failures)
    with transaction.atomic():
        Delivery.objects.bulk_update([row for row, _answer in answers], SETTLED)
        Subscriber.objects.filter(pk=one.pk, state=Subscriber.ON).update(
            failures=one.failures,
            rests=one.rests,
            heard=one.heard,
            state=one.state,
            why=one.why,
            held=now + HOLD,
        )
    return sum(answer.good for _row, answer in answers)


def _rest(failures: int) -> timedelta:
    first, longest = RESTS
    return _jitter(min(longest, first * 2 ** min(failures - REST_AFTER, 12)))


def _jitter(pause: timedelta) -> timedelta:
    """A fifth more or less: subscribers that failed together do not all come back at once."""
    return pause * (0.8 + 0.4 * secrets.randbelow(1001) / 1000)
