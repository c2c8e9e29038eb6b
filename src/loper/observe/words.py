"""Answers in words, Dutch and English: numbers, shares and times as one says them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf, isnan


class Say:
    """One language: English where it is not Dutch."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, en: str, nl: str, **values: int | str) -> str:
        """The sentence with its values; whole numbers are written as one does."""
        sentence = nl if self.language.startswith("nl") else en
        return sentence.format(
            **{name: self.number(one) if isinstance(one, int) else one for name, one in values.items()}
        )

    def said(self, texts: Mapping[str, str]) -> str:
        """Of texts in several languages the one in this, else any."""
        return texts.get(self.language[:2]) or next(iter(texts.values()), "")

    def number(self, value: float, digits: int = 0) -> str:
        return number(value, self.language, digits)

    def share(self, value: float) -> str:
        return share(value, self.language)

    def lasting(self, seconds: float) -> str:
        return lasting(seconds, self.language)

    def listed(self, words: list[str]) -> str:
        return listed(words, self.language)


UNITS = (
    (7 * 86_400 * 4, 7 * 86_400, {"en": ("week", "weeks"), "nl": ("week", "weken")}),
    (2 * 86_400, 86_400, {"en": ("day", "days"), "nl": ("dag", "dagen")}),
    (2 * 3_600, 3_600, {"en": ("hour", "hours"), "nl": ("uur", "uur")}),
    (2 * 60, 60, {"en": ("minute", "minutes"), "nl": ("minuut", "minuten")}),
    (0, 1, {"en": ("second", "seconds"), "nl": ("seconde", "seconden")}),
)
"""From so many seconds on a time is said in this unit."""


def number(value: float, language: str, digits: int = 0) -> str:
    """1434 -> 1,434 or 1.434"""
    if isnan(value) or isinf(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language.startswith("nl") else text


def share(value: float, language: str) -> str:
    """.0809 -> 8.1 %; a share that is not nothing is never said to be 0 %, nor one that is not all 100 %."""
    if isnan(value):
        return "–"
    percent = value * 100
    if 0 < percent < 0.1:
        return f"< {number(0.1, language, 1)} %"
    if 99.95 <= percent < 100:
        percent = 99.9
    return f"{number(percent, language, 0 if percent in (0, 100) or 10 <= percent <= 99 else 1)} %"


def lasting(seconds: float, language: str) -> str:
    """90,000 -> 25 hours; at most one digit behind the point."""
    if isnan(seconds) or isinf(seconds):
        return "–"
    tongue = "nl" if language.startswith("nl") else "en"
    unit, names = next((unit, names) for least, unit, names in UNITS if abs(seconds) >= least)
    value = seconds / unit
    digits = 0 if value >= 10 or value == int(value) else 1
    text = number(value, language, digits)
    return f"{text} {names[tongue][0 if text == '1' else 1]}"


def listed(words: list[str], language: str) -> str:
    """a, b and c"""
    *most, last = words or [""]
    return f"{', '.join(most)} {'en' if language.startswith('nl') else 'and'} {last}" if most else last
