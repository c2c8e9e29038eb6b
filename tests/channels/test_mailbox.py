"""The demo's mailbox and gateway: they keep what they are given, and show it safely."""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from loper.channels.email.clean import TAGS, clean, style
from loper.channels.email.mailbox import Mailbox, MailSink
from loper.channels.email.settings import Look
from loper.channels.sms import SmsBox, SmsSink
from loper.run.ports import Attachment
from tests.channels.messages import NOW, a_mail, an_sms, email_channel, sms_channel


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MailSink]:
    server = MailSink(tmp_path / "demo")
    server.start()
    yield server
    server.stop()


def put(sink: MailSink, raw: bytes) -> str:
    with smtplib.SMTP(sink.host, sink.port, local_hostname="localhost") as smtp:
        smtp.sendmail("a@example.org", ["b@example.org"], raw)
    return Mailbox(sink.folder).list()[0].id


def test_an_empty_mailbox_is_empty(tmp_path: Path) -> None:
    box = Mailbox(tmp_path / "nothing")
    assert (box.list(), box.count()) == ([], 0)
    with pytest.raises(LookupError):
        box.read("1")


def test_what_the_channel_sends_is_in_the_mailbox(sink: MailSink, tmp_path: Path) -> None:
    Image.new("RGB", (320, 80), "#0b6e5f").save(tmp_path / "logo.png")
    look = Look(name="Voorbeeld Wonen", logo=str(tmp_path / "logo.png"))
    ics = Attachment(name="afspraak.ics", content_type="text/calendar; method=REQUEST", content=b"BEGIN:VCALENDAR\r\n")
    channel = email_channel(sink.port, look=look)
    assert channel.send(a_mail(attachments=[ics])).outcome == "sent"
    channel.close()
    box = Mailbox(sink.folder)
    (line,) = box.list()
    assert (line.to, line.subject, line.at) == ("jansen@example.org", "Uw afspraak: dinsdag 4 maart", NOW)
    mail = box.read(line.id)
    assert "Uw afspraak staat." in mail.text and 'href="https://mijn.voorbeeldwonen.example/l/abc_def_ghi"' in mail.html
    assert 'src="data:image/png;base64,' in mail.html and "display:none" in mail.html.replace(" ", "")
    assert [(one.name, one.content_type) for one in mail.attachments] == [("afspraak.ics", "application/ics")]
    assert "prefers-color-scheme: dark" in mail.page and mail.page.startswith("<!doctype html>")
    assert ("Subject", "Uw afspraak: dinsdag 4 maart") in mail.headers


def test_the_last_mail_stands_first(sink: MailSink) -> None:
    channel = email_channel(sink.port)
    for n in range(12):
        channel.send(a_mail(key=f"k{n}", subject=f"bericht {n}"))
    channel.close()
    box = Mailbox(sink.folder)
    assert [line.subject for line in box.list(limit=3)] == ["bericht 11", "bericht 10", "bericht 9"]
    assert box.count() == 12


@pytest.mark.parametrize("id", ["../../etc/passwd", "..", "", "new/x", "x" * 500, "a\x00b"])
def test_only_what_is_in_the_mailbox_can_be_read(sink: MailSink, id: str) -> None:
    put(sink, b"Subject: x\r\n\r\nx")
    with pytest.raises(LookupError):
        Mailbox(sink.folder).read(id)


def test_a_mail_of_anybody_is_shown_without_harm(sink: MailSink) -> None:
    message = EmailMessage()
    message["Subject"] = "<script>alert(1)</script>"
    message.set_content("hallo")
    message.add_alternative(
        "<style>p{color:red} @import url(//x)</style><style>b{color:blue}</style><script>x()</script>"
        '<p onclick="x()" style="position:fixed;color:red;background:url(http://x/y)">hallo</p>'
        '<a href="javascript:x()">klik</a><a href="https://x.example/">goed</a><form action="/x"><input></form>'
        '<img src="http://tracker.example/1.gif"><iframe src="/x"></iframe><a href="data:text/html,x">d</a>'
        '<base href="//x"><meta http-equiv="refresh" content="0;url=//x"><svg><a href="x">y</a></svg>',
        subtype="html",
    )
    mail = Mailbox(sink.folder).read(put(sink, message.as_bytes()))
    for bad in (
        "script",
        "onclick",
        "position",
        "javascript",
        "form",
        "input",
        "tracker",
        "iframe",
        "data:",
        "base",
        "meta",
        "svg",
    ):
        assert bad not in mail.html.lower()
    assert "url" not in mail.page.partition("<style>")[2].lower() and "b{color:blue}" in mail.page
    assert 'href="https://x.example/"' in mail.html
    assert "<title>&lt;script&gt;" in mail.page


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_can_be_listed_and_read(tmp_path: Path, raw: bytes) -> None:
    import mailbox

    maildir = mailbox.Maildir(tmp_path / "mail", create=True)
    maildir.clear()
    key = maildir.add(b"Content-Type: text/html; charset=nope\r\nDate: no\r\nTo: " + raw)
    box = Mailbox(tmp_path)
    assert box.list()[0].id == key == box.read(key).summary.id


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attributes]


PIECES = [
    "<script>",
    "</script>",
    "<a href=",
    "javascript:",
    "<img src=",
    "onerror=",
    "<style>",
    "<svg>",
    "<math>",
    "<!--",
    "-->",
    "<p style='",
    "cid:x",
    "https://x.example/",
]


@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(list("<>/='\" &;:()x")), max_size=40).map("".join))
def test_no_html_gets_through_that_could_do_harm(html: str) -> None:
    seen = Seen(clean(html))
    assert seen.tags <= TAGS
    assert all(
        value.startswith(("http://", "https://", "mailto:", "tel:"))
        for name, value in seen.attributes
        if name == "href"
    )
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]
    assert not re.search(r"url\s*\(|@import", style(f"<style>{html}</style>"), re.IGNORECASE)


# -- SMS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sms_sink(tmp_path: Path) -> Iterator[SmsSink]:
    server = SmsSink(tmp_path / "demo", token="let-me-in", now=lambda: NOW)
    server.start()
    yield server
    server.stop()


def test_what_the_channel_sends_is_on_the_telephone(sms_sink: SmsSink) -> None:
    channel = sms_channel(sms_sink.port)
    first = channel.send(an_sms())
    again = channel.send(an_sms())
    channel.send(an_sms(key="other", body="Tweede"))
    channel.close()
    assert (first.outcome, again.outcome, first.provider_id) == ("sent", "sent", again.provider_id)
    newest, oldest = SmsBox(sms_sink.folder).list()
    assert (newest.text, oldest.to, oldest.at, oldest.id) == (
        "Tweede",
        "+31612345678",
        NOW.isoformat(),
        first.provider_id,
    )


def test_the_telephone_remembers_after_a_restart(sms_sink: SmsSink) -> None:
    sms_channel(sms_sink.port).send(an_sms())
    sms_sink.stop()
    again = SmsSink(sms_sink.folder, token="let-me-in", now=lambda: NOW)
    again.start()
    try:
        assert sms_channel(again.port).send(an_sms()).outcome == "sent"
        assert len(SmsBox(again.folder).list()) == 1
    finally:
        again.stop()


def test_the_demo_gateway_wants_its_token(sms_sink: SmsSink) -> None:
    receipt = sms_channel(sms_sink.port, token="another").send(an_sms())
    assert (receipt.outcome, SmsBox(sms_sink.folder).list()) == ("later", [])


def test_a_line_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    good = {"id": "1", "key": "k", "to": "+31612345678", "text": "x", "sender": "s", "at": NOW.isoformat()}
    (tmp_path / "sms.jsonl").write_text(f'{json.dumps(good)}\n{{"half\n[]\n')
    assert [one.id for one in SmsBox(tmp_path).list()] == ["1"]
