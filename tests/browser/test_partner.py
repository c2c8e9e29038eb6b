"""A co-maker on a telephone and at a desk: asked, accepting, refusing, their own times; the planner's list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from loper.server.actions import partners
from loper.server.permissions import staff
from loper.server.records.agenda import Appointment, Block
from loper.server.records.partners import Ask
from tests.worlds import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.fixture
def row(real_world: World) -> Appointment:
    """A visit that was booked in the time of Sam's firm."""
    user = User.objects.create_user("firm", password=PASSWORD, first_name="Sam", last_name="de Vries")
    user.groups.add(Group.objects.get_or_create(name="partner")[0])
    sam = real_world.technician
    sam.user, sam.partner = user, True
    sam.save()
    key = real_world.report()
    real_world.book(key)
    return Appointment.objects.get(case=key)


def test_a_firm_accepts_on_the_telephone_with_the_keyboard_alone(
    row: Appointment,
    phone: Any,
    sign_in: Callable[..., None],
    no_findings: Callable[..., None],
    shot: Callable[..., None],
) -> None:
    sign_in(phone, "firm")
    assert phone.url.rstrip("/").endswith("/partner")
    no_findings(phone)
    shot(phone, "partner-asked-390")
    phone.locator("main form button").first.focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/partner/visit/*")
    assert "Jo Jansen" in phone.inner_text("main")
    assert Ask.objects.get().state == Ask.ACCEPTED
    no_findings(phone)
    shot(phone, "partner-visit-390")


def test_a_firm_proposes_and_refuses_at_a_desk(
    row: Appointment,
    page: Any,
    sign_in: Callable[..., None],
    no_findings: Callable[..., None],
    shot: Callable[..., None],
) -> None:
    sign_in(page, "firm")
    page.goto(f"/partner/visit/{row.pk}")
    assert "Jansen" not in page.inner_text("main")
    no_findings(page)
    shot(page, "partner-visit-1280")
    page.locator("form[action$=propose] button").click()
    page.wait_for_load_state()
    assert Ask.objects.get().state == Ask.PROPOSED
    page.locator("#reason").fill("Onze monteur is ziek")
    page.locator("form[action$=refuse] button").click()
    page.wait_for_load_state()
    assert Appointment.objects.get(pk=row.pk).technician.key == "t2"
    no_findings(page)
    shot(page, "partner-empty-1280")


def test_a_firm_opens_and_closes_its_times(
    row: Appointment,
    phone: Any,
    sign_in: Callable[..., None],
    no_findings: Callable[..., None],
    shot: Callable[..., None],
) -> None:
    sign_in(phone, "firm")
    phone.goto("/partner/times")
    no_findings(phone)
    shot(phone, "partner-times-390")
    before = Block.objects.filter(capacity=0).count()
    phone.locator("form:has(input[type=hidden][name=capacity]) button").first.click()
    phone.wait_for_load_state()
    assert Block.objects.filter(capacity=0).count() == before + 1


def test_the_planner_sees_for_whom_nobody_comes(
    row: Appointment,
    real_world: World,
    page: Any,
    sign_in: Callable[..., None],
    no_findings: Callable[..., None],
    shot: Callable[..., None],
) -> None:
    Block.objects.filter(technician=real_world.other_technician).delete()
    partners.refuse(actor=staff(User.objects.get(username="firm")), visit=row.pk, reason="Onze monteur is ziek")
    sign_in(page, "planner")
    page.goto("/partner/open")
    assert "Jo Jansen" in page.inner_text("main")
    no_findings(page)
    shot(page, "partner-open-1280")


def test_the_address_of_the_calendar_is_made_on_the_telephone(
    row: Appointment,
    phone: Any,
    sign_in: Callable[..., None],
    no_findings: Callable[..., None],
    shot: Callable[..., None],
) -> None:
    sign_in(phone, "firm")
    phone.goto("/account/")
    phone.locator("form[action$='/account/token'] button").first.click()
    phone.wait_for_load_state()
    assert "/calendar/" in phone.inner_text("main")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    no_findings(phone)
    shot(phone, "partner-account-390")
