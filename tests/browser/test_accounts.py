"""Accounts in a browser: a list, an invitation, other roles."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.worlds import World


def test_an_administrator_changes_roles_by_keyboard(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Callable[[Page, str], None]
) -> None:
    sign_in(page, "admin")
    page.goto("/office/accounts")
    looked(page, "accounts")
    page.goto("/office/accounts/new")
    looked(page, "account-new")
    page.goto(f"/office/accounts/{real_world.users['agent'].pk}")
    page.get_by_label("Planner").check()
    page.get_by_role("button", name="Bewaren").press("Enter")
    expect(page.get_by_text("Het is gewijzigd, vanaf nu.")).to_be_visible()
    looked(page, "account")
    assert set(real_world.users["agent"].groups.values_list("name", flat=True)) == {"agent", "planner"}
