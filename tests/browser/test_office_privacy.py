"""The privacy officer's pages in a browser, both sizes, from somebody sought to somebody erased."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from loper.server.actions.privacy import access, holds
from loper.server.permissions import Actor
from loper.server.records.customers import Customer
from tests.worlds import PASSWORD, World

Looked = Callable[[Page, str], None]


def test_from_somebody_sought_to_somebody_erased(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Looked, tmp_path: Path, settings: Any
) -> None:
    settings.LOPER_ERASED, settings.LOPER_EXPORTS = tmp_path / "erased.jsonl", tmp_path / "exports"
    user = User.objects.create_user("officer", "fg@voorbeeldwonen.example", PASSWORD, first_name="Fien")
    user.groups.add(Group.objects.get_or_create(name="privacy")[0])
    key = real_world.report()
    real_world.work()
    other = Customer.objects.create(name="An de Boer", created=real_world.time.at)
    holds.hold(actor=Actor(roles=frozenset({"privacy"}), name="Fien"), customer=other.key, why="claim bij de rechter")

    sign_in(page, "officer")
    page.goto("/office/")
    looked(page, "office")
    page.get_by_role("link", name="Privacy").first.click()
    page.get_by_label("Om wiens gegevens gaat het?").fill("jansen 1234 AB")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Jo Jansen")).to_be_visible()
    looked(page, "privacy")
    page.get_by_role("link", name="Jo Jansen").click()
    page.get_by_role("button", name="Maken").press("Enter")
    expect(page.get_by_text("Het wordt gemaakt")).to_be_visible()
    assert access.make_next()
    page.reload()
    with page.expect_download() as found:
        page.get_by_role("link", name="Downloaden").click()
    assert found.value.suggested_filename == "gegevens.zip"
    page.get_by_text("Bewaren of wissen").click()
    looked(page, "privacy-person")
    page.get_by_label("Typ het woord").fill("wissen")
    page.get_by_role("button", name="Deze klant wissen").press("Enter")
    expect(page.get_by_text("Deze klant is gewist")).to_be_visible()
    looked(page, "privacy-erased")
    page.goto("/office/privacy/register")
    page.locator("summary").nth(1).click()
    looked(page, "privacy-register")
    page.goto("/office/privacy/looks")
    looked(page, "privacy-looks")
    assert key
