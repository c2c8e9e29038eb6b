"""A technician's telephone as it looks: every page of a day, wet hands, no needless word."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image
from playwright.sync_api import Page, expect

from loper.server.actions import cases, visits
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.dialogues import StoredFile
from tests.browser.field.telephone import Look, Shot, SignIn, book, visit_of, wait_for
from tests.worlds import World


def test_a_day_of_a_technician(
    phone: Page, page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    """Every page a technician meets on a day, at the size of a telephone and of a desktop."""
    world = real_world
    story = "Het drupt onder de kraan, al drie dagen. Er staat een emmer onder."
    first = book(world, 0, story=story)
    for number in (0, 1, 3):
        book(world, number)
    photo = io.BytesIO()
    Image.new("RGB", (640, 400), "#7799aa").save(photo, "JPEG")
    StoredFile.objects.create(
        case=first, content_type="image/jpeg", content=photo.getvalue(), size=1, created=world.time.at
    )
    world.time.at = visit_of(first).start + timedelta(minutes=5)
    for one in (phone, page):
        sign_in(one, "technician")

    def see(name: str) -> None:
        for size, one in (("phone", phone), ("desktop", page)):
            one.goto(f"/field/visit/{visit_of(first).pk}" if name.startswith("visit") else "/field/")
            for panel in one.locator("details.act").all():
                if name == f"visit-{panel.get_attribute('data-do')}":
                    panel.locator("summary").first.click()
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than a {size}"
            shot(one, f"field-{name}-{size}")
            no_findings(one)

    see("day")
    see("visit-absent")
    phone.goto(f"/field/visit/{visit_of(first).pk}")
    phone.get_by_role("button", name="20").click()
    wait_for(first, "technician.departed")
    see("visit-under-way")
    phone.goto("/field/")
    phone.get_by_role("button", name="Ik ben er").click()
    wait_for(first, "technician.arrived")
    see("visit-at-work")
    see("visit-not_fixed")
    sam = world.staff("technician")
    cases.add_note(actor=world.staff("agent"), case=first, text="De buurvrouw heeft een sleutel.")
    visits.not_fixed(actor=sam, case=first, reason="material", block=world.blocks()[4].slot)
    see("day-later")
    see("visit-over")
    world.time.at = Appointment.objects.get(case=first, status=Appointment.BOOKED).start
    see("day-next-visit")
    phone.goto("/field/tomorrow")
    shot(phone, "field-tomorrow-phone")
    no_findings(phone)


def test_a_day_without_jobs_and_an_account_without_a_technician(
    phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    sign_in(phone, "technician")
    expect(phone.get_by_role("heading", name="Geen klussen vandaag")).to_be_visible()
    shot(phone, "field-empty")
    no_findings(phone)
    Technician.objects.update(user=None)
    phone.reload()
    expect(phone.get_by_role("heading", name="Uw account hoort nog niet bij een vakman")).to_be_visible()
    no_findings(phone)


def test_every_button_is_at_least_56_pixels_high(ready: Page, job: str) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    low = ready.evaluate(
        "() => [...document.querySelectorAll('main button, main summary, main .ds-button, main .choice, main a.back')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 56)"
        ".map((one) => one.outerHTML.slice(0, 90))"
    )
    assert not low
