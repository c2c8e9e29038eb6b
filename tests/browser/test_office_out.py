"""What goes out, and promises, in a browser, both sizes: a system added and tried; axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from loper.server.actions.out.hand_out import hand_out
from loper.server.actions.out.send import send_all
from loper.server.actions.promises.keep import catch_up
from loper.server.records.out import Subscriber
from tests.server.receiver import answer, receiver
from tests.worlds import World

Looked = Callable[[Page, str], None]


def test_a_system_is_added_and_tried(
    page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Looked, settings: Any
) -> None:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    with receiver() as other:
        sign_in(page, "admin")
        page.goto("/office/out")
        looked(page, "out-empty")
        page.get_by_role("link", name="Voeg een systeem toe").click()
        looked(page, "out-new")
        page.get_by_label("Hoe heet het?").fill("ERP")
        page.get_by_label("Wie is ervoor verantwoordelijk?").fill("ict@voorbeeldwonen.example")
        page.get_by_label("Naar welk adres?").fill(other.url)
        page.get_by_label("Met wat mensen vertelden").check()
        page.keyboard.press("Enter")
        expect(page.get_by_text("whsec_")).to_be_visible()
        looked(page, "out-secret")
        page.get_by_role("link", name="Verder").click()
        expect(page.get_by_text("whsec_")).to_have_count(0)
        other.plan = [answer(503, "onderhoud")]
        page.get_by_role("button", name="Probeer het").press("Enter")
        expect(page.get_by_text("503: onderhoud")).to_be_visible()
        real_world.report()
        hand_out()
        send_all(Subscriber.objects.get().pk)
        page.reload()
        looked(page, "out-one")
        page.get_by_role("button", name="opnieuw").first.press("Enter")
        expect(page.get_by_text("1 gaan opnieuw.")).to_be_visible()


def test_promises(page: Page, real_world: World, sign_in: Callable[[Page, str], None], looked: Looked) -> None:
    key = real_world.report()
    real_world.book(key)
    real_world.report(email="ander@example.nl")
    real_world.at(real_world.time.at + timedelta(days=2))
    catch_up()
    sign_in(page, "analyst")
    page.goto("/insight/")
    page.get_by_role("link", name="van onze beloften").click()
    looked(page, "promises")
    page.get_by_role("link", name="een blok tijd").click()
    expect(page.get_by_text("Wat was beloofd: een blok tijd")).to_be_visible()
    looked(page, "promises-part")
