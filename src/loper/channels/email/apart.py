"""A mail taken apart: its words, the fields of a report in it, and the mail that came back with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


@dataclass(slots=True)
class Parts:
    """A mail taken apart."""

    top: Message[Any, Any]
    blocks: list[Message[Any, Any]] = field(default_factory=list)  # of the delivery status: one a recipient
    envelope_id: str = ""
    feedback: Message[Any, Any] | None = None
    returned: Message[Any, Any] | None = None
    prose: str = ""


def take_apart(top: Message[Any, Any]) -> Parts:
    """The parts of a mail that tell what came of ours."""
    mail = Parts(top)
    for part in _walk(top):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            for block in _fields(part):
                mail.envelope_id = mail.envelope_id or text_of(block, "Original-Envelope-Id")
                if block.get("Final-Recipient") or block.get("Original-Recipient") or block.get("Action"):
                    mail.blocks.append(block)
        elif kind == "message/feedback-report":
            mail.feedback = next(_fields(part), None)
        elif kind in RETURNED and mail.returned is None:
            mail.returned = _returned(part)
        elif kind in ("text/plain", "text/html") or (part.get_content_maintype() == "multipart" and not _inside(part)):
            mail.prose += _words(part) + "\n"  # a multipart without parts is one whose boundary got lost
    return mail


def _walk(part: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    """The parts of a mail, but not those of the mail that came back with it."""
    yield part
    if part.get_content_maintype() == "multipart":
        for one in _inside(part):
            yield from _walk(one)


def _inside(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    payload: Any = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _fields(part: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    """The blocks of fields in a part, also where it came encoded."""
    inside = _inside(part)
    if len(inside) > (1 if part.get("Content-Transfer-Encoding") else 0):
        yield from inside
        return
    text = "".join(str(one) for one in inside) or _words(part)
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        yield message_from_bytes(block.encode("utf-8", "replace"))


def _returned(part: Message[Any, Any]) -> Message[Any, Any]:
    inside = _inside(part)
    if inside:
        return inside[0]
    return message_from_bytes(_words(part).strip().encode("utf-8", "replace"))


def _words(part: Message[Any, Any]) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = payload.decode("latin-1")
    if part.get_content_type() == "text/html":
        text = re.sub(r"<(br|p|div|tr)\b[^<>]{0,500}>", "\n", text, flags=re.IGNORECASE)
        text = re.sub(r"<(?!\S{1,64}@)[^<>]{0,500}>", " ", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(part: Message[Any, Any], name: str) -> str:
    """A field, decoded, on one line."""
    value = part.get(name)
    if value is None:
        return ""
    try:
        value = str(make_header(decode_header(value)))
    except (ValueError, LookupError, UnicodeError):
        value = str(value)
    return " ".join(value.split())
