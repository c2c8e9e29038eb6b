"""All that is known of a customer is given out whole; what was kept long enough goes, and nothing else."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from loper.server.actions.privacy import access, holds, retain
from loper.server.permissions import Actor
from loper.server.queries.privacy import person, personal, rows_of
from loper.server.records.customers import Customer
from loper.server.records.dialogues import Note
from loper.server.records.logs import ContactLog
from loper.server.records.privacy import AccessExport, Look, Retained
from loper.server.records.register import Kind
from loper.server.records.runtime import Case, EventData, Touch
from tests.planting import plant
from tests.worlds import World

OFFICER = Actor(roles=frozenset({"privacy"}), name="officer")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: object) -> None:
    settings.LOPER_EXPORTS = tmp_path / "exports"  # type: ignore[attr-defined]


def test_everything_that_the_register_names_is_in_it(world: World) -> None:
    customer = Case.objects.get(key=world.report()).customer
    who = person(customer)
    planted = plant(who)
    AccessExport.objects.all().delete()
    row = access.ask(actor=OFFICER, customer=customer, language="en")
    assert access.make_next()
    row.refresh_from_db()
    assert (row.state, row.done, row.size) == (AccessExport.READY, row.total, access.file_of(row).stat().st_size)
    with zipfile.ZipFile(access.file_of(row)) as file:
        names = file.namelist()
        told, page = file.read("data.json").decode(), file.read("index.html").decode()
        files = b"".join(file.read(name) for name in names if name.startswith("files/"))
    tables = json.loads(told)["tables"]
    for table in personal():
        shown = table.names(Kind.PERSON, Kind.TRACE)
        if shown and rows_of(table, who).exists():
            assert set(tables[table.model][0]) == set(shown), table.model
    for name, word in planted.items():
        model, _dot, field = name.rpartition(".")
        kind = next(one for one in personal() if one.model == model).fields[field]
        out = word in told or word.encode() in files
        assert out == (kind == Kind.PERSON), f"{name} ({kind})"
    assert "What we know of you" in page and "How we reach you" in page
    assert Look.objects.filter(customer=customer, page="export").exists()


def test_who_may_ask(world: World) -> None:
    key = world.report()
    customer = Case.objects.get(key=key).customer
    own = world.customer_of(key)
    other = Customer.objects.create(name="An", created=world.time.at).key
    assert access.ask(actor=own, customer=customer).by == ""
    with pytest.raises(PermissionDenied):
        access.ask(actor=own, customer=other)
    with pytest.raises(PermissionDenied):
        access.ask(actor=world.staff("agent"), customer=customer)
    with pytest.raises(LookupError):
        access.ask(actor=OFFICER, customer="nobody")
    again = access.ask(actor=OFFICER, customer=customer)
    assert AccessExport.objects.count() == 1 and again.by == "", "asked twice it is made once"


def test_an_export_goes_after_a_month(world: World) -> None:
    row = access.ask(actor=OFFICER, customer=Case.objects.get(key=world.report()).customer)
    access.make_next()
    place = access.file_of(row)
    world.time.move(days=29)
    retain.go_on()
    assert place.exists()
    world.time.move(days=2)
    retain.go_on()
    assert not place.exists() and not AccessExport.objects.exists()


def test_what_was_kept_long_enough_goes_and_the_log_stands(world: World) -> None:
    keys = [world.report(email=f"{name}@example.nl", phone="") for name in ("een", "twee")]
    for key in keys:
        world.book(key)
        Note.objects.create(case=key, author="agent", text="belde", at=world.time.at)
    world.at(world.time.at + timedelta(days=9))
    from loper.server.actions import cases

    for key in keys:
        cases.withdraw(actor=world.customer_of(key), case=key)
    world.work()
    assert Case.objects.filter(key__in=keys, ended=True).count() == 2
    held = Case.objects.get(key=keys[1]).customer
    holds.hold(actor=OFFICER, customer=held, why="claim", until=None)
    touches = Touch.objects.count()
    assert not retain.due(actor=OFFICER).get("records.Note")
    world.time.move(days=729)
    assert not retain.due(actor=OFFICER).get("records.Note"), "a day too early"
    world.time.move(days=2)
    due = retain.due(actor=OFFICER)
    assert due["records.Note"] == 1 and due["records.EventData"] > 3
    while retain.go_on():
        pass
    assert not retain.due(actor=OFFICER), "nothing is left, and nothing goes round and round"
    assert [note.case for note in Note.objects.all()] == [keys[1]], "a hold keeps what is theirs"
    assert set(EventData.objects.filter(case=keys[0]).values_list("data", flat=True)) == {"{}"}
    assert "{}" not in EventData.objects.filter(case=keys[1]).values_list("data", flat=True)
    assert Touch.objects.count() == touches
    assert Retained.objects.get(table="records.Note").count == 1
    assert world.work() >= 0
    assert Customer.objects.get(key=held).name, "who is still a customer stays one"


def test_who_left_goes_when_their_time_is_over(world: World) -> None:
    world.time.move(days=1)
    Customer.objects.filter(key="jo").update(status=Customer.MOVED, left=world.time.at)
    world.time.move(days=731)
    retain.go_on()
    jo = Customer.objects.get(key="jo")
    assert (jo.name, jo.home, jo.addresses.count(), jo.words.count()) == ("", None, 0, 0)


def test_logs_that_were_brought_in_go_with_their_folder_and_our_own_stays(world: World, settings: object) -> None:
    from loper.server.queries.logs import folder_of

    rows = [ContactLog.objects.create(name=str(own), own=own, created=world.time.at) for own in (True, False)]
    for row in rows:
        folder_of(row).mkdir(parents=True, exist_ok=True)
    world.time.move(days=366)
    while retain.go_on():
        pass
    assert [row.own for row in ContactLog.objects.all()] == [True]
    assert folder_of(rows[0]).exists() and not folder_of(rows[1]).exists()


def test_days_can_be_set_and_a_rule_that_is_not_there_is_said(settings: object) -> None:
    from loper.server.settings import days_of

    settings.LOPER_KEEP = days_of("case=10, pictures=5")  # type: ignore[attr-defined]
    retain.check()
    assert retain.days_of("case") == 10 and retain.days_of("survey") == 365
    settings.LOPER_KEEP = days_of("cases=10")  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="cases"):
        retain.check()
    with pytest.raises(ValueError, match="case=730"):
        days_of("case=two")
