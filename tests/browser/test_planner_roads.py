"""The board while the route server does not answer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_planner_board import DAY, Look, Shot, SignIn
from tests.roads import servers
from tests.server.test_replanning import two, visits
from tests.worlds import World


def test_a_planner_reads_that_travel_times_are_estimated(
    phone: Page, page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot, settings: Any
) -> None:
    with servers.town() as town:
        settings.LOPER_ROADS, town.mood = f"osrm:{town.url}", "500"
        two(real_world)
        visits(real_world, 8, 10, 13)
        for size, one in (("desktop", page), ("phone", phone)):
            sign_in(one, "planner")
            one.goto(DAY)
            expect(one.get_by_text("De routeserver antwoordt niet sinds")).to_be_visible()
            shot(one, f"board-estimated-{size}")
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
            no_findings(one)
