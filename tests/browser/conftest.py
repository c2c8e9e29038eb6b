"""A real Chromium before the real server: `live` is its address, `page` a desktop, `phone` a telephone.

Everything here is marked `browser`. `no_findings(page)` asks axe for what is not accessible (WCAG 2.2 AA).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.worlds import PASSWORD, World

WIDTHS = {"phone": 390, "desktop": 1280}
AXE = Path(__file__).parent / "vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def live(live_server: Any, real_world: World, settings: Any) -> str:
    """The address of the real server, with `real_world` in its database."""
    settings.LOPER_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def page(browser: Browser, live: str) -> Iterator[Page]:
    """A desktop, 1280 pixels wide."""
    yield from _page(browser, live, viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone(browser: Browser, live: str) -> Iterator[Page]:
    """A telephone, 390 pixels wide."""
    yield from _page(browser, live, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)


def _page(browser: Browser, live: str, **how: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=live, locale="nl-NL", timezone_id="Europe/Amsterdam", **how)
    context.set_default_timeout(15_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert not wrong, wrong


@pytest.fixture
def sign_in(live: str) -> Callable[[Page, str], None]:
    """`sign_in(page, "agent")`: through the real form."""

    def go(page: Page, role: str) -> None:
        page.goto("/account/login/")
        page.get_by_label("Gebruikersnaam").or_(page.locator("[name=login]")).first.fill(role)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button.ds-button").first.click()
        page.wait_for_url(lambda url: "/login" not in url)

    return go


@pytest.fixture
def no_findings() -> Callable[[Page], None]:
    """Fails with all that axe finds on this page."""

    def look(page: Page) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
        lines = [
            f"{one['id']}: {one['help']}\n   {node['html'][:200]}\n   {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return look


@pytest.fixture
def tab_to(page: Page) -> Callable[[str], None]:
    """With the keyboard alone, to what has these words: `tab_to("Verzetten")`."""

    def go(text: str) -> None:
        for _step in range(120):
            page.keyboard.press("Tab")
            if text in page.evaluate("document.activeElement.closest('label, a, button')?.textContent ?? ''"):
                return
        raise AssertionError(f"{text} cannot be reached with the keyboard")

    return go


@pytest.fixture
def looked(no_findings: Callable[[Page], None], shot: Callable[[Page, str], None]) -> Callable[[Page, str], None]:
    """Looks at a page in both sizes: axe finds nothing, nothing sticks out. Takes pictures where they are asked for."""

    def look(page: Page, name: str) -> None:
        before = page.viewport_size or {"width": 390, "height": 844}
        for size, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 844})
            no_findings(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} at {width}: {wide} pixels wide"
            shot(page, f"{name}-{size}")
        page.set_viewport_size(before)

    return look
