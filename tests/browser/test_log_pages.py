"""An analyst brings a log in and asks it: in a real browser, in both sizes, by keyboard; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from loper.observe.report import QUESTIONS
from loper.server.actions import logs, own_log
from loper.server.records.logs import ContactLog
from tests.observe.planted import planted
from tests.worlds import World

Look = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]
Tab = Callable[[str], None]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.LOPER_LOGS = tmp_path / "logs"


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Contacts of the example journey with faults planted in it, as somebody would export them."""
    table = planted(300).to_pandas()
    table["time"] = table["time"].dt.tz_convert("Europe/Amsterdam").dt.strftime("%d-%m-%Y %H:%M:%S")
    names = {
        "case": "Zaaknummer",
        "activity": "Gebeurtenis",
        "time": "Tijdstip",
        "channel": "Kanaal",
        "customer": "Klant",
    }
    path = tmp_path / "contacten.csv"
    table.rename(columns=names).drop(columns=["seq", "kind", "initiator"]).to_csv(path, sep=";", index=False)
    return path


def test_a_log_is_brought_in_asked_and_followed_to_its_cases(
    page: Page, real_world: World, sign_in: SignIn, looked: Look, log_file: Path, tab_to: Tab
) -> None:
    sign_in(page, "analyst")
    page.goto("/insight/")
    looked(page, "logs-empty")
    tab_to("Logboek inlezen")
    page.keyboard.press("Enter")
    looked(page, "log-new")
    page.get_by_label("Het bestand").set_input_files(str(log_file))
    page.get_by_label("Hoe noemt u het?").fill("Contacten van de centrale")
    page.get_by_role("button", name="Verder").press("Enter")
    expect(page.get_by_role("heading", name="Welke kolom is wat?")).to_be_visible()
    expect(page.get_by_label("Van welke zaak")).to_have_value("Zaaknummer")
    looked(page, "log-columns")
    page.get_by_role("button", name="Lees het logboek").press("Enter")
    expect(page.get_by_text("wacht op zijn beurt")).to_be_visible()
    looked(page, "log-waiting")
    assert logs.read_next()
    expect(page.get_by_role("heading", name="Wat opvalt")).to_be_visible(timeout=15_000)
    looked(page, "log-first")
    finding = page.locator(".finding", has_text=re.compile("Na “reminder” zoekt"))
    expect(finding).to_be_visible()
    stuck = page.locator(".finding", has_text=re.compile("loopt vast na “reminder”"))
    number = re.search(r"Bekijk (\d+) zaken", stuck.inner_text())
    stuck.get_by_role("link", name=re.compile("Bekijk")).press("Enter")
    assert number is not None
    expect(page.get_by_text(f"{number[1]} van 300 zaken")).to_be_visible()
    looked(page, "log-cases")
    page.locator("table a").first.press("Enter")
    expect(page.locator(".story li").last).to_contain_text("reminder")
    looked(page, "log-case")
    page.go_back()
    page.get_by_role("link", name=re.compile("weghalen")).press("Enter")
    expect(page.get_by_text("300 van 300 zaken")).to_be_visible()


def test_every_question_has_a_page_that_everybody_can_use(
    page: Page, real_world: World, sign_in: SignIn, looked: Look, log_file: Path
) -> None:
    actor = real_world.staff("analyst")
    row = logs.bring_in(actor=actor, name="Contacten", upload=SimpleUploadedFile("c.csv", log_file.read_bytes()))
    logs.understand(actor=actor, log=row, names=row.columns["names"], keep=[], zone="Europe/Amsterdam")
    assert logs.read_next()
    sign_in(page, "analyst")
    for key in QUESTIONS:
        page.goto(f"/insight/{row.pk}/{key}?channel=web" + ("&split=with:reminder" if key == "compare" else ""))
        expect(page.locator("h1")).to_be_visible()
        looked(page, f"log-{key}")
    page.goto(f"/insight/{row.pk}/conform?channel=web")
    page.get_by_label("Welke klantreis").select_option(label="Mijn reparatie")
    page.get_by_role("button", name="Leg ernaast").press("Enter")
    expect(page.get_by_role("heading", name="Wat is wat in het ontwerp")).to_be_visible()
    expect(page.get_by_text("contact via web")).to_be_visible()
    looked(page, "log-held-against")


def test_cases_are_chosen_on_the_page_and_the_address_holds_the_choice(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, looked: Look
) -> None:
    real_world.book(real_world.report())
    real_world.report(email="p.pieters@example.nl", phone="0687654321")
    real_world.work()
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    sign_in(page, "director")
    page.goto("/insight/")
    page.get_by_role("link", name="Onze eigen klantreizen").press("Enter")
    page.get_by_text("Zaken kiezen").press("Enter")
    page.locator("select[name=with]").select_option(label="Afspraak gemaakt")
    page.get_by_role("button", name="Toon deze zaken").press("Enter")
    expect(page.get_by_text("1 van 2 zaken")).to_be_visible()
    page.get_by_role("link", name="Kaart").press("Enter")
    expect(page.get_by_text("1 van 2 zaken")).to_be_visible()
    expect(page.get_by_text("met “Afspraak gemaakt”")).to_be_visible()
    address = page.url
    sign_in(phone, "analyst")
    phone.goto(address)
    expect(phone.get_by_text("1 van 2 zaken")).to_be_visible()
    for key in ("line", "conform"):
        page.goto(f"/insight/{row.pk}/{key}?attr.journey=repair")
        looked(page, f"log-own-{key}")
