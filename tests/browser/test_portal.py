"""A tenant's story in a real browser: on a telephone, with the keyboard alone, without scripts, in any brand.

Every page is looked at by axe at 390 and at 1280 pixels.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from loper.server import post
from loper.server.actions import visits
from loper.server.actions.links import make_link
from loper.server.records.runtime import Case
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
WIDTHS = {"phone": 390, "desktop": 1280}

RENEW = """() => { const now = document.querySelector("#now");
    htmx.ajax("GET", now.getAttribute("hx-get"), {target: now, swap: "outerHTML"}) }"""


@pytest.fixture
def mailbox(real_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, with what pages send by themselves (codes, links) in its memory channels."""
    monkeypatch.setattr(post, "channels", lambda: {"email": real_world.email, "sms": real_world.sms})
    return real_world


def waits(for_: Callable[[], object]) -> object:
    """What comes after a moment, because it is made after the page has answered."""
    for _ in range(100):
        found = for_()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def following(page: Page) -> None:
    page.get_by_role("button", name="Volgende").click()
    page.wait_for_load_state()


def last_link(text: str, words: str) -> str:
    """The address behind the link with these words in a mail."""
    found = re.findall(rf"\[[^\]]*{words}[^\]]*\]\((\S+)\)", text)
    assert found, text
    return str(found[-1])


def photo() -> dict[str, object]:
    """A photo as large as a telephone makes them."""
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(out, "JPEG", quality=95)
    return {"name": "lek.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_tenant_reports_books_moves_is_helped_and_says_how_it_went(
    phone: Page, mailbox: World, looked: Callable[[Page, str], None]
) -> None:
    world = mailbox
    world.other_technician.active = False
    world.other_technician.save()
    phone.goto("/")
    looked(phone, "portal-start")
    phone.get_by_role("link", name="Een reparatie melden").click()
    looked(phone, "portal-question-first")
    following(phone)
    expect(phone.locator(".wrong")).to_be_visible()
    looked(phone, "portal-question-wrong")
    for answer in ("Er lekt water", "Het drupt", "In de keuken"):
        phone.get_by_text(answer, exact=True).click()
        following(phone)
    phone.get_by_role("textbox").fill("Er komt water onder de wasbak uit.")
    looked(phone, "portal-question-text")
    phone.get_by_role("button", name="Terug").click()
    expect(phone.get_by_label("In de keuken")).to_be_checked()
    following(phone)  # what was typed is kept: straight to the photo
    field = phone.locator("input[type=file]")
    field.set_input_files(photo())  # type: ignore[arg-type]
    large = len(photo()["buffer"])  # type: ignore[arg-type]
    waits(lambda: 0 < field.evaluate("e => e.files[0].size") < large / 2)  # made smaller here, before it is sent
    following(phone)
    phone.get_by_role("button", name="Terug").click()
    expect(phone.get_by_alt_text("De foto die u toevoegde")).to_be_visible()
    looked(phone, "portal-question-photo")
    phone.get_by_role("link", name="Later verdergaan").click()
    phone.get_by_role("button", name="Ik zie de link liever hier").click()
    looked(phone, "portal-later")
    phone.get_by_role("link", name="Terug naar de vraag").click()
    phone.get_by_text("Dat maakt niet uit").click()
    following(phone)
    phone.get_by_role("button", name="Versturen").click()
    looked(phone, "portal-contact-wrong")
    for label, typed in (("Postcode", "1234 AB"), ("Huisnummer", "12"), ("Uw naam", "Jo Jansen")):
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("E-mailadres").fill("j.jansen@example.nl")
    phone.get_by_role("button", name="Versturen").click()

    expect(phone.get_by_text("Uw melding is binnen.")).to_be_visible()
    looked(phone, "portal-welcome")
    phone.get_by_text("13 – 15 uur").first.click()
    phone.get_by_role("button", name="Deze tijd past mij").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        "De vakman komt dinsdag 8 september, tussen 13 en 15 uur."
    )
    looked(phone, "portal-planned")
    key = Case.objects.get().key
    world.work()

    # the mail, at eleven at night: another time
    world.time.at = datetime.fromisoformat("2026-09-07T23:00:00+02:00")
    phone.context.clear_cookies()
    confirmation = next(message for message in world.email.sent if "afspraak" in message.subject)
    change = next(link.url for link in confirmation.links if link.offer == "reschedule") if confirmation.links else ""
    phone.goto(change or last_link(confirmation.body, "andere"))
    expect(phone.get_by_text("Die tijd blijft van u")).to_be_visible()
    looked(phone, "portal-another-time")
    phone.get_by_text("10 – 12 uur").nth(1).click()
    phone.get_by_role("button", name="Deze tijd past mij").dblclick()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("woensdag 9 september, tussen 10 en 12 uur")
    assert "/l/" not in phone.url

    # not needed after all? yes, it is
    phone.get_by_role("link", name="Het is niet meer nodig").click()
    looked(phone, "portal-withdraw")
    phone.get_by_role("button", name="Ja, stop maar").click()
    looked(phone, "portal-withdrawn")
    phone.get_by_role("button", name="Het is toch nodig").click()
    expect(phone.get_by_text("Uw melding loopt weer.")).to_be_visible()
    phone.get_by_role("link", name="Bel mij").click()
    looked(phone, "portal-call")
    phone.get_by_label("Op welk nummer?").fill("06 12345678")
    phone.get_by_role("button", name="Bel mij dan").click()
    expect(phone.get_by_text("Wij bellen u").first).to_be_visible()
    phone.get_by_role("link", name="Laat weten wat er niet goed gaat").click()
    phone.get_by_text("Ik ben niet goed geholpen").click()
    following(phone)
    following(phone)
    looked(phone, "portal-complaint")
    phone.get_by_role("button", name="Versturen").click()
    phone.get_by_role("link", name="Mijn klacht").click()
    looked(phone, "portal-complaint-sent")
    phone.get_by_role("link", name="Mijn reparatie").first.click()

    # the day itself, seen on the page that renews itself
    world.at(datetime.fromisoformat("2026-09-09T10:05:00+02:00"))
    sam = world.staff("technician")
    visits.depart(actor=sam, case=key, eta=world.time.at + timedelta(minutes=20))
    phone.evaluate(RENEW)  # what happens every minute
    expect(phone.get_by_role("heading", level=1)).to_have_text("De vakman is onderweg naar u toe.")
    expect(phone.locator("#said")).to_contain_text("onderweg")
    looked(phone, "portal-under-way")
    visits.arrive(actor=sam, case=key)
    visits.fixed(actor=sam, case=key)
    phone.reload()
    looked(phone, "portal-done")

    # the questions: one tap in the mail, one more sends
    phone.goto(make_link(purpose="survey", customer="jo", case=key, subject="survey") + "?effort=1")
    expect(phone.get_by_role("radio", name="1").first).to_be_checked()
    looked(phone, "portal-survey")
    phone.get_by_text("Opgelucht").click()
    phone.get_by_role("button", name="Versturen").click()
    expect(phone.get_by_role("heading", name="Dank u wel")).to_be_visible()
    looked(phone, "portal-thanks")
    phone.get_by_role("button", name="Dit is niet mijn apparaat").click()
    expect(phone.get_by_text("ziet nu niemand uw meldingen")).to_be_visible()


def test_with_the_keyboard_alone(page: Page, real_world: World) -> None:
    """Tab, arrows, space and enter; the focus is seen at every step."""
    keys = page.keyboard

    def to(name: str, role: str = "") -> None:
        for _ in range(60):
            keys.press("Tab")
            here = page.evaluate(
                "() => { const e = document.activeElement; const l = e.labels && e.labels[0]; "
                "return [(l ? l.innerText : e.innerText || e.value || '').trim(), getComputedStyle(e).outlineStyle, "
                "e.closest('label') ? getComputedStyle(e.closest('label')).outlineStyle : 'none'] }"
            )
            if name in here[0]:
                assert "none" not in (here[1], here[2]) or here[1] != here[2], f"no focus to be seen on {name}"
                return
        raise AssertionError(f"no way to {name}")

    page.goto("/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    keys.press("Enter")
    to("Een reparatie melden")
    keys.press("Enter")
    for steps in (0, 0, 0):
        page.wait_for_load_state()
        first = page.locator("main input[type=radio]").first
        for _ in range(20):
            keys.press("Tab")
            if first.evaluate("e => e === document.activeElement"):
                break
        keys.press("Space")
        for _ in range(steps):
            keys.press("ArrowDown")
        keys.press("Enter")
        page.wait_for_load_state()
    page.wait_for_url("**/story")
    for _ in range(2):  # the text and the photo may be skipped
        here = page.url
        to("Volgende")
        keys.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    to("In de ochtend")
    keys.press("Space")
    keys.press("Enter")
    page.wait_for_url("**/send")
    page.get_by_label("Postcode").focus()
    for typed in ("1234 AB", "12", "Jo Jansen", "j.jansen@example.nl"):
        keys.type(typed)
        keys.press("Tab")
    keys.press("Shift+Tab")
    keys.press("Enter")  # in a field: sends
    page.wait_for_url("**/welcome")
    for _ in range(30):
        keys.press("Tab")
        if page.evaluate("document.activeElement.name") == "block":
            break
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("De vakman komt")


def test_without_scripts(browser: Browser, live: str, real_world: World) -> None:
    """A telephone that runs no script reports, books, stops and takes it back."""
    context = browser.new_context(base_url=live, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/report/repair/report")
    for answer in ("De afvoer is verstopt", "In de keuken"):
        page.get_by_text(answer, exact=True).click()
        following(page)
    following(page)
    page.locator("input[type=file]").set_input_files(photo())  # type: ignore[arg-type]
    following(page)
    page.get_by_text("In de middag").click()
    following(page)
    for label, typed in (
        ("Postcode", "1234AB"),
        ("Huisnummer", "12"),
        ("Uw naam", "Jo"),
        ("Mobiel nummer", "0612345678"),
    ):
        page.get_by_label(label).fill(typed)
    page.get_by_role("button", name="Versturen").click()
    page.locator("input[name=block]").nth(3).check()
    page.get_by_role("button", name="Deze tijd past mij").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("De vakman komt")
    page.get_by_role("link", name="Het is niet meer nodig").click()
    page.get_by_role("button", name="Ja, stop maar").click()
    page.get_by_role("button", name="Het is toch nodig").click()
    expect(page.get_by_text("Uw melding loopt weer.")).to_be_visible()
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("link", name="Choose another time")).to_be_visible()
    context.close()


def test_an_emergency_a_lost_link_and_what_goes_wrong(
    phone: Page, mailbox: World, looked: Callable[[Page, str], None]
) -> None:
    world = mailbox
    key = world.report()
    phone.goto("/report/repair/report")
    phone.get_by_text("Ik ruik gas").click()
    following(phone)
    call = phone.get_by_role("link", name="Bel 0800-9009")
    expect(call).to_have_attribute("href", "tel:08009009")
    assert call.bounding_box()["y"] < 700  # type: ignore[index] - in sight without scrolling
    looked(phone, "portal-emergency")
    phone.get_by_role("link", name="Mijn antwoord veranderen").click()
    expect(phone.get_by_label("Ik ruik gas")).to_be_checked()

    phone.goto("/find")
    looked(phone, "portal-find")
    phone.get_by_label("Postcode").fill("1234 AB")
    phone.get_by_label("Huisnummer").fill("12")
    phone.get_by_role("button", name="Stuur mij een code").click()
    expect(phone.get_by_role("heading", name="Vul de code in")).to_be_visible()
    sent = waits(lambda: [m for m in world.email.sent if m.subject.startswith("Uw code")])
    code = re.findall(r"\d{6}", sent[-1].body)[0]  # type: ignore[index]
    phone.get_by_label("De code van zes cijfers").fill("000000" if code != "000000" else "111111")
    phone.get_by_role("button", name="Verder").click()
    looked(phone, "portal-code-wrong")
    phone.get_by_label("De code van zes cijfers").fill(code)
    phone.get_by_role("button", name="Verder").click()
    phone.wait_for_url(f"**/case/{key}")
    phone.goto("/report/repair/report")
    for answer in ("Iets anders", "In de keuken"):
        phone.get_by_text(answer, exact=True).click()
        following(phone)
    following(phone)
    following(phone)
    phone.get_by_text("In de ochtend").click()
    following(phone)
    looked(phone, "portal-known")
    phone.goto("/")
    looked(phone, "portal-start-known")

    for name, path, status in (
        ("missing", "/nope", 404),
        ("gone", "/l/" + "A" * 32, 410),
        ("forbidden", "/case/X", 403),
    ):
        response = phone.goto(path)
        assert response is not None and response.status == status
        looked(phone, f"portal-{name}")
    phone.goto("/l/" + "A" * 32)
    phone.get_by_role("button", name="EN").click()  # a form on a page whose address no referrer may tell
    expect(phone.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    phone.get_by_role("button", name="NL").click()
    phone.goto(make_link(purpose="unsubscribe", customer="jo", subject="survey"))
    looked(phone, "portal-unsubscribe")
    phone.get_by_role("button", name="Afmelden").click()
    looked(phone, "portal-unsubscribed")


@pytest.mark.parametrize("colour", ["#ffd400", "#ffffff", "#9be15d", "#111111"])
def test_a_colour_that_is_too_light_is_darkened_where_it_carries_letters(
    colour: str, phone: Page, real_world: World, settings: object, looked: Callable[[Page, str], None]
) -> None:
    settings.LOPER_BRAND = {**settings.LOPER_BRAND, "primary": colour}  # type: ignore[attr-defined]
    phone.goto("/")
    looked(phone, f"portal-brand-{colour[1:]}")
    key = real_world.report()
    real_world.book(key)
    phone.goto(make_link(purpose="case", customer="jo", case=key))
    looked(phone, f"portal-brand-case-{colour[1:]}")


def test_accounts_can_be_used_by_everyone(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Callable[[Page, str], None]
) -> None:
    page.goto("/account/password/reset/")
    looked(page, "portal-password-reset")
    page.goto("/account/login/")
    looked(page, "portal-sign-in")
    sign_in(page, "agent")
    for path in ("", "2fa/", "password/change/", "logout/"):
        page.goto(f"/account/{path}")
        looked(page, f"portal-account-{path.strip('/').replace('/', '-') or 'mine'}")
    page.goto("/account/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        looked(page, "portal-account-reauthenticate")
        page.locator("[name=password]").fill("een-lang-wachtwoord")
        page.locator("main button.ds-button").first.click()
    looked(page, "portal-account-app")
    page.goto("/account/2fa/webauthn/add/")
    looked(page, "portal-account-key")


def test_a_key_of_the_computer_is_a_second_step(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None]
) -> None:
    """WebAuthn in the real browser, with a key that Chromium pretends to have."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip
    sign_in(page, "agent")
    page.goto("/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("[name=password]").fill("een-lang-wachtwoord")
        page.locator("main button.ds-button").first.click()
        page.wait_for_url("**/webauthn/add/")  # with its scripts
    with page.expect_navigation(url=lambda url: "/add/" not in url):
        page.get_by_role("button", name="Een sleutel toevoegen").click()
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_role("link", name="Weghalen")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.locator("[name=login]").fill("agent")
    page.locator("[name=password]").fill("een-lang-wachtwoord")
    page.locator("main form button.ds-button").first.click()
    page.wait_for_url("**/2fa/authenticate/")
    page.get_by_role("button", name="Mijn sleutel gebruiken").click()
    page.wait_for_url(lambda url: "/desk/" in url)
