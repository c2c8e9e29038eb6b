"""The pages of promises: each number leads to its promises, and they are closed to whom they are not meant for."""

import re
from datetime import timedelta
from html import unescape

from django.test import Client
from django.urls import reverse

from loper.server.actions import visits
from loper.server.actions.promises.keep import catch_up
from loper.server.records.agenda import Appointment
from loper.server.records.promises import Promise
from tests.server.desk import signed_in
from tests.worlds import World


def lived(world: World) -> None:
    """One that was kept, one for which nobody came, one that waits."""
    keys = [world.report(email=f"t{number}@example.nl") for number in range(3)]
    for key in keys[:2]:
        world.book(key)
    for key in keys[:2]:
        row = Appointment.objects.get(case=key)
        if row.technician.key == "t1":
            world.at(row.start + timedelta(minutes=5))
            visits.arrive(actor=world.staff("technician"), case=key)
    world.at(world.time.at + timedelta(days=2))
    catch_up()


def test_every_number_leads_to_its_promises(world: World) -> None:
    analyst = signed_in(world, "analyst")
    page = reverse("insight:promises")
    assert "Nog geen belofte" in analyst.get(page).content.decode()
    lived(world)
    text = analyst.get(page).content.decode()
    kept, broken = (Promise.objects.filter(state=state).count() for state in ("kept", "broken"))
    assert kept and broken and f">{round(100 * kept / (kept + broken))}%<" in text and "<svg" in text
    links = sorted({unescape(one) for one in re.findall(r'href="(/insight/promises\?[^"]*)"', text)})
    assert len(links) >= 12
    for link in links:
        assert analyst.get(link).status_code == 200, link
    only = analyst.get(page, {"kind": "block", "state": "broken"}).content.decode()
    assert only.count('<tr><td><a href="/desk/cases/') in (
        0,
        Promise.objects.filter(kind="block", state="broken").count(),
    )
    file = analyst.get(reverse("insight:promises_csv"), {"state": "broken"}).content.decode()
    assert len(file.splitlines()) == 1 + broken and "Jansen" not in file
    assert analyst.get(reverse("insight:promises_svg"))["Content-Type"] == "image/svg+xml"
    assert analyst.get(reverse("insight:promises_png")).content[:4] == b"\x89PNG"


def test_the_first_pages_say_how_it_goes(world: World) -> None:
    lived(world)
    for role, name in (("analyst", "insight:logs"), ("agent", "desk:cases"), ("planner", "planner:week")):
        text = signed_in(world, role).get(reverse(name)).content.decode()
        assert "van onze beloften zijn we nagekomen" in text, name
    english = signed_in(world, "analyst").get(reverse("insight:promises"), headers={"Accept-Language": "en"})
    assert english.status_code == 200


def test_closed_to_others_and_to_nonsense(world: World) -> None:
    page = reverse("insight:promises")
    for role in ("technician", "admin"):
        assert signed_in(world, role).get(page).status_code == 403
        assert signed_in(world, role).get(reverse("insight:promises_csv")).status_code == 403
    assert Client().get(page).status_code == 302
    lived(world)
    analyst = signed_in(world, "analyst")
    for asked in (
        {"weeks": "9999"}, {"week": "0001-01-01"}, {"week": "x"}, {"week": "2099-01-01"}, {"kind": "'; DROP TABLE x"},
        {"region": "\x00"}, {"technician": "<script>alert(1)</script>"}, {"why": "%s"}, {"state": ""},
    ):  # fmt: skip
        answer = analyst.get(page, asked)
        assert answer.status_code == 200 and b"<script>alert" not in answer.content, asked
