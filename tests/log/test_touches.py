"""The log: every touch in one form, complete, never changed, and without anything that says who somebody is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from loper.channels.email import Bounce, Report
from loper.log.touch import Touch
from loper.run.ports import Receipt
from loper.server.actions import cases, returns, visits
from loper.server.records.guard import guard
from loper.server.records.runtime import Event
from loper.server.records.runtime import Touch as Row
from tests.worlds import World

SOURCE = Path(__file__).parent.parent.parent / "src"

NAME, EMAIL, PHONE = "Quirijn Zonderling", "quirijn.zonderling@planted.example", "0687654321"
STORY = "Mijn buurman Barnabas zegt dat het plafond huilt."
PLANTED = (
    "quirijn",
    "zonderling",
    "planted.example",
    "87654321",
    "barnabas",
    "plafond",
    "1234AB",
    "1234 AB",
    "geplant",
)


def lived(world: World) -> str:
    """A whole repair of somebody with a name, an address and a story, with everything that can happen to messages."""
    key = world.report(email=EMAIL, phone=PHONE, story=STORY)
    world.email.answers = [Receipt("failed", why=f"550 5.1.1 <{EMAIL}>: {NAME} unknown"), Receipt("unknown", why=EMAIL)]
    world.work()
    block = world.book(key, 2)
    world.work()
    customer = world.customer_of(key)
    slot = world.time.at + timedelta(hours=2)
    cases.ask_call(
        actor=customer,
        case=key,
        start=slot,
        end=slot + timedelta(hours=1),
        phone=PHONE,
        about=f"geplant {NAME} {STORY}",
    )
    cases.add_note(actor=world.staff("agent"), case=key, text=f"geplant {NAME} belt vanaf {PHONE}")
    world.at(block.start + timedelta(minutes=5))
    sam = world.staff("technician")
    visits.depart(actor=sam, case=key)
    world.work()
    visits.arrive(actor=sam, case=key)
    world.time.move(minutes=30)
    visits.fixed(actor=sam, case=key)
    world.at(world.time.at + timedelta(hours=4))
    cases.answer_survey(
        actor=customer, case=key, touchpoint="survey", answers={"effort": 1, "remark": f"geplant {STORY} {EMAIL}"}
    )
    returns.take_mail(
        Report(
            kind="bounce",
            bounces=(
                Bounce(
                    message_id="id-1", recipient=EMAIL, permanent=True, status="5.1.1", diagnostic=f"geplant {NAME}"
                ),
            ),
        )
    )
    world.at(world.time.at + timedelta(days=6))
    return key


def test_nothing_in_the_log_says_who_somebody_is(world: World) -> None:
    key = lived(world)
    assert Event.objects.filter(case=key).count() > 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM touch")
        rows = [" | ".join(map(str, row)) for row in cursor.fetchall()]
        cursor.execute("SELECT * FROM event")
        rows += [" | ".join(map(str, row)) for row in cursor.fetchall()]
        cursor.execute("SELECT * FROM event_data")
        told = json.dumps(cursor.fetchall(), ensure_ascii=False).lower()
    assert len(rows) > 30
    assert "barnabas" in told and "plafond" in told  # it was told: the search below can find something
    found = [(word, row) for row in rows for word in PLANTED if word.lower() in row.lower()]
    assert found == []


def test_a_touch_has_everything_that_an_analyst_asks_for(world: World) -> None:
    key = lived(world)
    rows = list(Row.objects.filter(case=key).order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    names = set(Touch.__dataclass_fields__)
    assert names <= {field.name for field in Row._meta.get_fields()}
    assert names == {
        "case", "round", "journey", "version", "stage", "activity", "kind", "channel", "direction", "initiator", "at",
        "recorded", "seq", "outcome", "why", "cause",
    }  # fmt: skip
    assert {row.journey for row in rows} == {"repair"} and len({row.version for row in rows}) == 1
    kinds = {row.kind for row in rows}
    assert {"event", "move", "message", "task", "failed", "unknown"} <= kinds
    for row in rows:
        assert row.cause and row.recorded and row.at and row.activity, row
    told = [row for row in rows if row.kind == "event"]
    assert {row.initiator for row in told} >= {"customer", "technician", "agent", "system"}
    assert all(row.direction == ("in" if row.initiator == "customer" else "") for row in told)
    went = [row for row in rows if row.kind == "message"]
    assert all((row.direction, row.initiator, row.outcome) == ("out", "system", "sent") and row.why for row in went)
    assert {row.channel for row in went} == {"email", "sms"}
    moves = [row.stage for row in rows if row.kind == "move"]
    assert moves == ["reported", "planned", "under_way", "at_work", "done"]


def test_a_late_event_says_when_it_happened_and_when_we_knew(world: World) -> None:
    from loper.server.actions.intake import take_in
    from tests.run.worlds import told

    key = world.report()
    world.work()
    happened = world.time.at
    world.time.move(hours=3)
    late = told(key, "appointment.cancelled", happened + timedelta(minutes=1))
    assert take_in([late])[0].result == "accepted"
    row = Row.objects.get(case=key, kind="event", activity="appointment.cancelled")
    assert (row.at, row.recorded) == (happened + timedelta(minutes=1), world.time.at)


@pytest.mark.parametrize("statement", ["UPDATE {} SET cause = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["touch", "event"])
def test_the_database_refuses_to_change_what_happened(world: World, table: str, statement: str) -> None:
    world.report()
    guard(connection)
    sql = statement.format(table).replace("cause", "source" if table == "event" else "cause")
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # tests are emptied in between (tests/conftest.py)
            cursor.execute(f"DROP TRIGGER {table}_is_kept")


def test_no_statement_of_ours_changes_what_happened() -> None:
    changing = re.compile(
        r"\b(UPDATE|DELETE\s+FROM)\s+(touch|event)\b"
        r"|\b(Touch|Event|rows\.Touch|rows\.Event|runtime\.Touch|runtime\.Event)\.objects\b(?:(?!\n\n)[\s\S]){0,200}?\.(update|delete|bulk_update)\("
    )
    found = [
        f"{path.relative_to(SOURCE)}: {match.group(0)[:80]}"
        for path in SOURCE.rglob("*.py")
        for match in changing.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_what_outside_systems_call_a_channel_is_not_copied_into_the_log(world: World) -> None:
    from loper.server.actions.intake import take_in
    from tests.run.worlds import told

    key = world.report()
    events: list[Any] = [told(key, "complaint.made", world.time.at, str(n), channel=c) for n, c in enumerate(
        (EMAIL, NAME, {"to": EMAIL}, ["sms"], "phone", 7)
    )]  # fmt: skip
    take_in(events)
    rows = Row.objects.filter(case=key, activity="complaint.made").order_by("seq")
    assert [row.channel for row in rows] == ["", "", "", "", "phone", ""]
