"""A mail that came back, read: which message, which address, and whether that address is dead. Pure.

Knows delivery status notifications (RFC 3464, with the envelope id of RFC 3461), complaints (ARF, RFC 5965), and the
prose of mail servers that keep to neither. Reads any bytes; never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Any, Literal

from loper.channels.email.identity import TOKEN, message_id, token_in, without_addresses
from loper.channels.email.verdict import dead, status_in

LARGEST = 262_144
_ID = re.compile(r"^[ \t>]*Message-ID:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(r"^[ \t>]*To:\s*(.{3,250})$", re.IGNORECASE | re.MULTILINE)
_OURS = re.compile(r"<([0-9a-f]{40}@[^<>\s]{1,250})>")
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]=]{1,64}@[A-Za-z0-9.-]{1,250}[A-Za-z0-9]")
_DAEMON = re.compile(
    r"mailer.?daemon|mail.?daemon|postmaster|mdaemon|mail.?delivery|mail.?system|daemon@|noreply.*delivery", re.I
)
_RETURNED = re.compile(
    r"undeliver|deliver\w* (status|fail|problem|error|report)|fail\w* (notice|deliver)|return\w* (mail|to sender)|"
    r"(mail|message) (could not|was not|not|delivery)|cannot send|onbestelbaar|niet (af)?(be|ge)lever|unzustellbar|"
    r"non remis|failure",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delayed|delivery.{0,20}delay|warning:|not yet|will (keep|continue) try|still trying|vertraagd", re.I
)
_AWAY = re.compile(r"(automatic reply|auto.?reply|out of (the )?office|automatisch antwoord|afwezig)\b", re.IGNORECASE)
_RETURNED_PARTS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """A message that did not arrive.

    message_id: ours, as in the header; empty where the mail does not say. permanent: the address does not work, do
    not use it again; otherwise only this message failed (a full mailbox, refused as spam, given up waiting).
    status: RFC 3463, like 5.1.1; empty where not given. diagnostic: the server's words, without addresses.
    """

    message_id: str
    recipient: str
    permanent: bool
    status: str
    diagnostic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """A customer who called our mail spam: `feedback` is `abuse`, `fraud` and so on."""

    message_id: str
    recipient: str
    feedback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """How our own mails can be known: the sender's domain and the return path, as in the settings."""

    domain: str = ""
    return_path: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a mail told. `nothing`: a delay, an absence note, good news. `unknown`: a person should look at it."""

    kind: Literal["bounce", "complaint", "nothing", "unknown"]
    bounces: tuple[Bounce, ...] = ()
    complaints: tuple[Complaint, ...] = ()


@dataclass(slots=True)
class _Mail:
    """A mail taken apart."""

    top: Message[Any, Any]
    blocks: list[Message[Any, Any]] = field(default_factory=list)  # of the delivery status: one a recipient
    envelope_id: str = ""
    feedback: Message[Any, Any] | None = None
    returned: Message[Any, Any] | None = None
    prose: str = ""


def read(raw: bytes, ours: Ours | None = None) -> Report:
    """What this mail tells."""
    try:
        return _read(raw[:LARGEST], ours or Ours())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return Report(kind="unknown")  # the standard library stumbles over some broken mails; a person looks at them


def _read(raw: bytes, ours: Ours) -> Report:
    mail = _apart(message_from_bytes(raw))
    identity = _identity(mail, ours)
    if mail.feedback is not None:
        return _complaint(mail, mail.feedback, identity)
    if mail.blocks:
        return _status_report(mail, identity)
    if _automatic_answer(mail.top):
        return Report(kind="nothing")
    return _prose(mail, identity)


# -- the forms in which mails come back ------------------------------------------------------------------------------


def _status_report(mail: _Mail, identity: str) -> Report:
    bounces, good = [], False
    for block in mail.blocks:
        action = _text(block, "Action").split(";")[0].split(" ")[0].lower()
        diagnostic = _text(block, "Diagnostic-Code")
        status = status_in(_text(block, "Status"))
        if not status or status.endswith(".0"):
            status = status_in(diagnostic) or status
        if action != "failed" and (action or not status.startswith("5")):
            good = True  # delayed, delivered, relayed, expanded, deliverable
            continue
        words = diagnostic.partition(";")[2] or diagnostic or _first_lines(mail.prose)
        bounces.append(_bounce(identity, _recipient(block) or _sent_to(mail), status, words))
    if bounces:
        return Report(kind="bounce", bounces=tuple(dict.fromkeys(bounces)))
    return Report(kind="nothing" if good else "unknown")


def _complaint(mail: _Mail, feedback: Message[Any, Any], identity: str) -> Report:
    kind = _text(feedback, "Feedback-Type").lower() or "abuse"
    recipient = _plain_address(_text(feedback, "Original-Rcpt-To")) or _sent_to(mail)
    if kind == "not-spam":
        return Report(kind="nothing")
    if kind == "auth-failure":
        return Report(kind="unknown")
    return Report(kind="complaint", complaints=(Complaint(message_id=identity, recipient=recipient, feedback=kind),))


def _prose(mail: _Mail, identity: str) -> Report:
    """A bounce in words only: of a mail server by its sender or subject, and about a mail that it shows or names."""
    failed = _text(mail.top, "X-Failed-Recipients")
    sender, subject = _text(mail.top, "From"), _text(mail.top, "Subject")
    from_server = bool(failed or _DAEMON.search(sender) or _text(mail.top, "Return-Path") == "<>")
    own_words = _ID.split(mail.prose)[0]
    status = status_in(own_words)
    if from_server and not failed and (_DELAY.search(subject) or (status.startswith("4") and _DELAY.search(own_words))):
        return Report(kind="nothing")
    if not from_server or not (failed or identity or _RETURNED.search(subject)):
        return Report(kind="unknown")
    recipients = [address for _, address in getaddresses([failed]) if "@" in address] or [_named(own_words, mail)]
    if not identity and not any(recipients):
        return Report(kind="unknown")
    words = _first_lines(own_words)
    return Report(kind="bounce", bounces=tuple(_bounce(identity, one, status, words) for one in recipients))


def _bounce(identity: str, recipient: str, status: str, words: str) -> Bounce:
    words = " ".join(words.split())
    return Bounce(
        message_id=identity,
        recipient=recipient,
        permanent=dead(status, words),
        status=status,
        diagnostic=without_addresses(words)[:300],
    )


def _automatic_answer(top: Message[Any, Any]) -> bool:
    """A note of absence and the like (RFC 3834), written by a person's mailbox and not by a mail server."""
    if _DAEMON.search(_text(top, "From")):
        return False
    marked = _text(top, "Auto-Submitted").lower().startswith("auto-replied")
    bulk = _text(top, "Precedence").lower() in ("auto_reply", "auto-reply")
    said = bool(_text(top, "X-Autoreply") or _text(top, "X-Autorespond") or _AWAY.match(_text(top, "Subject")))
    return marked or bulk or said


# -- taking apart ----------------------------------------------------------------------------------------------------


def _apart(top: Message[Any, Any]) -> _Mail:
    mail = _Mail(top)
    for part in _walk(top):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            for block in _fields(part):
                mail.envelope_id = mail.envelope_id or _text(block, "Original-Envelope-Id")
                if block.get("Final-Recipient") or block.get("Original-Recipient") or block.get("Action"):
                    mail.blocks.append(block)
        elif kind == "message/feedback-report":
            mail.feedback = next(_fields(part), None)
        elif kind in _RETURNED_PARTS and mail.returned is None:
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


def _text(part: Message[Any, Any], name: str) -> str:
    """A field, decoded, on one line."""
    value = part.get(name)
    if value is None:
        return ""
    try:
        value = str(make_header(decode_header(value)))
    except (ValueError, LookupError, UnicodeError):
        value = str(value)
    return " ".join(value.split())


# -- which message, which address ------------------------------------------------------------------------------------


def _identity(mail: _Mail, ours: Ours) -> str:
    """The Message-ID of the mail that came back: by our own marks, else by the mail itself, else by what is said."""
    if ours.domain:
        for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
            token = token_in(_text(mail.top, name), ours.return_path)
            if token:
                return message_id(token, ours.domain)
        found = TOKEN.search(mail.envelope_id)
        if found:
            return message_id(found.group(), ours.domain)
    if mail.returned is not None:
        named = re.search(r"<[^<>\s]{3,250}>", _text(mail.returned, "Message-ID"))
        if named:
            return named.group()
    for text in (_text(mail.top, "In-Reply-To"), _text(mail.top, "References"), mail.prose):
        own = _OURS.search(text)
        if own:
            return f"<{own.group(1)}>"
    said = _ID.search(mail.prose)
    return said.group(1) if said else ""


def _recipient(block: Mapping[str, str] | Message[Any, Any]) -> str:
    """The address that we wrote to, which a forward may have changed since."""
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        kind, _, address = str(block.get(name) or "").partition(";")
        found = _plain_address(address or kind)
        if found:
            return found
    return ""


def _sent_to(mail: _Mail) -> str:
    return _plain_address(_text(mail.returned, "To")) if mail.returned is not None else ""


def _named(words: str, mail: _Mail) -> str:
    """The address in the words of a server: as the mail that came back has it, else the first that is told."""
    shown = _sent_to(mail)
    if not shown:
        quoted = _TO.search("\n".join(_ID.split(mail.prose)[1:]) or mail.prose)
        shown = _plain_address(quoted.group(1)) if quoted else ""
    if shown:
        return shown
    own = {address.lower() for _, address in getaddresses([_text(mail.top, "To"), _text(mail.top, "From")])}
    told = [one.group() for one in _ADDRESS.finditer(words) if one.group().lower() not in own]
    return told[0] if told else ""


def _plain_address(text: str) -> str:
    found = _ADDRESS.search(text)
    return found.group() if found else ""


def _first_lines(prose: str) -> str:
    return " ".join(prose.split())[:400]
