"""Handing a mail to an SMTP server: every outcome, on real connections."""

from __future__ import annotations

import base64
import time
from email import message_from_bytes
from pathlib import Path

import pytest

from loper.run.ports import Attachment
from tests.channels.messages import a_mail, email_channel
from tests.channels.servers import SmtpServer, only, server_context


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("take", "sent"),
        ("RCPT 550 5.1.1 no such user", "failed"),
        ("RCPT 450 4.2.0 greylisted, come again", "later"),
        ("RCPT 552 5.2.2 mailbox full", "failed"),
        ("DOT 554 5.7.1 looks like spam", "failed"),
        ("DOT 451 4.3.0 disk full", "later"),
        ("DOT 421 4.3.2 going down", "later"),
        ("MAIL 552 5.3.4 too big", "failed"),
        ("MAIL 421 4.3.2 going down", "later"),
        ("MAIL 451 4.4.5 too many of you", "later"),
        ("drop at RCPT", "later"),
        ("take and drop", "unknown"),
        ("take and babble", "unknown"),
    ],
)
def test_the_outcome_is_what_the_server_made_of_it(smtp: SmtpServer, mood: str, outcome: str) -> None:
    channel = email_channel(smtp.port)
    smtp.mood = mood
    receipt = channel.send(a_mail())
    assert receipt.outcome == outcome, receipt
    assert receipt.provider_id.endswith("@voorbeeldwonen.example>")
    channel.close()


def test_a_connection_that_breaks_while_the_message_goes_is_later(smtp: SmtpServer) -> None:
    smtp.mood = "drop before the dot"
    photo = Attachment(name="foto.jpg", content_type="image/jpeg", content=b"\xff" * 12_000_000)
    channel = email_channel(smtp.port)
    assert channel.send(a_mail(attachments=[photo])).outcome == "later"
    smtp.mood = "take"
    assert channel.send(a_mail()).outcome == "sent"


@pytest.mark.parametrize("mood", ["MAIL 550 5.7.1 you may not send here", "MAIL 530 5.7.0 log in first"])
def test_a_server_that_refuses_us_is_no_fault_of_the_customer(smtp: SmtpServer, mood: str) -> None:
    smtp.mood = mood
    assert email_channel(smtp.port).send(a_mail()).outcome == "later"


@pytest.mark.parametrize(
    ("mood", "outcome"), [("hang at RCPT", "later"), ("hang before the dot", "later"), ("take and hang", "unknown")]
)
def test_a_server_that_is_silent_is_not_waited_for_longer_than_set(smtp: SmtpServer, mood: str, outcome: str) -> None:
    smtp.mood = mood
    channel = email_channel(smtp.port, answer_timeout=0.3)
    start = time.monotonic()
    assert channel.send(a_mail()).outcome == outcome
    assert time.monotonic() - start < 5


def test_the_whole_of_a_message_has_its_limit_too(smtp: SmtpServer) -> None:
    smtp.mood = "hang at RCPT"
    channel = email_channel(smtp.port, answer_timeout=20, whole=0.4)
    start = time.monotonic()
    assert channel.send(a_mail()).outcome == "later"
    assert time.monotonic() - start < 5


def test_nobody_listening_is_later(nobody: int) -> None:
    receipt = email_channel(nobody).send(a_mail())
    assert (receipt.outcome, "refused" in receipt.why.lower()) == ("later", True)


def test_a_server_whose_name_is_not_known_is_later() -> None:
    receipt = email_channel(25, host="mail.nowhere.invalid").send(a_mail())
    assert (receipt.outcome, receipt.why) == ("later", "the name of the server is not known")


def test_a_server_that_was_unreachable_is_left_alone_for_a_moment(nobody: int) -> None:
    channel = email_channel(nobody, rest=60.0)
    first = channel.send(a_mail())
    server = SmtpServer()
    server.port = nobody
    server.start()
    try:
        again = channel.send(a_mail())
        assert (first.outcome, again.outcome, server.connections) == ("later", "later", 0)
    finally:
        server.stop()


def test_many_messages_take_one_connection(smtp: SmtpServer) -> None:
    channel = email_channel(smtp.port)
    assert [channel.send(a_mail(key=f"k-{n}")).outcome for n in range(20)] == ["sent"] * 20
    assert (len(smtp.taken), smtp.connections) == (20, 1)


def test_a_refused_recipient_does_not_cost_the_connection(smtp: SmtpServer) -> None:
    channel = email_channel(smtp.port)
    smtp.mood = "RCPT 550 5.1.1 no such user"
    assert channel.send(a_mail(key="one")).outcome == "failed"
    smtp.mood = "take"
    assert channel.send(a_mail(key="two")).outcome == "sent"
    assert smtp.connections == 1


def test_a_connection_that_the_server_ended_meanwhile_is_opened_again(smtp: SmtpServer) -> None:
    channel = email_channel(smtp.port)
    assert channel.send(a_mail(key="one")).outcome == "sent"
    smtp.drop_all()
    time.sleep(0.05)
    assert channel.send(a_mail(key="two")).outcome == "sent"
    assert (len(smtp.taken), smtp.connections) == (2, 2)


def test_the_message_arrives_byte_for_byte(smtp: SmtpServer) -> None:
    body = ".een punt vooraan\n\n..twee\n\n.\n\nen ' \" & < > é 😀 " + "lang " * 400
    email_channel(smtp.port).send(a_mail(body=body))
    mail = message_from_bytes(smtp.taken[0].original_content)
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert text.get_payload(decode=True).decode().replace("\r\n", "\n").strip() == body.strip()


def test_a_message_that_the_server_finds_too_big_is_not_even_begun() -> None:
    server = SmtpServer(data_size_limit=3000).start()
    try:
        receipt = email_channel(server.port).send(a_mail())
        assert (receipt.outcome, "3000" in receipt.why, server.taken) == ("failed", True, [])
    finally:
        server.stop()


def test_the_servers_words_are_kept_without_addresses(smtp: SmtpServer) -> None:
    smtp.mood = "RCPT 550 5.1.1 <jansen@example.org>: user unknown"
    why = email_channel(smtp.port).send(a_mail()).why
    assert why == "RCPT: 550 5.1.1 <(address)>: user unknown"


def test_bounces_of_each_message_go_to_an_address_of_its_own(smtp: SmtpServer) -> None:
    channel = email_channel(smtp.port, return_path="bounces+{token}@voorbeeldwonen.example")
    token = channel.send(a_mail()).provider_id[1:41]
    assert smtp.taken[0].mail_from == f"bounces+{token}@voorbeeldwonen.example"


def test_a_server_that_can_is_asked_to_name_our_message_in_a_bounce() -> None:
    server = SmtpServer(dsn=True).start()
    try:
        token = email_channel(server.port).send(a_mail()).provider_id[1:41]
        assert server.asked == ["RET=HDRS", f"ENVID={token}", "NOTIFY=FAILURE"]
    finally:
        server.stop()


# -- TLS and passwords -----------------------------------------------------------------------------------------------


def test_starttls_with_a_certificate_that_holds(certificates: Path) -> None:
    server = SmtpServer(tls_context=server_context(certificates), require_starttls=True).start()
    try:
        channel = email_channel(server.port, host="localhost", tls="must", ca_file=str(certificates / "ca.pem"))
        assert channel.send(a_mail()).outcome == "sent"
        channel.close()
    finally:
        server.stop()


@pytest.mark.parametrize("tls", ["may", "must", "implicit"])
def test_a_certificate_that_does_not_hold_stops_the_mail(certificates: Path, tls: str) -> None:
    context = server_context(certificates)
    settings = {"ssl_context": context} if tls == "implicit" else {"tls_context": context}
    server = SmtpServer(**settings).start()
    try:
        receipt = email_channel(server.port, host="localhost", tls=tls).send(a_mail())
        assert (receipt.outcome, "certificate" in receipt.why, server.taken) == ("later", True, [])
    finally:
        server.stop()


def test_a_certificate_of_another_name_does_not_hold(certificates: Path) -> None:
    server = SmtpServer(tls_context=server_context(certificates, "elsewhere.pem")).start()
    try:
        channel = email_channel(server.port, host="localhost", tls="must", ca_file=str(certificates / "ca.pem"))
        receipt = channel.send(a_mail())
        assert (receipt.outcome, "certificate" in receipt.why, server.taken) == ("later", True, [])
    finally:
        server.stop()


def test_tls_from_the_first_byte(certificates: Path) -> None:
    server = SmtpServer(ssl_context=server_context(certificates)).start()
    try:
        channel = email_channel(server.port, host="localhost", tls="implicit", ca_file=str(certificates / "ca.pem"))
        assert channel.send(a_mail()).outcome == "sent"
        channel.close()
    finally:
        server.stop()


def test_without_starttls_where_it_must_be_nothing_is_sent(smtp: SmtpServer) -> None:
    receipt = email_channel(smtp.port, tls="must").send(a_mail())
    assert (receipt.outcome, "STARTTLS" in receipt.why, smtp.taken) == ("later", True, [])


def test_starttls_is_taken_where_it_is_offered_and_may_be(certificates: Path) -> None:
    server = SmtpServer(tls_context=server_context(certificates), require_starttls=True).start()
    try:
        channel = email_channel(server.port, host="localhost", tls="may", ca_file=str(certificates / "ca.pem"))
        assert channel.send(a_mail()).outcome == "sent"
    finally:
        server.stop()


@pytest.mark.parametrize(("password", "outcome"), [("right", "sent"), ("wrong", "later")])
def test_a_password_opens_the_server(certificates: Path, password: str, outcome: str) -> None:
    server = SmtpServer(
        tls_context=server_context(certificates), authenticator=only("loper", "right"), auth_required=True
    ).start()
    try:
        more = {"tls": "must", "ca_file": str(certificates / "ca.pem"), "user": "loper", "password": password}
        receipt = email_channel(server.port, host="localhost", **more).send(a_mail())
        assert receipt.outcome == outcome
        if outcome == "later":
            assert "user and password" in receipt.why
            assert base64.b64encode(b"wrong").decode() not in receipt.why
    finally:
        server.stop()


# -- addresses in other letters --------------------------------------------------------------------------------------


def test_a_domain_in_other_letters_goes_to_any_server() -> None:
    server = SmtpServer(enable_SMTPUTF8=False).start()
    try:
        assert email_channel(server.port).send(a_mail(to="info@bücher.example")).outcome == "sent"
        assert server.taken[0].rcpt_tos == ["info@xn--bcher-kva.example"]
    finally:
        server.stop()


@pytest.mark.parametrize(("knows", "outcome"), [(True, "sent"), (False, "failed")])
def test_an_address_in_other_letters_needs_a_server_that_knows_them(knows: bool, outcome: str) -> None:
    server = SmtpServer(enable_SMTPUTF8=knows).start()
    try:
        receipt = email_channel(server.port).send(a_mail(to="jörg@bücher.example"))
        assert receipt.outcome == outcome
        assert knows == (receipt.why == "250 2.0.0 taken") and knows != ("SMTPUTF8" in receipt.why)
    finally:
        server.stop()
