"""A technician's telephone, in a real browser: wet hands, no connection, two taps where one was meant."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from loper.server.actions import cases, visits
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.dialogues import Note, StoredFile
from loper.server.records.runtime import Event
from tests.conftest import CHROMIUM
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def book(world: World, block: int, **answers: str) -> str:
    key = world.report(**answers)
    world.book(key, block)
    return key


@pytest.fixture
def job(real_world: World) -> str:
    """A case with a visit that begins now."""
    key = book(real_world, 0)
    real_world.time.at = visit_of(key).start + timedelta(minutes=5)
    return key


def visit_of(key: str) -> Appointment:
    return Appointment.objects.filter(case=key).order_by("pk")[0]


def told(key: str, type: str) -> list[Event]:
    return list(Event.objects.filter(case=key, type=type))


def wait_for(key: str, type: str) -> Event:
    """The event, once the telephone has sent it."""
    for _try in range(100):
        if found := told(key, type):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"{type} never came")


def kept_pages(page: Page) -> list[str]:
    """The addresses that the telephone keeps for when there is no connection."""
    found = page.evaluate("async () => (await (await caches.open('loper-day')).keys()).map((one) => one.url)")
    return [url.partition("/field/")[2] for url in found]


@pytest.fixture
def ready(phone: Page, job: str, sign_in: SignIn) -> Page:
    """Signed in before the day's page, which is kept on the telephone."""
    sign_in(phone, "technician")
    phone.wait_for_url("**/field/")
    for _try in range(100):
        if f"visit/{visit_of(job).pk}" in kept_pages(phone):
            break
        time.sleep(0.1)
    phone.reload()  # from now on the worker of the telephone answers
    assert phone.evaluate("() => Boolean(navigator.serviceWorker.controller)")
    return phone


@pytest.fixture
def arrived(ready: Page) -> Page:
    """Without a connection, and `Ik ben er` tapped."""
    ready.context.set_offline(True)
    ready.get_by_role("button", name="Ik ben er").click()
    expect(ready.locator("[data-kept-lines]")).to_contain_text("bewaard")
    return ready


# -- as it looks -----------------------------------------------------------------------------------------------------


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


# -- a bad connection ------------------------------------------------------------------------------------------------


def test_a_tap_without_a_connection_outlives_a_reload_and_the_tab_and_is_sent_once(arrived: Page, job: str) -> None:
    expect(arrived.locator("[data-stop=at_work]")).to_have_class("here")
    expect(arrived.get_by_role("button", name="Gelukt")).to_be_visible()
    arrived.reload()
    expect(arrived.locator("[data-kept-lines]")).to_contain_text("Aangekomen")
    expect(arrived.locator("[data-wire]")).to_contain_text("Geen verbinding")
    assert not told(job, "technician.arrived")

    context = arrived.context
    arrived.close()
    again = context.new_page()
    again.goto("/field/")
    expect(again.locator("[data-kept-lines]")).to_contain_text("Aangekomen")
    context.set_offline(False)
    wait_for(job, "technician.arrived")
    expect(again.locator("[data-kept-lines]")).to_be_hidden()
    again.reload()
    expect(again.locator("[data-stop=at_work]")).to_have_class("here")
    assert len(told(job, "technician.arrived")) == 1


def test_a_tap_outlives_a_browser_that_is_killed(
    browser: Browser, live: str, job: str, sign_in: SignIn, tmp_path: Path
) -> None:
    def start() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=shutil.which("chromium"), args=CHROMIUM, base_url=live, locale="nl-NL"
        )

    context = start()
    page = context.pages[0]
    sign_in(page, "technician")
    page.goto("/field/")
    page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    page.get_by_role("button", name="Ik ben er").click()
    expect(page.locator("[data-kept-lines]")).to_contain_text("Aangekomen")
    lock = (tmp_path / "SingletonLock").readlink().name  # machine-pid
    os.kill(int(lock.rpartition("-")[2]), signal.SIGKILL)
    with contextlib.suppress(PlaywrightError):
        context.close()
    (tmp_path / "SingletonLock").unlink(missing_ok=True)
    assert not told(job, "technician.arrived")

    context = start()
    page = context.pages[0]
    page.goto("/field/")
    if "/login/" in page.url:  # the browser forgot the session, not the tap
        sign_in(page, "technician")
    page.goto("/field/")
    wait_for(job, "technician.arrived")
    context.close()


def test_the_event_has_the_time_of_the_tap(arrived: Page, job: str, real_world: World) -> None:
    """The clock of this test stands still, the telephone's goes on: what it says is how long ago."""
    arrived.wait_for_timeout(2100)
    arrived.context.set_offline(False)
    event = wait_for(job, "technician.arrived")
    assert timedelta(seconds=2) <= event.received - event.time <= timedelta(seconds=30)
    assert event.received == real_world.time.at


def test_a_visit_tapped_to_its_end_without_a_connection_comes_in_in_order(arrived: Page, job: str) -> None:
    arrived.wait_for_timeout(1000)
    arrived.get_by_role("button", name="Gelukt").click()
    expect(arrived.locator("[data-stop=over]")).to_have_class("here")
    expect(arrived.get_by_role("button", name="Gelukt")).to_be_hidden()
    arrived.context.set_offline(False)
    wait_for(job, "job.fixed")
    types = list(Event.objects.filter(case=job, emitter="technician").order_by("time").values_list("type", flat=True))
    assert types == ["technician.arrived", "job.fixed"]


def test_a_tap_that_was_not_sent_yet_can_simply_be_taken_back(arrived: Page, job: str) -> None:
    arrived.get_by_role("button", name="Terugdraaien").click()
    expect(arrived.get_by_role("button", name="Ik ben er")).to_be_visible()
    arrived.context.set_offline(False)
    arrived.reload()
    expect(arrived.locator("[data-wire]")).to_be_hidden()
    assert not told(job, "technician.arrived")


def test_two_taps_on_one_spot_are_one_tap(ready: Page, job: str) -> None:
    """The second must not hit the button that comes in its place."""
    ready.get_by_role("button", name="Ik ben er").dblclick()
    wait_for(job, "technician.arrived")
    ready.wait_for_timeout(1500)
    assert len(told(job, "technician.arrived")) == 1
    assert not told(job, "job.fixed")


def test_two_tabs_and_one_tap_in_each_are_one_event(ready: Page, job: str) -> None:
    second = ready.context.new_page()
    second.goto(f"/field/visit/{visit_of(job).pk}")
    ready.context.set_offline(True)
    ready.get_by_role("button", name="Ik ben er").click()
    expect(second.locator("[data-kept-lines]")).to_contain_text("Aangekomen")
    expect(second.get_by_role("button", name="Ik ben er")).to_be_hidden()
    second.evaluate("document.querySelector('[data-do=arrive]').requestSubmit()")  # a tap that was faster than the news
    second.wait_for_timeout(300)
    ready.context.set_offline(False)
    wait_for(job, "technician.arrived")
    second.wait_for_timeout(1000)
    assert len(told(job, "technician.arrived")) == 1
    expect(second.locator("[data-refusals] .say")).to_have_count(0)


def test_an_answer_that_gets_lost_on_the_way_back_is_no_second_event(ready: Page, job: str) -> None:
    ready.evaluate(
        """() => { Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", { value: undefined });
        const real = window.fetch; window.lost = 0; window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (!window.lost && String(asked[0]).endsWith("/tap")) { window.lost = 1; throw new TypeError("lost"); }
        return answer; }; }"""
    )
    ready.get_by_role("button", name="Ik ben er").click()
    wait_for(job, "technician.arrived")
    expect(ready.locator("[data-kept-lines]")).to_contain_text("bewaard")
    ready.evaluate("dispatchEvent(new Event('online'))")
    expect(ready.locator("[data-kept-lines]")).to_be_hidden()
    assert ready.evaluate("window.lost") == 1
    assert len(told(job, "technician.arrived")) == 1


def test_the_worker_of_the_telephone_sends_when_no_page_is_open(arrived: Page, job: str, browser: Browser) -> None:
    """Background sync: the browser wakes the worker when the connection is back."""
    context, origin = arrived.context, arrived.url.partition("/field/")[0]
    devtools = browser.new_browser_cdp_session()
    keeper = context.new_page()
    keeper.goto("about:blank")
    session = context.new_cdp_session(keeper)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda news: registrations.extend(one["registrationId"] for one in news["registrations"]),
    )
    session.send("ServiceWorker.enable")
    arrived.close()
    context.set_offline(False)
    keeper.wait_for_timeout(300)
    assert registrations
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": origin, "registrationId": registrations[0], "tag": "taps", "lastChance": False},
    )
    wait_for(job, "technician.arrived")
    devtools.detach()


# -- what changed meanwhile --------------------------------------------------------------------------------------------


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
    ready.locator(f"[data-do=not_fixed] .choice:has(input[value='{block.pk}'])").click()
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


# -- what stays on the telephone -------------------------------------------------------------------------------------


def test_the_jobs_of_today_can_be_read_without_a_connection(ready: Page, job: str, shot: Shot) -> None:
    ready.context.set_offline(True)
    ready.goto(f"/field/visit/{visit_of(job).pk}")
    expect(ready.get_by_role("heading", name="1234 AB 12")).to_be_visible()
    expect(ready.locator("[data-wire]")).to_contain_text("Pagina van")
    shot(ready, "field-offline-visit")
    ready.goto("/field/")
    expect(ready.get_by_text("Er lekt water")).to_be_visible()
    ready.goto("/field/visit/999")
    expect(ready.get_by_role("heading", name="Geen verbinding")).to_be_visible()
    shot(ready, "field-offline-nothing")


def test_nothing_of_customers_stays_after_signing_out(ready: Page) -> None:
    assert kept_pages(ready)
    ready.get_by_role("button", name="Uitloggen").click()
    ready.wait_for_url("**/account/login/**")
    assert not kept_pages(ready)
    ready.context.set_offline(True)
    ready.goto("/field/")
    expect(ready.get_by_role("heading", name="Geen verbinding")).to_be_visible()
    assert "Jansen" not in ready.content()


def test_nothing_of_customers_stays_when_the_session_has_ended(ready: Page) -> None:
    Session.objects.all().delete()
    ready.reload()
    ready.wait_for_url("**/account/login/**")
    ready.wait_for_timeout(300)
    assert not kept_pages(ready)


def test_nothing_of_customers_stays_after_the_day(ready: Page, real_world: World) -> None:
    local = real_world.time.at.replace(hour=21, minute=59, second=58, microsecond=0)  # two seconds to midnight there
    real_world.time.at = local
    ready.reload()
    ready.wait_for_timeout(2600)
    ready.context.set_offline(True)
    ready.reload()
    expect(ready.get_by_role("heading", name="Geen verbinding")).to_be_visible()
    assert not kept_pages(ready)


def test_opening_todays_page_throws_yesterdays_away(ready: Page, job: str, real_world: World) -> None:
    sam = real_world.staff("technician")
    visits.arrive(actor=sam, case=job)
    visits.fixed(actor=sam, case=job)
    real_world.time.at = real_world.time.at.replace(hour=21, minute=59, second=58, microsecond=0)
    ready.reload()
    ready.wait_for_timeout(2600)
    assert f"visit/{visit_of(job).pk}" in kept_pages(ready)
    real_world.time.move(hours=9)
    ready.reload()
    ready.wait_for_timeout(500)
    assert kept_pages(ready)
    assert f"visit/{visit_of(job).pk}" not in kept_pages(ready)


def test_signing_out_with_something_unsent_asks_first(arrived: Page, job: str) -> None:
    asked: list[str] = []

    def no(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    arrived.on("dialog", no)
    arrived.get_by_role("button", name="Uitloggen").click()
    arrived.wait_for_timeout(300)
    assert "nog iets niet verzonden" in asked[0]
    arrived.context.set_offline(False)
    wait_for(job, "technician.arrived")


# -- what needs a connection, and what needs no script -----------------------------------------------------------------


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
    plain.locator("[data-do=not_fixed] .times .choice").first.click()
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
