"""The doors of the runtime: a store, a clock, channels. Everything outside comes in through one of these.

Each port has a twin in memory (`loper.run.memory`) that passes the same contract tests as the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from loper.define.model import Journey
from loper.define.organisation import Policy
from loper.step import Case, Customer, Moment


class Clock(Protocol):
    """The only place where the runtime learns what time it is."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or sooner when woken."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    name: str
    content_type: str  # "text/calendar; method=REQUEST"
    content: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """What the customer can do from a message: a button in a mail, a short line in an SMS. `url` carries its token."""

    offer: str
    label: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One rendered message for one customer on one channel.

    `key` names the moment and the channel and is the same on every try: a provider that takes an idempotency key
    gets it, a mail carries it as its Message-ID.
    """

    key: str
    to: str
    language: str = "nl"
    subject: str = ""
    body: str = ""  # light Markdown: paragraphs, lists, **strong**, [links](https://...)
    links: Sequence[Link] = ()
    attachments: Sequence[Attachment] = ()
    marketing: bool = False
    unsubscribe: str = ""  # address of one-click unsubscribe (RFC 8058); required where marketing
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of handing over a message.

    sent: the provider has it. failed: it never will (a hard failure: the next channel is tried). later: try again.
    unknown: it may or may not have it; the organisation's policy decides what follows.
    """

    outcome: Literal["sent", "failed", "later", "unknown"]
    provider_id: str = ""
    why: str = ""


class Channel(Protocol):
    """A way to reach a customer. One instance per thread: it may keep a connection open between messages."""

    name: str
    idempotent: bool
    """Whether the provider takes our key and drops a message it already has."""

    def send(self, message: Outgoing) -> Receipt:
        """Hand one message over. Never raises for what the network or the provider does."""
        ...

    def close(self) -> None:
        """Let go of connections. Sending again opens them again."""
        ...


class Journeys(Protocol):
    """Where journeys come from: published versions, which never change."""

    def find(self, name: str, version: str) -> Journey:
        """That version of that journey. Raises LookupError where there is none."""
        ...

    def for_new(self, name: str, case: str) -> Journey:
        """The version on which a new case begins (a trial takes its share by hash of the key). Raises LookupError."""
        ...

    def begun_by(self, event: str) -> Sequence[str]:
        """The names of the journeys that begin with this event."""
        ...

    def policy(self) -> Policy:
        """The organisation's policy, as it is now."""
        ...

    def renew(self) -> None:
        """A unit begins: what was published since the last one counts from here on."""
        ...


class Directory(Protocol):
    """What may be known of customers where it is decided whether a message goes."""

    def customers(self, keys: Sequence[str]) -> Mapping[str, Customer]:
        """Those of these customers that are known."""
        ...


class Texts(Protocol):
    """Makes the messages of moments: text with facts filled in, links with their tokens, attachments."""

    def gather(self, asked: Sequence[tuple[Case, Moment]]) -> Composer:
        """What it takes to write these messages, read at once, in the unit that is open."""
        ...


class Composer(Protocol):
    """Messages being written."""

    def compose(self, journey: Journey, case: Case, moment: Moment, channel: str, key: str) -> Outgoing:
        """The message, rendered now. Raises Unsayable where there is no text, no address, or the text is at fault."""
        ...

    def write(self) -> None:
        """Everything that the messages refer to (their links) into the store, in the unit that is open."""
        ...


class Unsayable(Exception):
    """This message cannot be made for this channel; the message says why."""
