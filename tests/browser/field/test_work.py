"""Photos, hours, a signature, access notes: kept on the telephone without a connection, and sent once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import QuerySet
from PIL import Image
from playwright.sync_api import Page, expect

from loper.server.actions import fieldwork
from loper.server.records.agenda import Appointment, WorkKind
from loper.server.records.dialogues import StoredFile
from loper.server.records.fieldwork import AccessNotes, FollowUp, PartOrder, VisitPhoto, VisitReport
from tests.browser.field.telephone import Look, Shot, visit_of, wait_for
from tests.worlds import World


@pytest.fixture
def at_home(arrived: Page, job: str) -> Page:
    """The page of the visit, on arrival, without a connection."""
    arrived.goto(f"/field/visit/{visit_of(job).pk}")
    return arrived


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph as a telephone makes them: larger than we keep."""
    path = tmp_path / "foto.jpg"
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(path, "JPEG")
    return path


def wait_until(there: Callable[[], object]) -> None:
    for _try in range(100):
        if there():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def open_panel(page: Page, name: str) -> None:
    page.locator("details.act > summary").filter(has_text=name).click()


def draw(page: Page) -> None:
    canvas = page.locator("canvas[data-sign]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 40 + (step % 3) * 20)
    page.mouse.up()


def signed() -> QuerySet[VisitReport]:
    return VisitReport.objects.exclude(signed_by="")


def test_what_was_done_is_kept_outlives_the_tab_and_is_sent_once(at_home: Page, job: str, picture: Path) -> None:
    page = at_home
    page.locator("input[name=photo]").first.set_input_files(picture)
    expect(page.locator("[data-kept-lines]")).to_contain_text("Foto vooraf")
    open_panel(page, "Uren en materiaal")
    page.get_by_label("Van", exact=True).fill("08:02")
    page.get_by_label("Tot", exact=True).fill("08:40")
    page.get_by_label("Onderdeel 1", exact=True).fill("Kraan")
    page.get_by_label("Onderdeel 2", exact=True).fill("Slang")
    page.get_by_label("Aantal van onderdeel 2").fill("3")
    page.get_by_role("button", name="Uren en materiaal bewaren").click()
    expect(page.locator("[data-kept-lines]")).to_contain_text("Uren en materiaal")
    open_panel(page, "Klant tekent")
    page.get_by_label("Naam van wie tekent").fill("Jo Jansen")
    draw(page)
    page.get_by_role("button", name="Handtekening bewaren").click()
    expect(page.locator("[data-kept-lines]")).to_contain_text("Handtekening")
    assert not VisitPhoto.objects.exists() and not VisitReport.objects.exists()

    context, address = page.context, page.url
    page.close()
    again = context.new_page()
    again.goto(address)
    expect(again.locator("[data-kept-lines]")).to_contain_text("Handtekening")
    context.set_offline(False)
    wait_until(lambda: signed().exists() and VisitPhoto.objects.exists())
    expect(again.locator("[data-kept-lines]")).to_be_hidden()
    report = VisitReport.objects.get()
    assert report.parts == [["Kraan", 1], ["Slang", 3]] and report.signed_by == "Jo Jansen"
    drawn = Image.open(io.BytesIO(bytes(report.signature or b"")))
    assert drawn.size == (640, 260) and min(drawn.convert("L").tobytes()) < 100  # there is ink on it
    assert VisitPhoto.objects.count() == 1
    assert Image.open(io.BytesIO(bytes(StoredFile.objects.get(case=job).content))).size == (1600, 1067)
    kept = again.evaluate(
        """() => new Promise((done) => { indexedDB.open("loper-field").onsuccess = (event) => {
        event.target.result.transaction("taps").objectStore("taps").getAll().onsuccess = (found) =>
          done(found.target.result.filter((tap) => tap.many).length); }; })"""
    )
    assert kept == 0  # nothing of it stays on the telephone


def test_an_answer_that_gets_lost_is_no_second_photo(ready: Page, job: str, picture: Path) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    ready.evaluate(
        """() => { Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", { value: undefined });
        const real = window.fetch; window.lost = 0; window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (!window.lost && String(asked[0]).endsWith("/shot")) { window.lost = 1; throw new TypeError("lost"); }
        return answer; }; }"""
    )
    ready.locator("input[name=photo]").last.set_input_files(picture)
    wait_until(VisitPhoto.objects.exists)
    expect(ready.locator("[data-kept-lines]")).to_contain_text("Foto na")
    ready.evaluate("dispatchEvent(new Event('online'))")
    expect(ready.locator("[data-kept-lines]")).to_be_hidden()
    assert VisitPhoto.objects.count() == 1
    expect(ready.get_by_role("img", name="Foto 1 na het werk")).to_be_visible()


def test_a_full_telephone_says_so_and_what_was_filled_in_stays(at_home: Page) -> None:
    at_home.evaluate(
        """() => { self.queue.add = async () => { throw new DOMException("full", "QuotaExceededError"); }; }"""
    )
    open_panel(at_home, "Klant tekent")
    at_home.get_by_label("Naam van wie tekent").fill("Jo Jansen")
    at_home.get_by_role("button", name="Handtekening bewaren").click()
    expect(at_home.locator("[data-wire]")).to_contain_text("Deze telefoon is vol")
    expect(at_home.get_by_label("Naam van wie tekent")).to_have_value("Jo Jansen")


def test_what_the_server_never_takes_does_not_hold_up_the_rest(at_home: Page, tmp_path: Path) -> None:
    wrong = tmp_path / "foto.jpg"
    wrong.write_bytes(b"this is no photograph")
    at_home.locator("input[name=photo]").first.set_input_files(wrong)
    expect(at_home.locator("[data-kept-lines]")).to_contain_text("Foto vooraf")
    open_panel(at_home, "Klant tekent")
    at_home.get_by_label("Naam van wie tekent").fill("Jo")
    at_home.get_by_role("button", name="Handtekening bewaren").click()
    at_home.context.set_offline(False)
    wait_until(signed().exists)
    expect(at_home.locator("[data-refusals]")).to_contain_text("geen foto")


def test_signing_by_keyboard_alone(ready: Page, job: str) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    ready.locator("details.act > summary").filter(has_text="Klant tekent").focus()
    ready.keyboard.press("Enter")
    ready.keyboard.press("Tab")
    ready.keyboard.type("Jo Jansen")
    ready.keyboard.press("Enter")
    wait_until(signed().exists)
    assert VisitReport.objects.get().signature is None
    assert ready.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_access_notes_are_seen_before_the_next_visit(ready: Page, job: str, no_findings: Look, shot: Shot) -> None:
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    open_panel(ready, "Sleutelkluis")
    ready.get_by_label("Er is een hond").check()
    ready.get_by_label("Sleutelkluis: waar hangt die?").fill("Naast de voordeur")
    ready.get_by_label("Asbest: waar?").fill("Kruipruimte")
    no_findings(ready)
    ready.get_by_role("button", name="Bewaren bij de woning").click()
    wait_until(AccessNotes.objects.exists)
    ready.goto("/field/")
    expect(ready.get_by_role("region", name="Voor u aanbelt")).to_contain_text("Naast de voordeur")
    shot(ready, "field-access")
    no_findings(ready)


def test_another_specialist_or_a_part_changes_the_times_that_are_offered(
    ready: Page, job: str, real_world: World, no_findings: Look, shot: Shot
) -> None:
    kind = visit_of(job).kind
    WorkKind.objects.create(name=kind, minutes=60)
    Appointment.objects.filter(case=job).update(material=["Kraan"])
    ready.get_by_role("button", name="Ik ben er").click()
    wait_for(job, "technician.arrived")
    ready.reload()
    ready.locator("[data-do=not_fixed] > summary").click()
    ready.get_by_label("Er is een andere vakman nodig").check()
    ready.get_by_label("Cv en warm water").or_(ready.get_by_label("Verwarming")).first.check()
    times = ready.locator("[data-times]")
    expect(times).to_contain_text("Uzelf heeft hier geen tijd voor vrij")
    expect(times).to_contain_text("Noor Bakker")
    shot(ready, "field-expertise")
    no_findings(ready)
    ready.get_by_label("Er is materiaal nodig").check()
    ready.get_by_label("Kraan", exact=True).check()
    expect(times).to_contain_text("Niemand weet nog wanneer het onderdeel er is")
    shot(ready, "field-material")
    no_findings(ready)
    ready.get_by_role("button", name="Melden: niet gelukt").click()
    wait_for(job, "job.unfinished")
    assert PartOrder.objects.get().part == "Kraan" and FollowUp.objects.get().material == ["Kraan"]


def test_every_panel_of_the_work_as_it_looks(
    ready: Page, job: str, real_world: World, no_findings: Look, shot: Shot, picture: Path
) -> None:
    row, sam = visit_of(job), real_world.staff("technician")
    for moment in ("before", "after"):
        with picture.open("rb") as file:
            fieldwork.keep_photo(actor=sam, visit=row.pk, moment=moment, upload=file, size=1)
    fieldwork.sign(actor=sam, visit=row.pk, name="Jo Jansen")
    ready.goto(f"/field/visit/{row.pk}")
    for panel in ready.locator(".work details.act > summary").all():
        panel.click()
    low = ready.evaluate(
        "() => [...document.querySelectorAll('main button, main summary, main .ds-input, main .choice, main .take')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 56)"
        ".map((one) => one.outerHTML.slice(0, 90))"
    )
    assert not low
    assert ready.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(ready, "field-work")
    no_findings(ready)
