"""The planner's week, at a desk and on a telephone, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from loper.server.actions import agenda, visits
from loper.server.records.agenda import Appointment, Block, Technician
from loper.server.records.runtime import Event
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def book(world: World, number: int) -> str:
    key = world.report()
    world.book(key, number)
    return key


def test_the_pages_of_a_planner(
    phone: Page, page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    world, planner = real_world, real_world.staff("planner")
    first = book(world, 0)
    for number in (0, 2, 3, 4, 9):
        book(world, number)
    blocks = world.blocks(world.other_technician)
    agenda.change_capacity(actor=planner, block=blocks[1].pk, capacity=3)
    agenda.close_block(actor=planner, block=blocks[3].pk)
    visit = Appointment.objects.get(case=first)
    world.time.at = visit.start + timedelta(minutes=10)
    visits.arrive(actor=world.staff("technician"), case=first)
    later = Appointment.objects.filter(status=Appointment.BOOKED).order_by("start").last()
    assert later is not None
    paths = {
        "week": "/planner/",
        "one": "/planner/?technician=t2",
        "next": "/planner/?day=2026-10-01",
        "block": f"/planner/blocks/{later.block_id}",
        "visited": f"/planner/blocks/{visit.block_id}",
        "closed": f"/planner/blocks/{blocks[3].pk}",
        "move": f"/planner/move/{later.pk}",
        "span": "/planner/blocks",
        "technicians": "/planner/technicians",
        "technician": "/planner/technicians/t1",
    }
    for size, one in (("desktop", page), ("phone", phone)):
        sign_in(one, "planner")
        for name, path in paths.items():
            one.goto(path)
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than a {size}"
            shot(one, f"planner-{name}-{size}")
            no_findings(one)


def test_a_planner_with_nothing_yet_is_told_where_to_begin(
    page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    Block.objects.all().delete()
    Technician.objects.all().delete()
    sign_in(page, "planner")
    page.goto("/planner/")
    shot(page, "planner-empty")
    no_findings(page)
    page.get_by_role("link", name="Vakman toevoegen").click()
    page.get_by_label("Naam").fill("Bo Visser")
    page.get_by_text("Loodgieterswerk").click()
    page.get_by_role("button", name="Bewaren").click()
    page.get_by_role("link", name="Naar de week").click()
    shot(page, "planner-no-blocks")
    page.get_by_role("link", name="Blokken openen", exact=True).click()
    page.get_by_role("button", name="Deze blokken openen").click()
    expect(page.get_by_text("20 blokken zijn open.")).to_be_visible()
    assert Block.objects.filter(technician__name="Bo Visser").count() == 20


def test_what_is_wrong_in_the_form_is_said_beside_it(
    page: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    sign_in(page, "planner")
    page.goto("/planner/blocks")
    page.locator("[name=last]").fill("2026-01-01")
    page.locator("[name=end_0]").fill("07:00")
    page.locator("[name=end_2]").fill("")
    page.get_by_role("button", name="Deze blokken openen").click()
    expect(page.get_by_text("Dit is voor de eerste dag.")).to_be_visible()
    expect(page.get_by_text("Vul beide tijden in, of geen van beide.")).to_be_visible()
    shot(page, "planner-wrong")
    no_findings(page)


def test_a_booking_is_moved_with_the_keyboard_alone(
    page: Page, real_world: World, sign_in: SignIn, tab_to: Callable[[str], None]
) -> None:
    key = book(real_world, 0)
    sign_in(page, "planner")
    page.goto("/planner/")

    tab_to("Jo Jansen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planner/blocks/*")
    tab_to("Verzetten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planner/move/*")
    tab_to("Noor Bakker")
    page.keyboard.press("ArrowDown")  # the first is at the time that was promised, the next at another
    tab_to("Bekijk wat dat geeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planner/move/*?to=*")
    tab_to("Daarheen verzetten")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Verzet. Jo Jansen hoort het vanzelf.")).to_be_visible()
    moved = Appointment.objects.get(case=key)
    assert (moved.technician.key, moved.sequence) == ("t2", 1)
    assert Event.objects.filter(case=key, type="appointment.made").order_by("number").last().emitter == "planner"  # type: ignore[union-attr]
