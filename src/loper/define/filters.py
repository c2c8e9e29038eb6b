"""Filters of message texts: days, times, money and blocks as people say them, in Dutch and English.

No locale database: these words are few, and must be the same on every machine. Any other language gets the
English words until somebody adds its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from liquid.exceptions import FilterArgumentError
from liquid.undefined import is_undefined

Filter = Callable[..., Any]

NAMES = ("day", "date", "time", "block", "money", "minutes", "answer")


@dataclass(frozen=True, slots=True)
class Words:
    """How a language says times."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    day: str
    date: str
    clock: Callable[[datetime], str]
    time: str
    block: str
    other_day: str
    hour: tuple[str, str]
    minute: tuple[str, str]
    and_: str
    money: Callable[[Decimal], str]


def _dutch_clock(at: datetime) -> str:
    return f"{at.hour}.{at.minute:02}" if at.minute else str(at.hour)


def _english_clock(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02}"


def _dutch_money(amount: Decimal) -> str:
    whole, cents = f"{amount:,.2f}".split(".")
    return f"€ {whole.replace(',', '.')},{cents}"


NL = Words(
    days=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    months=(
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
        "december",
    ),
    day="{weekday} {day} {month}",
    date="{day} {month} {year}",
    clock=_dutch_clock,
    time="{} uur",
    block="tussen {} en {} uur",
    other_day="tussen {} {} uur en {} {} uur",
    hour=("uur", "uur"),
    minute=("minuut", "minuten"),
    and_="en",
    money=_dutch_money,
)  # fmt: skip

EN = Words(
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    day="{weekday} {day} {month}",
    date="{day} {month} {year}",
    clock=_english_clock,
    time="{}",
    block="between {} and {}",
    other_day="between {} {} and {} {}",
    hour=("hour", "hours"),
    minute=("minute", "minutes"),
    and_="and",
    money=lambda amount: f"€{amount:,.2f}",
)  # fmt: skip

LANGUAGES: Mapping[str, Words] = {"nl": NL, "en": EN}


def words_of(language: str) -> Words:
    return LANGUAGES.get(language.partition("-")[0], EN)


def for_language(language: str, zone: str) -> dict[str, Filter]:
    """The filters of texts in this language; times are those of the zone."""
    here = ZoneInfo(zone)
    words = words_of(language)

    def at(value: Any, name: str) -> datetime:
        return moment(value, here, name)

    def day(value: Any) -> str:
        return in_words(words.day, at(value, "day"), words)

    def date_(value: Any) -> str:
        return in_words(words.date, at(value, "date"), words)

    def time_(value: Any) -> str:
        return words.time.format(words.clock(at(value, "time")))

    def block(value: Any) -> str:
        if not isinstance(value, Mapping) or not {"start", "end"} <= value.keys():
            raise FilterArgumentError("'block' needs an appointment", token=None)
        start, end = at(value["start"], "block"), at(value["end"], "block")
        if start.date() == end.date():
            return words.block.format(words.clock(start), words.clock(end))
        days = (in_words(words.day, start, words), in_words(words.day, end, words))
        return words.other_day.format(days[0], words.clock(start), days[1], words.clock(end))

    def money(value: Any) -> str:
        try:
            return words.money(Decimal(str(value)))
        except (InvalidOperation, ValueError):
            raise FilterArgumentError(f"'money' needs an amount, not '{value}'", token=None) from None

    def minutes(value: Any) -> str:
        try:
            whole = int(value)
        except (TypeError, ValueError, OverflowError):
            raise FilterArgumentError(f"'minutes' needs a number, not '{value}'", token=None) from None
        hours, rest = divmod(whole, 60)
        parts = [f"{n} {one[n != 1]}" for n, one in ((hours, words.hour), (rest, words.minute)) if n]
        return f" {words.and_} ".join(parts) or f"0 {words.minute[1]}"

    return {
        "day": day, "date": date_, "time": time_, "block": block, "money": money, "minutes": minutes, "answer": answer,
    }  # fmt: skip


def answer(link: Any, question: str, value: Any) -> str:
    """The link with an answer already filled in: `{{ links.survey | answer: 'effort', 1 }}`."""
    link = str(link)
    if not link:
        raise FilterArgumentError("'answer' needs a link", token=None)
    return f"{link}{'&' if '?' in link else '?'}{quote(str(question))}={quote(str(value))}"


def moment(value: Any, zone: ZoneInfo, name: str) -> datetime:
    """The local time of a value: a time, a date, or their ISO text."""
    if is_undefined(value):
        return str(value)  # type: ignore[return-value]  # raises: it is not known yet
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise FilterArgumentError(f"'{name}' needs a time, not '{value[:40]}'", token=None) from None
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    raise FilterArgumentError(f"'{name}' needs a time", token=None)


def in_words(pattern: str, at: datetime, words: Words) -> str:
    return pattern.format(weekday=words.days[at.weekday()], day=at.day, month=words.months[at.month - 1], year=at.year)


def tidy(text: str) -> str:
    """`tussen {{ appointment | block }}` may be written with its own `tussen`: one of the two goes."""
    return re.sub(r"\b(tussen|between)(\s+)\1\b", r"\1", text, flags=re.IGNORECASE)
