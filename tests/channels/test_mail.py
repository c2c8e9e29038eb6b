"""The mail that comes of a message: headers, text, HTML, invitation."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from loper.channels.email.colours import contrast
from loper.channels.email.message import Unsendable, compose
from loper.channels.email.page import frame_of, page
from loper.channels.email.settings import EmailSettings, Look
from loper.channels.markdown import blocks
from loper.run.ports import Attachment, Link
from tests.channels.messages import LOOK, NOW, a_mail, mail_settings


def the_mail(settings: EmailSettings | None = None, **more: Any) -> EmailMessage:
    content = compose(a_mail(**more), settings or mail_settings(), NOW).content
    return email.message_from_bytes(content, policy=default)


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


# -- headers ---------------------------------------------------------------------------------------------------------


def test_the_headers_say_who_what_and_when() -> None:
    mail = the_mail(mail_settings(reply_to="hallo@voorbeeldwonen.example", sender_name="Woningstichting Één"))
    assert str(mail["From"]) == "Woningstichting Één <reparatie@voorbeeldwonen.example>"
    assert mail["Reply-To"] == "hallo@voorbeeldwonen.example"
    assert (mail["To"], mail["Subject"]) == ("jansen@example.org", "Uw afspraak: dinsdag 4 maart")
    assert mail["Date"].datetime == NOW
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "nl")
    assert mail["List-Unsubscribe"] is None


def test_a_mail_has_the_same_identity_on_every_try_and_another_for_another_message() -> None:
    first, again, other = the_mail(), the_mail(body="anders"), the_mail(key="other")
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{40}@voorbeeldwonen\.example>", first["Message-ID"])


def test_with_a_secret_nobody_can_guess_the_identity() -> None:
    assert the_mail(mail_settings(secret="s3cret"))["Message-ID"] != the_mail()["Message-ID"]


def test_nobody_writes_a_header_of_their_own() -> None:
    mail = the_mail(
        subject="Hallo\r\nBcc: all@example.org", headers={"X-Case": "r-1\nX-Evil: yes", "Bcc": "x@y.example"}
    )
    assert mail["Subject"] == "Hallo Bcc: all@example.org"
    assert (mail["X-Case"], mail["Bcc"], mail["X-Evil"]) == ("r-1 X-Evil: yes", None, None)


@given(subject=st.text(max_size=300), name=st.text(max_size=80))
def test_any_subject_and_sender_survive_the_way(subject: str, name: str) -> None:
    mail = the_mail(mail_settings(sender_name=name), subject=subject)
    assert mail["Message-ID"] and mail["Content-Language"] == "nl"
    assert "".join(str(mail["Subject"]).split()) == "".join(
        "".join(" " if ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029" else sign for sign in subject)
        .encode("utf-8", "replace")
        .decode()
        .split()
    )


def test_news_can_be_stopped_with_one_click() -> None:
    mail = the_mail(marketing=True, unsubscribe="https://x.example/u/abc")
    assert mail["List-Unsubscribe"] == "<https://x.example/u/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://x.example/u/abc" in text_of(mail) and 'href="https://x.example/u/abc"' in html_of(mail)


def test_a_survey_has_its_way_out_in_the_text_only() -> None:
    mail = the_mail(unsubscribe="https://x.example/u/abc")
    assert mail["List-Unsubscribe"] is None and "Meld u af" in html_of(mail)


def test_a_way_out_that_the_text_has_itself_is_not_given_twice() -> None:
    mail = the_mail(body="Genoeg? [Stop](https://x.example/u/abc)!", unsubscribe="https://x.example/u/abc")
    assert html_of(mail).count("https://x.example/u/abc") == 1


def test_news_without_a_way_out_does_not_go() -> None:
    with pytest.raises(Unsendable, match="unsubscribe"):
        compose(a_mail(marketing=True), mail_settings(), NOW)


@pytest.mark.parametrize(
    "to", ["", "jansen", "a@b@c", "a b@example.org", "<a@example.org>", "a@example.org\nb@c.example", "a,b@example.org"]
)
def test_what_is_no_address_gets_no_mail(to: str) -> None:
    with pytest.raises(Unsendable, match="address"):
        compose(a_mail(to=to), mail_settings(), NOW)


# -- text and HTML ---------------------------------------------------------------------------------------------------


def test_text_and_html_say_the_same() -> None:
    mail = the_mail(links=[Link("call_me", "Bel mij", "https://x.example/bel")])
    for said in (text_of(mail), html_of(mail)):
        for words in (
            "dinsdag 4 maart",
            "Kies een andere dag",
            "https://mijn.voorbeeldwonen.example/l/abc_def_ghi",
            "Bel mij",
            "https://x.example/bel",
        ):
            assert words in said
    assert "**" not in text_of(mail) and "<strong>dinsdag 4 maart</strong>" in html_of(mail)


def test_the_first_button_is_the_one_to_press() -> None:
    html = html_of(the_mail(links=[Link("call_me", "Bel mij", "https://x.example/bel")]))
    assert len(re.findall(r'<td [^>]*class="go"', html)) == 1
    assert len(re.findall(r'<td [^>]*class="also"', html)) == 1
    assert html.index("Kies een andere dag") < html.index("Bel mij") < html.index("Met vriendelijke groet")


def test_the_scale_of_a_survey_is_a_column_of_choices() -> None:
    body = "Hoe ging het?\n\n" + "\n".join(f"- [{n}](https://x.example/{n})" for n in range(1, 6))
    assert len(re.findall(r'<td [^>]*class="pick"', html_of(the_mail(body=body)))) == 5


def test_the_page_speaks_its_language() -> None:
    english = html_of(the_mail(language="en", unsubscribe="https://x.example/u"))
    assert '<html lang="en"' in english and "Unsubscribe" in english
    assert '<html lang="nl"' in html_of(the_mail())


def test_the_telephone_number_can_be_tapped_and_is_not_broken() -> None:
    assert re.search(r'nowrap;" href="tel:0850001234">085 - 000 12 34</a>', html_of(the_mail()))


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = html_of(the_mail())
    assert not re.findall(r"(?:src|@import|url\(|<link)[^>]*http", html)


@given(st.text(alphabet=st.sampled_from("<>\"'&%[]()abc:/ \n") | st.characters(codec="utf-8"), max_size=200))
def test_no_words_become_markup(words: str) -> None:
    look = Look(name=words, address=words, phone=words, website=words)
    html = page(subject=words, body=blocks(words), look=look, language="nl")
    bare = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", bare)}
    frame = "html head title meta style body div table tbody tr td a p h1 img noscript xml o"
    assert tags <= set(f"{frame} h2 h3 h4 h5 h6 strong em br ul ol li blockquote".split())
    assert not re.findall(r'href="(?!https?:|mailto:|tel:)', bare)


def test_holes_that_a_text_has_itself_stay_as_they_are() -> None:
    html = page(subject="%%text%%", body=blocks("100%% %%label%% <!--cut:go-->"), look=LOOK, language="nl")
    assert html.count("%%text%%") == 3 and "100%% %%label%%" in html


@pytest.mark.parametrize(
    "primary", ["#000000", "#ffffff", "#ffb612", "#c8102e", "#0b6e5f", "#1b3a8a", "#7f7f7f", "#e0ffe0"]
)
def test_every_brand_can_be_read_by_day_and_by_night(primary: str) -> None:
    frame = frame_of(Look(primary=primary), "nl")
    button = re.search(r'bgcolor="(#\w{6})".*?color:(#\w{6})', frame.pieces["go"](url="", label=""), re.DOTALL)
    assert contrast(button[1], button[2]) >= 4.5 and contrast(button[1], "#ffffff") >= 3
    css = frame.start(title="", preview="")
    link, dark = (
        re.search(r"\.words a \{ color: (#\w{6})", css)[1],
        re.findall(r"\.words a \{ color: (#\w{6}) !", css)[0],
    )
    assert contrast(link, "#ffffff") >= 4.5 and contrast(dark, "#1f2329") >= 4.5
    go = re.search(r"\.go a \{ background: (#\w{6}) !important; color: (#\w{6})", css)
    assert contrast(go[1], go[2]) >= 4.5


# -- pictures, invitations, files ------------------------------------------------------------------------------------


def test_a_logo_file_goes_along(tmp_path: Path) -> None:
    Image.new("RGB", (320, 80), "#0b6e5f").save(tmp_path / "logo.png")
    mail = the_mail(mail_settings(look=Look(name="Voorbeeld Wonen", logo=str(tmp_path / "logo.png"))))
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html_of(mail) and 'alt="Voorbeeld Wonen"' in html_of(
        mail
    )
    assert picture.get_content() == (tmp_path / "logo.png").read_bytes()


INVITATION = Attachment(
    name="afspraak.ics",
    content_type="text/calendar; method=REQUEST",
    content="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:één\r\nEND:VCALENDAR\r\n".encode(),
)


def test_an_invitation_is_shown_by_the_calendar_and_kept_as_a_file() -> None:
    mail = the_mail(attachments=[INVITATION])
    assert mail.get_content_type() == "multipart/mixed"
    shown = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert shown.get_param("method") == "REQUEST"
    assert shown.get_payload(decode=True) == INVITATION.content
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("afspraak.ics", "application/ics")
    assert file.get_content() == INVITATION.content


@given(content=st.binary(max_size=300), name=st.text(max_size=60), kind=st.text(max_size=40))
def test_any_file_arrives_whole(content: bytes, name: str, kind: str) -> None:
    mail = the_mail(attachments=[Attachment(name=name, content_type=kind, content=content)])
    (file,) = mail.iter_attachments()
    assert file.get_payload(decode=True) == content
    assert not set('/\\:*?"<>|\r\n') & set(file.get_filename())


# -- settings --------------------------------------------------------------------------------------------------------


def test_settings_say_all_that_is_wrong_at_once() -> None:
    with pytest.raises(ValueError) as wrong:
        mail_settings(
            host="", sender="nobody", ca_file="/nowhere", connect_timeout=0, look=Look(primary="red", logo="x.svg")
        )
    for name in ("host", "sender", "ca_file", "connect_timeout", "look.primary", "look.logo"):
        assert f"{name}:" in str(wrong.value)


def test_a_password_does_not_go_without_tls_over_a_network() -> None:
    with pytest.raises(ValueError, match="password"):
        mail_settings(host="mail.example.org", tls="may", user="loper", password="x")


def test_settings_do_not_show_their_secrets() -> None:
    shown = repr(mail_settings(user="loper", password="hunter2", secret="s3cret"))
    assert "hunter2" not in shown and "s3cret" not in shown
