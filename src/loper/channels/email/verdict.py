"""What a server's status and words say about an address: dead, or only this message refused."""

from __future__ import annotations

import re

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.-])([45])[0-5]\d(?=[\s-][^\d])")
_DEAD = re.compile(
    r"(user|recipient|mailbox|address|account)[^.;]{0,30}(unknown|not known|not exist|not found|invalid|"
    r"disabled|inactive|closed|unavailable|suspended|onbekend|bestaat niet)|"
    r"(unknown|no such|invalid|bad destination|onbekende?) (user|recipient|mailbox|address|account|local|virtual|"
    r"gebruiker|geadresseerde)|(doesn't|does not|not) (exist|have an? \S* ?account|listed)|no mailbox|"
    r"(host|domain)[^.;]{0,30}(not found|unknown|not exist)|unrouteable|no longer (available|valid|in use|works)|"
    r"nxdomain|null mx",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"quota|full\b|too (big|large|long)|spam|junk|block(ed|list)|blacklist|reputation|polic|virus|malware|content|"
    r"dmarc|\bspf\b|dkim|rate|timed? ?out|temporar|try again|greylist|relay|loop|hop count|expired|too many|throttl|"
    r"authenti|sender|access denied by|banned|listed (in|by|at|on)",
    re.IGNORECASE,
)
_ADDRESS_GONE = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "4.4", "7.13", "7.27")
_NOT_THE_ADDRESS = ("1.7", "1.8", "1.9", "2.2", "2.3")


def status_in(text: str) -> str:
    """The enhanced status code (RFC 3463) in a text, one with a detail first; else one made of an SMTP reply code."""
    found: list[str] = _STATUS.findall(text)
    if found:
        return next((status for status in found if not status.endswith(".0")), found[0])
    reply = _REPLY.search(text)
    return f"{reply.group(1)}.0.0" if reply else ""


def dead(status: str, words: str) -> bool:
    """Whether the address itself does not work. In doubt it does: a customer is not cut off by one refused mail."""
    if status.startswith(("4", "2")):
        return False
    detail = status[2:]
    if detail in _ADDRESS_GONE:
        return not (detail in ("1.0", "2.1", "1.1") and _PASSING.search(words) and not _DEAD.search(words))
    if detail in _NOT_THE_ADDRESS or detail.startswith(("3.", "6.")):
        return False
    return bool(_DEAD.search(words)) and not _PASSING.search(words)
