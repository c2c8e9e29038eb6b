"""The mailbox of bounces, on a real IMAP server: every mail once, none lost."""

from __future__ import annotations

import imaplib
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loper.channels.email.bounces import Ours
from loper.channels.email.inbox import Inbox, InboxSettings, Unreachable
from tests.channels import returned
from tests.channels.dovecot import Dovecot
from tests.channels.returned import ID, RETURN_PATH, dsn

USERS = (f"bounces-{n}" for n in itertools.count())


@pytest.fixture(scope="module")
def dovecot(certificates: Path) -> Iterator[Dovecot]:
    server = Dovecot(certificates).start()
    yield server
    server.stop()


@pytest.fixture
def user() -> str:
    return next(USERS)


def inbox(server: Dovecot, certificates: Path, user: str, **more: Any) -> Inbox:
    given: dict[str, Any] = {
        "host": "localhost",
        "port": server.tls_port,
        "user": user,
        "password": "secret",
        "ca_file": str(certificates / "ca.pem"),
        "ours": Ours(domain="voorbeeldwonen.example", return_path=RETURN_PATH),
    }
    return Inbox(InboxSettings(**{**given, **more}))


def left(server: Dovecot, user: str) -> dict[str, int]:
    """How many mails each folder has."""
    with imaplib.IMAP4("127.0.0.1", server.port) as imap:
        imap.login(user, "secret")
        found = {}
        for name in ("INBOX", "Loper-handled", "Loper-for-a-person"):
            answer, data = imap.select(f'"{name}"', readonly=True)
            found[name] = int(data[0]) if answer == "OK" else 0
        return found


@pytest.mark.parametrize("tls", ["implicit", "must"])
def test_bounces_are_read_and_put_away(dovecot: Dovecot, certificates: Path, user: str, tls: str) -> None:
    for raw in (dsn(), returned.answer(), returned.absence()):
        dovecot.put(user, raw)
    port = dovecot.port if tls == "must" else dovecot.tls_port
    box = inbox(dovecot, certificates, user, tls=tls, port=port)
    found = list(box.read())
    assert sorted(one.report.kind for one in found) == ["bounce", "nothing", "unknown"]
    assert [bounce.message_id for one in found for bounce in one.report.bounces] == [ID]
    assert left(dovecot, user) == {"INBOX": 0, "Loper-handled": 2, "Loper-for-a-person": 1}
    assert list(box.read()) == []


def test_a_mail_stays_until_what_it_told_is_written_down(dovecot: Dovecot, certificates: Path, user: str) -> None:
    for _ in range(3):
        dovecot.put(user, dsn())
    box = inbox(dovecot, certificates, user)
    with pytest.raises(RuntimeError, match="the process dies"):
        for n, _ in enumerate(box.read()):
            if n == 1:
                raise RuntimeError("the process dies")
    assert left(dovecot, user) == {"INBOX": 2, "Loper-handled": 1, "Loper-for-a-person": 0}
    assert len(list(box.read())) == 2


def test_two_readers_at_once_lose_nothing_and_do_not_stumble(dovecot: Dovecot, certificates: Path, user: str) -> None:
    for _ in range(4):
        dovecot.put(user, dsn())
    one, other = inbox(dovecot, certificates, user), inbox(dovecot, certificates, user)
    first = one.read()
    next(first)
    assert len(list(other.read())) == 4  # the first is still in the other's hands: it is told twice, not never
    assert list(first) == []
    assert left(dovecot, user) == {"INBOX": 0, "Loper-handled": 4, "Loper-for-a-person": 0}


def test_a_server_without_move_copies_first(certificates: Path, user: str) -> None:
    server = Dovecot(certificates, "IMAP4rev1 UIDPLUS STARTTLS AUTH=PLAIN").start()
    try:
        server.put(user, dsn())
        assert len(list(inbox(server, certificates, user).read())) == 1
        assert left(server, user) == {"INBOX": 0, "Loper-handled": 1, "Loper-for-a-person": 0}
    finally:
        server.stop()


def test_a_huge_mail_is_read_as_far_as_it_matters(dovecot: Dovecot, certificates: Path, user: str) -> None:
    dovecot.put(user, dsn() + b"x" * 5_000_000)
    (found,) = inbox(dovecot, certificates, user).read()
    assert found.report.bounces[0].message_id == ID


def test_a_limit_leaves_the_rest_for_the_next_time(dovecot: Dovecot, certificates: Path, user: str) -> None:
    for _ in range(5):
        dovecot.put(user, dsn())
    box = inbox(dovecot, certificates, user)
    assert [len(list(box.read(limit=2))) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"password": "wrong"}, "AUTHENTICATIONFAILED"),
        ({"ca_file": ""}, "certificate"),
        ({"folder": "Nowhere"}, "Nowhere"),
        ({"host": "imap.nowhere.invalid"}, "not known"),
    ],
)
def test_a_mailbox_that_cannot_be_read_says_why(
    dovecot: Dovecot, certificates: Path, user: str, more: dict[str, str], why: str
) -> None:
    with pytest.raises(Unreachable, match=why):
        list(inbox(dovecot, certificates, user, **more).read())


def test_nobody_listening_is_unreachable(dovecot: Dovecot, certificates: Path, user: str, nobody: int) -> None:
    with pytest.raises(Unreachable, match="refused"):
        list(inbox(dovecot, certificates, user, port=nobody).read())


def test_a_server_that_is_silent_is_not_waited_for_longer_than_set(certificates: Path, user: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = InboxSettings(
            host="127.0.0.1", port=silent.getsockname()[1], user=user, password="secret", tls="no", timeout=0.3
        )
        with pytest.raises(Unreachable, match="no answer in time"):
            list(Inbox(settings).read())


def test_settings_say_all_that_is_wrong_at_once() -> None:
    with pytest.raises(ValueError) as wrong:
        InboxSettings(
            host="imap.example.org", user="", password="x", tls="no", handled="INBOX", person='a"b', timeout=0
        )
    for name in ("user", "tls", "person", "timeout", "folder, handled and person"):
        assert f"{name}:" in str(wrong.value)
