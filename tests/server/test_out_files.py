"""`loper out`: what happened as CSV since a cursor, and the commands that an administrator types."""

import csv
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from loper.cli.main import main
from loper.server.actions.out.csv_file import COLUMNS, safe
from loper.server.actions.out.hand_out import hand_out, sweep_deliveries
from loper.server.actions.out.signature import headers
from loper.server.actions.out.subscribers import Wish, subscribe
from loper.server.records.out import Delivery, Subscriber
from loper.server.records.runtime import Touch
from tests.server.receiver import answer, receiver
from tests.worlds import World


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:]), delimiter=";"))


def test_csv_since_a_cursor_misses_nothing_and_doubles_nothing(world: World, tmp_path: Path) -> None:
    file, cursor = tmp_path / "wat.csv", tmp_path / "cursor"
    ask = ["out", "csv", "-o", str(file), "--cursor", str(cursor)]
    key = world.report()
    assert main(ask) == 0
    assert rows(file.read_text("utf-8")) == [], "of this very moment: it is not settled"
    world.time.move(minutes=5)
    assert main(ask) == 0
    first = rows(file.read_text("utf-8"))
    assert {row["zaak"] for row in first} == {key} and list(first[0]) == [dutch for dutch, _english in COLUMNS.values()]
    world.book(key)
    world.time.move(minutes=5)
    assert main(ask) == 0
    second = rows(file.read_text("utf-8"))
    idents = [row["nummer"] for row in first + second]
    assert len(idents) == len(set(idents)) == Touch.objects.count()
    text = file.read_text("utf-8")
    assert "Jansen" not in text and "drupt" not in text and "example.nl" not in text


def test_no_cell_is_a_formula() -> None:
    assert [safe(text) for text in ("=1+1", "+31", "-x", "@a", "\tx", "gewoon", "")] == [
        "'=1+1", "'+31", "'-x", "'@a", "'\tx", "gewoon", "",
    ]  # fmt: skip


def test_a_system_is_added_tried_and_sent_to_again(world: World, settings: Any, capsys: Any) -> None:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    with receiver() as other:
        add = ["out", "add", "ERP", other.url, "--owner", "ict@x.example", "--type", "job.reported"]
        assert main(add) == 0
        assert "whsec_" in capsys.readouterr().out
        key = Subscriber.objects.get().key
        world.report()
        assert main(["out", "list"]) == 0
        assert f"{key}  on" in capsys.readouterr().out
        assert main(["out", "try", key]) == 0
        other.plan = [answer(500, "kapot")]
        assert main(["out", "try", key]) == 1
        assert "500  kapot" in capsys.readouterr().out
        assert main(["out", "again", key, "--from", "2026-09-01T00:00+02:00", "--until", "2026-10-01T00:00+02:00"]) == 0
        assert Delivery.objects.count() == 1
        assert main(["out", "again", key, "--id", Delivery.objects.get().ident]) == 0
        assert main(["out", "secret", key]) == 0 and main(["out", "off", key]) == 0
        assert Subscriber.objects.get().state == "off"
        for wrong in (["again", key], ["again", key, "--from", "gisteren"], ["try", "nobody"], ["csv", "--since", "x"]):
            assert main(["out", *wrong]) == 1
        bad = ["out", "add", "ERP", "https://10.0.0.1/", "--owner", "ict@x.example"]
        assert main(bad) == 1


def test_tables_to_a_folder(world: World, tmp_path: Path, capsys: Any) -> None:
    world.report()
    assert main(["out", "tables", "--to", str(tmp_path)]) == 0
    assert "cases: 1 files written" in capsys.readouterr().out
    assert main(["out", "describe"]) == 0 and "loper_v1_cases" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["grant"])
def test_what_is_for_postgresql_says_so(db: None, word: str, capsys: Any) -> None:
    from django.db import connection

    assert main(["out", word]) == (0 if connection.vendor == "postgresql" else 1)


def test_a_subscriber_asks_for_what_it_missed(world: World, settings: Any, client: Any) -> None:
    """Signed with its own secret; with another one, or with none, nothing happens."""
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    cache.clear()
    with receiver() as other:
        admin = world.staff("admin")
        world.report()
        world.time.move(minutes=1)
        row, secret = subscribe(actor=admin, wish=Wish(name="A", owner="a@b.nl", address=other.url))
        _other, another = subscribe(actor=admin, wish=Wish(name="B", owner="a@b.nl", address=other.url))

        def ask(what: Any, key: str = row.key, by: str = secret, **change: str) -> Any:
            body = json.dumps(what).encode()
            head = {**headers([by], "ask_1", datetime.now(UTC), body), **change}
            return client.post(f"/api/out/{key}/again", body, content_type="application/json", headers=head)

        promised = client.get("/api/openapi.json").json()["paths"]["/api/out/{key}/again"]["post"]["responses"]
        answers = [ask({"from": "2026-09-01T00:00+02:00"})]
        assert (
            answers[0].json() == {"again": Touch.objects.count()} and Delivery.objects.count() == Touch.objects.count()
        )
        ident = Delivery.objects.earliest("pk").ident
        answers += [ask({"id": ident}), ask({"since_id": ident})]
        assert [one.status_code for one in answers] == [200, 200, 200]
        bad = [
            (ask({"id": ident}, by=another), 401), (ask({"id": ident}, key="nobody"), 401),
            (ask({"id": ident}, **{"webhook-id": "other"}), 401), (ask({}), 422), (ask({"id": "x"}), 422),
            (ask([]), 400),
            (ask({"from": "gisteren"}), 422), (ask({"from": "2026-09-01T00:00+02:00", "id": ident}), 422),
            (client.get(f"/api/out/{row.key}/again"), 405),
        ]  # fmt: skip
        for got, status in bad:
            assert got.status_code == status and str(status) in promised, (got.status_code, status)
        assert [ask({"id": ident}, by=another).status_code for _ in range(25)][-1] == 429
    cache.clear()


def test_what_went_a_month_ago_is_swept_up(world: World, settings: Any) -> None:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    with receiver() as other:
        row, _secret = subscribe(actor=world.staff("admin"), wish=Wish(name="A", owner="a@b.nl", address=other.url))
        world.report()
        hand_out()
        Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(state="done")
        world.time.move(days=31)
        assert sweep_deliveries() == 1
        assert set(row.deliveries.values_list("state", flat=True)) == {"waiting"}, "what waits is kept"
