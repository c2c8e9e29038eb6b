"""Journeys as other systems tell them: over HTTP, with doubles, in the wrong order and late; and the sum at the end."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.house import House

SOURCE = "faults"


@dataclass
class Load:
    """Lives of cases, told by a few senders at once. `let_begin` says how many of them may have begun.

    `whole`: each life goes on to its survey, a minute after it is done; else its visit is days away.
    """

    house: House
    journeys: int
    seed: int
    senders: int = 6
    whole: bool = True
    told: dict[tuple[str, str], str] = field(default_factory=dict)  # (case, id) -> type, once a 2xx came
    failed: list[str] = field(default_factory=list)
    doubled: int = 0
    begun: int = 0
    _lives: list[list[tuple[float, list[dict[str, Any]]]]] = field(default_factory=list)
    _due: list[tuple[float, int, list[dict[str, Any]]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0

    def prepare(self) -> None:
        """Plan every life: what is told when, in seconds from its beginning."""
        chance = random.Random(self.seed)
        for number in range(self.journeys):
            self._lives.append([])
            self._life(f"v{number:05}", f"c{number:05}", chance)

    def let_begin(self, share: float) -> None:
        """This share of the lives may have begun."""
        now = time.monotonic()
        with self._lock:
            while self.begun < min(self.journeys, share * self.journeys):
                for at, events in self._lives[self.begun]:
                    self._number += 1
                    heapq.heappush(self._due, (now + at, self._number, events))
                self.begun += 1

    def let_begin_within(self, seconds: float) -> None:
        """All lives begin, evenly over so many seconds."""
        begin = time.monotonic()
        while (share := (time.monotonic() - begin) / seconds) < 1:
            self.let_begin(share)
            time.sleep(0.1)
        self.let_begin(1)

    def _life(self, case: str, customer: str, chance: random.Random) -> None:
        start = chance.uniform(0, 2)
        asked = self._event(case, "asked", "customer", customer=customer, data={"about": "é" * chance.randint(0, 50)})
        planned = self._event(case, "planned", "customer")
        far = 0 if self.whole else 3 * 86400
        planned["visit in"] = far + chance.uniform(64, 72)
        at = start + chance.uniform(0.5, 4)
        if chance.random() < 0.05:
            self._at(start, [planned])  # before its case is there
            self._at(at, [asked])
        elif chance.random() < 0.3:
            self._at(start, [asked, planned])
        else:
            self._at(start, [asked])
            self._at(at, [planned])
        if chance.random() < 0.3:
            moved = self._event(case, "planned", "customer", ident="planned again")
            moved["visit in"] = far + chance.uniform(64, 70)
            at += chance.uniform(1, 6)
            self._at(at, [moved])
        if chance.random() < 0.2:
            self._at(at + chance.uniform(0, 3), [self._event(case, "noted", "agent")])
        if not self.whole:
            return
        done = self._event(case, "done", "technician")
        done["late"] = chance.uniform(0, 3) if chance.random() < 0.1 else 0.0
        self._at(at + chance.uniform(25, 45), [done])

    def _event(self, case: str, type: str, emitter: str, ident: str = "", **more: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0", "source": SOURCE, "id": ident or type, "type": type, "subject": case,
            "emitter": emitter, **more,
        }  # fmt: skip

    def _at(self, at: float, events: list[dict[str, Any]]) -> None:
        self._lives[-1].append((at, events))

    def run(self) -> None:
        """Tell what is due; returns when all lives have begun and all of it has had its 2xx."""
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(self.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, number: int) -> None:
        chance = random.Random(f"{self.seed}/{number}")
        while not self.failed:
            events = self._next()
            if events:
                self._tell([_now(event) for event in events], chance)
            elif self.begun == self.journeys and not self._due:
                return
            else:
                time.sleep(0.05)

    def _next(self) -> list[dict[str, Any]]:
        """What is to be told now; what has piled up goes together."""
        events: list[dict[str, Any]] = []
        with self._lock:
            while self._due and self._due[0][0] <= time.monotonic() and len(events) < 20:
                events += heapq.heappop(self._due)[2]
        return events

    def _tell(self, events: list[dict[str, Any]], chance: random.Random) -> None:
        try:
            self.house.tell(events, chance)
            with self._lock:
                self.told.update({(event["subject"], event["id"]): event["type"] for event in events})
            if chance.random() < 0.05:
                results = self.house.tell(events, chance)
                with self._lock:
                    self.doubled += len([one for one in results if one == "duplicate"])
        except Exception as wrong:
            with self._lock:
                self.failed.append(f"{type(wrong).__name__}: {wrong}")


def _now(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its time: now, or a little ago where it is told late."""
    now = datetime.now(UTC)
    given = {name: value for name, value in event.items() if name not in ("visit in", "late")}
    given["time"] = (now - timedelta(seconds=event.get("late", 0.0))).isoformat()
    if "visit in" in event:
        start = now + timedelta(seconds=event["visit in"])
        given["data"] = {"visit": {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}}
    return given


@dataclass
class Tally:
    """What came of it. Lost and unexplained must be empty."""

    events: int = 0
    lost_events: list[str] = field(default_factory=list)
    double_events: list[str] = field(default_factory=list)
    messages: int = 0  # letters that went
    withdrawn: int = 0
    mails: int = 0  # that the mail server took
    lost_messages: list[str] = field(default_factory=list)
    unknown: int = 0  # outcomes that were recorded as unknown
    doubles: int = 0  # mails taken once more than once
    unexplained: list[str] = field(default_factory=list)  # doubles without a recorded unknown outcome
    wrong: list[str] = field(default_factory=list)  # anything else that must not be

    @property
    def sound(self) -> bool:
        return not (self.lost_events or self.double_events or self.lost_messages or self.unexplained or self.wrong)

    def table(self) -> str:
        rows = (
            ("events told and answered 2xx", self.events),
            ("  lost", len(self.lost_events)),
            ("  double", len(self.double_events)),
            ("messages that went", self.messages),
            ("  withdrawn before they went", self.withdrawn),
            ("  lost", len(self.lost_messages)),
            ("mails the server took", self.mails),
            ("  doubles", self.doubles),
            ("  recorded outcomes unknown", self.unknown),
            ("  doubles without such a record", len(self.unexplained)),
            ("anything else that is wrong", len(self.wrong)),
        )
        return "\n".join(f"  {name:<36}{count:>8}" for name, count in rows)

    def trouble(self) -> str:
        found = [*self.lost_events, *self.double_events, *self.lost_messages, *self.unexplained, *self.wrong]
        return "\n".join(found[:20])


def quiet(seconds: float, of: Callable[[], str] | None = None) -> None:
    """Wait until nothing is queued, being handed over or due within two minutes; raises after so many seconds."""
    from django.db import connection

    from loper.server import clock
    from loper.server.records.runtime import Case, Outbox

    connection.close()  # the database may have been restarted under it
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        left = Outbox.objects.filter(status__in=("queued", "handing")).count()
        wakes = Case.objects.filter(wake__lt=clock.now() + timedelta(minutes=2)).count()
        if not left and not wakes:
            return
        time.sleep(0.5)
    raise AssertionError(f"{left} letters and {wakes} cases are still under way\n{of() if of else ''}")


def count(load: Load, house: House) -> Tally:
    """Compare what was told with what is in the journal, and what went with what the mail server took."""
    from loper.server.records.runtime import Case, Event, Outbox, Touch, Waiting

    tally = Tally(events=len(load.told))
    rows = Counter(Event.objects.filter(source=SOURCE).values_list("case", "ident"))
    tally.lost_events = [f"event {case} {ident}" for case, ident in load.told if (case, ident) not in rows]
    tally.double_events = [f"event {one}" for one, times in rows.items() if times > 1 or one not in load.told]
    tally.wrong += [f"{row.case} {row.ident} still waits" for row in Waiting.objects.all()]
    last = "closed" if load.whole else "waiting"
    cases = Case.objects.exclude(stage=last, set_aside="").values_list("key", "stage", "set_aside")
    tally.wrong += [f"{key} is in {stage} ({why})" for key, stage, why in cases]
    _messages(tally, house)
    keys = {case for case, _ in load.told}
    happened = Counter(Event.objects.filter(source="loper").values_list("case", "type"))
    for key in keys:
        for name in ("thanks", "survey") if load.whole else ("welcome",):
            if happened[key, f"{name}.sent"] != 1:
                tally.wrong.append(f"{key}: {name} went {happened[key, f'{name}.sent']} times")
    tally.wrong += [f"{one} happened {times} times" for one, times in Counter(
        Event.objects.filter(source="loper").values_list("case", "ident")).items() if times > 1]  # fmt: skip
    numbers: dict[str, list[int]] = {}
    for case, seq in Touch.objects.order_by("case", "seq").values_list("case", "seq"):
        numbers.setdefault(case, []).append(seq)
    tally.wrong += [f"{case}: a line of the log is missing" for case, seqs in numbers.items()
                    if seqs != list(range(1, len(seqs) + 1))]  # fmt: skip
    sent = Counter(Outbox.objects.values_list("status", flat=True))
    tally.messages, tally.withdrawn = sent["sent"], sent["withdrawn"]
    return tally


def _messages(tally: Tally, house: House) -> None:
    from loper.channels.email.identity import message_id, token_of
    from loper.run.judge import message_key
    from loper.server.post import email_settings
    from loper.server.records.runtime import Outbox, Touch

    settings = email_settings()
    unknown = Counter(Touch.objects.filter(kind="unknown").values_list("case", "activity", "cause"))
    tally.unknown = sum(unknown.values())
    tally.mails = sum(house.sink.taken.values())
    left = dict(house.sink.taken)
    for case, touchpoint, occasion, status in Outbox.objects.values_list("case", "touchpoint", "occasion", "status"):
        key = message_key(case, f"{touchpoint}/{occasion}", "email")
        mail = message_id(token_of(key, settings.secret), settings.domain)
        taken, open_ = left.pop(mail, 0), unknown[case, touchpoint, occasion]
        if status == "sent" and not taken:
            tally.lost_messages.append(f"mail {key}")
        elif status not in ("sent", "withdrawn", "skipped"):
            tally.wrong.append(f"{key} is {status}")
        extra = taken - (1 if status == "sent" else 0)
        tally.doubles += max(0, taken - 1)
        if extra > open_:
            tally.unexplained.append(f"mail {key} {status}: taken {taken} times, {open_} unknown outcomes")
    tally.wrong += [f"a mail {mail} that no letter is about" for mail in left]
