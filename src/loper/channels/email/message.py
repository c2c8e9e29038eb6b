"""An Outgoing as the bytes of a mail: headers, text, HTML, calendar, attachments. Pure: `now` is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from loper.channels.email import mime
from loper.channels.email.identity import envelope_sender, message_id, token_of
from loper.channels.email.page import WORDS, page
from loper.channels.email.settings import ADDRESS, EmailSettings, ascii_domain, logo_type
from loper.channels.email.smtp import Envelope
from loper.channels.markdown import Block, Break, Button, Choices, Passage, allowed, blocks, plain
from loper.run.ports import Attachment, Outgoing

OURS = re.compile(
    r"(from|sender|to|cc|bcc|reply-to|subject|date|message-id|return-path|received|mime-version|content-.*|dkim-.*|"
    r"arc-.*|list-unsubscribe.*|auto-submitted)",
    re.IGNORECASE,
)
"""Headers that a message cannot set for itself."""

LOGO = "logo@mail"


class Unsendable(Exception):
    """No mail can be made of this message; the text says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    envelope: Envelope
    message_id: str
    content: bytes


def compose(message: Outgoing, settings: EmailSettings, now: datetime) -> Mail:
    """The mail. Raises Unsendable where the address or the message is at fault."""
    to, utf8 = _recipient(message.to)
    if message.marketing and not _web(message.unsubscribe):
        raise Unsendable("a marketing mail needs an address to unsubscribe at")
    token = token_of(message.key, settings.secret)
    identity = message_id(token, settings.domain)
    head = [
        *_sender(settings),
        mime.line("To", to, utf8),
        mime.header("Subject", one_line(message.subject)),
        mime.line("Date", format_datetime(now)),
        mime.line("Message-ID", identity),
        mime.line("Auto-Submitted", "auto-generated"),
        *_own_headers(message),
        mime.line("Content-Language", _language(message.language)),
        mime.line("MIME-Version", "1.0"),
    ]
    sender = envelope_sender(settings.return_path or settings.sender, token)
    envelope = Envelope(_ascii(sender), to, token, utf8)
    return Mail(envelope, identity, b"".join(head) + _content(message, settings, token))


def _content(message: Outgoing, settings: EmailSettings, token: str) -> bytes:
    """Text and HTML beside each other, and what hangs on them."""
    body = _with_buttons(blocks(message.body), message)
    foot = message.unsubscribe if _web(message.unsubscribe) and message.unsubscribe not in message.body else ""
    look, language, subject = settings.look, _language(message.language), one_line(message.subject)
    logo_file = look.logo if look.logo and not look.logo.startswith("https://") else ""
    logo = f"cid:{LOGO}" if logo_file else look.logo
    html = page(subject=subject, body=body, look=look, language=language, logo=logo, unsubscribe=foot)
    shown = [mime.words(html, 'text/html; charset="utf-8"')]
    if logo_file:
        shown.append(_logo(logo_file))
    either = [
        mime.words(text(body, language, foot), 'text/plain; charset="utf-8"'),
        mime.together("related", shown, token),
    ]
    invitation = next((one for one in message.attachments if _method(one)), None)
    if invitation is not None:
        # Mail programs show an invitation that is an alternative of the text; some want it as a file as well.
        kind = f'text/calendar; charset="utf-8"; method={_method(invitation)}'
        either.append(mime.data(invitation.content, kind))
    files = [mime.file(one.content, _type(one.content_type), _file_name(one.name)) for one in message.attachments]
    return mime.together("mixed", [mime.together("alternative", either, token), *files], token)


def _with_buttons(body: list[Block], message: Outgoing) -> list[Block]:
    """The body with a button for each further offer, behind its own last button, so that they stand together."""
    extra = [Button(one_line(one.label), one.url) for one in message.links if _web(one.url)]
    last = max((n for n, block in enumerate(body, 1) if isinstance(block, Button)), default=len(body))
    return [*body[:last], *extra, *body[last:]]


def text(body: Sequence[Block], language: str, unsubscribe: str = "") -> str:
    """The mail for those who read plain text."""
    found: list[str] = []
    for block in body:
        match block:
            case Passage():
                found.append(plain(block))
            case Button(label, url):
                found.append(f"{label.rstrip(':')}:\n{url}")
            case Choices(buttons):
                found.append("\n".join(f"{one.label}: {one.url}" for one in buttons))
            case Break():
                found.append("-" * 40)
    if unsubscribe:
        found.append(f"{WORDS.get(language[:2], WORDS['en'])['unsubscribe']}\n{unsubscribe}")
    return "\n\n".join(found) + "\n"


def one_line(words: str) -> str:
    """Words on one line, without control characters: nobody writes a header of their own."""
    clean = "".join(" " if ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029" else sign for sign in words)
    return " ".join(clean.split()).encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=64)
def _sender(settings: EmailSettings) -> tuple[bytes, ...]:
    """From and Reply-To: the same for every message."""
    local, _, domain = settings.sender.rpartition("@")
    name = one_line(settings.sender_name or settings.look.name)
    shown = Address(display_name=name, username=local, domain=ascii_domain(domain))
    found = [mime.header("From", str(shown))]
    if settings.reply_to:
        found.append(mime.line("Reply-To", _ascii(settings.reply_to)))
    return tuple(found)


@lru_cache(maxsize=8)
def _logo(path: str) -> bytes:
    kind = f"image/{logo_type(path) or 'png'}"
    return mime.data(Path(path).read_bytes(), kind, f"Content-ID: <{LOGO}>", "Content-Disposition: inline")


def _own_headers(message: Outgoing) -> list[bytes]:
    """One-click unsubscribe (RFC 8058), and the headers that the message brings along."""
    found = []
    if message.marketing:
        found.append(mime.line("List-Unsubscribe", f"<{_url(message.unsubscribe)}>"))
        if message.unsubscribe.startswith("https://"):
            found.append(mime.line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    for name, value in message.headers.items():
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name) and not OURS.fullmatch(name):
            found.append(mime.header(name, one_line(value)))
    return found


def _recipient(given: str) -> tuple[str, bool]:
    """The address as it goes over SMTP, and whether it needs SMTPUTF8; a domain in other letters does not."""
    given = given.strip()
    if not ADDRESS.fullmatch(given):
        raise Unsendable("this is not an e-mail address")
    try:
        address = _ascii(given)
        address.encode()
    except ValueError:
        raise Unsendable("the domain of the e-mail address is none") from None
    return address, not address.isascii()


def _ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://")) and allowed(url)


def _url(url: str) -> str:
    return "".join(sign for sign in url if 32 < ord(sign) < 127 and sign not in "<>")


def _language(given: str) -> str:
    return given if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", given) else "nl"


def _type(content_type: str) -> str:
    match = re.match(r"\s*([a-z]+/[a-z0-9][a-z0-9.+-]*)\s*(;|$)", content_type, re.IGNORECASE)
    kind = match[1].lower() if match else ""
    if not kind or kind.startswith(("multipart/", "message/")):
        return "application/octet-stream"
    return "application/ics" if kind == "text/calendar" else kind


def _method(attachment: Attachment) -> str:
    """REQUEST, CANCEL and so on, of an invitation; empty for anything else."""
    match = re.match(r"\s*text/calendar\s*;.*\bmethod=\"?([A-Za-z]+)", attachment.content_type, re.IGNORECASE)
    return match[1].upper() if match else ""


def _file_name(name: str) -> str:
    return re.sub(r"[/\\:*?\"<>|]", "-", one_line(name)).strip(". ")[:100] or "file"
