"""The mail as people see it: in a real Chromium, on a telephone and a desktop, by day and by night."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from email.policy import default

import pytest
from playwright.sync_api import Browser, Page

from loper.channels.email import Look
from loper.channels.email.clean import clean, document, style
from loper.channels.email.message import compose
from loper.run.ports import Link
from tests.browser.conftest import AXE
from tests.channels.messages import BODY, LOOK, NOW, a_mail, mail_settings

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SCALE = "\n\nHoe ging het?\n\n" + "\n".join(f"- [{n}](https://x.example/{n})" for n in range(1, 6))
LONG = "\n\nhttps://x.example/" + "abcdefghij" * 12


def html_of(look: Look = LOOK) -> str:
    message = a_mail(body=BODY + SCALE + LONG, links=[Link("call_me", "Bel mij", "https://x.example/bel")])
    mail = email.message_from_bytes(compose(message, mail_settings(look=look), NOW).content, policy=default)
    return str(mail.get_body(("html",)).get_content())


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("primary", ["#0b6e5f", "#ffb612"])
def test_a_mail_can_be_read_and_pressed_everywhere(
    browser: Browser,
    shot: Callable[[Page, str], None],
    width: int,
    scheme: str,
    primary: str,
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        page = context.new_page()
        page.set_content(html_of(Look(name="Voorbeeld Wonen", primary=primary, phone="085 - 000 12 34")))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for button in page.locator(".go a, .also a, .pick a").all():
            assert button.bounding_box()["height"] >= 44
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        lightness = max(int(part) for part in re.findall(r"\d+", background)[:3])
        assert (lightness < 64) == (scheme == "dark")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # Not "best-practice": it wants landmarks, and a mail is no page; mail programs put it inside theirs.
        found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", WCAG)
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]] == []
        shot(page, f"mail-{width}-{scheme}-{primary[1:]}")
    finally:
        context.close()


def test_what_the_demo_shows_is_the_mail_itself(browser: Browser) -> None:
    html = html_of()
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    try:
        page = context.new_page()
        found = []
        for source in (html, document(clean(html), style(html), "x")):
            page.set_content(source)
            found.append(
                page.locator(".go a").evaluate("one => [getComputedStyle(one).backgroundColor, one.clientWidth]")
            )
        assert found[0] == found[1]
    finally:
        context.close()
