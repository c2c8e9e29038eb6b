"""The mailbox where bounces come in, read over IMAP. Every mail is dealt with once, and none is thrown away.

    for found in Inbox(settings).read():
        ...                                   # write it down; only then is the mail moved

A mail is moved to the folder of what was handled once its consumer asks for the next one. If the process dies in
between, the mail is still there and is read again: whoever writes it down takes the Message-ID of the bounce as the
identity of the event, so that the second time changes nothing. What no program understands goes to a folder for a
person.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from loper.channels.email.bounces import LARGEST, Ours, Report, read
from loper.channels.email.settings import LOOPBACK
from loper.channels.trouble import trouble

_BROKEN = (OSError, imaplib.IMAP4.error)
_FOLDER = re.compile(r"[A-Za-z0-9._/ -]{1,100}")


class Unreachable(Exception):
    """The mailbox cannot be read now; the message says why. Nothing is lost: try again later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxSettings:
    """One IMAP mailbox. Raises ValueError with everything that is wrong.

    tls: `implicit` (port 993), `must` by STARTTLS, `no` only on this machine. `timeout` is in seconds. `handled` and
    `person` are folders, made where they are missing.
    """

    host: str
    port: int = 993
    user: str
    password: str = field(repr=False)
    tls: Literal["no", "must", "implicit"] = "implicit"
    ca_file: str = ""
    timeout: float = 30.0
    folder: str = "INBOX"
    handled: str = "Loper-handled"
    person: str = "Loper-for-a-person"
    ours: Ours = field(default_factory=Ours)

    def __post_init__(self) -> None:
        wrong = []
        for name in ("host", "user", "password"):
            if not getattr(self, name):
                wrong.append(f"{name}: a text was expected")
        if self.tls not in ("no", "must", "implicit"):
            wrong.append(f"tls: no, must or implicit was expected, not '{self.tls}'")
        if self.tls == "no" and self.host not in LOOPBACK:
            wrong.append("tls: must or implicit was expected, because a password goes over it")
        if self.ca_file and not Path(self.ca_file).is_file():
            wrong.append(f"ca_file: there is no file {self.ca_file}")
        for name in ("folder", "handled", "person"):
            if not _FOLDER.fullmatch(getattr(self, name)):
                wrong.append(f"{name}: the name of a folder, in ASCII, was expected")
        if len({self.folder, self.handled, self.person}) < 3:
            wrong.append("folder, handled and person: three different folders were expected")
        if self.timeout <= 0:
            wrong.append("timeout: more than 0 seconds was expected")
        if wrong:
            raise ValueError("inbox settings: " + "; ".join(wrong))


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A mail that was in the mailbox. `uid` is its number there, for the log."""

    uid: str
    report: Report


class Inbox:
    """The mailbox of bounces."""

    def __init__(self, settings: InboxSettings) -> None:
        self.settings = settings
        self._can: frozenset[str] = frozenset()

    def read(self, limit: int = 500) -> Iterator[Found]:
        """The mails that are there, the oldest first; each is put away when the next is asked for.

        Also those are given in which there is nothing to do, or that nobody understands: count them. Raises
        Unreachable.
        """
        server = self._open()
        try:
            for uid in self._uids(server)[:limit]:
                raw = self._fetch(server, uid)
                if raw is None:
                    continue  # another reader was quicker
                report = read(raw, self.settings.ours)
                yield Found(uid=uid, report=report)
                self._move(server, uid, self.settings.person if report.kind == "unknown" else self.settings.handled)
        except _BROKEN as wrong:
            raise Unreachable(_why(wrong)) from None
        finally:
            with suppress(*_BROKEN):
                server.logout()

    def _open(self) -> imaplib.IMAP4:
        settings = self.settings
        context = None if settings.tls == "no" else ssl.create_default_context(cafile=settings.ca_file or None)
        server: imaplib.IMAP4 | None = None
        try:
            if settings.tls == "implicit":
                server = imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=settings.timeout)
            else:
                server = imaplib.IMAP4(settings.host, settings.port, timeout=settings.timeout)
                if settings.tls == "must":
                    server.starttls(context)
            server.login(settings.user, settings.password)
            # What a server can do it often says only after the login.
            self._can = frozenset(_ok(server.capability(), "capability")[-1].decode("ascii", "replace").upper().split())
            for name in (settings.handled, settings.person):
                server.create(_quoted(name))  # answers NO where it is there already
            _ok(server.select(_quoted(settings.folder)), f"folder {settings.folder}")
        except _BROKEN as wrong:
            if server is not None:
                with suppress(*_BROKEN):
                    server.shutdown()
            raise Unreachable(_why(wrong)) from None
        return server

    def _uids(self, server: imaplib.IMAP4) -> list[str]:
        data = _ok(server.uid("SEARCH", "UNDELETED"), "search")
        words = (data[0] or b"").split() if data else []
        return sorted((word.decode("ascii") for word in words if word.isdigit()), key=int)

    def _fetch(self, server: imaplib.IMAP4, uid: str) -> bytes | None:
        """The beginning of a mail, which is all that a bounce needs; it stays unread. None where it is gone."""
        answer = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        if _gone(answer):
            return None
        data = _ok(answer, "fetch")
        parts = [part[1] for part in data if isinstance(part, tuple) and len(part) > 1 and isinstance(part[1], bytes)]
        return parts[0] if parts else None

    def _move(self, server: imaplib.IMAP4, uid: str, folder: str) -> None:
        """Into another folder; without MOVE (RFC 6851) by copying first, so that a crash leaves two, never none."""
        steps: list[tuple[str, ...]]
        if "MOVE" in self._can:
            steps = [("MOVE", uid, _quoted(folder))]
        else:
            steps = [("COPY", uid, _quoted(folder)), ("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)")]
            steps += [("EXPUNGE", uid)] if "UIDPLUS" in self._can else []
        for command, *arguments in steps:
            answer = server.uid(command, *arguments)
            if _gone(answer):
                return  # another reader put it away
            _ok(answer, f"{command.lower()} to {folder}")


def _gone(answer: tuple[str, Any]) -> bool:
    """Whether a mail is no longer there (RFC 5530)."""
    return answer[0] == "NO" and "EXPUNGEISSUED" in str(answer[1])


def _quoted(folder: str) -> str:
    return f'"{folder}"'


def _ok(answer: tuple[str, Any], what: str) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"{what}: {answer[0]} {str(answer[1])[:100]}")
    return list(answer[1] or [])


def _why(wrong: BaseException) -> str:
    return trouble(wrong) or f"{type(wrong).__name__}: {str(wrong)[:200]}"
