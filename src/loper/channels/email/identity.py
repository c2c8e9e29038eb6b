"""Who a mail is: a token from the key of its message, the same on every try."""

from __future__ import annotations

import re
from hashlib import blake2b

TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


def token_of(key: str, secret: str = "") -> str:
    """40 hex digits that stand for this message. With a secret nobody else can make them."""
    own = blake2b(secret.encode(), digest_size=32).digest() if secret else b""
    return blake2b(key.encode("utf-8", "surrogatepass"), key=own, digest_size=20).hexdigest()


def message_id(token: str, domain: str) -> str:
    """The Message-ID, as it stands in the header: `<token@domain>`."""
    return f"<{token}@{domain}>"


def envelope_sender(return_path: str, token: str) -> str:
    """The address for bounces of this message."""
    return return_path.replace("{token}", token)


def token_in(address: str, return_path: str) -> str:
    """The token in an address made by `envelope_sender`; empty where it is none of ours."""
    before, found, after = return_path.partition("{token}")
    if not found:
        return ""
    match = re.search(re.escape(before) + r"([0-9a-f]{40})" + re.escape(after), address, re.IGNORECASE)
    return match.group(1).lower() if match else ""


def without_addresses(text: str) -> str:
    """The text with e-mail addresses taken out: it goes where personal data must not."""
    return re.sub(r"[^\s<>]+@[^\s<>]+", "(address)", text)
