"""The organisation file: what holds for every journey of one organisation (language, rule 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from loper.define.model import Calendar, Texts, Window


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` messages of a kind per customer in any stretch of `per`."""

    kind: str
    most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Hold:
    """Messages of `kind` wait while the customer has an open case of `journey`."""

    kind: str
    journey: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who a message comes from, in the customer's eyes."""

    name: str = ""
    email: str = ""
    reply_to: str = ""
    phone: str = ""
    sms: str = ""
    address: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    logo: str = ""
    primary: str = "#c8102e"
    text: str = "#1d2330"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What `may` goes by: quiet hours, caps, holds, and kinds that wait for the full hour to go in one message."""

    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))
    quiet: Window | None = None
    caps: tuple[Cap, ...] = ()
    holds: tuple[Hold, ...] = ()
    bundle: frozenset[str] = frozenset()
    unknown: Mapping[str, str] = field(default_factory=dict)
    """kind -> "again" | "never": what to do when a crash left it unknown whether a message went (default: again)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Principle:
    """What the organisation will not do: a touchpoint that is all of this, and why (`because`)."""

    name: str
    because: str
    kind: str | None = None
    channel: str | None = None
    attention: str | None = None
    by: str | None = None
    word: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visits:
    """How visits are offered: blocks of the day, how short before one it can be chosen, how many days ahead."""

    blocks: tuple[Window, ...] = (
        Window(time(8), time(10)),
        Window(time(10), time(12)),
        Window(time(13), time(15)),
        Window(time(15), time(17)),
    )
    notice: timedelta = timedelta(hours=1)
    ahead: int = 14
    calendar: str = ""  # on its days off nobody comes


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """An organisation: name, languages, sender, tone, calendars, shared text blocks and the policy."""

    name: str = "organisation"
    title: Texts = field(default_factory=dict)
    languages: tuple[str, ...] = ("nl",)
    policy: Policy = field(default_factory=Policy)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    sender: Sender = field(default_factory=Sender)
    brand: Brand = field(default_factory=Brand)
    tone: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Shared text blocks: (name, language) -> Liquid source; in a text `{% render 'name' %}`."""
    emergency: Texts = field(default_factory=dict)
    principles: tuple[Principle, ...] = ()
    visits: Visits = field(default_factory=Visits)
