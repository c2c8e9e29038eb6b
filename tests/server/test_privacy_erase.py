"""A customer is erased: planted words stand in no file afterwards; what happened still stands, by reference."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection

from loper.server.actions.privacy import erase, holds, looks
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor
from loper.server.queries.privacy import counts, fates, person
from loper.server.records.customers import ContactAddress, Customer
from loper.server.records.privacy import Erasure, Look
from loper.server.records.runtime import Case, Event, Heartbeat, Outbox, Touch
from tests.planting import found_in_files, plant, to_disk
from tests.worlds import World

OFFICER = Actor(roles=frozenset({"privacy"}), name="officer")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: object) -> None:
    """Lists and exports of this test alone."""
    settings.LOPER_ERASED = tmp_path / "erased.jsonl"  # type: ignore[attr-defined]
    settings.LOPER_EXPORTS = tmp_path / "exports"  # type: ignore[attr-defined]


def lived(world: World) -> str:
    """A repair from report to survey; gives the customer's key."""
    key = world.report()
    world.book(key)
    world.work()
    world.at(world.time.at + timedelta(days=9))
    from loper.server.actions import cases

    if Case.objects.get(key=key).ended is False:
        cases.cancel(actor=world.customer_of(key), case=key)
        world.work()
    return Case.objects.get(key=key).customer


@pytest.fixture
def no_old_log(transactional_db: None) -> Iterator[None]:
    """PostgreSQL keeps no files of its log that it is done with."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        for setting in ("wal_recycle = off", "min_wal_size = '32MB'"):
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM RESET ALL")
        cursor.execute("SELECT pg_reload_conf()")


def test_planted_words_are_in_no_file_after_an_erase(real_world: World, no_old_log: None, tmp_path: Path) -> None:
    customer = lived(real_world)
    who = person(customer)
    planted = plant(who)
    assert len(planted) > 60
    to_disk()
    before = found_in_files(planted)
    assert not planted.keys() - before.keys(), "a search that finds nothing proves nothing"
    backup = tmp_path / "backups"
    said = loper("backup", str(backup))
    happened = (Event.objects.count(), Touch.objects.count())

    row = erase.erase(actor=OFFICER, customer=customer)
    erase.scrub()
    to_disk()

    assert gone(planted) == {}
    assert sum(row.counts.values()) >= len(planted) / 3
    assert (Event.objects.count(), Touch.objects.count()) == happened, "what happened stands"
    assert Customer.objects.get(key=customer).status == Customer.ERASED
    assert not counts(who).keys() & {"records.ContactAddress", "records.Note", "records.StoredFile"}
    assert Case.objects.filter(key__in=who.cases, wake=None, ended=True).count() == len(who.cases)
    assert real_world.work() >= 0, "the worker goes on"

    # A backup of before is put back: it is erased there again, before anybody works on it.
    file = next(path for path in backup.iterdir() if path.suffix in (".dump", ".sqlite3"))
    assert any(word.encode() in file.read_bytes() for word in planted.values()) or file.suffix == ".dump", said
    with another_database(tmp_path) as (url, name):
        said = loper("restore", str(file), "--erased", str(settings.LOPER_ERASED), LOPER_DATABASE=url)
        assert "erased again: 1" in said
        loper("privacy", "scrub", LOPER_DATABASE=url)
        to_disk()
        if connection.vendor == "postgresql":
            assert gone(planted) == {}
        else:
            content = Path(name).read_bytes()
            assert [one for one, word in planted.items() if word.encode() in content] == []


def gone(planted: dict[str, str]) -> dict[str, list[str]]:
    """Where planted words still are; PostgreSQL takes its old log away when it comes to it, on a busy machine later."""
    found = found_in_files(planted)
    for _try in range(20):
        if not found or not all(len(name) == 24 for names in found.values() for name in names):
            break  # a file of its log has a name of 24 signs
        time.sleep(0.5)
        Heartbeat.objects.update_or_create(name="log", defaults={"at": datetime.now(UTC)})
        to_disk()
        found = found_in_files(planted)
    return found


def loper(*arguments: str, **environment: str) -> str:
    """The command, as whoever runs the server gives it."""
    given = {**os.environ, "LOPER_DATA": str(settings.DATA), "LOPER_DATABASE": url_of(), **environment}
    given.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("loper")), *arguments],
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def url_of(name: str = "") -> str:
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        return f"postgresql://{database['USER']}@/{name or database['NAME']}?host={database['HOST']}"
    return f"sqlite:///{name or database['NAME']}"


class another_database:
    """An empty database beside this one, gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self.name = "loper_put_back" if connection.vendor == "postgresql" else str(folder / "back.sqlite3")

    def __enter__(self) -> tuple[str, str]:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {self.name}")
        return url_of(self.name), self.name

    def __exit__(self, *_: object) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
            to_disk()


def test_what_goes_is_said_first_and_a_hold_or_a_visit_stops_it(world: World) -> None:
    key = world.report()
    world.book(key)
    customer = Case.objects.get(key=key).customer
    assert {one.table.model for one in fates(person(customer))} >= {"records.Customer", "records.DialogueProgress"}
    with pytest.raises(Refused, match="Er komt nog iemand"):
        erase.erase(actor=OFFICER, customer=customer)
    world.at(world.time.at + timedelta(days=9))
    hold = holds.hold(actor=OFFICER, customer=customer, why="claim 12 at court")
    with pytest.raises(Refused, match="claim 12"):
        erase.erase(actor=OFFICER, customer=customer)
    assert ContactAddress.objects.filter(customer__key=customer).exists()
    holds.lift(actor=OFFICER, hold=hold.pk)
    erase.erase(actor=OFFICER, customer=customer)
    assert not ContactAddress.objects.filter(customer__key=customer).exists()


def test_what_was_queued_does_not_go(world: World) -> None:
    """An erase reaches the queue; what happens to the case afterwards waits for ever, and is swept."""
    key = world.report()
    customer = Case.objects.get(key=key).customer
    assert Outbox.objects.filter(case=key, status="queued").exists()
    before = len(world.email.sent)
    erase.erase(actor=OFFICER, customer=customer)
    assert not Outbox.objects.filter(customer=customer).exists()
    world.at(world.time.at + timedelta(days=40))
    assert len(world.email.sent) == before


def test_only_the_privacy_officer_erases(world: World) -> None:
    customer = Case.objects.get(key=world.report()).customer
    for role in ("agent", "director", "planner", "technician", "analyst"):
        with pytest.raises(PermissionDenied):
            erase.erase(actor=world.staff(role), customer=customer)
    assert not Erasure.objects.exists()
    with pytest.raises(LookupError):
        erase.erase(actor=OFFICER, customer="nobody")


def test_the_list_of_erasures_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    line = '{"fingerprint": "ab", "at": "2026-09-07T09:00:00+00:00"}\n'
    path.write_text(line + line[:20])
    assert list(erase.written_down(path)) == ["ab"], "a last line that was cut off by a crash"
    path.write_text("nonsense\n" + line)
    with pytest.raises(ValueError, match="line 1"):
        erase.written_down(path)


def test_who_looked_is_a_chain_that_shows_a_change(world: World) -> None:
    actor = world.staff("agent")
    for number in range(4):
        world.time.move(hours=1)
        looks.looked(actor=actor, customer=f"c{number}", page="desk:customer")
    assert looks.looked(actor=actor, customer="c3", page="desk:customer") is None, "a moment ago"
    found = looks.verify()
    assert (found.rows, found.broken) == (4, None)
    with connection.cursor() as cursor, pytest.raises(Exception, match="only grows"):
        from django.db import transaction

        with transaction.atomic():
            cursor.execute("UPDATE look SET who = 'somebody else' WHERE number = 2")
    for change in ("UPDATE look SET who = 'somebody else' WHERE number = 2", "DELETE FROM look WHERE number = 2"):
        with connection.cursor() as cursor:
            unguard(cursor)
            cursor.execute("SAVEPOINT here")
            cursor.execute(change)
            broken = looks.verify().broken
            assert broken == (2 if "UPDATE" in change else 3)
            cursor.execute("ROLLBACK TO SAVEPOINT here")
    assert Look.objects.count() == 4


def unguard(cursor: object) -> None:
    """Somebody with all rights over the database takes the guard away (undone with the test's transaction)."""
    if connection.vendor == "postgresql":
        cursor.execute("ALTER TABLE look DISABLE TRIGGER ALL")  # type: ignore[attr-defined]
    else:
        cursor.execute("DROP TRIGGER IF EXISTS look_stays_as_it_is")  # type: ignore[attr-defined]
        cursor.execute("DROP TRIGGER IF EXISTS look_is_kept")  # type: ignore[attr-defined]


def test_an_erase_reaches_rows_that_were_rejected_and_the_files_they_came_in(
    world: World, tmp_path: Path, settings: object
) -> None:
    from loper.server.actions.imports import files, work
    from loper.server.records.imports import Reject

    settings.LOPER_IMPORTS = tmp_path / "imports"  # type: ignore[attr-defined]
    world.report()
    path = tmp_path / "x.csv"
    path.write_text("klantnummer;naam;mail;postcode;huisnummer\nK1;Jo Jansen;j.jansen@example.nl;12;1\nK2;An;a@b;1;1\n")
    row = files.bring_file(kind="customers", source="erp", path=path)
    files.look(actor=Actor(roles=frozenset({"admin"})), file=row.pk, fields=row.fields)
    work.next_one()
    assert Reject.objects.count() == 2 and list(files.folder_of(row).iterdir())
    erase.erase(actor=OFFICER, customer="jo")
    assert [one.number for one in Reject.objects.all()] == [3]
    assert not files.folder_of(row).exists()
