"""What needs a connection, and what needs no script or mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import Note
from tests.browser.field.telephone import Shot, SignIn, told, visit_of, wait_for


def test_arrived_by_mistake_is_taken_back_with_one_tap(ready: Page, job: str) -> None:
    ready.get_by_role("button", name="Ik ben er").click()
    wait_for(job, "technician.arrived")
    ready.get_by_role("button", name="Per ongeluk getikt").click()
    expect(ready.get_by_role("button", name="Ik ben er")).to_be_visible()
    assert Appointment.objects.get(case=job).status == Appointment.BOOKED


def test_a_note_without_a_connection_stays_in_its_field(ready: Page, job: str) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    ready.context.set_offline(True)
    ready.get_by_label("Notitie toevoegen").fill("Ventiel van 22 mm meenemen")
    ready.get_by_role("button", name="Notitie bewaren").click()
    expect(ready.locator("[data-wire]")).to_contain_text("niets verzonden")
    expect(ready.get_by_label("Notitie toevoegen")).to_have_value("Ventiel van 22 mm meenemen")
    ready.context.set_offline(False)
    ready.get_by_role("button", name="Notitie bewaren").click()
    expect(ready.locator("main")).to_contain_text("Ventiel van 22 mm meenemen")
    expect(ready.get_by_label("Notitie toevoegen")).to_have_value("")
    assert Note.objects.count() == 1


@pytest.fixture
def plain(browser: Browser, live: str) -> Iterator[Page]:
    """A telephone that runs no scripts."""
    context = browser.new_context(
        base_url=live, locale="nl-NL", viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_everything_works_without_scripts(plain: Page, job: str, sign_in: SignIn, shot: Shot) -> None:
    sign_in(plain, "technician")
    plain.get_by_role("button", name="20").click()
    expect(plain.get_by_text("Gemeld.")).to_be_visible()
    plain.get_by_role("button", name="Ik ben er").click()
    plain.locator("[data-do=not_fixed] > summary").click()
    plain.get_by_label("Er is meer tijd nodig").check()
    plain.locator("[data-times] .times .choice").first.click()
    plain.get_by_role("button", name="Melden: niet gelukt").click()
    expect(plain.get_by_text("Volgend bezoek")).to_be_visible()
    shot(plain, "field-plain")
    assert [len(told(job, one)) for one in ("technician.departed", "technician.arrived", "job.unfinished")] == [1, 1, 1]
    assert Appointment.objects.get(case=job, status=Appointment.BOOKED)


def test_a_visit_by_keyboard_alone(ready: Page, job: str) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    for _step in range(40):
        ready.keyboard.press("Tab")
        if "Ik ben er" in ready.evaluate("document.activeElement.textContent.trim().slice(0, 20)"):
            break
    ready.keyboard.press("Enter")
    wait_for(job, "technician.arrived")
    assert ready.evaluate("document.activeElement !== document.body")
