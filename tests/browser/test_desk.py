"""The desk as its agents meet it: at both sizes, with the keyboard alone, while a tenant is on the line."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.runtime import Case, Event, Heartbeat, Task, Touch
from tests.server.desk import busy, half_filled
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} is {wide} wide on a screen of {seen}"


def test_every_page_of_the_desk_can_be_read_by_everybody(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    keys = busy(real_world)
    Heartbeat.objects.create(name="balie/1", at=real_world.time.at, lag=0.4)
    key = keys["story"]
    task = Task.objects.get(case=key, touchpoint="call").pk
    mine = Task.objects.get(case=keys["child"])
    mine.taken_by = real_world.users["agent"]
    mine.save()
    form = DialogueProgress.objects.get(submitted=None).pk
    event = Event.objects.filter(case=key, type="appointment.made").order_by("-number").first()
    assert event is not None
    said = Touch.objects.filter(case=key, kind="message", activity="confirmation").first()
    assert said is not None
    paths = {
        "cases": "/desk/cases", "empty": "/desk/cases?only=stalled", "case": f"/desk/cases/{key}",
        "child": f"/desk/cases/{keys['child']}", "aside": f"/desk/cases/{keys['aside']}", "line": f"/desk/line/{key}",
        "message": f"/desk/message/{said.seq}/{key}",
        "tasks": "/desk/tasks", "task": f"/desk/tasks/{task}", "mine": f"/desk/tasks/{mine.pk}", "forms": "/desk/forms",
        "form": f"/desk/forms/{form}", "new": "/desk/new/repair/report?customer=jo", "customer": "/desk/customer/jo",
        "change": "/desk/customer/jo/change", "book": f"/desk/book/{key}", "stop": f"/desk/stop/{key}",
        "call": f"/desk/call/{key}", "link": f"/desk/link/{key}", "engine": "/desk/engine",
        "heard": f"/desk/happened/complaint.solved/{keys['child']}",
        "mistake": f"/desk/mistake/{key}?event={event.source}%23{event.ident}",
    }  # fmt: skip
    for size, one in (("desktop", page), ("phone", phone)):
        sign_in(one, "agent")
        for name, path in paths.items():
            answer = one.goto(path)
            assert answer is not None and answer.status == 200, path
            shot(one, f"desk-{name}-{size}")
            fits(one)
            no_findings(one)
        one.goto("/desk/cases")
        one.get_by_role("searchbox").fill("jansen")
        one.keyboard.press("Enter")
        one.wait_for_url("**/desk/cases?s=*")
        shot(one, f"desk-found-{size}")
        fits(one)
        no_findings(one)
        one.goto(f"/desk/call/{key}")
        one.locator("#phone").fill("12")
        one.get_by_role("button", name="Belafspraak vastleggen").click()
        expect(one.locator("#phone")).to_be_focused()
        shot(one, f"desk-wrong-{size}")
        no_findings(one)


def test_a_caller_is_found_and_booked_with_the_keyboard_alone(page: Page, real_world: World, sign_in: SignIn) -> None:
    key = real_world.report()
    sign_in(page, "agent")
    page.goto("/desk/cases")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("1234ab 12")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases?s=*")
    press_until(page, "Mijn reparatie")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{key}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "Afspraak maken")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/book/{key}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "block":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{key}")
    expect(page.get_by_text("De afspraak staat.")).to_be_visible()
    assert Appointment.objects.get(case=key).status == Appointment.BOOKED


def press_until(page: Page, words: str) -> None:
    """Tab until something that says this has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate(
            "document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"
        ):
            return
    raise AssertionError(f"'{words}' cannot be reached with the Tab key")


def test_every_answer_is_kept_as_it_is_given_and_nothing_that_is_typed_gets_lost(
    page: Page, real_world: World, sign_in: SignIn, shot: Shot, no_findings: Look
) -> None:
    sign_in(page, "agent")
    page.goto("/desk/new/repair/report?customer=jo")
    severity = page.get_by_role("group", name="Hoe erg is de lekkage?")
    expect(severity).to_be_hidden()
    page.get_by_label("Er lekt water").check()
    expect(severity).to_be_visible()
    page.wait_for_url("**/desk/forms/*")
    row = DialogueProgress.objects.get()
    assert (row.answers, row.agent) == ({"problem": "leak"}, "Agent")
    page.get_by_label("Het stroomt").check()
    expect(page.get_by_text("Zeg dit nu tegen de klant")).to_be_visible()
    shot(page, "desk-emergency-desktop")
    no_findings(page)
    story = page.get_by_label("Wilt u kort vertellen")
    story.press_sequentially("Water uit het plafond")
    page.get_by_label("Het drupt").check()
    expect(page.get_by_text("Zeg dit nu tegen de klant")).to_be_hidden()
    expect(story).to_have_value("Water uit het plafond")
    page.get_by_label("In de keuken").check()
    page.get_by_label("Dat maakt niet uit").check()
    page.reload()
    expect(page.get_by_label("Wilt u kort vertellen")).to_have_value("Water uit het plafond")
    page.get_by_role("button", name="Melding maken").click()
    page.wait_for_url("**/desk/book/*")
    case = Case.objects.get()
    assert (case.customer, DialogueProgress.objects.count()) == ("jo", 1)


def test_the_tenant_calls_halfway_and_the_agent_goes_on_where_they_stopped(
    page: Page, real_world: World, sign_in: SignIn
) -> None:
    half_filled(postcode="4321 BA", house_number="7", name="Piet Bakker", phone="06 87654321")
    sign_in(page, "agent")
    page.goto("/desk/cases")
    page.get_by_role("searchbox").fill("0687654321")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ga hiermee verder").click()
    expect(page.get_by_label("Er loopt steeds water")).to_be_checked()
    expect(page.get_by_label("Naam")).to_have_value("Piet Bakker")
    page.get_by_label("In de ochtend").check()
    page.get_by_role("button", name="Melding maken").click()
    page.wait_for_url("**/desk/book/*")
    assert Case.objects.get().stage == "reported"


def test_enter_in_a_field_keeps_and_sends_nothing(page: Page, real_world: World, sign_in: SignIn) -> None:
    sign_in(page, "agent")
    page.goto("/desk/new/repair/report")
    page.get_by_label("Een deur, raam of slot is kapot").check()
    page.wait_for_url("**/desk/forms/*")
    page.get_by_label("Postcode").fill("1234 AB")
    page.get_by_label("Huisnummer").fill("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Jo Jansen")).to_be_visible()
    row = DialogueProgress.objects.get()
    assert (row.customer, row.contact["house_number"]) == (None, "12")
    assert not Case.objects.exists()


def test_a_task_is_taken_and_done(page: Page, real_world: World, sign_in: SignIn) -> None:
    busy(real_world)
    sign_in(page, "agent")
    page.goto("/desk/tasks")
    page.get_by_role("button", name=re.compile("Oppakken.*Terugbellen Jo Jansen")).click()
    page.get_by_label("Wat is er gezegd of afgesproken").fill("Kraan komt mee.")
    page.get_by_role("button", name="Klaar", exact=True).click()
    page.wait_for_url("**/desk/tasks")
    expect(page.get_by_text("Klaar. Was dat een vergissing?")).to_be_visible()
    assert Task.objects.get(touchpoint="call").outcome == "done"
