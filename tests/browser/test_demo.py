"""`loper demo` as a newcomer meets it: one story, from a leak to the survey, by tenant, technician and agent.

The real command in a process of its own: its pages, worker, mail server and clock; nothing is reached from inside.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

Shot = Callable[[Page, str], None]
Look = Callable[[Page], None]

ACCOUNTS = {
    "Sam de Vries": "sam", "Noor Bakker": "noor", "Ruud Smit": "ruud", "Meryem Kaya": "meryem", "Job van Dijk": "job",
    "Lars Postma": "lars",
}  # fmt: skip
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration with a dozen cases."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOPER_", "DJANGO_"))}
    (folder / "demo").mkdir()
    (folder / "demo" / "half").touch()  # as one that was broken off leaves it
    command = [str(Path(sys.executable).parent / "loper"), "demo", "--cases", "12", "--port", str(port)]
    with (folder / "out").open("w") as out:
        process = subprocess.Popen(command, env={**environment, "LOPER_DATA": str(folder)}, stdout=out, stderr=out)
    address = f"http://localhost:{port}"
    try:
        for _try in range(600):
            assert process.poll() is None, (folder / "out").read_text()
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).read()
                break
            except OSError:
                time.sleep(0.2)
        assert not (folder / "demo" / "half").exists(), "what was broken off halfway is begun again"
        second = [*command[:-1], "0"]
        environment["LOPER_DATA"] = str(folder)
        refused = subprocess.run(second, env=environment, capture_output=True, text=True, timeout=60)
        assert (refused.returncode, "runs already" in refused.stderr) == (1, True), refused.stderr
        yield address
        assert "Traceback" not in (folder / "out").read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture
def hand(browser: Browser, demo: str) -> Iterator[Callable[..., Page]]:
    """`hand("phone")` or `hand("desk")`: a browser of somebody's own."""
    contexts = []

    def give(kind: str) -> Page:
        phone = kind == "phone"
        context = browser.new_context(
            base_url=demo,
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            is_mobile=phone,
            has_touch=phone,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield give
    for context in contexts:
        context.close()


def now(page: Page) -> datetime:
    """What time it is in the demonstration, from its bar."""
    words = page.locator(".demo-bar").inner_text()
    found = re.search(r"(\d+) (\w+),? (?:\d{4},? )?(\d\d)[:.](\d\d)", words)
    assert found, words
    day, month, hour, minute = found.groups()
    return datetime(datetime.now().year, MONTHS.index(month) + 1, int(day), int(hour), int(minute))


def later(page: Page, hours: int) -> None:
    before = now(page)
    page.locator(f".demo-bar button[value='{hours}']").click()
    page.wait_for_load_state()
    assert now(page) >= before + timedelta(hours=hours) - timedelta(minutes=1)


def until(page: Page, at: datetime) -> None:
    """Press the buttons of the bar until it is nearly this time."""
    page.goto("/demo/mail")
    for hours in (24, 4, 1):
        while now(page) + timedelta(hours=hours) <= at:
            later(page, hours)


def become(page: Page, account: str) -> None:
    page.goto("/demo/")
    page.locator(f"button[value='{account}']").click()
    page.wait_for_load_state()


def mail(page: Page, subject: str) -> str:
    """The newest mail to this tenant with this subject, once it is there; gives the address of its page."""
    for _try in range(100):
        page.goto("/demo/mail?to=truus.proef")
        found = page.get_by_role("link", name=subject)
        if found.count():
            return str(found.first.get_attribute("href"))
        time.sleep(0.2)
    raise AssertionError(page.locator("main").inner_text())


def until_stage(page: Page, status: str, words: str) -> None:
    """Look at the status page until it says so: a tap of the technician is on its way."""
    for _try in range(50):
        page.goto(status)
        if words in page.locator("h1").inner_text():
            return
        time.sleep(0.2)
    raise AssertionError(page.locator("main").inner_text())


def follow(page: Page, letter: str, words: str) -> None:
    """Open the link with these words in a mail."""
    page.goto(f"{letter}/page")
    target = page.get_by_role("link", name=words).first.get_attribute("href")
    assert target
    page.goto(target)


def press(page: Page) -> None:
    """The first button of the page."""
    page.locator("main form button.ds-button").first.click()
    page.wait_for_load_state()


def chosen(page: Page) -> datetime:
    """When the appointment begins, from the status page."""
    words = page.locator("h1").inner_text()
    found = re.search(r"(\d+)\s(\w+), tussen\s(\d+)", words)
    assert found, words
    return datetime(now(page).year, MONTHS.index(found[2]) + 1, int(found[1]), int(found[3]))


def tap(page: Page, button: str) -> None:
    """Tap once; the page lets a second tap rest for a second, so that a double one is one."""
    page.locator(button).click()
    page.wait_for_timeout(1_000)


def technician(page: Page) -> str:
    words = page.locator("main").inner_text()
    return next(account for name, account in ACCOUNTS.items() if name in words)


def test_a_leak_from_the_report_to_the_survey(hand: Callable[..., Page], shot: Shot, no_findings: Look) -> None:
    tenant, sam, agent = hand("phone"), hand("phone"), hand("desk")

    # A tenant reports a leak, and has a time at once.
    tenant.goto("/")
    tenant.get_by_role("link", name="Een reparatie melden").click()
    for answer in ("Er lekt water", "Het drupt", "In de keuken"):
        tenant.get_by_text(answer, exact=True).click()
        tenant.get_by_role("button", name="Volgende").click()
    shot(tenant, "story-1-report")
    tenant.get_by_role("textbox").fill("Er komt water onder het aanrecht uit.")
    tenant.get_by_role("button", name="Volgende").click()
    tenant.get_by_role("button", name="Volgende").click()  # no photo
    tenant.get_by_text("Dat maakt niet uit", exact=True).click()
    tenant.get_by_role("button", name="Volgende").click()
    for name, value in (("postcode", "1901 AB"), ("house_number", "3"), ("name", "Truus Proef")):
        tenant.locator(f"[name={name}]").fill(value)
    tenant.locator("[name=email]").fill("truus.proef@post.example")
    tenant.get_by_role("button", name="Versturen").click()
    shot(tenant, "story-2-choose")
    tenant.locator("fieldset.day").nth(2).locator("label.choice").last.click()
    tenant.get_by_role("button", name="Deze tijd past mij").click()
    expect(tenant.locator("main")).to_contain_text("Uw afspraak staat")
    shot(tenant, "story-3-booked")
    first = chosen(tenant)
    case = tenant.url.rpartition("/")[2]

    # The mail is there; at eleven at night its link moves the appointment.
    letter = mail(tenant, "Uw afspraak")
    tenant.goto(letter)
    shot(tenant, "story-4-mail")
    late = now(tenant).replace(hour=23, minute=30)
    until(tenant, late)
    assert now(tenant).hour >= 22
    follow(tenant, letter, "Kies een andere dag")
    press(tenant)  # who opens a link has done nothing yet: mail scanners open them too
    tenant.locator("fieldset.day").nth(2).locator("label.choice").last.click()
    tenant.locator("main form button.ds-button").first.click()
    expect(tenant.locator("main")).to_contain_text("Uw afspraak staat")
    shot(tenant, "story-5-moved-at-night")
    moved = chosen(tenant)
    assert moved != first
    status = tenant.url

    # The reminder comes once, a day before the new time.
    until(tenant, moved - timedelta(hours=12))
    tenant.goto("/demo/mail?to=truus.proef")
    day = f"{moved.day} {MONTHS[moved.month - 1]}"
    reminded = tenant.get_by_role("link", name=re.compile(f"De vakman komt .*{day}")).count()
    assert reminded <= 1
    shot(tenant, "story-6-reminder")

    # The technician is on the way, arrives, lacks a part, and makes the next appointment at the kitchen table.
    until(tenant, moved + timedelta(minutes=30))
    tenant.goto(status)
    become(sam, technician(tenant))
    job = f"[data-report='{case}']"
    if sam.locator(f"{job} button[name=eta]").count() == 0:
        sam.locator(f"a:has({job}), a[href*='visit']").last.click()  # further down the day
    shot(sam, "story-7-day")
    tap(sam, f"{job} button[name=eta][value='20']")
    mail(tenant, "De vakman is onderweg")
    until_stage(tenant, status, "onderweg")
    shot(tenant, "story-8-on-the-way")
    tap(sam, f"{job} [data-do=arrive] button")
    not_fixed = sam.locator(f"{job} details[data-do=not_fixed]")
    not_fixed.locator("> summary").click()
    not_fixed.locator("input[name=reason][value=material]").check()
    not_fixed.locator("input[name=block]:not([value=''])").nth(2).check()
    shot(sam, "story-9-not-fixed")
    not_fixed.get_by_role("button", name="Melden: niet gelukt").click()
    mail(tenant, "Het is nog niet klaar")
    tenant.goto(status)
    again = chosen(tenant)
    assert again > moved
    shot(tenant, "story-10-another-round")

    # The second visit: fixed. Two hours later the questions are there; the tap in the mail is filled in already.
    until(tenant, again + timedelta(minutes=30))
    tenant.goto(status)
    become(sam, technician(tenant))
    tap(sam, f"{job} button[name=eta][value='10']")
    tap(sam, f"{job} [data-do=arrive] button")
    tap(sam, f"{job} [data-do=fixed] button")
    shot(sam, "story-11-fixed")
    until_stage(tenant, status, "klaar")
    tenant.goto("/demo/mail")
    later(tenant, 4)
    letter = mail(tenant, "Hoe ging het?")
    tenant.goto(letter)
    shot(tenant, "story-12-questions")
    follow(tenant, letter, "1 - heel weinig")
    expect(tenant.locator("[name=effort][value='1']")).to_be_checked()
    press(tenant)
    expect(tenant.locator("main")).to_contain_text("Dank")
    shot(tenant, "story-13-thanks")
    tenant.goto(status)
    expect(tenant.locator("h1")).to_contain_text("klaar")
    no_findings(tenant)

    # The agent has all of it on one page, with the line.
    become(agent, "arie")
    agent.goto(f"/desk/cases/{case}")
    shot(agent, "story-14-desk")
    told = agent.locator("main").inner_text()
    assert ("Herinnering" in told) and (reminded or "proef" in told)  # one in ten gets none: a standing trial
    for words in ("Truus Proef", "Onderweg", "Nog niet klaar", "Vier korte vragen"):
        assert words in told, words
    no_findings(agent)
