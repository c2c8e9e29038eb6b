"""What changed while a tap was kept: said clearly, asked for again."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from loper.server.actions import cases
from loper.server.records.agenda import Appointment
from tests.browser.field.telephone import Look, Shot, SignIn, book, told, visit_of, wait_for
from tests.worlds import World


def test_a_job_that_went_to_a_colleague_is_said_clearly(
    arrived: Page, job: str, real_world: World, no_findings: Look, shot: Shot
) -> None:
    arrived.goto(f"/field/visit/{visit_of(job).pk}")
    shot(arrived, "field-kept")
    no_findings(arrived)
    other = real_world.blocks(real_world.other_technician)[3]
    cases.book(actor=real_world.staff("planner"), case=job, block=other.slot)
    arrived.context.set_offline(False)
    refusal = arrived.locator("[data-refusals]")
    expect(refusal).to_contain_text("Deze klus is intussen voor Noor Bakker.")
    expect(refusal).to_contain_text("Aangekomen")
    arrived.wait_for_url("**/field/")  # the page of the job is not this technician's any more
    shot(arrived, "field-refused")
    no_findings(arrived)
    arrived.reload()
    expect(refusal).to_contain_text("Noor Bakker")  # until it was seen
    refusal.get_by_role("button", name="Gezien").click()
    arrived.reload()
    expect(arrived.get_by_role("heading", name="Geen klussen vandaag")).to_be_visible()
    expect(refusal.locator(".say")).to_have_count(0)
    assert not told(job, "technician.arrived")


def test_a_next_time_that_was_taken_meanwhile_is_asked_for_again(ready: Page, job: str, real_world: World) -> None:
    """Not fixed is recorded all the same: that it happened does not hang on the time of the next visit."""
    ready.get_by_role("button", name="Ik ben er").click()
    wait_for(job, "technician.arrived")
    ready.reload()
    ready.context.set_offline(True)
    ready.locator("[data-do=not_fixed] > summary").click()
    ready.get_by_label("Er is materiaal nodig").check()
    block = real_world.blocks()[0]
    ready.locator(f"[data-do=not_fixed] .choice:has(input[value='{block.slot}'])").click()
    ready.get_by_role("button", name="Melden: niet gelukt").click()
    expect(ready.locator("[data-kept-lines]")).to_contain_text("Niet gelukt")
    ready.evaluate(
        """() => new Promise((done) => { indexedDB.open("loper-field").onsuccess = (event) => {
        const table = event.target.result.transaction("taps", "readwrite").objectStore("taps");
        table.getAll().onsuccess = (found) => { for (const tap of found.target.result)
          if (tap.do === "not_fixed") table.put({ ...tap, at: tap.at - 600e3 }); done(); }; }; })"""
    )
    cases.book(actor=real_world.staff("agent"), case=book(real_world, 6), block=block.slot)
    ready.context.set_offline(False)
    wait_for(job, "job.unfinished")
    expect(ready.locator("[data-refusals]")).to_contain_text("de volgende tijd was net bezet")
    ready.get_by_role("link", name="Naar de klus").click()
    ready.locator("[data-do=next] .choice").first.click()
    ready.get_by_role("button", name="Maak deze afspraak").click()
    expect(ready.locator("main")).to_contain_text("Volgend bezoek")
    assert Appointment.objects.filter(case=job, status=Appointment.BOOKED).count() == 1


def test_who_is_signed_out_meanwhile_signs_in_and_the_tap_goes(arrived: Page, job: str, sign_in: SignIn) -> None:
    Session.objects.all().delete()
    arrived.context.set_offline(False)
    expect(arrived.locator("[data-wire]")).to_contain_text("U bent uitgelogd")
    assert not told(job, "technician.arrived")
    sign_in(arrived, "technician")
    wait_for(job, "technician.arrived")


def test_a_tap_is_never_sent_by_somebody_else_on_the_same_telephone(
    arrived: Page, job: str, sign_in: SignIn, real_world: World
) -> None:
    real_world.other_technician.user = real_world.users["agent"]
    real_world.other_technician.save()
    real_world.users["agent"].groups.set(real_world.users["technician"].groups.all())
    Session.objects.all().delete()
    arrived.context.set_offline(False)
    sign_in(arrived, "agent")
    arrived.goto("/field/")
    expect(arrived.get_by_role("heading", name="Geen klussen vandaag")).to_be_visible()
    arrived.wait_for_timeout(700)
    assert not told(job, "technician.arrived")
    arrived.context.clear_cookies()
    sign_in(arrived, "technician")
    wait_for(job, "technician.arrived")
