"""The board of a day at a desk and on a telephone: looked at, moved by keyboard and by mouse, planned again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from playwright.sync_api import Page, expect

from loper.server.actions import replanning
from loper.server.records.agenda import Absence, Appointment, WorkKind
from loper.server.records.proposals import Proposal
from tests.server.test_replanning import ill, two, visits
from tests.server.test_routes import HERE, TUESDAY
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]
DAY = f"/planner/day?day={TUESDAY}"


def test_the_pages_of_the_board(
    phone: Page, page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    world = real_world
    two(world)
    rows = visits(world, 8, 8, 10, 13)
    visits(world, 8, 8, technician="t2")
    WorkKind.objects.create(name="leak", title="Lekkage", skills=["plumbing"], material=["siphon"])
    proposal = ill(world).proposal
    assert proposal is not None and proposal.left
    world.time.at = datetime.combine(TUESDAY, time(7, 40), HERE)
    paths = {
        "day": DAY,
        "tomorrow": "/planner/day?day=2026-09-09",
        "sunday": "/planner/day?day=2026-09-13",
        "hands": f"/planner/move/{rows[2].pk}",
        "what-if": f"/planner/move/{rows[2].pk}?to=hands:t2",
        "proposal": f"/planner/proposals/{proposal.pk}",
        "proposals": "/planner/proposals",
        "urgent": "/planner/urgent",
        "absences": "/planner/absences/t1",
        "hours": "/planner/technicians/t1",
        "kinds": "/planner/kinds",
        "kind": "/planner/kinds/new",
        "by-route": "/planner/",
    }
    for size, one in (("desktop", page), ("phone", phone)):
        sign_in(one, "planner")
        for name, path in paths.items():
            one.goto(path)
            shot(one, f"board-{name}-{size}")
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than a {size}"
            no_findings(one)


def test_a_visit_is_handed_over_with_the_keyboard_alone(
    page: Page, real_world: World, sign_in: SignIn, tab_to: Callable[[str], None]
) -> None:
    two(real_world)
    (row,) = visits(real_world, 10)
    sign_in(page, "planner")
    page.goto(DAY)

    tab_to("Verzetten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planner/move/*")
    tab_to("Noor Bakker")
    page.keyboard.press("Space")
    tab_to("Bekijk wat dat geeft")
    page.keyboard.press("Enter")
    expect(page.get_by_text("hoort niets: de afspraak blijft gelijk")).to_be_visible()
    assert Appointment.objects.get().technician.key == "t1"
    tab_to("Daarheen verzetten")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Noor Bakker gaat er nu heen.")).to_be_visible()
    moved = Appointment.objects.get()
    assert (moved.technician.key, moved.start, moved.end) == ("t2", row.start, row.end)


def test_a_visit_dragged_to_a_colleague_is_looked_at_before_it_is_done(
    page: Page, real_world: World, sign_in: SignIn
) -> None:
    two(real_world)
    (row,) = visits(real_world, 10)
    sign_in(page, "planner")
    page.goto(DAY)
    page.locator(f"#visit-{row.pk}").drag_to(page.locator("[data-lane=t2]"))
    page.wait_for_url("**/planner/move/*")
    expect(page.get_by_role("heading", name="Wat dat geeft")).to_be_visible()
    assert Appointment.objects.get().technician.key == "t1"
    page.get_by_role("button", name="Daarheen verzetten").click()
    expect(page.get_by_text("Noor Bakker gaat er nu heen.")).to_be_visible()


def test_ill_today_accepted_and_undone(page: Page, real_world: World, sign_in: SignIn, shot: Shot) -> None:
    world = real_world
    two(world)
    world.time.at = datetime.combine(TUESDAY, time(7), HERE)
    visits(world, 10, 13)
    sign_in(page, "planner")
    page.goto(DAY)
    page.get_by_role("button", name=re.compile("Vandaag ziek.*Sam de Vries")).click()
    page.get_by_role("button", name="Zo doen").click()
    expect(page.get_by_text("Elke vakman ziet de nieuwe route.")).to_be_visible()
    assert set(Appointment.objects.values_list("technician__key", flat=True)) == {"t2"}
    page.get_by_role("button", name="Terugdraaien").click()
    expect(page.get_by_text("De routes zijn zoals ze waren.")).to_be_visible()
    assert set(Appointment.objects.values_list("technician__key", flat=True)) == {"t1"}
    assert Absence.objects.count() == 1


def test_a_stale_proposal_says_so_and_makes_a_new_one(page: Page, real_world: World, sign_in: SignIn) -> None:
    world = real_world
    two(world)
    visits(world, 10)
    proposal = ill(world).proposal
    assert proposal is not None
    sign_in(page, "planner")
    page.goto(f"/planner/proposals/{proposal.pk}")
    visits(world, 13, technician="t2")
    page.get_by_role("button", name="Zo doen").click()
    expect(page.get_by_text("Er is niets gedaan; maak een nieuw voorstel.")).to_be_visible()
    page.get_by_role("button", name="Maak een nieuw voorstel").click()
    page.get_by_role("button", name="Zo doen").click()
    expect(page.get_by_text("Elke vakman ziet de nieuwe route.")).to_be_visible()
    assert Proposal.objects.get(pk=proposal.pk).status == Proposal.OLD
    replanning.undo(actor=world.staff("planner"), proposal=proposal.pk + 1)


def test_a_technician_gets_hours_by_the_form(page: Page, real_world: World, sign_in: SignIn) -> None:
    sign_in(page, "planner")
    page.goto("/planner/technicians/t1")
    page.locator("[name=from_monday]").fill("08:00")
    page.locator("[name=until_monday]").fill("07:00")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Dit is niet later dan de begintijd.")).to_be_visible()
    page.locator("[name=until_monday]").fill("16:30")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Vul in waar de dag begint")).to_be_visible()
    page.get_by_label("Postcode waar de dag begint").fill("3511 AB")
    page.get_by_label("Huisnummer daar").fill("1")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Sam de Vries is bewaard.")).to_be_visible()
    real_world.technician.refresh_from_db()
    assert real_world.technician.hours == {"monday": ["08:00", "16:30"]} and real_world.technician.lat


def test_the_map_shows_the_stops_and_asks_nobody_without_a_map_server(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    two(real_world)
    rows = visits(real_world, 8, 10) + visits(real_world, 13, technician="t2")
    Appointment.objects.filter(pk=rows[1].pk).update(lat=52.12, lon=5.08)
    for size, one in (("desktop", page), ("phone", phone)):
        asked: list[str] = []
        sign_in(one, "planner")
        one.on("request", lambda request, asked=asked: asked.append(request.url))
        one.goto(DAY)
        one.get_by_text("De kaart", exact=True).click()
        expect(one.locator("#map .badge")).to_have_count(3)
        box = one.locator("#map").bounding_box()
        assert box is not None
        for badge in one.locator("#map .badge").all():
            spot = badge.bounding_box()
            assert spot is not None and box["x"] < spot["x"] < box["x"] + box["width"]
            assert box["y"] < spot["y"] < box["y"] + box["height"]
        shot(one, f"board-map-{size}")
        no_findings(one)
        assert all("/static/" in url or "/planner/" in url or url.endswith((".css", ".svg")) for url in asked), asked


def test_a_map_server_of_the_settings_may_give_pictures_and_no_other(
    page: Page, real_world: World, sign_in: SignIn, settings: Any
) -> None:
    two(real_world)
    visits(real_world, 8)
    settings.LOPER_TILES = "https://tiles.example.nl/{z}/{x}/{y}.png"
    asked: list[str] = []
    page.route("https://tiles.example.nl/**", lambda route: (asked.append(route.request.url), route.abort())[0])
    sign_in(page, "planner")
    answer = page.goto(DAY)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: https://tiles.example.nl;" in policy
    page.get_by_text("De kaart", exact=True).click()
    page.wait_for_timeout(500)
    assert asked
    page.goto("/planner/")
    other = page.goto("/planner/")
    assert other is not None and "tiles" not in other.headers["content-security-policy"]
