"""Standard Webhooks (standardwebhooks.com, version 1): who gets a message can prove that it is ours, and is new.

Signed is `ID.TIMESTAMP.BODY` with HMAC-SHA256; while a secret is being replaced, with both. `verify` is what a receiver
does: copy it.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""A message that was signed longer ago, or later than now, is refused: somebody may have kept it."""


class Forged(ValueError):
    """Not a message that may be believed: why not."""


def headers(secrets: Sequence[str], ident: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message that goes at this time."""
    stamp = str(int(at.timestamp()))
    signatures = " ".join(f"v1,{_signature(secret, ident, stamp, body)}" for secret in secrets)
    return {"webhook-id": ident, "webhook-timestamp": stamp, "webhook-signature": signatures}


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of the message, if one of these secrets signed it within the tolerance; raises Forged.

    What came before under the same id is left to the receiver: keep the ids of as long as the tolerance, at least.
    """
    found = {name.lower(): value for name, value in headers.items()}
    ident, stamp = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    if not ident or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Forged("webhook-id or webhook-timestamp is missing")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise Forged("it was signed too long ago, or its clock differs from ours")
    given = [one.removeprefix("v1,") for one in found.get("webhook-signature", "").split(" ") if one.startswith("v1,")]
    expected = [_signature(secret, ident, stamp, body) for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected):
        raise Forged("the signature is not that of this message")
    return ident


def secret_of(seed: str, key: str) -> str:
    """The secret that belongs to a seed: made with the server's own key, so that the database alone betrays none."""
    return PREFIX + b64encode(hmac.new(key.encode(), b"webhook:" + seed.encode(), sha256).digest()).decode()


def _signature(secret: str, ident: str, stamp: str, body: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return b64encode(hmac.new(key, f"{ident}.{stamp}.".encode() + body, sha256).digest()).decode()
