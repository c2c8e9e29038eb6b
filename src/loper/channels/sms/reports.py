"""What the gateway tells later: delivered or failed. Pure; whoever receives it calls `read_report`.

The signature is HMAC-SHA256 over the body as it came, in hex; it is checked before anything is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

LARGEST = 16384


class BadReport(ValueError):
    """Not a report that can be taken in: `reasons` has everything that is wrong with it."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Forged(BadReport):
    """The signature does not hold: somebody else wrote this, or the secret differs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """What became of a message. `key` is the key we sent along, `provider_id` the gateway's own.

    permanent: the number does not work, and should not be used again.
    """

    key: str
    provider_id: str
    state: Literal["delivered", "failed"]
    at: datetime | None = None
    permanent: bool = False
    why: str = ""


def sign(body: bytes, secret: str) -> str:
    """The signature of a body, as it stands in the header `X-Signature`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read_report(body: bytes, signature: str, secret: str) -> DeliveryReport:
    """The report; raises Forged, or BadReport with all that is wrong with it."""
    if not secret:
        raise ValueError("without a secret no report can be trusted")
    if not hmac.compare_digest(sign(body, secret).encode(), signature.strip().encode("utf-8", "replace")):
        raise Forged(["signature: it does not fit the body and our secret"])
    if len(body) > LARGEST:
        raise BadReport([f"at most {LARGEST} bytes were expected"])
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise BadReport(["JSON was expected"]) from None
    if not isinstance(document, dict):
        raise BadReport(["a JSON object was expected"])
    reasons: list[str] = []
    key, provider_id = _text(document, "key", 500, reasons), _text(document, "id", 200, reasons)
    if not key and not provider_id:
        reasons.append("key or id: one of them was expected, to know which message this is about")
    why = _text(document, "why", 2000, reasons)[:200]
    at = _time(document.get("at"), reasons)
    state: Any = document.get("state")
    if state not in ("delivered", "failed"):
        reasons.append("state: 'delivered' or 'failed' was expected")
    permanent = document.get("permanent", False)
    if not isinstance(permanent, bool):
        reasons.append("permanent: true or false was expected")
    if reasons:
        raise BadReport(reasons)
    return DeliveryReport(key=key, provider_id=provider_id, state=state, at=at, permanent=permanent, why=why)


def _text(document: dict[str, Any], name: str, longest: int, reasons: list[str]) -> str:
    value = document.get(name, "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        reasons.append(f"{name}: a text of at most {longest} characters was expected")
        return ""
    return value


def _time(value: Any, reasons: list[str]) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError("no zone")
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        reasons.append("at: a time with its zone was expected, like 2025-03-04T10:00:00+01:00")
        return None
