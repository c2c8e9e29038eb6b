"""The runtime with real channels: what one cannot deliver, the next one does, and the log says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loper.define.model import Journey
from loper.run.memory import MemoryStore
from loper.run.ports import Outgoing
from loper.step import Case, Moment
from tests.channels.messages import email_channel, sms_channel
from tests.channels.servers import Gateway, SmtpServer
from tests.run import reading
from tests.run.worlds import Engine, PlainTexts


class Texts(PlainTexts):
    """Texts with a number for the telephone."""

    def compose(self, journey: Journey, case: Case, moment: Moment, channel: str, key: str) -> Outgoing:
        message = super().compose(journey, case, moment, channel, key)
        return replace(message, to="+31612345678") if channel == "sms" else message


@pytest.fixture
def engine(smtp: SmtpServer, gateway: Gateway) -> Engine:
    engine = Engine(MemoryStore(), texts=Texts())
    engine.outbox.channels = {"email": email_channel(smtp.port), "sms": sms_channel(gateway.port)}
    return engine


def log(engine: Engine) -> list[tuple[str, str]]:
    kinds = ("message", "failed", "unknown")
    return [(t.channel, t.kind) for t in reading.touches(engine.store) if t.kind in kinds]


def test_a_mail_that_is_refused_goes_as_an_sms(engine: Engine, smtp: SmtpServer, gateway: Gateway) -> None:
    smtp.mood = "RCPT 550 5.1.1 no such user"
    engine.tell("A", "asked")
    engine.work()
    assert (smtp.taken, [one["to"] for one in gateway.taken.values()]) == ([], ["+31612345678"])
    assert log(engine) == [("email", "failed"), ("sms", "message")]


def test_a_mail_server_that_is_down_is_waited_for_and_the_mail_goes_once(engine: Engine, smtp: SmtpServer) -> None:
    smtp.stop()
    engine.tell("A", "asked")
    engine.work()
    assert engine.letters("A")["welcome"].status == "queued"
    smtp.start()
    engine.later(hours=1)
    assert (len(smtp.taken), log(engine)) == (1, [("email", "message")])


def test_a_lost_answer_is_in_the_log_and_a_second_mail_has_the_same_identity(engine: Engine, smtp: SmtpServer) -> None:
    smtp.mood = "take and drop"
    engine.tell("A", "asked")
    engine.sweep()
    engine.sweep()
    smtp.mood = "take"
    engine.later(hours=1)
    assert log(engine)[0] == ("email", "unknown") and log(engine)[-1] == ("email", "message")
    ids = {line for one in smtp.taken for line in one.original_content.split(b"\r\n") if line.startswith(b"Message-ID")}
    assert (len(smtp.taken) > 1, len(ids)) == (True, 1)


def test_a_bounce_finds_its_letter_by_the_receipt(engine: Engine, smtp: SmtpServer) -> None:
    engine.tell("A", "asked")
    engine.work()
    sent = next(line for line in smtp.taken[0].original_content.split(b"\r\n") if line.startswith(b"Message-ID"))
    with engine.store.unit() as unit:
        (letter,) = unit.letters_of(sent.partition(b": ")[2].decode())
    assert (letter.case, letter.moment.touchpoint) == ("A", "welcome")
