"""Loper's own log: what is new is added, once, and laid out; nothing in it says who somebody is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from loper.server.actions import cases, own_log
from loper.server.queries.logs import folder_of, opened
from loper.server.records.logs import ContactLog
from loper.server.records.runtime import Touch
from tests.log.test_touches import PLANTED, lived
from tests.worlds import World


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    settings.LOPER_LOGS = tmp_path / "logs"


def test_before_the_first_contact_the_log_is_empty_and_that_is_no_error(world: World) -> None:
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    assert (row.state, row.cases, row.contacts) == ("ready", 0, 0)
    assert opened(row).map().summary("nl") == "Er zijn geen zaken."


def test_every_contact_is_in_it_once_however_often_it_is_kept_up(world: World, monkeypatch) -> None:
    case = lived(world)
    own_log.refresh()
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    contacts = Touch.objects.filter(case=case, kind__in=own_log.CONTACTS).order_by("seq")
    seen = opened(row).case(case)
    assert [one["activity"] for one in seen] == [
        one.activity for one in sorted(contacts, key=lambda one: (one.at, one.seq))
    ]
    assert row.contacts == Touch.objects.filter(kind__in=own_log.CONTACTS).count()
    reported = next(one for one in seen if one["direction"] == "in")
    assert reported["channel"] and reported["customer"]


def test_what_comes_in_late_is_found_and_pieces_become_one(world: World, monkeypatch) -> None:
    lived(world)
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    first = Touch.objects.filter(kind="event").order_by("recorded").first()
    late = {field.name: getattr(first, field.name) for field in Touch._meta.fields if field.name != "pk"}
    late |= {"case": "R-late", "seq": 1, "recorded": row.synced - timedelta(minutes=5)}
    Touch.objects.create(**late)
    monkeypatch.setattr(own_log, "MANY", 1)
    own_log.refresh()
    row.refresh_from_db()
    assert opened(row).case("R-late")
    assert len(list((folder_of(row) / "parquet").glob("*.parquet"))) == 1
    own_log.refresh()
    assert len(own_log.Pieces(folder_of(row) / "parquet").table()) == Touch.objects.count()


def test_a_piece_that_a_crash_left_half_is_not_read(world: World) -> None:
    lived(world)
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    (folder_of(row) / "parquet" / "000009.parquet").write_bytes(b"PAR1 half")
    own_log.refresh()
    assert len(own_log.Pieces(folder_of(row) / "parquet").table()) == Touch.objects.count()


def test_nothing_in_the_files_says_who_somebody_is(world: World) -> None:
    lived(world)
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    written = [file.read_bytes().lower() for file in folder_of(row).rglob("*") if file.is_file()]
    tables = [own_log.Pieces(folder_of(row) / "parquet").table().to_pylist()]
    for planted in PLANTED:
        assert not any(planted.lower().encode() in one for one in written), planted
        assert planted.lower() not in str(tables).lower(), planted


def test_what_an_agent_tells_for_a_caller_is_a_contact_by_phone(world: World) -> None:
    key = world.report()
    own_log.refresh()
    row = ContactLog.objects.get(own=True)
    before = {one["activity"]: (one["direction"], one["channel"]) for one in opened(row).case(key)}
    assert before["job.reported"] == ("in", "web")
    cases.withdraw(actor=world.staff("agent"), case=key)
    own_log.refresh()
    row.refresh_from_db()
    after = {one["activity"]: (one["direction"], one["channel"]) for one in opened(row).case(key)}
    assert after["case.withdrawn"] == ("in", "phone")
