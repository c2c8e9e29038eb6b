"""Letters: judged when they go, tried again, passed on to the next channel, and never doubled without a record."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loper.define.model import Window
from loper.define.organisation import Cap, Hold, Policy
from loper.run.outbox import CHUNK, Outbox
from loper.run.ports import Outgoing, Receipt
from loper.run.receipts import LAST_RETRY, backoff
from loper.run.store import Changes, Unanswered
from loper.step import Customer
from tests.run import reading
from tests.run.worlds import NOON, SMALL, Engine, told, visit

NEWS = replace(SMALL, touchpoints={**SMALL.touchpoints, "welcome": replace(SMALL.touchpoints["welcome"], kind="news")})
BOTH = frozenset({"email", "sms"})


def lines(engine: Engine, case: str = "A") -> list[tuple[str, str, str, str]]:
    """The lines of the log about messages: (kind, touchpoint, channel, outcome)."""
    kinds = ("message", "failed", "unknown", "skip", "withdrawn")
    return [
        (t.kind, t.activity, t.channel, t.outcome)
        for t in reading.touches(engine.store)
        if t.case == case and t.kind in kinds
    ]


# -- tries ---------------------------------------------------------------------------------------------------------


def test_the_pause_between_tries_grows_and_differs_but_is_never_more_than_ten_minutes() -> None:
    chance = random.Random(7)
    pauses = {n: [backoff(n, chance) for _ in range(300)] for n in (1, 3, 6, 50)}
    assert all(timedelta(seconds=1) <= pause <= LAST_RETRY for row in pauses.values() for pause in row)
    averages = [sum(row, timedelta()) / len(row) for row in pauses.values()]
    assert averages[0] < averages[1] < averages[2]
    assert len(set(pauses[3])) > 250
    assert backoff(3, random.Random(7)) == backoff(3, random.Random(7))


def test_a_message_that_cannot_go_now_goes_later_once(engine: Engine) -> None:
    engine.email.answers = [Receipt("later", why="451 busy")] * 3
    engine.tell("A", "asked")
    engine.work()
    letter = engine.letters("A")["welcome"]
    assert (letter.status, letter.attempts, letter.why) == ("queued", 1, "451 busy")
    assert letter.not_before is not None and letter.not_before > engine.clock.now()
    engine.later(hours=1)
    engine.later(hours=1)
    engine.later(hours=1)
    assert engine.went() == [("email", "welcome", "A")]
    assert engine.letters("A")["welcome"].attempts == 4
    assert lines(engine) == [("message", "welcome", "email", "sent")]


def test_a_message_is_tried_again_before_it_is_too_late(engine: Engine) -> None:
    engine.email.answers = [Receipt("later")] * 12
    engine.clock.at += timedelta(minutes=1)
    engine.outbox.chance = random.Random(3)
    engine.tell("A", "asked")
    engine.work()
    for _ in range(6):
        engine.later(minutes=10)
    engine.clock.at = NOON + timedelta(days=1)  # a minute before it is too late
    engine.work()
    pause = engine.letters("A")["welcome"].not_before
    assert pause is not None and pause < NOON + timedelta(days=1, minutes=1)


def test_a_message_that_comes_too_late_is_skipped(engine: Engine) -> None:
    engine.email.answers = [Receipt("later")] * 100
    engine.tell("A", "asked")
    for _ in range(26):
        engine.later(hours=1)
    assert engine.went() == []
    assert lines(engine) == [("skip", "welcome", "", "late")]
    assert "welcome.skipped" in reading.events(engine.store, "A")


def test_a_hard_failure_goes_on_to_the_next_channel(engine: Engine) -> None:
    engine.email.answers = [Receipt("failed", why="550 no such user")]
    engine.tell("A", "asked")
    engine.work()
    assert engine.went() == [("sms", "welcome", "A")]
    assert lines(engine) == [("failed", "welcome", "email", "failed"), ("message", "welcome", "sms", "sent")]
    assert "email failed" in next(t.why for t in reading.touches(engine.store) if t.kind == "message")
    assert reading.events(engine.store, "A").count("welcome.sent") == 1


def test_where_no_channel_is_left_a_person_must_do_it(engine: Engine) -> None:
    engine.email.answers = [Receipt("failed", why="550 no such user")]
    engine.sms.answers = [Receipt("failed", why="no such number")]
    engine.tell("A", "asked")
    engine.work()
    (chore,) = reading.chores(engine.store)
    assert (chore.touchpoint, chore.why, chore.who) == ("welcome", "no such number", "agent")
    assert lines(engine)[-1] == ("skip", "welcome", "", "no channel")
    assert "welcome.skipped" in reading.events(engine.store, "A")


def test_a_text_that_is_missing_or_broken_goes_on_to_the_next_channel_and_stops_nobody(engine: Engine) -> None:
    engine.texts.missing = {("welcome", "email")}
    engine.tell("A", "asked")
    engine.work()
    engine.texts.broken = {"confirmation"}
    engine.deliver(
        told("A", "planned", NOON, visit=visit(NOON + timedelta(days=3))),
        told("B", "asked", NOON),
    )
    engine.work()
    assert engine.went() == [("sms", "welcome", "A"), ("sms", "welcome", "B")]
    (chore,) = reading.chores(engine.store)
    assert (chore.case, chore.touchpoint, chore.why) == ("A", "confirmation", "ZeroDivisionError in its text")


def test_a_message_for_a_channel_that_is_not_here_goes_by_one_that_is(engine: Engine) -> None:
    engine.outbox.channels = {"sms": engine.sms}
    engine.tell("A", "asked")
    engine.work()
    assert engine.went() == [("sms", "welcome", "A")]


def test_a_channel_that_raises_leaves_the_outcome_unknown(engine: Engine) -> None:
    def send(message: Outgoing) -> Receipt:
        raise RuntimeError("what now")

    sound, engine.email.send = engine.email.send, send  # type: ignore[method-assign]
    engine.tell("A", "asked")
    engine.sweep()
    assert lines(engine) == [("unknown", "welcome", "email", "again")]
    engine.email.send = sound  # type: ignore[method-assign]
    engine.work()
    assert engine.went() == [("email", "welcome", "A")]


# -- still true? ---------------------------------------------------------------------------------------------------


def test_a_message_that_waited_while_the_appointment_moved_does_not_go(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.work()
    engine.email.answers = [Receipt("later")]
    engine.tell("A", "planned", ident="1", visit=visit(NOON + timedelta(days=3)))
    engine.work()
    engine.later(seconds=1)
    engine.tell("A", "planned", ident="2", visit=visit(NOON + timedelta(days=4)))
    engine.later(hours=1)
    assert engine.went() == [("email", "welcome", "A"), ("email", "confirmation", "A")]
    assert [m.key for m in engine.email.sent][-1].endswith("test#2/email")
    assert ("withdrawn", "confirmation", "", "superseded") in lines(engine)


def test_a_reminder_moves_with_its_appointment(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.tell("A", "planned", ident="1", visit=visit(NOON + timedelta(days=3)))
    engine.later(days=1)
    engine.tell("A", "planned", ident="2", visit=visit(NOON + timedelta(days=5)))
    engine.later(days=1)
    assert ("sms", "reminder", "A") not in engine.went()
    engine.later(days=2)
    assert engine.went().count(("sms", "reminder", "A")) == 1


def test_a_letter_withdrawn_while_a_worker_holds_it_does_not_go(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.tell("A", "asked")
    engine.work()
    engine.tell("A", "planned", ident="1", visit=visit(NOON + timedelta(days=3)))
    go_on, moved = Outbox._round, [False]

    def round(outbox: Outbox, *heads_and_policy: Any) -> None:
        if not moved[0]:
            moved[0] = True
            engine.tell(
                "A", "planned", at=NOON + timedelta(minutes=1), ident="2", visit=visit(NOON + timedelta(days=4))
            )
        go_on(outbox, *heads_and_policy)

    monkeypatch.setattr(Outbox, "_round", round)
    engine.later(minutes=2)
    assert [m.key for m in engine.email.sent if m.subject == "confirmation"] == ["A/confirmation/test#2/email"]


def test_a_message_of_a_touchpoint_that_the_new_version_has_no_more_is_withdrawn(engine: Engine) -> None:
    engine.email.answers = [Receipt("later")]
    engine.tell("A", "asked")
    engine.work()
    left = {name: one for name, one in SMALL.touchpoints.items() if name != "welcome"}
    engine.journeys.published["small"].append(replace(SMALL, touchpoints=left, version="new"))
    with engine.store.unit() as unit:
        stored = unit.cases(["A"])["A"]
        stored.case = replace(stored.case, version="new")
        unit.write(Changes(cases=[stored]), NOON)
    engine.later(hours=1)
    assert engine.letters("A")["welcome"].status == "withdrawn"
    with engine.store.unit() as unit:
        assert not unit.cases(["A"])["A"].set_aside


def test_what_bounces_after_it_went_goes_by_the_next_channel_once(engine: Engine) -> None:
    engine.tell("A", "asked")
    engine.work()
    engine.later(minutes=1)
    moment = engine.letters("A")["welcome"].moment.key
    bounce = told("A", "welcome.failed", engine.clock.now(), "b1", moment=moment, channel="email")
    engine.deliver(bounce, bounce)
    engine.deliver(replace(bounce, event=replace(bounce.event, id="b2")))
    engine.work()
    engine.deliver(replace(bounce, event=replace(bounce.event, id="b3")))  # the same channel, told late
    engine.later(days=2)
    assert engine.went() == [("email", "welcome", "A"), ("sms", "welcome", "A")]
    assert engine.letters("A")["welcome"].status == "sent"
    assert reading.events(engine.store, "A").count("welcome.sent") == 1


def test_a_bounce_that_is_quicker_than_the_receipt_counts_too(engine: Engine) -> None:
    engine.tell("A", "asked")
    send = engine.email.send

    def bounces_at_once(message: Outgoing) -> Receipt:
        moment = engine.letters("A")["welcome"].moment.key
        engine.tell("A", "welcome.failed", moment=moment, channel="email")
        return send(message)

    engine.email.send = bounces_at_once  # type: ignore[method-assign]
    engine.work()
    assert engine.went() == [("email", "welcome", "A"), ("sms", "welcome", "A")]


# -- unknown -------------------------------------------------------------------------------------------------------


class Died(BaseException):
    """The worker is killed."""


def die(engine: Engine) -> None:
    """The worker dies right after the channel had the message."""
    channel, send = engine.email, engine.email.send

    def killed(message: Outgoing) -> Receipt:
        channel.send = send  # type: ignore[method-assign]
        send(message)
        raise Died

    channel.send = killed  # type: ignore[method-assign]
    with pytest.raises(Died):
        engine.sweep()
    engine.outbox = engine.another()


def test_what_a_dead_worker_was_handing_over_is_recorded_as_unknown_and_goes_once_more(engine: Engine) -> None:
    engine.tell("A", "asked")
    die(engine)
    engine.later(minutes=1)
    assert engine.went() == [("email", "welcome", "A")]  # nobody knows yet that it died
    engine.later(minutes=3)
    assert engine.went() == [("email", "welcome", "A")] * 2
    assert lines(engine) == [("unknown", "welcome", "email", "again"), ("message", "welcome", "email", "sent")]
    assert reading.events(engine.store, "A").count("welcome.sent") == 1


def test_a_kind_that_may_never_be_doubled_is_not_sent_once_more(engine: Engine) -> None:
    engine.journeys.rules = Policy(unknown={"service": "never"})
    engine.tell("A", "asked")
    die(engine)
    engine.later(minutes=4)
    engine.later(days=1)
    assert engine.went() == [("email", "welcome", "A")]
    assert lines(engine) == [("unknown", "welcome", "email", "not repeated")]
    assert engine.letters("A")["welcome"].status == "unknown"
    assert "welcome.sent" in reading.events(engine.store, "A")  # the moment is over


def test_a_provider_that_takes_our_key_is_asked_again_and_drops_the_double(engine: Engine) -> None:
    engine.journeys.rules = Policy(unknown={"service": "never"})
    engine.email.idempotent = True
    engine.tell("A", "asked")
    die(engine)
    engine.later(minutes=4)
    assert engine.went() == [("email", "welcome", "A")]
    assert lines(engine) == [("unknown", "welcome", "email", "again"), ("message", "welcome", "email", "sent")]


def test_a_worker_whose_hold_ran_out_cannot_settle_any_more(engine: Engine) -> None:
    engine.tell("A", "asked")
    send = engine.email.send

    def sleeps(message: Outgoing) -> Receipt:
        engine.email.send = send  # type: ignore[method-assign]
        engine.clock.at += timedelta(minutes=4)
        engine.another().sweep(10)  # somebody else takes over: unknown, once more
        return send(message)

    engine.email.send = sleeps  # type: ignore[method-assign]
    engine.work()
    outcomes = [outcome for _, _, _, outcome in lines(engine)]
    assert outcomes == ["again", "sent"]
    assert reading.events(engine.store, "A").count("welcome.sent") == 1
    assert len(engine.went()) == 2  # twice, and the log says why


def test_what_a_worker_has_no_time_left_for_is_not_handed_over(engine: Engine) -> None:
    engine.deliver(*[told(f"c{n}", "asked", NOON) for n in range(10)])
    send = engine.email.send

    def slow(message: Outgoing) -> Receipt:
        engine.clock.at += timedelta(seconds=40)
        return send(message)

    engine.email.send = slow  # type: ignore[method-assign]
    engine.sweep()
    assert len(engine.went()) == 3  # 90 seconds: half of the hold
    assert all(count == 1 for count in _counts(engine).values())
    engine.email.send = send  # type: ignore[method-assign]
    for _ in range(30):
        engine.later(minutes=1)
    assert sorted(_counts(engine).values()) == [1] * 10


def test_a_store_that_does_not_answer_is_asked_again_for_what_we_alone_know(engine: Engine) -> None:
    engine.tell("A", "asked")
    store, silent = engine.outbox.store, [True, True]

    class Silent:
        @contextmanager
        def unit(self) -> Iterator[object]:
            if engine.email.sent and silent:
                silent.pop()
                raise Unanswered("it restarts")
            with store.unit() as unit:
                yield unit

    engine.outbox.store = Silent()  # type: ignore[assignment]
    engine.work()
    engine.outbox.store = store
    engine.later(hours=1)
    assert engine.went() == [("email", "welcome", "A")]
    assert lines(engine) == [("message", "welcome", "email", "sent")]


def test_a_worker_that_is_told_to_stop_lets_go_of_what_it_had_not_come_to(engine: Engine) -> None:
    engine.deliver(*[told(f"c{n:03}", "asked", NOON) for n in range(CHUNK + 8)])
    engine.outbox.stop = lambda: len(engine.email.sent) >= CHUNK
    assert engine.sweep().letters == CHUNK + 8
    assert len(engine.email.sent) == CHUNK
    engine.outbox = engine.another()
    engine.work()
    assert sorted(_counts(engine).values()) == [1] * (CHUNK + 8)


def _counts(engine: Engine) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, _, case in engine.went():
        found[case] = found.get(case, 0) + 1
    return found


# -- may it go? ----------------------------------------------------------------------------------------------------


def test_a_customers_own_choice_of_channel_comes_first(engine: Engine) -> None:
    engine.directory.named["jo"] = Customer(key="jo", choice="sms", reachable=BOTH)
    engine.tell("A", "asked", customer="jo")
    engine.work()
    assert engine.went() == [("sms", "welcome", "A")]
    (line,) = [t for t in reading.touches(engine.store) if t.kind == "message"]
    assert line.why == "the customer's own choice"


def test_quiet_hours_hold_a_message_until_morning(engine: Engine) -> None:
    engine.journeys.rules = Policy(quiet=Window(time(11), time(14)))
    engine.tell("A", "asked")
    engine.work()
    assert engine.went() == []
    assert engine.letters("A")["welcome"].why == "quiet hours"
    engine.later(hours=2)
    assert engine.went() == [("email", "welcome", "A")]


def test_a_cap_counts_the_messages_of_all_cases_of_a_customer(engine: Engine) -> None:
    engine.journeys.rules = Policy(caps=(Cap("service", 2, timedelta(days=1)),))
    engine.deliver(*[replace(told(key, "asked", NOON), customer="jo") for key in "ABC"], told("D", "asked", NOON))
    engine.work()
    assert sorted(engine.went()) == [("email", "welcome", key) for key in "ABD"]
    assert engine.letters("C")["welcome"].why == "cap: enough of service for now"
    engine.later(hours=23)
    assert len(engine.went()) == 3
    engine.texts.missing.clear()
    engine.later(hours=1)
    assert len(engine.went()) == 3  # a day late: too late, and said so
    assert lines(engine, "C") == [("skip", "welcome", "", "late")]


def test_no_survey_goes_while_a_complaint_is_open(engine: Engine) -> None:
    engine.journeys.rules = Policy(holds=(Hold("survey", "complaint"),))
    engine.tell("A", "asked", customer="jo")
    engine.tell("A", "complained", ident="c1")
    engine.later(hours=1)
    engine.tell("A", "done")
    engine.later(hours=1)
    engine.later(hours=3)
    assert ("email", "survey", "A") not in engine.went()
    engine.tell("A/c1", "solved")
    engine.later(hours=1)
    assert engine.went().count(("email", "survey", "A")) == 1


def test_who_refuses_a_kind_gets_none_of_it_even_if_it_was_queued_before(engine: Engine) -> None:
    engine.journeys.rules = Policy(quiet=Window(time(11), time(14)))
    engine.tell("A", "asked", customer="jo")
    engine.work()
    engine.directory.named["jo"] = Customer(key="jo", reachable=BOTH, refuses=frozenset({"service"}))
    engine.later(hours=2)
    assert engine.went() == []
    assert lines(engine) == [("skip", "welcome", "", "refused")]


def test_news_needs_consent(engine: Engine) -> None:
    engine.journeys.published["small"] = [NEWS]
    engine.directory.named["jo"] = Customer(key="jo", reachable=BOTH, agrees=frozenset({"news"}))
    engine.tell("A", "asked", customer="jo")
    engine.tell("B", "asked", customer="bo")
    engine.work()
    assert engine.went() == [("email", "welcome", "A")]
    assert lines(engine, "B") == [("skip", "welcome", "", "no consent")]


def test_what_is_bundled_goes_on_the_full_hour_as_one_message(engine: Engine) -> None:
    engine.journeys.rules = Policy(bundle=frozenset({"service"}), timezone=ZoneInfo("Europe/Amsterdam"))
    engine.clock.at += timedelta(minutes=20)
    for key in "AB":
        engine.tell(key, "asked", customer="jo")
    engine.later(minutes=10)
    assert engine.went() == []
    engine.later(minutes=33)  # the full hour and three minutes more: the worker was busy
    (message,) = engine.email.sent
    assert message.body == "A\n\n---\n\nB"
    assert [reading.events(engine.store, key).count("welcome.sent") for key in "AB"] == [1, 1]


def test_letters_of_a_case_that_was_set_aside_wait(engine: Engine) -> None:
    engine.tell("A", "asked")
    with engine.store.unit() as unit:
        unit.write(Changes(set_aside={"A": "look at this"}), NOON)
    engine.later(hours=1)
    assert engine.went() == []
    with engine.store.unit() as unit:
        unit.write(Changes(set_aside={"A": ""}), NOON)
    engine.later(hours=1)
    assert engine.went() == [("email", "welcome", "A")]
