"""A technician's telephone without a connection: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from loper.server.records.runtime import Event
from tests.browser.field.telephone import SignIn, told, visit_of, wait_for
from tests.conftest import CHROMIUM
from tests.worlds import World


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
