"""The picture in a real browser: texts are as narrow as we reckoned, the content policy has nothing to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from loper.define import read_journey, read_organisation
from loper.define.model import Journey
from loper.draw import line_case, line_customer, line_design
from loper.draw.metrics import clean, width
from tests.define.worlds import ROOT
from tests.draw.chart_worlds import DRAW
from tests.draw.test_charts import FACTS
from tests.draw.worlds import NASTY, START

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "browser/vendor/axe.min.js"
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"

MEASURE = """() => [...document.querySelectorAll('svg text')].map(text =>
    [text.textContent, +text.getAttribute('font-size'), +(text.getAttribute('font-weight') || 400),
     text.getBBox().width])"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    yield page
    page.close()


@pytest.fixture(scope="module")
def pictures() -> list[str]:
    organisation = read_organisation(ROOT / "examples/organisation.yaml")
    journey: Journey = read_journey(ROOT / "examples/repair/journey.yaml", organisation)
    visited = [("reported", START), ("planned", START)]
    says = {name: " ".join(NASTY) for name in journey.stages}
    return [
        draw
        for vertical in (True, False)
        for draw in (
            line_design(journey, vertical=vertical),
            line_customer(journey, stage="planned", visited=visited, says=says, vertical=vertical),
            line_case(journey, stage="planned", visited=visited, vertical=vertical),
        )
    ] + [DRAW[type(fact)](fact, vertical=vertical) for fact in FACTS for vertical in (True, False)]


def test_no_text_is_wider_than_it_was_reckoned(page, pictures):
    for svg in pictures:
        page.set_content(f"<!doctype html><html lang=nl><title>x</title>{svg}")
        for text, size, weight, real in page.evaluate(MEASURE):
            assert real <= width(text, size, weight >= 600) + 0.5, text


@pytest.mark.parametrize("bold", [400, 700])
def test_texts_of_any_script_are_not_wider_than_they_were_reckoned(page, bold):
    rows = [clean(text) for text in NASTY] + [
        "Привет, мир",
        "Ærø ſtraße ŒUVRE Ĳ",
        "שלום עולם",
        "ไทย",
        "हिन्दी",
        "½ © ™ →",
    ]
    lines = "".join(f'<text font-size="16" font-weight="{bold}" x="0" y="20"></text>' for _ in rows)
    page.set_content(f'<!doctype html><svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif">{lines}</svg>')
    page.evaluate("rows => document.querySelectorAll('text').forEach((t, i) => t.textContent = rows[i])", rows)
    for text, size, weight, real in page.evaluate(MEASURE):
        assert real <= width(text, size, weight >= 600) + 0.5, text


def test_the_content_policy_of_our_pages_has_nothing_to_refuse(page, pictures):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    body = f"<!doctype html><html lang=nl><title>x</title><link rel=icon href=data:,>{''.join(pictures)}"
    headers = {"content-security-policy": POLICY + "; img-src data:"}
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=headers))
    page.goto("http://loper.test/")
    assert page.locator("svg").count() == len(pictures)
    assert said == []


def test_axe_finds_nothing_in_a_picture(page, pictures):
    page.set_content(f"<!doctype html><html lang=nl><title>x</title><main><h1>x</h1>{''.join(pictures)}</main>")
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)])")
    assert found == []
