"""The day itself in a real browser: times to choose from, the page that follows, the phone that says where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from loper.server.actions import arrivals, visits
from loper.server.actions.links import make_link
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.arrivals import Forecast, Position
from tests.server.test_coverage import kept
from tests.server.test_routes import HERE, TUESDAY, book, by_route, slot
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]

RENEW = """() => { const now = document.querySelector("#now");
    htmx.ajax("GET", now.getAttribute("hx-get"), {target: now, swap: "outerHTML"}) }"""


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"{TUESDAY}T{text}").replace(tzinfo=HERE)


@pytest.fixture
def keys(real_world: World) -> list[str]:
    """Two customers in Sam's Tuesday; it is a quarter to seven."""
    by_route(real_world)
    found = []
    for number, hour in enumerate((8, 10)):
        key = real_world.report(email=f"t{number}@example.nl", phone=f"061234567{number}")
        book(real_world, key, slot(hour))
        found.append(key)
    real_world.work()
    real_world.time.at = clock("06:45")
    return found


def test_a_tenant_sees_the_times_of_their_wish_and_books_in_three_taps(
    phone: Page, real_world: World, looked: Callable[[Page, str], None]
) -> None:
    sam = by_route(real_world)
    sam.postcode = "6811AB"
    sam.save()
    book(real_world, real_world.report(email="n@example.nl", phone="0612345679"), slot(10))
    key = real_world.report(at_home="morning")
    owner = real_world.customer_of(key).customer or ""
    phone.goto(make_link(purpose="case", customer=owner, case=key))
    phone.get_by_role("link", name="Kies een dag").or_(phone.locator("#plan")).first.click()
    looked(phone, "live-times")
    phone.locator("label.choice", has=phone.locator(".suits")).first.click()
    phone.get_by_role("button", name="Deze tijd past mij").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("De vakman komt")
    assert Appointment.objects.get(case=key).technician == sam


def test_the_page_follows_until_the_technician_is_there(
    phone: Page, real_world: World, keys: list[str], looked: Callable[[Page, str], None]
) -> None:
    world, (first, second) = real_world, keys
    sam = world.staff("technician")
    arrivals.follow_all()
    owner = world.customer_of(second).customer or ""
    phone.goto(make_link(purpose="case", customer=owner, case=second))
    expect(phone.get_by_text("De vakman is nog niet begonnen")).to_be_visible()
    looked(phone, "live-before")
    for at, act, words in (
        ("07:45", visits.depart, "gaat eerst naar andere mensen"),
        ("08:10", visits.arrive, "Nog één klant, daarna bent u"),
    ):
        world.time.at = clock(at)
        act(actor=sam, case=first)
        phone.evaluate(RENEW)  # what happens every minute
        expect(phone.locator("#live").get_by_text(words).or_(phone.get_by_text("Nog één klant")).first).to_be_visible()
    looked(phone, "live-next")
    world.time.at = clock("09:30")
    visits.fixed(actor=sam, case=first)
    world.time.at = clock("09:40")
    visits.depart(actor=sam, case=second)
    there = Appointment.objects.get(case=second)
    assert there.lat and there.lon
    Position.objects.create(
        technician=there.technician, at=world.time.at, lat=there.lat + 0.04, lon=there.lon, accuracy=100
    )
    phone.evaluate(RENEW)
    expect(phone.get_by_text("Ongeveer 4 km bij u vandaan")).to_be_visible()
    expect(phone.locator("#said")).to_contain_text("De vakman is er tussen")
    looked(phone, "live-driving")
    world.time.at = clock("10:02")
    visits.arrive(actor=sam, case=second)
    phone.evaluate(RENEW)
    expect(phone.locator("#live")).to_have_count(0)
    assert Forecast.objects.filter(appointment=there, came=clock("10:02")).count() >= 2


def test_a_phone_says_where_it_is_on_the_way_only(
    browser: Browser,
    live: str,
    real_world: World,
    keys: list[str],
    sign_in: Callable[[Page, str], None],
    looked: Callable[[Page, str], None],
) -> None:
    world = real_world
    context = browser.new_context(
        base_url=live, locale="nl-NL", viewport={"width": 390, "height": 844}, permissions=["geolocation"],
        geolocation={"latitude": 52.10042, "longitude": 5.10071, "accuracy": 20},
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, "technician")
    page.goto("/field/")
    looked(page, "live-phone-place")
    page.wait_for_timeout(800)
    assert not Position.objects.exists()
    world.time.at = clock("07:45")
    visits.depart(actor=world.staff("technician"), case=keys[0])
    world.time.at += timedelta(minutes=1)
    page.reload()
    for _try in range(60):
        if Position.objects.exists():
            break
        page.wait_for_timeout(100)
    found = Position.objects.get()
    assert (found.lat, found.lon, found.accuracy) == (52.1, 5.101, 100)
    page.get_by_role("button", name="Niet delen").click()
    expect(page.get_by_text("U deelt niet waar u bent.")).to_be_visible()
    assert not Position.objects.exists()
    world.time.at += timedelta(minutes=2)
    page.reload()
    page.wait_for_timeout(800)
    assert not Position.objects.exists() and not Technician.objects.get(key="t1").shares_place
    context.close()


def test_the_planner_sees_whether_the_times_are_honest(
    page: Page,
    real_world: World,
    keys: list[str],
    sign_in: Callable[[Page, str], None],
    looked: Callable[[Page, str], None],
) -> None:
    sign_in(page, "planner")
    page.goto("/planner/arrivals")
    looked(page, "live-coverage-empty")
    kept(real_world, keys[0], n=40, within=20)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kloppen de tijden die wij zeggen?")
    expect(page.get_by_text("te vaak mis")).to_be_visible()
    looked(page, "live-coverage")
