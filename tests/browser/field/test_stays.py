"""What stays on the telephone: the jobs of today, of one person, and nothing after."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from loper.server.actions import visits
from tests.browser.field.telephone import Shot, kept_pages, visit_of, wait_for
from tests.worlds import World


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
