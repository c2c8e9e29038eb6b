"""How the whole stands: as a page, for Prometheus, and as a warning when no worker runs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from loper.server.pages.office.health import lines_of
from loper.server.queries.health import health
from loper.server.records.customers import ContactAddress
from loper.server.records.runtime import Heartbeat, Outbox
from loper.server.watch import Watch, tell_administrators
from tests.worlds import World


@pytest.fixture(autouse=True)
def no_backup(tmp_path: Path, settings: Any) -> None:
    settings.LOPER_BACKUP_MADE = tmp_path / "backup.json"


def numbers(client: Client, **head: str) -> dict[str, float]:
    answer = client.get("/metrics", **head)
    assert answer.status_code == 200, answer.status_code
    return {
        ",".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_the_numbers_are_those_of_the_database(world: World, settings: Any) -> None:
    key = world.report()
    found = numbers(Client())
    assert found["loper_cases,open"] == 1 and found["loper_outbox_messages,queued"] == 1
    assert "loper_worker_heartbeat_age_seconds" not in found and "loper_backup_age_seconds" not in found
    Heartbeat.objects.create(name="w", at=world.time.at)
    world.time.move(minutes=20)
    settings.LOPER_BACKUP_MADE.write_text(json.dumps({"at": (world.time.at - timedelta(hours=2)).isoformat()}))
    found = numbers(Client())
    assert found["loper_worker_heartbeat_age_seconds"] == 1200 and found["loper_backup_age_seconds"] == 7200
    assert found["loper_outbox_oldest_due_seconds"] >= 1200 - 1
    world.work()
    ContactAddress.objects.filter(channel="email").update(bounced=world.time.at)
    found = numbers(Client())
    assert found["loper_outbox_messages,sent"] == 1 and found["loper_outbox_oldest_due_seconds"] == 0
    assert found["loper_messages_sent_7d,email"] == 1 and found["loper_bounce_ratio_7d"] == 1
    assert found["loper_database_bytes"] > 100_000
    assert any(name.startswith("loper_request_seconds_count,metrics") for name in found)
    text = Client().get("/metrics").content.decode()
    assert "jansen" not in text.lower() and key not in text, "labels name nobody"


def test_who_gets_the_numbers(world: World, settings: Any) -> None:
    assert Client(REMOTE_ADDR="10.0.0.8").get("/metrics").status_code == 404
    settings.LOPER_PROXIES = 1
    assert Client().get("/metrics").status_code == 404, "behind a proxy everybody comes from this machine"
    settings.LOPER_METRICS_TOKEN = "a-long-token"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer a-long-tokem").status_code == 404
    assert numbers(Client(), HTTP_AUTHORIZATION="Bearer a-long-token")


def test_the_page_says_what_to_do(world: World, settings: Any) -> None:
    client = Client()
    client.force_login(world.users["admin"])
    page = client.get(reverse("office:health")).content.decode()
    assert "Er is iets dat niet draait" in page and "loper work" in page and "loper backup" in page
    Heartbeat.objects.create(name="w", at=world.time.at)
    settings.LOPER_BACKUP_MADE.write_text(json.dumps({"at": world.time.at.isoformat()}))
    assert {line.state for line in lines_of(health())} == {"good"}
    assert "Alles draait" in client.get(reverse("office:health")).content.decode()
    world.report()
    world.time.move(hours=30)
    Outbox.objects.filter(status="queued").update(not_before=world.time.at - timedelta(hours=1))
    states = {line.title: line.state for line in lines_of(health())}
    assert states["De worker"] == "bad" and states["Berichten die wachten"] == "bad"
    assert states["De laatste reservekopie"] == "eye"
    for role in ("agent", "planner", "analyst"):
        client.force_login(world.users[role])
        assert client.get(reverse("office:health")).status_code == 403


def test_administrators_hear_that_no_worker_runs_once_an_hour_and_that_it_goes_again(world: World) -> None:
    now = world.time.at
    watch = Watch(tell_administrators, since=now)
    watch.look(now + timedelta(minutes=4))
    assert not mail.outbox, "it may be starting"
    watch.look(now + timedelta(minutes=6))
    watch.look(now + timedelta(minutes=50))
    assert len(mail.outbox) == 1 and mail.outbox[0].to == ["admin@voorbeeldwonen.example"]
    assert "6 minuten" in mail.outbox[0].subject and "loper work" in mail.outbox[0].body
    watch.look(now + timedelta(minutes=70))
    assert len(mail.outbox) == 2
    Heartbeat.objects.create(name="w", at=now + timedelta(minutes=75))
    watch.look(now + timedelta(minutes=76))
    watch.look(now + timedelta(minutes=77))
    assert len(mail.outbox) == 3 and "draait weer" in mail.outbox[2].subject
    watch.look(now + timedelta(minutes=90))
    assert len(mail.outbox) == 4, "it stopped once more"


def test_a_backup_that_cannot_be_written_down_is_a_backup(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from loper.cli.backup import _write_down

    made = tmp_path / "loper.dump"
    made.write_bytes(b"x")
    settings.LOPER_BACKUP_MADE = tmp_path / "nowhere" / "backup.json"
    _write_down(made)
    assert made.exists() and "it is made" in capsys.readouterr().err
    settings.LOPER_BACKUP_MADE = tmp_path / "backup.json"
    _write_down(made)
    assert json.loads(settings.LOPER_BACKUP_MADE.read_text())["file"] == "loper.dump"
