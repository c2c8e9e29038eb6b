"""The privacy officer's pages: one person whole, given out, held, erased; who looked; nobody else comes in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from loper.server.actions.privacy import access
from loper.server.records.customers import Customer
from loper.server.records.privacy import AccessExport, Hold, Look
from loper.server.records.runtime import Case
from tests.worlds import PASSWORD, World


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: object) -> None:
    settings.LOPER_ERASED = tmp_path / "erased.jsonl"  # type: ignore[attr-defined]
    settings.LOPER_EXPORTS = tmp_path / "exports"  # type: ignore[attr-defined]


@pytest.fixture
def officer(world: World) -> Client:
    user = User.objects.create_user("officer", "fg@voorbeeldwonen.example", PASSWORD, first_name="Fien")
    user.groups.add(Group.objects.get(name="privacy"))
    client = Client()
    client.cookies["loper_language"] = "en"
    client.force_login(user)
    return client


def of(world: World, role: str) -> Client:
    client = Client()
    client.cookies["loper_language"] = "en"
    client.force_login(world.users[role])
    return client


def test_a_person_is_found_given_out_held_and_erased(world: World, officer: Client) -> None:
    key = world.report()
    of(world, "agent").get(reverse("desk:case", args=[key]))
    home = officer.get(reverse("office:privacy"), {"q": "Jo Jansen"}).content.decode()
    page = reverse("office:privacy_person", args=["jo"])
    assert page in home
    for typed in ("1234 AB 12", "j.jansen@example.nl", "06 1234 5678", key):
        assert page in officer.get(reverse("office:privacy"), {"q": typed}).content.decode(), typed
    shown = officer.get(page).content.decode()
    assert "How we reach you" in shown and "(agent, case)" in shown, "who looked stands there"

    officer.post(reverse("office:privacy_act", args=["jo", "export"]), {"language": "en"})
    access.make_next()
    row = AccessExport.objects.get()
    got = officer.get(reverse("office:privacy_download", args=[row.pk]))
    assert b"".join(got.streaming_content)[:2] == b"PK" and got["Cache-Control"] == "no-store"

    officer.post(reverse("office:privacy_act", args=["jo", "hold"]), {"why": "claim 12", "until": ""})
    assert "claim 12" in officer.get(page).content.decode()
    officer.post(reverse("office:privacy_act", args=["jo", "lift"]))
    assert Hold.objects.get().lifted is not None
    erase = reverse("office:privacy_act", args=["jo", "erase"])
    assert officer.post(erase, {"sure": "yes"}).status_code == 422
    assert Customer.objects.get(key="jo").name
    assert officer.post(erase, {"sure": "erase"}).status_code == 302
    assert Customer.objects.get(key="jo").name == ""
    assert "was erased" in officer.get(page).content.decode()
    assert of(world, "agent").get(reverse("desk:case", args=[key])).status_code in (200, 409)
    assert of(world, "agent").get(reverse("desk:cases")).status_code == 200


def test_what_can_be_wrong_is_said(world: World, officer: Client) -> None:
    Case.objects.get(key=world.report())
    act = reverse("office:privacy_act", args=["jo", "hold"])
    assert officer.post(act, {"why": " "}).status_code == 422
    assert officer.post(act, {"why": "x", "until": "2020-01-01"}).status_code == 422
    assert officer.post(act, {"why": "x", "until": "soon"}).status_code == 422
    assert officer.post(reverse("office:privacy_act", args=["jo", "sing"])).status_code == 404
    assert officer.get(reverse("office:privacy_person", args=["nobody"])).status_code == 404
    assert officer.get(reverse("office:privacy"), {"q": "nobody at all"}).status_code == 200
    assert not Hold.objects.exists()


def test_nobody_else_comes_in_and_a_look_is_no_change(world: World, officer: Client) -> None:
    world.report()
    row = access.ask(actor=world.customer_of(world.report(email="x@example.nl", phone="")), customer=_last())
    access.make_next()
    urls = [
        reverse("office:privacy"), reverse("office:privacy_register"), reverse("office:privacy_looks"),
        reverse("office:privacy_person", args=["jo"]), reverse("office:privacy_download", args=[row.pk]),
    ]  # fmt: skip
    for url in urls:
        assert Client().get(url).status_code == 302
        for role in ("agent", "director", "planner", "technician", "analyst"):
            assert of(world, role).get(url).status_code == 403, (role, url)
        assert officer.get(url).status_code == 200
    for what in ("export", "hold", "erase"):
        url = reverse("office:privacy_act", args=["jo", what])
        assert officer.get(url).status_code == 405
        assert of(world, "agent").post(url, {"sure": "erase", "why": "x"}).status_code == 403
    assert Customer.objects.get(key="jo").name and not Hold.objects.exists()


def _last() -> str:
    return Case.objects.order_by("-begun", "-key").exclude(customer="jo").get().customer


def test_the_register_as_a_page_and_as_csv(officer: Client) -> None:
    assert "Who you are" in officer.get(reverse("office:privacy_register")).content.decode()
    lines = officer.get(reverse("office:privacy_register"), {"csv": ""}).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("where,field") and len(lines) > 400


def test_who_looked_is_seen_by_customer_and_by_colleague(world: World, officer: Client) -> None:
    key = world.report()
    agent = of(world, "agent")
    for _again in range(3):
        agent.get(reverse("desk:customer", args=["jo"]))
    agent.get(reverse("desk:case", args=[key]))
    of(world, "analyst").get(reverse("studio:journeys"))
    assert sorted(Look.objects.values_list("who", "page")) == [("agent", "desk:case"), ("agent", "desk:customer")]
    page = officer.get(reverse("office:privacy_looks"), {"customer": "jo", "who": "agent"}).content.decode()
    assert page.count(">customer<") + page.count(">case<") == 2
    assert "Nobody looked yet" in officer.get(reverse("office:privacy_looks"), {"who": "x"}).content.decode()
