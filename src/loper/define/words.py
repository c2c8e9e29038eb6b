"""The words of the language: durations, windows, times of touchpoints, goals, types; each read from one scalar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from loper.define.expression import Expression, ExpressionError, parse_expression
from loper.define.model import Duration, FactKind, Late, Target, Unit, Window
from loper.define.problem import nearest
from loper.define.shape import Scalar, Wrong, matching

NAME = r"[A-Za-z][A-Za-z0-9_]{0,59}"
DOTTED = rf"{NAME}(?:\.{NAME})*"
MOST_AMOUNT = 10_000

FACT_KINDS: tuple[FactKind, ...] = (
    "text", "number", "boolean", "time", "date", "minutes", "money", "place", "file", "appointment",
)  # fmt: skip

CHANNELS = ("email", "sms", "whatsapp", "letter", "push", "phone", "chat")
"""The channels a touchpoint can name."""

TEXT = Scalar("a text")
NAMED = matching("a name", NAME, "letters, digits and _; it begins with a letter")
JOURNEY_NAME = matching("the name of a journey", r"[A-Za-z][A-Za-z0-9_-]{0,59}", "letters, digits, _ and -")
EVENT = matching("the name of an event", DOTTED, "like job.reported")
LANGUAGE = matching("a language", r"[a-z]{2}(?:-[A-Z]{2})?", "two letters, like nl or en")
RULE_NAME = matching("the name of a rule", r"[a-z]+(?:-[a-z]+)*", "like too-much")
OPTION = Scalar("a value", longest=100)

_UNITS = {str(unit): unit for unit in Unit} | {str(unit)[:-1]: unit for unit in Unit}
_DURATION = r"[0-9]{1,5} (?:minutes?|hours?|days?|weeks?|working days?)"


def duration(text: str) -> Duration:
    """`30 minutes`, `1 working day`."""
    match = re.fullmatch(r"([0-9]+) +([a-z]+(?: [a-z]+)?)", text.strip())
    if match is None or match[2] not in _UNITS:
        unit = nearest(text.strip().lstrip("0123456789 "), _UNITS)
        raise Wrong(f"a duration was expected, like '2 hours' or '1 working day', not '{text[:40]}'", unit)
    amount = int(match[1]) if len(match[1]) < 9 else MOST_AMOUNT + 1
    if amount > MOST_AMOUNT:
        raise Wrong(f"a duration of at most {MOST_AMOUNT} was expected, not '{text[:40]}'")
    return Duration(amount, _UNITS[match[2]])


def positive(text: str) -> Duration:
    found = duration(text)
    if not found.amount:
        raise Wrong(f"a duration longer than nothing was expected, not '{text[:40]}'")
    return found


def late(text: str) -> Late:
    """DURATION, never or always."""
    if text in ("never", "always"):
        return cast(Literal["never", "always"], text)
    try:
        return duration(text)
    except Wrong as wrong:
        raise Wrong(f"a duration, 'never' or 'always' was expected, not '{text[:40]}'", wrong.hint) from None


def window(text: str) -> Window:
    """`09:00-20:00`; it may wrap midnight."""
    match = re.fullmatch(r"([0-9]{1,2}:[0-9]{2}) ?- ?([0-9]{1,2}:[0-9]{2})", text.strip())
    if match is None:
        raise Wrong(f"a part of the day was expected, like 09:00-20:00, not '{text[:40]}'")
    start, end = (_clock(part) for part in match.groups())
    if start == end:
        raise Wrong(f"'{text}' begins and ends at the same time")
    return Window(start, end)


def _clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise Wrong(f"'{text}' is not a time of the day", "00:00 to 23:59")
    return time(hour, minute)


@dataclass(frozen=True)
class When:
    """`EVENT`, `2 hours after EVENT` or `1 day before appointment.start`, with where the name stands in it."""

    name: str
    column: int = 0
    shift: Duration | None = None
    before: bool = False


def when(text: str) -> When:
    match = re.fullmatch(rf"(?:(.+?) +(after|before) +)?({DOTTED})", text.strip())
    if match is None:
        raise Wrong(
            f"a time was expected, not '{text[:60]}'",
            "EVENT, '2 hours after EVENT' or '1 day before appointment.start'",
        )
    shift = None if match[1] is None else duration(match[1])
    return When(match[3], match.start(3), shift, match[2] == "before")


_TARGET = r"[A-Za-z][A-Za-z0-9_]* *(?:>=|<=|==|>|<) *-?[0-9]+(?:\.[0-9]+)? *%?"


def target(text: str) -> Target:
    """`first_time_fix >= 85%`; 85 % is 0.85."""
    match = re.fullmatch(r"([A-Za-z]\w*) *(>=|<=|==|>|<) *(-?[0-9]{1,12}(?:\.[0-9]{1,6})?) *(%?)", text.strip())
    if match is None:
        raise Wrong(f"a goal was expected, like 'first_time_fix >= 85%', not '{text[:60]}'")
    value = float(match[3]) / (100 if match[4] else 1)
    return Target(match[1], cast(Any, match[2]), value, text.strip())


def runs(text: str) -> tuple[datetime, datetime]:
    """`2027-01-02..2027-03-31`, both days included, or local times; naive here: the journey's zone comes later."""
    first, dots, last = text.strip().partition("..")
    try:
        start, end = datetime.fromisoformat(first.strip()), datetime.fromisoformat(last.strip())
        if len(last.strip()) == 10:
            end = datetime.combine(date.fromordinal(end.toordinal() + 1), time())
    except (ValueError, OverflowError):
        raise Wrong(f"two days were expected, like 2027-01-02..2027-03-31, not '{text[:60]}'") from None
    if not dots or start.tzinfo or end.tzinfo:
        raise Wrong("local days or times were expected, like 2027-01-02..2027-03-31", "leave the offset out")
    if start >= end:
        raise Wrong("it ends before it begins", "write FROM..TO")
    return start, end


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def zone(text: str) -> ZoneInfo:
    try:
        if not re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", text) or text.startswith("/"):
            raise ValueError
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        hint = nearest(text, _zones()) or "like Europe/Amsterdam"
        raise Wrong(f"a time zone was expected, not '{text[:40]}'", hint) from None


def expression(text: str) -> Expression:
    try:
        return parse_expression(text)
    except (ExpressionError, RecursionError) as wrong:
        raise Wrong(str(wrong), "like: problem == 'leak' and appointment is set", getattr(wrong, "column", 0)) from None


def number(text: str) -> int | float:
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?", text.strip()):
        raise Wrong(f"a number was expected, not '{text[:40]}'")
    return float(text) if "." in text else int(text)


def count(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or int(text) < least:
            raise Wrong(f"a whole number of at least {least} was expected, not '{text[:40]}'")
        return int(text)

    return parse


def literal(text: str) -> object:
    """A value of a decision table: true, false, a number, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return number(text)
    except Wrong:
        return text


DURATION = Scalar("a duration", duration, rf"^ *{_DURATION} *$", ("string",))
POSITIVE = Scalar("a duration", positive, rf"^ *{_DURATION} *$", ("string",))
LATE = Scalar("a duration, never or always", late, None, ("string",), 100)
WINDOW = Scalar("a part of the day", window, None, ("string",), 100)
WHEN = Scalar("a time", when, None, ("string",), 200)
TARGET = Scalar("a goal", target, None, ("string",), 200)
RUNS = Scalar("a period", runs, None, ("string",), 100)
ZONE = Scalar("a time zone", zone, None, ("string",))
EXPRESSION = Scalar("a condition", expression, None, ("string", "boolean"), 1000)
NUMBER = Scalar("a number", number, None, ("string", "number"))
SHARE = Scalar("a share", count(0), r"^ *[0-9]+ *$", ("string", "integer"))
COUNT = Scalar("a whole number", count(1), r"^ *[0-9]+ *$", ("string", "integer"))
LITERAL = Scalar("a value", literal, longest=1000)
