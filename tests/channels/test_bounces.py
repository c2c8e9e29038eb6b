"""Mails that came back: which message, which address, and is the address dead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.channels.email.bounces import Bounce, Complaint, Ours, Report, read
from loper.channels.email.message import compose
from tests.channels import returned
from tests.channels.messages import NOW, a_mail, mail_settings
from tests.channels.returned import ID, RETURN_PATH, TO, TOKEN, dsn

OURS = Ours(domain="voorbeeldwonen.example", return_path=RETURN_PATH)


def one(raw: bytes) -> Bounce:
    report = read(raw, OURS)
    assert report.kind == "bounce", report
    (bounce,) = report.bounces
    return bounce


@pytest.mark.parametrize(
    ("raw", "recipient", "status", "permanent"),
    [
        (dsn(), "jansen@example.org", "5.1.1", True),
        (returned.exim(), "jansen@example.org", "5.0.0", True),
        (returned.qmail(), "jansen@example.org", "5.1.1", True),
        (returned.exchange(), "jansen@example.org", "5.1.10", True),
        (returned.gmail(), "jansen@gmail.com", "5.2.2", False),
    ],
    ids=["postfix", "exim", "qmail", "exchange", "gmail"],
)
def test_every_kind_of_server_is_understood(raw: bytes, recipient: str, status: str, permanent: bool) -> None:
    bounce = one(raw)
    assert (bounce.message_id, bounce.recipient, bounce.status, bounce.permanent) == (ID, recipient, status, permanent)


def test_the_identity_is_the_one_the_channel_gave_its_receipt() -> None:
    assert compose(a_mail(key=returned.KEY), mail_settings(), NOW).message_id == ID


@pytest.mark.parametrize(
    "raw",
    [
        dsn(returned="", to=TO),
        dsn(returned="", envelope_id=TOKEN),
        dsn(returned="").replace(b"Return-Path: <>", f"In-Reply-To: {ID}".encode()),
        dsn(returned="", diagnostic=f"smtp; 550 5.1.1 message {ID}").replace(
            b"I'm sorry", f"About {ID}: I'm sorry".encode()
        ),
    ],
    ids=["the address of the bounce", "the envelope id", "a reply to it", "the words"],
)
def test_our_message_is_found_by_each_of_its_marks_alone(raw: bytes) -> None:
    assert one(raw).message_id == ID


def test_a_forwarded_mail_bounces_for_the_address_we_wrote_to() -> None:
    recipient = "Final-Recipient: rfc822; nieuw@elsewhere.example\nOriginal-Recipient: rfc822;jansen@example.org"
    assert one(dsn(recipient=recipient)).recipient == "jansen@example.org"


@pytest.mark.parametrize(
    ("status", "words", "permanent"),
    [
        ("5.1.1", "550 5.1.1 User unknown", True),
        ("5.1.2", "Host or domain name not found", True),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
        ("5.0.0", "550 No such user here", True),
        ("5.7.1", "550 5.7.1 Recipient address rejected: User unknown", True),
        ("5.2.2", "552 5.2.2 Mailbox full", False),
        ("5.3.4", "552 5.3.4 Message too big", False),
        ("5.7.1", "550 5.7.1 Message rejected as spam", False),
        ("5.7.26", "550 5.7.26 DMARC policy", False),
        ("5.0.0", "554 Blocked by our policy", False),
        ("4.4.7", "delivery time expired", False),
        ("5.0.0", "554 Transaction failed", False),
    ],
)
def test_an_address_is_dead_only_where_the_server_says_so(status: str, words: str, permanent: bool) -> None:
    bounce = one(dsn(status=status, diagnostic=f"smtp; {words}"))
    assert (bounce.permanent, bounce.status) == (permanent, status)


@pytest.mark.parametrize(
    "raw",
    [
        dsn(action="delayed", status="4.4.1"),
        dsn(action="delivered", status="2.0.0"),
        dsn(action="relayed", status="2.0.0"),
        returned.absence(),
        returned.complaint().replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam"),
    ],
    ids=["delayed", "delivered", "relayed", "absence", "not spam after all"],
)
def test_what_needs_nothing_done_gives_nothing(raw: bytes) -> None:
    assert read(raw, OURS) == Report(kind="nothing")


@pytest.mark.parametrize(
    "raw", [returned.answer(), b"", b"\x00\xff", b"From: x\n\nhallo"], ids=["an answer", "nothing", "bytes", "words"]
)
def test_what_is_no_bounce_is_for_a_person(raw: bytes) -> None:
    assert read(raw, OURS) == Report(kind="unknown")


def test_a_complaint_is_told_as_one() -> None:
    report = read(returned.complaint(), OURS)
    assert report.complaints == (Complaint(message_id=ID, recipient="jansen@example.org", feedback="abuse"),)


def test_two_recipients_are_two_bounces() -> None:
    second = "Final-Recipient: rfc822; pietersen@example.org\nAction: failed\nStatus: 5.2.2\n"
    raw = dsn(diagnostic=f"smtp; 550 unknown\n\n{second}Diagnostic-Code: smtp; 552 full")
    bounces = read(raw, OURS).bounces
    assert [bounce.recipient for bounce in bounces] == ["jansen@example.org", "pietersen@example.org"]


def test_the_diagnosis_has_no_addresses_in_it() -> None:
    assert one(dsn()).diagnostic == "550 5.1.1 <(address)>: Recipient address rejected: User unknown"


def test_a_return_path_of_others_is_not_ours() -> None:
    forged = dsn(returned="", to=f"bounces+{'0' * 39}x@voorbeeldwonen.example")
    assert one(forged).message_id == ""


@given(st.binary(max_size=500))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert read(raw, OURS).kind in ("bounce", "complaint", "nothing", "unknown")


SAMPLES = [
    dsn(),
    dsn(to=TO, envelope_id=TOKEN),
    returned.exim(),
    returned.exchange(),
    returned.gmail(),
    returned.complaint(),
]


@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=8), st.integers(0, 30)), max_size=6),
)
def test_a_bounce_that_was_damaged_on_its_way_is_read(raw: bytes, hits: list[tuple[int, bytes, int]]) -> None:
    for place, new, cut in hits:
        at = place % len(raw)
        raw = raw[:at] + new + raw[at + cut :]
    report = read(raw, OURS)
    assert all(isinstance(bounce.message_id, str) for bounce in report.bounces)
    assert all("\n" not in bounce.diagnostic for bounce in report.bounces)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 4000,
        b"From: mailer-daemon@x\nSubject: failure\nContent-Type: text/html\n\n" + b"<br " * 60000,
        b"From: mailer-daemon@x\nSubject: failure\n\n" + b"a@" * 120000,
        b"From: " + b"a, " * 80000,
        b"X-Failed-Recipients: " + b"(" * 50000 + b"\n\n",
    ],
    ids=["nested", "tags", "addresses", "names", "comments"],
)
def test_a_hostile_mail_does_not_keep_us_busy(raw: bytes) -> None:
    import time

    start = time.process_time()
    read(raw, OURS)
    assert time.process_time() - start < 5
