"""A technician before the telephone: a job that begins now, signed in, arrived without a connection."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.field.telephone import SignIn, book, kept_pages, visit_of
from tests.worlds import World


@pytest.fixture
def job(real_world: World) -> str:
    """A case with a visit that begins now."""
    key = book(real_world, 0)
    real_world.time.at = visit_of(key).start + timedelta(minutes=5)
    return key


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
