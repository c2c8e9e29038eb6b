"""What every channel keeps to, each with its own real provider (docs/how-to/add-a-channel.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.channels import PerThread
from loper.run.memory import MemoryChannel
from loper.run.ports import Attachment, Channel, Link, Outgoing, Receipt
from tests.channels.messages import a_mail, an_sms, email_channel, sms_channel
from tests.channels.servers import Gateway, SmtpServer


class Provider(Protocol):
    """What a channel sends to. `mood`: take, refuse, busy (say no for now), or lose (take it and say nothing)."""

    channel: Channel
    message: Callable[..., Outgoing]

    def mood(self, mood: str) -> None: ...

    def taken(self) -> list[str]:
        """What identifies each message that it took, in order."""
        ...

    def stop(self) -> None: ...


class InMemory:
    def __init__(self, name: str) -> None:
        self.channel = MemoryChannel(name, idempotent=name == "sms")
        self.message = an_sms if name == "sms" else a_mail

    def mood(self, mood: str) -> None:
        answers = {"refuse": "failed", "busy": "later", "lose": "unknown"}
        self.channel.answers[:] = [Receipt(answers[mood], why=mood)] if mood in answers else []

    def taken(self) -> list[str]:
        return [message.key for message in self.channel.sent]

    def stop(self) -> None:
        pass


class OverSmtp:
    def __init__(self, wrap: bool = False) -> None:
        self.server = SmtpServer().start()
        port = self.server.port
        self.channel = PerThread(lambda: email_channel(port)) if wrap else email_channel(port)
        self.message = a_mail

    def mood(self, mood: str) -> None:
        moods = {"refuse": "RCPT 550 5.1.1 no", "busy": "DOT 451 4.3.0 later", "lose": "take and drop"}
        self.server.mood = moods.get(mood, mood)

    def taken(self) -> list[str]:
        lines = [one.original_content.decode("latin-1").splitlines() for one in self.server.taken]
        return [next(line for line in some if line.startswith("Message-ID:")) for some in lines]

    def stop(self) -> None:
        self.channel.close()
        self.server.stop()


class OverHttp:
    def __init__(self) -> None:
        self.server = Gateway().start()
        self.channel = sms_channel(self.server.port)
        self.message = an_sms

    def mood(self, mood: str) -> None:
        self.server.mood = {"refuse": "422", "busy": "503", "lose": "take and drop"}.get(mood, mood)

    def taken(self) -> list[str]:
        return list(self.server.taken)

    def stop(self) -> None:
        self.channel.close()
        self.server.stop()


PROVIDERS: dict[str, Callable[[], Any]] = {
    "memory": lambda: InMemory("email"),
    "memory that takes our key": lambda: InMemory("sms"),
    "email": OverSmtp,
    "email in threads": lambda: OverSmtp(wrap=True),
    "sms": OverHttp,
}


@pytest.fixture(params=PROVIDERS, scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Provider]:
    provider = PROVIDERS[request.param]()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.mood("take")
    return running


def test_a_channel_has_a_name_and_says_whether_it_takes_our_key(provider: Provider) -> None:
    assert provider.channel.name in ("email", "sms")
    assert isinstance(provider.channel.idempotent, bool)


def test_what_the_provider_takes_is_sent(provider: Provider) -> None:
    before = len(provider.taken())
    receipt = provider.channel.send(provider.message(key="contract/sent"))
    assert (receipt.outcome, bool(receipt.provider_id), len(provider.taken())) == ("sent", True, before + 1)


def test_what_the_provider_refuses_has_failed_with_its_reason(provider: Provider) -> None:
    provider.mood("refuse")
    before = len(provider.taken())
    receipt = provider.channel.send(provider.message(key="contract/refused"))
    assert (receipt.outcome, bool(receipt.why), len(provider.taken())) == ("failed", True, before)


def test_what_the_provider_puts_off_goes_on_the_next_try(provider: Provider) -> None:
    message, before = provider.message(key="contract/later"), len(provider.taken())
    provider.mood("busy")
    assert provider.channel.send(message).outcome == "later"
    provider.mood("take")
    assert provider.channel.send(message).outcome == "sent"
    assert len(provider.taken()) == before + 1


def test_a_lost_answer_is_unknown_and_the_next_try_carries_the_same_identity(provider: Provider) -> None:
    message, before = provider.message(key="contract/unknown"), len(provider.taken())
    provider.mood("lose")
    assert provider.channel.send(message).outcome == "unknown"
    provider.mood("take")
    assert provider.channel.send(message).outcome == "sent"
    new = provider.taken()[before:]
    assert len(set(new)) == 1
    if provider.channel.idempotent:
        assert len(new) == 1


def test_a_channel_that_was_closed_sends_again(provider: Provider) -> None:
    provider.channel.send(provider.message(key="contract/before"))
    provider.channel.close()
    provider.channel.close()
    assert provider.channel.send(provider.message(key="contract/after")).outcome == "sent"


WILD = st.text(max_size=60) | st.sampled_from(
    ["", "\r\nBcc: all@example.org\r\n", "\ud800", "a@b", "+31612345678", "x" * 3000]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    message=st.builds(
        Outgoing,
        key=WILD,
        to=WILD | st.just("jansen@example.org"),
        language=WILD,
        subject=WILD,
        body=WILD,
        links=st.lists(st.builds(Link, WILD, WILD, WILD), max_size=2),
        attachments=st.lists(st.builds(Attachment, name=WILD, content_type=WILD, content=st.binary()), max_size=2),
        marketing=st.booleans(),
        unsubscribe=WILD,
        headers=st.dictionaries(WILD, WILD, max_size=2),
    )
)
def test_no_message_makes_a_channel_raise(provider: Provider, message: Outgoing) -> None:
    assert provider.channel.send(message).outcome in ("sent", "failed")


@pytest.mark.parametrize("make", [email_channel, sms_channel])
def test_a_provider_that_is_not_there_is_later(make: Callable[[int], Channel], nobody: int) -> None:
    channel = make(nobody)
    message = a_mail() if channel.name == "email" else an_sms()
    assert channel.send(message).outcome == "later"
    channel.close()
