"""Days and times as people say them, in the language of the page; the same words as in messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from loper.define.filters import Filter, for_language
from loper.define.model import Duration, Unit

TELEPHONE = re.compile(r"(?<![\w/.-])(?:\+|0)\d[\d -]{4,15}\d(?![\w/])|(?<![\w/.-])(?:112|14 ?0\d{2,3})(?![\w/-])")
"""A telephone number in a Dutch or English sentence: 0800-9009, 085 - 000 12 34, +31 6 12345678, 112, 14 020."""


@lru_cache(maxsize=16)
def _words(language: str, zone: str) -> Mapping[str, Filter]:
    return for_language(language, zone)


def _say(name: str, value: Any) -> str:
    zone = timezone.get_current_timezone_name()
    return str(_words(get_language() or "nl", zone)[name](value))


def day(at: date | datetime) -> str:
    """`maandag 7 september`"""
    return _say("day", at)


def hour(at: datetime) -> str:
    """`9.30 uur`"""
    return _say("time", at)


def between(start: datetime, end: datetime) -> str:
    """`tussen 13 en 15 uur`"""
    return _say("block", {"start": start, "end": end})


def block(span: Any) -> str:
    """The same, of whatever has a start and an end."""
    return between(span.start, span.end)


def span(of: Any) -> str:
    """The same, short: `13 – 15 uur`."""
    start, end = (timezone.localtime(at) for at in (of.start, of.end))
    if (get_language() or "nl").startswith("nl"):
        first, last = (f"{at.hour}.{at:%M}" if at.minute else str(at.hour) for at in (start, end))
        return f"{first} – {last} uur"
    return f"{start.hour}:{start:%M} – {end.hour}:{end:%M}"


def number(key: str) -> str:
    """The number of a case to read out: of one that followed from another, that one's."""
    first, slash, _rest = key.partition("/")
    return f"↳ {first}" if slash else first


def at_home(number: str) -> str:
    """A telephone number as people write it in their own country: `+31612345678` is `06 12345678`."""
    if number.startswith("+31") and len(number) == 12:
        return f"0{number[3:4]} {number[4:]}" if number[3] == "6" else f"0{number[3:5]} {number[5:]}"
    return number


def short(at: datetime) -> str:
    """`di 8 sep`, in a list."""
    months = "b" if (get_language() or "nl").startswith("nl") else "M"  # Dutch writes months small
    return str(formats.date_format(timezone.localtime(at), f"D j {months}"))


def moment(at: datetime) -> str:
    """`di 8 sep 18:45`, in a list."""
    return f"{short(at)} {formats.date_format(timezone.localtime(at), 'H:i')}"


def dialled(number: str) -> str:
    """A telephone number as a `tel:` address takes it."""
    return re.sub(r"[^\d+]", "", number)


def telephones(text: str) -> list[str]:
    """The telephone numbers in a text, each once."""
    return list(dict.fromkeys(found.strip() for found in TELEPHONE.findall(text)))


def with_calls(text: str) -> SafeString:
    """The text with each telephone number as a link that calls it."""
    parts, place = [], 0
    for found in TELEPHONE.finditer(text):
        parts.append(format_html("{}", text[place : found.start()]))
        number = found.group().strip()
        parts.append(format_html('<a class="tel" href="tel:{}">{}</a>', dialled(number), number))
        place = found.end()
    parts.append(format_html("{}", text[place:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped above


def duration(value: Duration) -> str:
    """So many hours, in words."""
    n = value.amount
    words = {
        Unit.MINUTES: ngettext("%(n)d minute", "%(n)d minutes", n),
        Unit.HOURS: ngettext("%(n)d hour", "%(n)d hours", n),
        Unit.DAYS: ngettext("%(n)d day", "%(n)d days", n),
        Unit.WEEKS: ngettext("%(n)d week", "%(n)d weeks", n),
        Unit.WORKING_DAYS: ngettext("%(n)d working day", "%(n)d working days", n),
    }
    return words[value.unit] % {"n": n}
