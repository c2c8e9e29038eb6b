"""Smart planning as people meet it: booked in three taps, on the technician's phone, moved by an agent, re-planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from loper.plan.schedule import schedule
from loper.server.actions import cases
from loper.server.actions.links import make_link
from loper.server.queries.roster import plan_of
from loper.server.records.agenda import Appointment, Slot
from loper.server.records.runtime import Case, Outbox
from loper.server.roads import travel
from tests.server.test_routes import HERE, HOURS, TUESDAY, by_route, slot
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


@pytest.fixture
def two(real_world: World) -> World:
    """Sam and Noor, both planned by route from Utrecht, both plumbers."""
    by_route(real_world, only=False)
    noor = real_world.other_technician
    noor.hours, noor.postcode, noor.lunch = HOURS, "3572XS", {"from": "12:00", "until": "13:00", "minutes": 30}
    noor.save()
    return real_world


def kept() -> bool:
    return all(schedule(route, travel()) is not None for route in plan_of([TUESDAY]).routes)


def test_booked_in_three_taps_seen_by_the_technician_and_moved_by_an_agent(
    phone: Page, page: Page, two: World, browser: Browser, live: str, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    world = two
    world.other_technician.active = False
    world.other_technician.save()
    key = world.report()
    phone.goto(make_link(purpose="case", customer=Case.objects.get(key=key).customer, case=key))
    phone.locator(f"a[href='/case/{key}/time']").first.click()  # one
    no_findings(phone)
    shot(phone, "planning-blocks")
    choice = phone.locator(f"input[value='{slot(10)}']")
    choice.locator("xpath=..").click()  # two
    phone.get_by_role("button", name="Deze tijd past mij").click()  # three
    expect(phone.get_by_text("Uw afspraak staat")).to_be_visible()
    made = Appointment.objects.get(case=key)
    assert made.planned is not None and made.start <= made.planned <= made.end and kept()

    world.time.at = datetime.combine(TUESDAY, time(7, 45), HERE)
    theirs = browser.new_context(base_url=live, locale="nl-NL", viewport={"width": 390, "height": 844}).new_page()
    sign_in(theirs, "technician")
    theirs.goto("/field/")
    expect(theirs.get_by_text("Jo Jansen").first).to_be_visible()
    theirs.context.close()

    sign_in(page, "agent")
    page.goto(f"/desk/book/{key}")
    later = slot(13)
    page.locator(f"input[value='{later}']").check()
    shot(page, "planning-desk")
    page.get_by_role("button", name="Naar deze tijd verzetten").click()
    page.wait_for_url(f"**/desk/cases/{key}")
    moved = Appointment.objects.get(case=key)
    assert (moved.start, moved.sequence) == (later.start, 1) and kept()


def test_a_sick_technicians_visits_are_taken_over_and_no_promise_is_broken(
    page: Page, two: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    world = two
    keys = [world.report(email=f"t{number}@example.nl") for number in range(5)]
    wanted = [slot(10), slot(13), slot(13), slot(15), slot(15)]
    for key, one in zip(keys, wanted, strict=True):
        theirs = Slot(one.start, one.end, "t1")
        cases.book(actor=world.staff("planner"), case=key, block=theirs)
    noor = world.other_technician
    noor.hours = {**HOURS, "tuesday": ["09:00", "15:45"]}  # not everything fits
    noor.save()
    promised = {row.case: (row.start, row.end) for row in Appointment.objects.all()}
    told = Outbox.objects.count()
    world.time.at = datetime.combine(TUESDAY, time(7, 30), HERE)
    sign_in(page, "planner")
    page.goto("/planner/day")
    no_findings(page)
    shot(page, "planning-day")
    page.locator("form[action='/planner/ill/t1'] button").click()
    page.wait_for_url("**/planner/proposals/*")
    no_findings(page)
    shot(page, "planning-sick")
    page.get_by_role("button", name="Zo doen").click()
    expect(page.locator(".say.good").first).to_be_visible()
    rows = Appointment.objects.filter(status=Appointment.BOOKED)
    assert {row.case: (row.start, row.end) for row in rows} == promised
    over = [row for row in rows if row.technician == noor]
    left = [row for row in rows if row.technician != noor]
    assert over and left and kept()
    body = page.locator("main").inner_text()
    assert body.count("Bel") >= 1 or "langer" in body, body  # what to do with those that cannot be kept
    assert Outbox.objects.count() == told  # no customer heard anything


def test_the_day_that_is_over_half(two: World) -> None:
    """Of a day under way only what is still to come is planned, from now on."""
    world = two
    key = world.report()
    cases.book(actor=world.customer_of(key), case=key, block=slot(15))
    world.time.at = datetime.combine(TUESDAY, time(14), HERE)
    routes = plan_of([TUESDAY]).routes
    assert all(route.shift.start >= world.time.at - timedelta(minutes=1) for route in routes) and kept()
