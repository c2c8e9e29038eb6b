"""The key tables of the organisation file."""

from __future__ import annotations

import re
from datetime import date, timedelta

from loper.define.keys import TEXTS
from loper.define.shape import Key, Many, Map, Record, Scalar, Wrong, matching, one_of
from loper.define.words import CHANNELS, JOURNEY_NAME, LANGUAGE, TEXT, WINDOW, ZONE, duration

KINDS = ("service", "survey", "news")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DAYS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(7)}


def _cap(text: str) -> tuple[int, timedelta]:
    """`1 per 30 days`: how many, in any stretch of how long."""
    match = re.fullmatch(r"([0-9]{1,4}) +per +(.+)", text.strip())
    if match is None:
        raise Wrong(f"a cap was expected, not '{text[:40]}'", "like '1 per 30 days'")
    long = match[2] if match[2][0].isdigit() else f"1 {match[2]}"
    stretch = duration(long)
    if stretch.unit not in _DAYS or not stretch.amount:
        raise Wrong(f"a cap counts in hours, days or weeks, not in '{match[2][:40]}'", "like '1 per 30 days'")
    return int(match[1]), stretch.amount * _DAYS[stretch.unit]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(f"a day was expected, like 2027-04-27, not '{text[:40]}'") from None


def _elapsed(text: str) -> timedelta:
    found = duration(text)
    if found.unit not in ("minutes", "hours"):
        raise Wrong(f"minutes or hours were expected, not '{text[:40]}'", "like '1 hour'")
    return found.amount * _DAYS[found.unit]


def _days(text: str) -> int:
    found = duration(text)
    if found.unit not in ("days", "weeks") or not 1 <= found.amount * _DAYS[found.unit].days <= 92:
        raise Wrong(f"1 to 92 days were expected, not '{text[:40]}'", "like '14 days'")
    return found.amount * _DAYS[found.unit].days


def _address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>\"',;]{1,64}@[A-Za-z0-9.-]{1,190}", text):
        raise Wrong(f"an e-mail address was expected, not '{text[:60]}'", "like hallo@voorbeeldwonen.example")
    return text


def _line(text: str) -> str:
    if re.search(r"[\r\n\x00]", text):
        raise Wrong("one line was expected", "take the line breaks away")
    return text


LINE = Scalar("a line of text", _line, longest=200)
EMAIL = Scalar("an e-mail address", _address, longest=255)
COLOUR = matching("a colour", "#[0-9A-Fa-f]{6}", "like #c8102e, between quotes")
KIND = one_of("a kind of message", KINDS)
CAP = Scalar("a cap", _cap, longest=100)
NOTICE = Scalar("minutes or hours", _elapsed, longest=100)
AHEAD = Scalar("days or weeks", _days, longest=100)
CALENDAR_NAME = matching("the name of a calendar", "[A-Za-z][A-Za-z0-9_-]{0,59}")

CALENDAR = Record(
    "a calendar",
    {
        "weekdays": Key(
            Many(one_of("a day of the week", WEEKDAYS), or_one=True), "working days (default: monday to friday)"
        ),
        "holidays": Key(Many(Scalar("a day", _day, longest=40), or_one=True, empty=True), "days off, by date"),
        "country": Key(
            matching("a country", "[A-Z]{2}", "two capitals, like NL"), "its public holidays are days off, too"
        ),
    },
)

SENDER = Record(
    "a sender",
    {
        "name": Key(LINE, "the name that customers see"),
        "email": Key(EMAIL, "the address that messages come from"),
        "reply_to": Key(EMAIL, "where answers go"),
        "phone": Key(LINE, "the number to call"),
        "sms": Key(LINE, "the sender of text messages: a number or at most 11 letters"),
        "address": Key(TEXT, "the postal address"),
        "website": Key(LINE, "the website"),
    },
)

BRAND = Record(
    "a brand",
    {
        "logo": Key(LINE, "a file beside this one, or a web address"),
        "primary": Key(COLOUR, "the colour of buttons and links"),
        "text": Key(COLOUR, "the colour of text"),
    },
)

PRINCIPLE = Record(
    "a design principle",
    {
        "kind": Key(KIND, "forbidden: messages of this kind"),
        "channel": Key(one_of("a channel", CHANNELS), "... by this channel"),
        "attention": Key(one_of("spare or grab", ("spare", "grab")), "... with this attention"),
        "by": Key(one_of("machine or person", ("machine", "person")), "... by a machine, or by a person"),
        "word": Key(LINE, "... with this word in the text"),
        "because": Key(TEXT, "why", required=True),
    },
)

VISITS = Record(
    "visits",
    {
        "blocks": Key(Many(WINDOW), "the blocks of a day that customers choose from, like 08:00-10:00"),
        "notice": Key(NOTICE, "how short before it begins a block can be chosen (default: 1 hour)"),
        "ahead": Key(AHEAD, "how far ahead (default: 14 days)"),
        "calendar": Key(CALENDAR_NAME, "a calendar of this file; on its days off nobody comes"),
    },
)

ORGANISATION = Record(
    "an organisation",
    {
        "organisation": Key(JOURNEY_NAME, "its name, in one word", required=True),
        "title": Key(TEXTS, "its name for customers"),
        "languages": Key(Many(LANGUAGE), "the languages of its messages; the first is the default"),
        "timezone": Key(ZONE, "of its quiet hours (default: Europe/Amsterdam)"),
        "quiet": Key(WINDOW, "hours in which only urgent messages go, like 21:00-08:00"),
        "caps": Key(
            Map(KIND, Many(CAP, or_one=True)), "kind: how many messages per customer in how long, like '1 per 30 days'"
        ),
        "holds": Key(Map(KIND, Many(JOURNEY_NAME, or_one=True)), "kind: journeys; it waits while one of them is open"),
        "bundle": Key(Many(KIND, or_one=True), "kinds that wait for the full hour and go together"),
        "unknown": Key(
            Map(KIND, one_of("again or never", ("again", "never"))),
            "kind: send again or never, when a crash left it unknown whether a message went (default: again)",
        ),
        "calendars": Key(Map(CALENDAR_NAME, CALENDAR), "working days"),
        "visits": Key(VISITS, "when people come to customers' homes"),
        "sender": Key(SENDER, "who messages come from"),
        "brand": Key(BRAND, "how they look"),
        "tone": Key(Map(LANGUAGE, TEXT), "how the organisation speaks, for who writes its texts"),
        "emergency": Key(TEXTS, "what to do in an emergency, at any hour"),
        "principles": Key(
            Map(matching("a name", "[A-Za-z][A-Za-z0-9_-]{0,59}"), PRINCIPLE), "what the organisation will not do"
        ),
    },
)
