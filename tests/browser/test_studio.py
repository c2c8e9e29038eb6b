"""A journey director at work: a first journey from nothing to live, texts with their preview, two people at once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from loper.server.actions import designs as act
from loper.server.actions import migrate, reviews
from loper.server.queries import designs
from loper.server.queries.designs import MAIN, digest
from loper.server.records.designs import SignOff
from loper.server.records.runtime import Case
from tests.server.studio_world import changed, draft, live_version, proposed, yaml_of
from tests.server.test_studio_moves import publish_next, replaces
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]

LANGUAGE = "/studio/journeys/repair/language"
MAIL = "/studio/journeys/repair/texts/confirmation/email/nl"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def type_over(page: Page, old: str, new: str) -> None:
    """Change these words in the editor, as a person would: select them, and type."""
    page.evaluate(
        "([old]) => { const t = document.getElementById('text'); const at = t.value.indexOf(old);"
        " t.focus(); t.setSelectionRange(at, at + old.length); }",
        [old],
    )
    page.keyboard.insert_text(new)


def test_from_nothing_to_a_first_journey_that_is_live(
    page: Page, phone: Page, sign_in: SignIn, no_findings: Look, shot: Shot, real_world: World
) -> None:
    sign_in(page, "director")
    page.goto("/studio/journeys/")
    shot(page, "studio-journeys")
    no_findings(page)
    page.get_by_role("link", name="Nieuwe klantreis").click()
    page.get_by_label("Hoe noemen klanten het?").fill("Mijn vraag")
    page.get_by_label("Korte naam").fill("vraag")
    no_findings(page)
    press(page, "Maak een concept")
    expect(page.get_by_role("heading", name="Mijn vraag", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Wat de klant wil", exact=True)).to_be_visible()
    shot(page, "studio-first-journey")
    no_findings(page)

    page.get_by_role("link", name="Teksten", exact=True).click()
    no_findings(page)
    page.locator("#t-received").get_by_role("link", name="E-mail, Nederlands").click()
    mail = page.frame_locator("iframe[name^=mail]").last
    expect(mail.locator("p", has_text="Wij hebben uw vraag.")).to_be_visible()
    type_over(page, "Wij hebben uw vraag.", "Wat fijn dat u het vraagt.")
    expect(mail.locator("p", has_text="Wat fijn dat u het vraagt.")).to_be_visible()
    shot(page, "studio-text")
    no_findings(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Bewaard als concept.")).to_be_visible()

    page.get_by_role("link", name="Wijzigingen en versies").click()
    no_findings(page)
    press(page, "Laat het een collega lezen")
    expect(page.get_by_text("U werkte zelf aan deze versie.")).to_be_visible()
    expect(page.get_by_text("Eerst zegt een collega ja.")).to_be_visible()
    no_findings(page)
    address = page.url

    sign_in(phone, "agent")
    phone.goto(address)
    no_findings(phone)
    shot(phone, "studio-version-phone")
    press(phone, "Ja, dit is goed")
    expect(phone.get_by_text("Opgeschreven, onder precies deze versie.")).to_be_visible()

    page.reload()
    press(page, "Publiceer")
    expect(page.get_by_text("Live: elke nieuwe zaak begint op deze versie.")).to_be_visible()
    assert (
        "Wat fijn dat u het vraagt."
        in designs.journey("vraag", designs.newest("vraag")).texts["received", "email", "nl"]
    )
    phone.goto("/")
    expect(phone.get_by_text("Een vraag stellen").first).to_be_visible()


def test_what_is_wrong_shows_while_one_types_and_one_click_is_at_the_line(
    page: Page, phone: Page, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    sign_in(page, "director")
    page.goto(LANGUAGE)
    expect(page.get_by_text("Geen fouten.")).to_be_visible()
    type_over(page, "within: 4 hours", "within: 4 uur")
    type_over(page, "on: {appointment.made: planned,", "on: {appointment.made: planed,")
    expect(page.get_by_text("2 fouten")).to_be_visible()
    expect(page.get_by_text("bedoelt u 'planned'?")).to_be_visible()
    expect(page.locator(".gutter .has-error")).to_have_count(2)
    shot(page, "studio-language")
    no_findings(page)
    page.locator(".wrongs a").last.click()
    assert page.evaluate("getSelection().toString()") == "4 uur"
    assert page.evaluate("document.activeElement.id") == "text"
    press(page, "Bewaar als concept")
    expect(page.get_by_text("Bewaard als concept. Er klopt nog iets niet")).to_be_visible()
    for path in ("", "texts", "changes"):
        page.goto(f"/studio/journeys/repair/{path}")
        no_findings(page)
    sign_in(phone, "director")
    phone.goto(LANGUAGE)
    no_findings(phone)


def test_two_people_at_once_and_a_browser_that_was_closed_lose_nothing(
    page: Page, sign_in: SignIn, no_findings: Look, real_world: World
) -> None:
    sign_in(page, "director")
    page.goto(LANGUAGE)
    type_over(page, "nl: Mijn reparatie", "nl: Mijn klus")
    draft(real_world, changed(**{"My repair": "My job"}))
    press(page, "Bewaar als concept")
    expect(page.get_by_role("heading", name="Twee mensen tegelijk")).to_be_visible()
    expect(page.locator("#text")).to_have_value(changed(**{"Mijn reparatie": "Mijn klus"}).replace('"2.0"', '"1.0"'))
    no_findings(page)
    press(page, "Bewaar als concept")
    expect(page.get_by_text("Bewaard als concept.")).to_be_visible()

    type_over(page, "nl: Mijn klus", "nl: Mijn karwei")
    page.wait_for_timeout(400)
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/studio/journeys/", wait_until="commit")
    page.goto(LANGUAGE)
    expect(page.get_by_text("Hier staat nog werk van u dat niet bewaard is.")).to_be_visible()
    no_findings(page)
    press(page, "Zet het terug")
    assert "nl: Mijn karwei" in page.locator("#text").input_value()
    press(page, "Bewaar als concept")
    expect(page.get_by_text("Bewaard als concept.")).to_be_visible()
    found = designs.draft("repair")
    assert found is not None and "nl: Mijn karwei" in found.files[MAIN]


def test_a_text_is_looked_at_with_a_real_case_and_with_an_example(
    page: Page, phone: Page, sign_in: SignIn, no_findings: Look, shot: Shot, real_world: World
) -> None:
    key = real_world.report()
    real_world.work()
    real_world.book(key, 2)
    real_world.work()
    sign_in(page, "director")
    page.goto(MAIL)
    mail = page.frame_locator("iframe[name^=mail]").last
    expect(mail.get_by_text("Beste Jo Jansen,")).to_be_visible()
    expect(mail.locator("strong", has_text="dinsdag 8 september, tussen 13 en 15 uur")).to_be_visible()
    shot(page, "studio-mail")
    no_findings(page)
    address = page.url
    mail.get_by_role("link", name="Stop uw melding").click()
    page.wait_for_timeout(300)
    assert page.url == address and len(page.context.pages) == 1
    type_over(page, "Uw afspraak staat.", "Uw afspraak staat middels {{ eta | time }} en {{ afspraak }}.")
    expect(page.get_by_text("'afspraak' is geen gegeven van deze klantreis")).to_be_visible()
    expect(page.get_by_text("moeilijke woorden: 'middels' (say: met)")).to_be_visible()
    no_findings(page)

    sign_in(phone, "director")
    phone.goto("/studio/journeys/repair/texts/reminder/sms/nl")
    expect(phone.locator(".bubble")).to_contain_text("Voorbeeld Wonen")
    expect(phone.get_by_text("tekens, 2 berichten")).to_be_visible()
    no_findings(phone)
    shot(phone, "studio-sms-phone")
    phone.get_by_text("Zet erin wat u weet").click()
    phone.get_by_role("button", name="voornaam").click()
    assert "{{ customer.first_name }}" in phone.locator("#text").input_value()


def test_with_the_keyboard_alone(page: Page, sign_in: SignIn, real_world: World) -> None:
    sign_in(page, "director")
    page.goto("/studio/journeys/repair/texts/missed/sms/nl")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("Control+End")
    page.keyboard.type(" Tot snel!")
    page.keyboard.press("Tab")  # the editor lets go of the keyboard
    assert page.evaluate("document.activeElement.textContent") == "Bewaar als concept"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bewaard als concept.")).to_be_visible()
    found = designs.draft("repair")
    assert found is not None and found.files["texts/missed.sms.nl.liquid"].endswith("Tot snel!")


def test_without_a_script_every_button_works(browser: object, live: str, sign_in: SignIn, real_world: World) -> None:
    context = browser.new_context(base_url=live, java_script_enabled=False, locale="nl-NL")  # type: ignore[attr-defined]
    page = context.new_page()
    sign_in(page, "director")
    page.goto(MAIL)
    page.locator("#text").fill("Subject: Kort\n\nZonder script.")
    press(page, "Toon de mail")
    expect(page.frame_locator("iframe[name=mail]").locator("p", has_text="Zonder script.")).to_be_visible()
    press(page, "Bewaar als concept")
    expect(page.get_by_text("Bewaard als concept.")).to_be_visible()
    context.close()


def test_a_guest_reads_on_a_telephone_and_says_yes(
    phone: Page, no_findings: Look, shot: Shot, real_world: World
) -> None:
    row = proposed(real_world, changed())
    link = reviews.invite(
        actor=real_world.staff("director"), journey="repair", version=row.version, name="Mevrouw De Wit"
    )
    phone.goto(link)
    no_findings(phone)
    shot(phone, "studio-guest-phone")
    press(phone, "Begin met lezen")
    expect(phone.get_by_role("heading", name="Wat wij u sturen")).to_be_visible()
    no_findings(phone)
    shot(phone, "studio-reading-phone")
    phone.get_by_label("Wat is onduidelijk, of kan beter?").fill("Fijn en kort.")
    press(phone, "Ja, dit is goed")
    expect(phone.get_by_role("heading", name="Dank u wel")).to_be_visible()
    assert SignOff.objects.get(version=row.version).remark == "Fijn en kort."


def test_open_cases_come_along_while_one_looks(
    page: Page, phone: Page, sign_in: SignIn, no_findings: Look, shot: Shot, real_world: World
) -> None:
    for n in range(6):
        key = real_world.report(email=f"d{n}@example.nl", phone=f"06400000{n:02}")
        real_world.work()
        if n % 2:
            real_world.book(key, 4 + n)
    real_world.work()
    old = live_version()
    row = publish_next(real_world, replaces(old))
    sign_in(page, "director")
    page.goto(f"/studio/journeys/repair/versions/{row.version}/")
    no_findings(page)
    page.get_by_role("link", name="Laat open zaken meegaan").click()
    expect(page.get_by_text("3 × Herinnering")).to_be_visible()
    no_findings(page)
    shot(page, "studio-moving")
    press(page, "Laat 6 zaken overgaan")
    expect(page.get_by_text("0 van 6")).to_be_visible()
    migrate.go_on(batch=4)
    expect(page.get_by_text("4 van 6")).to_be_visible()
    no_findings(page)
    shot(page, "studio-move")
    migrate.go_on(batch=4)
    expect(page.get_by_role("heading", name="Klaar")).to_be_visible()
    assert not Case.objects.filter(version=old).exists()
    sign_in(phone, "director")
    phone.goto(f"/studio/journeys/repair/versions/{row.version}/move")
    no_findings(phone)


def test_the_organisation_is_changed_after_a_look(
    page: Page, phone: Page, sign_in: SignIn, no_findings: Look, shot: Shot, real_world: World
) -> None:
    sign_in(page, "admin")
    page.goto("/studio/organisation/")
    no_findings(page)
    shot(page, "studio-organisation")
    page.get_by_role("link", name="Verander het", exact=True).first.click()
    type_over(page, "quiet: 21:00-08:00", "quiet: laat")
    expect(page.get_by_text("een deel van de dag was verwacht")).to_be_visible()
    no_findings(page)
    type_over(page, "quiet: laat", "quiet: 20:00-09:00")
    press(page, "Bekijk wat er verandert")
    expect(page.locator(".diff ins").first).to_contain_text("quiet: 20:00-09:00")
    no_findings(page)
    shot(page, "studio-organisation-look")
    real_world.time.move(minutes=1)
    press(page, "Laat het vanaf nu gelden")
    expect(page.get_by_text("20:00-09:00")).to_be_visible()
    phone.goto("/account/login/")
    sign_in(phone, "agent")
    phone.goto("/studio/organisation/")
    expect(phone.get_by_text("20:00-09:00")).to_be_visible()
    no_findings(phone)
    phone.goto("/studio/journeys/repair/")
    no_findings(phone)
    shot(phone, "studio-journey-phone")


def test_in_english_too(page: Page, sign_in: SignIn, no_findings: Look, real_world: World) -> None:
    made = act.save_file(
        actor=real_world.staff("director"),
        journey="repair",
        path=MAIN,
        text=changed(**{"    within: 4 hours": "    within: 4 uur"}),
        seen=digest(yaml_of()),
    )
    assert made.edition == 1
    sign_in(page, "director")
    page.context.add_cookies([{"name": "loper_language", "value": "en", "url": page.url}])
    page.goto(LANGUAGE)
    expect(page.get_by_text("a duration was expected")).to_be_visible()
    expect(page.get_by_role("button", name="Save as a draft")).to_be_visible()
    no_findings(page)
