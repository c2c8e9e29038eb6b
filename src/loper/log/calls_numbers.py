"""Telephone numbers in one form, so that a customer who is written in three ways is one."""

from __future__ import annotations

import re

INNER = 5  # digits: a number so short is one of the house
OUTSIDE = 7  # digits: a number so long is somebody's own

_NO_DIGIT = re.compile(r"\D")
_BEFORE = re.compile(r"^\s*(tel:|sip:)?\+", re.I)


def international(number: str, country: str = "31") -> str:
    """A number with its country, digits only; empty where it is none (withheld, anonymous).

    `country`: of numbers that begin with one 0.
    """
    digits = digits_of(number)
    if len(digits) < OUTSIDE or _BEFORE.match(_bare(number)):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return country + digits[1:] if digits.startswith("0") else digits


def digits_of(number: str) -> str:
    """The digits of a number, also of `"Name" <0612345678>` and of `sip:0612345678@exchange`."""
    return number if number.isascii() and number.isdigit() else _NO_DIGIT.sub("", _bare(number))


def _bare(number: str) -> str:
    within = number.rpartition("<")[2].partition(">")[0] if "<" in number else number
    return within.partition("@")[0]
