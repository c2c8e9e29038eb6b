"""The office's pages of what goes out: made, tried, looked at, sent again; and closed to others."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loper.server.actions.out.hand_out import hand_out
from loper.server.actions.out.send import send_all
from loper.server.records.out import Delivery, Subscriber
from tests.server.receiver import Receiver, answer, receiver
from tests.worlds import World


@pytest.fixture
def other(settings: Any) -> Iterator[Receiver]:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    with receiver() as found:
        yield found


def client(world: World, role: str) -> Client:
    found = Client()
    found.force_login(world.users[role])
    return found


def test_a_system_is_added_tried_and_sent_to_again(world: World, other: Receiver) -> None:
    admin = client(world, "admin")
    assert "Voeg een systeem toe" in admin.get(reverse("office:out")).content.decode()
    wrong = admin.post(
        reverse("office:out_new"), {"name": "ERP", "owner": "x", "address": "http://10.0.0.1", "form": "cloudevents"}
    )
    assert wrong.status_code == 422 and not Subscriber.objects.exists()
    wrong = admin.post(
        reverse("office:out_new"),
        {"name": "ERP", "owner": "ict@x.example", "address": "https://10.0.0.1/", "form": "cloudevents"},
    )
    assert wrong.status_code == 422 and "LOPER_OUT_PRIVATE" in wrong.content.decode()
    made = admin.post(
        reverse("office:out_new"),
        {"name": "<b>ERP</b>", "owner": "ict@x.example", "address": other.url, "form": "cloudevents", "types": "job.*"},
    )
    text = made.content.decode()
    assert "whsec_" in text and "&lt;b&gt;ERP" in text and made["Cache-Control"] == "no-store"
    row = Subscriber.objects.get()
    page = reverse("office:out_one", args=[row.key])
    assert "whsec_" not in admin.get(page).content.decode(), "shown once"
    other.plan = [answer(500, "<script>alert(1)</script>")]
    tried = admin.post(reverse("office:out_do", args=[row.key, "try"]), follow=True).content.decode()
    assert "500" in tried and "<script>alert" not in tried
    key = world.report()
    hand_out()
    send_all(row.pk)
    shown = admin.get(page).content.decode()
    assert key in shown and "job.reported" in shown and "aangekomen" in shown
    sent = Delivery.objects.get()
    admin.post(reverse("office:out_do", args=[row.key, "again"]), {"ident": sent.ident})
    sent.refresh_from_db()
    assert sent.state == "waiting"
    admin.post(reverse("office:out_do", args=[row.key, "again"]), {"day": "2026-09-01"})
    assert admin.post(reverse("office:out_do", args=[row.key, "again"]), {"day": "31-12"}).status_code == 302
    admin.post(
        reverse("office:out_change", args=[row.key]),
        {"name": "ERP", "owner": "ict@x.example", "address": other.url, "form": "binary", "facts": "on"},
    )
    row.refresh_from_db()
    assert (row.name, row.form, row.facts) == ("ERP", "binary", True)
    assert "Verteld aan andere systemen" in admin.get(reverse("office:privacy")).content.decode()
    assert "whsec_" in admin.post(reverse("office:out_do", args=[row.key, "secret"])).content.decode()
    admin.post(reverse("office:out_do", args=[row.key, "off"]))
    assert Subscriber.objects.get().state == "off"
    world.time.move(minutes=5)
    file = b"".join(admin.get(reverse("office:out_file"), {"since": "2026-09-01"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert key in file and "Jansen" not in file
    admin.post(reverse("office:out_do", args=[row.key, "remove"]))
    assert not Subscriber.objects.exists() and not Delivery.objects.exists()


def test_who_may_look_and_who_may_not(world: World, other: Receiver) -> None:
    row = Subscriber.objects.create(
        name="ERP", owner="a@b.nl", address=other.url, seeds=[{"seed": "x"}], created=world.time.at
    )
    pages = ["office:out", "office:out_one", "office:out_new", "office:out_change", "office:out_file"]
    may = {
        "admin": (200, 200, 200, 200, 302),
        "director": (200, 200, 403, 403, 302),
        "analyst": (200, 200, 403, 403, 302),
    }
    for role in ("admin", "director", "analyst", "agent", "planner", "technician"):
        who = client(world, role)
        for name, status in zip(pages, may.get(role, (403,) * 5), strict=True):
            args = [row.key] if name in ("office:out_one", "office:out_change") else []
            assert who.get(reverse(name, args=args)).status_code == status, (role, name)
        if role != "admin":
            for what in ("try", "secret", "on", "off", "remove", "again"):
                assert who.post(reverse("office:out_do", args=[row.key, what])).status_code == 403
            shown = who.get(reverse("office:out_one", args=[row.key])).content.decode()
            assert "out_do" not in shown and "/secret" not in shown
    assert Client().get(reverse("office:out")).status_code == 302
    assert client(world, "admin").get(reverse("office:out_one", args=["nobody"])).status_code == 404
    assert not other.got
