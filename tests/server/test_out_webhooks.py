"""What happened goes out: signed, in the order of each case, again when it failed, to nobody who should not hear it."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from loper.run.cloudevents import read_event
from loper.server.actions.out import egress, send, signature, subscribers
from loper.server.actions.out.chores import going_out
from loper.server.actions.out.hand_out import hand_out
from loper.server.actions.out.send import PAUSES, REST_AFTER, send_all
from loper.server.actions.out.subscribers import Wish
from loper.server.actions.refused import Refused
from loper.server.records.out import Delivery, Outgoing, Subscriber
from loper.server.records.runtime import Touch
from tests.server.receiver import Receiver, answer, certificate, dies_mid_answer, receiver, trickles, wait_until
from tests.worlds import World

LOOPBACK = egress.Rules(private=(ip_network("127.0.0.0/8"), ip_network("::1/128")), plain=True, seconds=5)


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8", "::1/128"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True  # plain http will do


def subscribe(world: World, url: str, **more: Any) -> tuple[Subscriber, str]:
    wish = Wish(name="ERP", owner="ict@voorbeeldwonen.example", address=url, **more)
    return subscribers.subscribe(actor=world.staff("admin"), wish=wish)


def sent(one: Subscriber) -> int:
    while hand_out():
        pass
    return send_all(one.pk)


def test_what_happens_goes_out_signed_in_order_and_without_personal_data(world: World, other: Receiver) -> None:
    before = world.report(email="eerder@example.nl")
    world.work()
    assert not Outgoing.objects.exists(), "nobody hears of it: nothing is kept for nobody"
    one, secret = subscribe(world, other.url)
    key = world.report()
    world.book(key)
    world.work()
    with transaction.atomic():
        assert Outgoing.objects.count() == Touch.objects.filter(case=key).count()
    assert sent(one) == Touch.objects.filter(case=key).count() == len(other.got)
    documents = [json.loads(body) for body in other.bodies()]
    assert [int(one["sequence"]) for one in documents] == list(range(1, len(documents) + 1))
    for got in other.got:
        ident = signature.verify([secret], got.headers, got.body, datetime.now(UTC))
        assert ident == json.loads(got.body)["id"]
        assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    types = [one["type"] for one in documents]
    assert types[0] == "job.reported" and "loper.message" in types and "appointment.made" in types
    assert {one["subject"] for one in documents} == {key} and before not in str(documents)
    everything = b"".join(other.bodies())
    for planted in (b"Jansen", b"jansen", b"612345678", b"1234", b"drupt"):
        assert planted not in everything.replace(key.encode(), b"")
    read_event(documents[0])  # what goes out, comes in elsewhere


def test_with_facts_only_where_that_was_chosen(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url, facts=True, types=("job.*",))
    world.report()
    assert sent(one) == 1
    facts = json.loads(other.bodies()[0])["data"]["facts"]
    assert facts["problem"] == "leak" and facts["story"] == "Het drupt onder de kraan."


def test_binary_has_its_attributes_in_headers(world: World, other: Receiver) -> None:
    one, secret = subscribe(world, other.url, form="binary", types=("job.reported",))
    key = world.report()
    assert sent(one) == 1
    got = other.got[0]
    assert got.headers["ce-type"] == "job.reported" and got.headers["ce-subject"] == key
    assert got.headers["ce-specversion"] == "1.0" and got.headers["content-type"] == "application/json"
    assert json.loads(got.body)["journey"] == "repair"
    signature.verify([secret], got.headers, got.body, datetime.now(UTC))


def test_only_what_was_asked_for(world: World, other: Receiver) -> None:
    here, _ = subscribe(world, other.url, types=("job.*",), regions=("12",), journeys=("repair",))
    elsewhere, _ = subscribe(world, other.url, types=("job.*",), regions=("99",))
    complaints, _ = subscribe(world, other.url, journeys=("complaint",))
    world.report()
    assert (sent(here), sent(elsewhere), sent(complaints)) == (1, 0, 0)


def test_what_fails_comes_again_and_the_case_keeps_its_order(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url)
    other.plan = [answer(500, "later")]
    key = world.report()
    world.work()
    assert sent(one) == 0 and len(other.got) == 1, "what comes later in the case waits for what failed"
    row = Delivery.objects.get(case=key, seq=1)
    assert (row.state, row.attempts, row.status, row.answer) == ("waiting", 1, 500, "later")
    assert timedelta(seconds=4) <= row.not_before - world.time.at <= timedelta(seconds=6)
    world.time.move(seconds=7)
    assert sent(one) == Touch.objects.filter(case=key).count()
    sequences = [int(json.loads(body)["sequence"]) for body in other.bodies()]
    assert sequences == [1, *range(1, len(sequences))], "sent again under the same number"
    assert other.got[0].headers["webhook-id"] == other.got[1].headers["webhook-id"]
    assert Subscriber.objects.get(pk=one.pk).failures == 0


@pytest.mark.parametrize("how", ["dies", "redirect", "refused"])
def test_no_answer_that_counts_is_a_failure(world: World, other: Receiver, how: str) -> None:
    one, _secret = subscribe(world, other.url)
    world.report()
    if how == "refused":
        Subscriber.objects.filter(pk=one.pk).update(address="http://127.0.0.1:9/")
    other.plan = [dies_mid_answer if how == "dies" else answer(302, Location=other.url + "/elsewhere")]
    assert sent(one) == 0
    row = Delivery.objects.filter(attempts=1).get()
    said = {"dies": "it ended the connection", "redirect": "elsewhere", "refused": "refuses the connection"}[how]
    assert said in row.answer and row.state == "waiting"
    assert len(other.got) == (how != "refused"), "a redirect is not followed"


def test_who_trickles_is_cut_off(other: Receiver) -> None:
    stop = Flag()
    other.plan = [trickles(stop)]
    quick = egress.Rules(private=LOOPBACK.private, plain=True, seconds=0.5)
    found = egress.send("POST", other.url, {}, b"{}", quick)
    stop.set()
    assert (found.status, found.text) == (None, "no answer in time")
    assert egress.send("POST", other.url, {}, b"{}", LOOPBACK).status == 200


def test_a_large_answer_is_not_read_to_its_end(other: Receiver) -> None:
    other.usual = answer(200, "x" * 3_000_000)
    found = egress.send("POST", other.url, {}, b"{}", LOOPBACK)
    assert found.status == 200 and len(found.text) == egress.SHOWN


def test_gone_is_switched_off(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url)
    other.usual = answer(410)
    world.report()
    sent(one)
    one.refresh_from_db()
    assert one.state == Subscriber.GONE and "410" in one.why and len(other.got) == 1
    world.report(email="ander@example.nl")
    assert not Outgoing.objects.exists()


def test_who_is_down_rests_and_is_tried_one_at_a_time(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url, types=("job.reported",))
    other.usual = answer(503)
    for number in range(REST_AFTER + 3):
        world.report(email=f"{number}@example.nl")
    sent(one)
    assert len(other.got) == REST_AFTER
    one.refresh_from_db()
    assert one.rests and timedelta(seconds=24) <= one.rests - world.time.at <= timedelta(seconds=36)
    assert sent(one) == 0 and len(other.got) == REST_AFTER, "it rests"
    world.time.move(seconds=40)
    sent(one)
    assert len(other.got) == REST_AFTER + 1, "one try"
    other.usual = answer(200)
    world.time.move(hours=2)
    assert sent(one) == REST_AFTER + 3, "and it is as it was: nothing is lost"


def test_after_days_it_is_given_up_and_can_be_sent_again(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url, types=("job.reported",))
    other.usual = answer(500)
    world.report()
    begun = world.time.at
    for _ in range(len(PAUSES) + 1):
        sent(one)
        world.time.move(hours=29)
    row = Delivery.objects.get()
    assert row.state == "given_up" and row.attempts == len(PAUSES) + 1
    assert world.time.at - begun > timedelta(days=5)
    other.usual = answer(200)
    world.time.move(hours=2)
    assert subscribers.send_again(actor=world.staff("admin"), key=one.key, ident=row.ident) == 1
    assert sent(one) == 1 and {got.headers["webhook-id"] for got in other.got} == {row.ident}
    with pytest.raises(Refused):
        subscribers.send_again(actor=world.staff("admin"), key=one.key, ident="msg_none")


def test_a_period_again_also_of_before_and_since_an_id(world: World, other: Receiver) -> None:
    key = world.report()
    world.time.move(hours=1)
    one, _secret = subscribe(world, other.url)
    world.book(key)
    first = sent(one)
    whole = Touch.objects.filter(case=key).count()
    admin = world.staff("admin")
    assert 0 < first < whole
    begin, end = world.time.at - timedelta(days=1), world.time.at + timedelta(days=1)
    assert subscribers.send_period(actor=admin, key=one.key, start=begin, end=end) == whole
    assert sent(one) == whole
    third = Delivery.objects.get(case=key, seq=whole - 1)
    assert subscribers.send_since(actor=admin, key=one.key, ident=third.ident) == 0, "not of this very moment"
    world.time.move(minutes=1)
    assert subscribers.send_since(actor=admin, key=one.key, ident=third.ident) == 1
    assert sent(one) == 1


def test_a_replaced_secret_holds_for_a_day_beside_the_new_one(world: World, other: Receiver) -> None:
    one, old = subscribe(world, other.url, types=("job.reported",))
    new = subscribers.replace_secret(actor=world.staff("admin"), key=one.key)
    assert new != old and new.startswith("whsec_")
    world.report()
    sent(one)
    got, now = other.got[-1], datetime.now(UTC)
    assert len(got.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        signature.verify([secret], got.headers, got.body, now)
    world.time.move(hours=25)
    world.report(email="later@example.nl")
    sent(one)
    got = other.got[-1]
    signature.verify([new], got.headers, got.body, now)
    with pytest.raises(signature.Forged):
        signature.verify([old], got.headers, got.body, now)


def test_what_is_forged_or_kept_is_not_believed(world: World, other: Receiver) -> None:
    one, secret = subscribe(world, other.url, types=("job.reported",))
    world.report()
    sent(one)
    got, now = other.got[0], datetime.now(UTC)
    stale = now + signature.TOLERANCE + timedelta(seconds=2)
    for headers, body, at in (
        (got.headers, got.body + b" ", now),
        ({**got.headers, "webhook-id": "msg_other"}, got.body, now),
        ({**got.headers, "webhook-timestamp": str(int(now.timestamp()) + 9)}, got.body, now),
        ({**got.headers, "webhook-signature": "v1,"}, got.body, now),
        ({**got.headers, "webhook-signature": "v1a,é"}, got.body, now),
        ({**got.headers, "webhook-timestamp": "soon"}, got.body, now),
        (got.headers, got.body, stale),
    ):
        with pytest.raises(signature.Forged):
            signature.verify([secret], headers, body, at)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification, as its reference implementations have it."""
    at = datetime.fromtimestamp(1614265330, UTC)
    made = signature.headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}'
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_verifier_of_the_documentation_believes_us_once(world: World, other: Receiver) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/webhooks.md").read_text("utf-8")
    found: dict[str, Any] = {}
    exec(page.split("```python")[1].split("```")[0], found)  # the very text that a reader copies
    one, secret = subscribe(world, other.url, types=("job.reported",))
    world.report()
    sent(one)
    got, seen = other.got[0], set[str]()
    verified = found["verified"]
    assert not verified(secret, got.headers, got.body + b" ", seen)
    assert not verified(secret, {**got.headers, "webhook-timestamp": "1000000000"}, got.body, seen)
    assert verified(secret, got.headers, got.body, seen)
    assert not verified(secret, got.headers, got.body, seen), "replayed"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://10.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/x",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://0/",
        "https://2130706433/", "https://localhost/", "https://[fe80::1]/", "https://user:word@example.com/",
        "ftp://example.com/", "https:///x", "https://224.0.0.1/", "https://100.64.0.1/", "https://a b/",
        "https://example.com/\r\nX: y", "https://192.168.1.1:8080/", "https://example.com:99999/",
    ],
)  # fmt: skip
def test_nobody_sends_us_into_our_own_network(world: World, settings: Any, url: str) -> None:
    settings.LOPER_OUT = {"private": [], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = False
    with pytest.raises(Refused) as found:
        subscribe(world, url)
    assert found.value.field == "address"
    assert egress.send("POST", url, {}, b"", egress.Rules(seconds=2)).status is None


def test_a_name_that_moves_into_our_network_gains_nothing(other: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it was looked at, our own when it is sent to. It is looked at where it is sent."""
    answers = iter([[(2, 1, 6, "", ("93.184.216.34", 80))], [(2, 1, 6, "", ("127.0.0.1", 80))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: next(answers))
    strict = egress.Rules(plain=True, seconds=2)
    assert egress.reachable("rebind.example", 80, strict) == ["93.184.216.34"]
    found = egress.send("POST", other.url.replace("127.0.0.1", "rebind.example"), {}, b"", strict)
    assert found.status is None and "network of our own" in found.text and not other.got


def test_over_https_with_a_certificate_that_holds(tmp_path: Any) -> None:
    mine = certificate(tmp_path)
    with receiver(mine) as found:
        untrusted = egress.send("POST", found.url, {}, b"{}", egress.Rules(private=LOOPBACK.private, seconds=5))
        assert untrusted.status is None and "certificate does not hold" in untrusted.text and not found.got
        trusting = egress.Rules(private=LOOPBACK.private, ca=str(mine), seconds=5)
        assert egress.send("POST", found.url, {}, b"{}", trusting).status == 200
    other = certificate(tmp_path, "elsewhere.example")
    with receiver(other) as found:
        wrong = egress.send(
            "POST", found.url, {}, b"{}", egress.Rules(private=LOOPBACK.private, ca=str(other), seconds=5)
        )
        assert wrong.status is None and "certificate does not hold" in wrong.text


def test_a_try_says_what_came_back(world: World, other: Receiver) -> None:
    one, secret = subscribe(world, other.url)
    other.plan = [answer(200, "hello")]
    found = subscribers.try_it(actor=world.staff("admin"), key=one.key)
    assert (found.status, found.text) == (200, "hello")
    signature.verify([secret], other.got[0].headers, other.got[0].body, datetime.now(UTC))
    assert json.loads(other.got[0].body)["type"] == "loper.ping" and not Delivery.objects.exists()


def test_only_an_administrator_may(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url)
    now = world.time.at
    for role in ("agent", "planner", "technician", "analyst", "director"):
        actor = world.staff(role)
        for act in (
            lambda a=actor: subscribers.subscribe(actor=a, wish=Wish(name="x", owner="a@b.nl", address=other.url)),
            lambda a=actor: subscribers.change(
                actor=a, key=one.key, wish=Wish(name="x", owner="a@b.nl", address=other.url)
            ),
            lambda a=actor: subscribers.replace_secret(actor=a, key=one.key),
            lambda a=actor: subscribers.switch(actor=a, key=one.key, on=False),
            lambda a=actor: subscribers.remove(actor=a, key=one.key),
            lambda a=actor: subscribers.try_it(actor=a, key=one.key),
            lambda a=actor: subscribers.send_again(actor=a, key=one.key, ident="x"),
            lambda a=actor: subscribers.send_since(actor=a, key=one.key, ident="x"),
            lambda a=actor: subscribers.send_period(actor=a, key=one.key, start=now, end=now),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_what_is_undone_never_goes_out(world: World, other: Receiver) -> None:
    """The line of the outbox is written with what happened: where that is undone, it is undone too."""
    one, _secret = subscribe(world, other.url)

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        world.report()
        assert Outgoing.objects.exists()
        raise Undone
    assert not Outgoing.objects.exists() and sent(one) == 0


def test_a_worker_that_dies_in_between_sends_again_under_the_same_id(
    world: World, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken, and before that was written down the worker was gone: once more, and nothing is missing."""
    one, _secret = subscribe(world, other.url)
    world.report()

    def dies(*_what: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(send, "_settle", dies)
        sent(one)
    Subscriber.objects.filter(pk=one.pk).update(held=world.time.at + send.HOLD)  # as a killed one leaves it
    assert sent(one) == 0, "its hold has not run out"
    world.time.move(minutes=3)
    assert sent(one) == Touch.objects.count()
    idents = [got.headers["webhook-id"] for got in other.got]
    assert idents[0] == idents[1] and len(set(idents)) == Touch.objects.count()


def test_a_worker_that_stops_leaves_the_rest_for_the_next(world: World, other: Receiver) -> None:
    one, _secret = subscribe(world, other.url, types=("job.reported",))
    for number in range(7):
        world.report(email=f"{number}@example.nl")
    while hand_out():
        pass
    stop = Flag()

    def last(handler: Any, got: Any) -> None:
        stop.set()
        answer(200)(handler, got)

    other.usual = last
    assert send_all(one.pk, stop) == 5, "what is under way is written down"
    assert Subscriber.objects.get(pk=one.pk).held is None
    assert send_all(one.pk) == 2


def test_a_dead_subscriber_delays_nobody(real_world: World, settings: Any) -> None:
    world, stop = real_world, Flag()
    with receiver() as dead, receiver() as living:
        dead.usual = trickles(stop)
        first, _ = subscribe(world, dead.url)
        second, _ = subscribe(world, living.url)
        world.report()
        act = going_out()
        act(stop)
        there = wait_until(lambda: act(stop) is None and len(living.got) == Touch.objects.count())
        assert there, "everything reached the living one while the dead one was being waited for"
        assert Subscriber.objects.get(pk=first.pk).held is not None, "somebody still sends to the dead one"
        stop.set()
        assert wait_until(lambda: Subscriber.objects.get(pk=first.pk).held is None)
        assert Delivery.objects.filter(subscriber=second, state="done").count() == Touch.objects.count()
