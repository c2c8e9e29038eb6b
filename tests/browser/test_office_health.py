"""The page of health in a browser, both sizes: where nothing runs, and where all does."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from loper.server.records.runtime import Heartbeat
from tests.worlds import World


def test_it_says_what_to_do_and_then_that_all_runs(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Callable[[Page, str], None]
) -> None:
    real_world.report()
    sign_in(page, "admin")
    page.goto("/office/")
    looked(page, "office")
    page.get_by_role("link", name="Gezondheid").press("Enter")
    expect(page.get_by_text("Er is iets dat niet draait.")).to_be_visible()
    looked(page, "health-wrong")
    Heartbeat.objects.create(name="w", at=real_world.time.at)
    page.reload()
    looked(page, "health")
