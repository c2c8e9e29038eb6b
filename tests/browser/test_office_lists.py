"""The lists of the office, in a browser: parts that are awaited, the same work on many homes, who is on duty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from loper.server.actions import complexes, fieldwork, parts
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.fieldwork import PartOrder
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_parts_are_given_a_day_and_said_to_be_in(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    case, agent = real_world.report(), real_world.staff("agent")
    parts.order(actor=agent, case=case, part="Thermostaatkraan 22 mm")
    parts.order(actor=agent, case=case, part="Afvoerslang", expected=(real_world.time.at + timedelta(days=1)).date())
    real_world.time.move(days=2)
    for size, one in (("desktop", page), ("phone", phone)):
        sign_in(one, "agent")
        one.goto("/planner/parts")
        fits(one)
        shot(one, f"parts-{size}")
        no_findings(one)
    page.get_by_role("button", name="Het is binnen").first.press("Enter")
    expect(page.get_by_text("De klant hoort het")).to_be_visible()
    assert PartOrder.objects.get(part="Afvoerslang").arrived
    no_findings(page)
    page.get_by_role("button", name="Het is binnen").first.press("Enter")
    for size, one in (("desktop", page), ("phone", phone)):
        one.goto("/planner/parts")
        fits(one)
        shot(one, f"parts-in-{size}")
        no_findings(one)
    page.get_by_role("button", name="Plan ").first.press("Enter")
    expect(page.get_by_text("De afspraak staat")).to_be_visible()
    assert Appointment.objects.get(case=case).status == "booked"


def test_many_homes_from_a_list_to_their_times(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    Technician.objects.update(skills=[])
    sign_in(page, "agent")
    page.goto("/planner/complexes")
    no_findings(page)
    page.get_by_role("link", name="Beginnen").click()
    no_findings(page)
    page.get_by_label("Wat doet u daar?").fill("Nieuwe rookmelders")
    day = (real_world.time.at + timedelta(days=1)).date().isoformat()
    page.get_by_label("Eerste dag").fill(day)
    page.get_by_label("Laatste dag").fill(day)
    page.get_by_label("Adressen").fill("\n".join(f"1234 AB {number}" for number in range(20, 30)))
    shot(page, "complex-new")
    page.get_by_role("main").get_by_role("button", name="Beginnen").click()
    expect(page.get_by_role("heading", name="Nieuwe rookmelders")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("0 van 10")
    no_findings(page)
    for _home in range(4):
        complexes.go_on()
    expect(page.get_by_role("status")).to_have_text("4 van 10")  # by itself
    shot(page, "complex-bar")
    while complexes.go_on():
        pass
    expect(page.get_by_text("de dagen zijn vol")).to_have_count(2)  # the page is renewed at the end
    assert Appointment.objects.count() == 8  # two technicians with four blocks each
    expect(page.get_by_text("de dagen zijn vol")).to_have_count(2)
    sign_in(phone, "agent")
    phone.goto(page.url)
    for size, one in (("desktop", page), ("phone", phone)):
        fits(one)
        shot(one, f"complex-{size}")
        no_findings(one)


def test_the_desk_sends_who_is_on_duty_and_sees_what_to_know_of_the_home(
    page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    Technician.objects.create(key="nacht", name="Nachtdienst BV", partner=True, on_duty=True, phone="0201234567")
    real_world.time.at = real_world.time.at.replace(hour=20)
    case = real_world.report(severity="drips")
    fieldwork.keep_access(actor=real_world.staff("agent"), case=case, dog=True, asbestos="Kruipruimte")
    sign_in(page, "agent")
    page.goto(f"/desk/cases/{case}")
    shot(page, "desk-duty")
    no_findings(page)
    page.locator("a[href^='/desk/access/']").click()
    shot(page, "desk-access")
    no_findings(page)
    page.goto(f"/desk/duty/{case}")
    expect(page.get_by_text("0201234567")).to_be_visible()
    no_findings(page)
    page.get_by_role("button", name="Ja, er komt iemand").press("Enter")
    expect(page.get_by_text("Nachtdienst BV komt")).to_be_visible()
