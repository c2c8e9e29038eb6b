"""A mail that came back, read: which message, which address, and whether that address is dead. Pure.

Knows delivery status notifications (RFC 3464, with the envelope id of RFC 3461), complaints (ARF, RFC 5965), and the
prose of mail servers that keep to neither. Reads any bytes; never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from typing import Any, Literal

from loper.channels.email.apart import Parts, take_apart, text_of
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


def read(raw: bytes, ours: Ours | None = None) -> Report:
    """What this mail tells."""
    try:
        return _read(raw[:LARGEST], ours or Ours())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return Report(kind="unknown")  # the standard library stumbles over some broken mails; a person looks at them


def _read(raw: bytes, ours: Ours) -> Report:
    mail = take_apart(message_from_bytes(raw))
    identity = _identity(mail, ours)
    if mail.feedback is not None:
        return _complaint(mail, mail.feedback, identity)
    if mail.blocks:
        return _status_report(mail, identity)
    if _automatic_answer(mail.top):
        return Report(kind="nothing")
    return _prose(mail, identity)


# -- the forms in which mails come back ------------------------------------------------------------------------------


def _status_report(mail: Parts, identity: str) -> Report:
    bounces, good = [], False
    for block in mail.blocks:
        action = text_of(block, "Action").split(";")[0].split(" ")[0].lower()
        diagnostic = text_of(block, "Diagnostic-Code")
        status = status_in(text_of(block, "Status"))
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


def _complaint(mail: Parts, feedback: Message[Any, Any], identity: str) -> Report:
    kind = text_of(feedback, "Feedback-Type").lower() or "abuse"
    recipient = _plain_address(text_of(feedback, "Original-Rcpt-To")) or _sent_to(mail)
    if kind == "not-spam":
        return Report(kind="nothing")
    if kind == "auth-failure":
        return Report(kind="unknown")
    return Report(kind="complaint", complaints=(Complaint(message_id=identity, recipient=recipient, feedback=kind),))


def _prose(mail: Parts, identity: str) -> Report:
    """A bounce in words only: of a mail server by its sender or subject, and about a mail that it shows or names."""
    failed = text_of(mail.top, "X-Failed-Recipients")
    sender, subject = text_of(mail.top, "From"), text_of(mail.top, "Subject")
    from_server = bool(failed or _DAEMON.search(sender) or text_of(mail.top, "Return-Path") == "<>")
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
    if _DAEMON.search(text_of(top, "From")):
        return False
    marked = text_of(top, "Auto-Submitted").lower().startswith("auto-replied")
    bulk = text_of(top, "Precedence").lower() in ("auto_reply", "auto-reply")
    said = bool(text_of(top, "X-Autoreply") or text_of(top, "X-Autorespond") or _AWAY.match(text_of(top, "Subject")))
    return marked or bulk or said


# -- which message, which address ------------------------------------------------------------------------------------


def _identity(mail: Parts, ours: Ours) -> str:
    """The Message-ID of the mail that came back: by our own marks, else by the mail itself, else by what is said."""
    if ours.domain:
        for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
            token = token_in(text_of(mail.top, name), ours.return_path)
            if token:
                return message_id(token, ours.domain)
        found = TOKEN.search(mail.envelope_id)
        if found:
            return message_id(found.group(), ours.domain)
    if mail.returned is not None:
        named = re.search(r"<[^<>\s]{3,250}>", text_of(mail.returned, "Message-ID"))
        if named:
            return named.group()
    for text in (text_of(mail.top, "In-Reply-To"), text_of(mail.top, "References"), mail.prose):
        own = _OURS.search(text)
        if own:
            return f"<{own.group(1)}>"
    said = _ID.search(mail.prose)
    return said.group(1) if said else ""


def _recipient(block: Message[Any, Any]) -> str:
    """The address that we wrote to, which a forward may have changed since."""
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        kind, _, address = str(block.get(name) or "").partition(";")
        found = _plain_address(address or kind)
        if found:
            return found
    return ""


def _sent_to(mail: Parts) -> str:
    return _plain_address(text_of(mail.returned, "To")) if mail.returned is not None else ""


def _named(words: str, mail: Parts) -> str:
    """The address in the words of a server: as the mail that came back has it, else the first that is told."""
    shown = _sent_to(mail)
    if not shown:
        quoted = _TO.search("\n".join(_ID.split(mail.prose)[1:]) or mail.prose)
        shown = _plain_address(quoted.group(1)) if quoted else ""
    if shown:
        return shown
    own = {address.lower() for _, address in getaddresses([text_of(mail.top, "To"), text_of(mail.top, "From")])}
    told = [one.group() for one in _ADDRESS.finditer(words) if one.group().lower() not in own]
    return told[0] if told else ""


def _plain_address(text: str) -> str:
    found = _ADDRESS.search(text)
    return found.group() if found else ""


def _first_lines(prose: str) -> str:
    return " ".join(prose.split())[:400]
