"""A mailbox on this machine, for demo and tests: takes every mail, keeps it in a folder, shows it safely.

Nothing leaves the machine. The mails are a Maildir (`mail` in the folder), which any mail program can read too.
"""

from __future__ import annotations

import base64
import mailbox
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from loper.channels.email.clean import clean, document, style

LARGEST = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSummary:
    """A line in the list of mails."""

    id: str
    sender: str
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail, read. `html` is harmless; `page` is a whole document, to be served under `clean.POLICY`."""

    summary: MailSummary
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    page: str
    attachments: tuple[Attached, ...]


class Mailbox:
    """The mails in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mail"

    def list(self, limit: int = 100) -> list[MailSummary]:
        """The mails that came last, the last one first."""
        box, found = self._box(), []
        if box is None:
            return []
        for key in sorted(box.keys(), key=_arrival, reverse=True)[:limit]:
            with suppress(KeyError, OSError):
                with box.get_file(key) as file:
                    head = file.read(65536).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
                found.append(_summary(key, _parse(head + b"\n\n")))
        return found

    def count(self) -> int:
        """How many mails there are."""
        box = self._box()
        return 0 if box is None else len(box)

    def raw(self, id: str) -> bytes:
        """The mail as it came. Raises LookupError where there is none."""
        box = self._box()
        if box is None or not re.fullmatch(r"[\w.=-]{1,200}", id):
            raise LookupError(f"there is no mail {id}")
        try:
            return box.get_bytes(id)
        except (KeyError, OSError):
            raise LookupError(f"there is no mail {id}") from None

    def read(self, id: str) -> Mail:
        """The mail, safe to show. Raises LookupError where there is none."""
        message = _parse(self.raw(id))
        summary = _summary(id, message)
        html = _body(message, "html")
        body = clean(html, _pictures(message))
        return Mail(
            summary=summary,
            headers=tuple((name, _header(message, name, n)) for name, n in _names(message)),
            text=_body(message, "plain"),
            html=body,
            page=document(body, style(html), summary.subject) if html else "",
            attachments=tuple(_attachments(message)),
        )

    def _box(self) -> mailbox.Maildir | None:
        return mailbox.Maildir(self.path, create=False) if (self.path / "new").is_dir() else None


class MailSink:
    """An SMTP server that keeps all it is given in a folder. `port` 0 lets the machine choose."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.host, self.port = folder, host, port
        self._server: SmtpServer | None = None

    def start(self) -> None:
        """Listen, in a thread of its own; afterwards `port` is the real one. Raises OSError where it is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = SmtpServer(_Keep(self.folder / "mail"), self.host, self.port, data_size_limit=LARGEST)
        self._server.start()
        self.port = self._server.port

    def stop(self) -> None:
        """Stop listening."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()


class SmtpServer(Controller):
    """aiosmtpd's own, which also knows its port where the machine chose it."""

    def _trigger_server(self) -> None:
        if self.server is not None:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Keep:
    def __init__(self, path: Path) -> None:
        self.box = mailbox.Maildir(path, create=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = ", ".join(envelope.rcpt_tos)
        trace = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {to}\r\n".encode()
        self.box.add(trace + (envelope.original_content or b""))
        return "250 2.0.0 kept"


def _arrival(key: str) -> tuple[int, ...]:
    """The order of arrival, from the name that a Maildir gives a file: seconds, microseconds, number."""
    found = re.match(r"(\d+)\.M(\d+)P\d+Q(\d+)", key)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def _summary(id: str, message: EmailMessage) -> MailSummary:
    at = None
    with suppress(TypeError, ValueError, OverflowError):
        at = parsedate_to_datetime(_header(message, "Date"))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return MailSummary(
        id=id,
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        at=at,
    )


def _names(message: EmailMessage) -> Iterator[tuple[str, int]]:
    """The names of the headers in their order, with the how-manieth of its name each is."""
    seen: dict[str, int] = {}
    for name in message:
        yield name, seen.get(name.lower(), 0)
        seen[name.lower()] = seen.get(name.lower(), 0) + 1


def _header(message: EmailMessage, name: str, n: int = 0) -> str:
    """A header decoded; one that cannot be decoded stays as it came."""
    try:
        return str(message.get_all(name, [])[n])
    except IndexError:
        return ""
    except Exception:  # the standard library stumbles over some broken headers in many ways
        raw = [value for key, value in message.raw_items() if key.lower() == name.lower()]
        return str(raw[n]) if len(raw) > n else ""


def _body(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and part.get_content_disposition() != "attachment":
            return _words(part)
    return ""


def _words(part: Message[Any, Any]) -> str:
    payload = _bytes(part)
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("latin-1")


def _bytes(part: Message[Any, Any]) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _pictures(message: EmailMessage) -> dict[str, str]:
    found = {}
    for part in message.walk():
        kind, name = part.get_content_type(), str(part.get("Content-ID", "")).strip().strip("<>")
        if name and kind in ("image/png", "image/jpeg", "image/gif"):
            found[name] = f"data:{kind};base64,{base64.b64encode(_bytes(part)).decode()}"
    return found


def _attachments(message: EmailMessage) -> Iterator[Attached]:
    for part in message.walk():
        if part.get_content_disposition() == "attachment" and not part.is_multipart():
            name = re.sub(r"[^\w. -]", "-", part.get_filename() or "file")[:100]
            yield Attached(name=name, content_type=part.get_content_type(), content=_bytes(part))
