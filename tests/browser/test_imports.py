"""A messy file in a browser: brought in, looked at, put in force, its rows mended, taken back."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from bench.messy import HEAD, rows
from loper.server.actions.imports import work
from loper.server.records.customers import Customer
from loper.server.records.imports import Import, Reject
from tests.worlds import World

Looked = Callable[[Page, str], None]


def test_from_a_messy_file_to_customers(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Looked, tmp_path: Path, settings: Any
) -> None:
    settings.LOPER_IMPORTS = tmp_path / "imports"
    path = tmp_path / "huurders.csv"
    lines = list(rows(400, random.Random(5)))
    path.write_text("\r\n".join((HEAD, *lines)) + "\r\n", encoding="cp1252", errors="replace")

    sign_in(page, "admin")
    page.goto("/office/files")
    looked(page, "imports-empty")
    page.get_by_role("link", name="Een bestand inbrengen").press("Enter")
    page.get_by_label("Het bestand").set_input_files(path)
    looked(page, "import-new")
    page.get_by_role("button", name="Bekijken").press("Enter")
    expect(page.get_by_role("heading", name="Welke kolom is wat?")).to_be_visible()
    looked(page, "import-columns")
    page.get_by_role("button", name="Bekijk wat het zou veranderen").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("rijen bekeken")
    looked(page, "import-bar")
    assert work.next_one()
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Wat het zou veranderen")).to_be_visible()
    assert Customer.objects.count() == 1, "nothing is changed yet"
    looked(page, "import-seen")
    page.get_by_role("button", name="Doorzetten").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("rijen doorgezet")
    assert work.next_one()
    page.goto("/office/files")
    looked(page, "imports")
    page.get_by_role("link", name="huurders.csv").click()
    looked(page, "import-done")
    made = Customer.objects.count()
    assert made > 400

    page.get_by_role("link", name="kunnen er niet in").click()
    looked(page, "rejects")
    row = next(one for one in Reject.objects.order_by("number") if [why[0] for why in one.why] == ["postcode"])
    box = page.locator(f"#r{row.pk}-postcode")
    box.fill("1234 ZZ")
    box.press("Enter")
    expect(page.get_by_text(f"Rij {row.number} staat erin.")).to_be_visible()
    assert Customer.objects.count() == made + 1
    looked(page, "rejects-mended")
    page.goto(f"/office/files/{Import.objects.get().pk}")
    page.get_by_text("Dit bestand terugnemen").click()
    page.get_by_role("button", name="Het bestand terugnemen").press("Enter")
    expect(page.get_by_text("Teruggenomen:")).to_be_visible()
    assert Customer.objects.count() == 1
