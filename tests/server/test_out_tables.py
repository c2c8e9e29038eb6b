"""Tables for analysts: their columns stay, they say nothing of anybody, and as files they are what the database has."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pytest
from django.db import ProgrammingError, connection, transaction

from loper.server.actions.out.describe import page
from loper.server.actions.out.parquet import schema, write_tables
from loper.server.actions.promises.keep import catch_up
from loper.server.records import tables
from loper.server.records.runtime import Case, Touch
from tests.worlds import World

GOLDEN = Path(__file__).parent / "tables_v1.json"
DOCS = Path(__file__).parents[2] / "docs/reference/tables.md"
POSTGRESQL = {
    "text": {"text", "character varying"}, "integer": {"integer", "bigint", "smallint"}, "number": {"double precision"},
    "boolean": {"boolean"}, "time": {"timestamp with time zone"},
}  # fmt: skip


@pytest.fixture
def lived(world: World) -> World:
    """A leak that was planned, answered, and of which a survey was filled in."""
    key = world.report()
    world.book(key)
    world.work()
    world.time.move(hours=1)
    catch_up()
    return world


def test_columns_that_were_published_stay_as_they_were() -> None:
    """To change one, add a view of a new version beside it; only then write this file anew."""
    published = json.loads(GOLDEN.read_text("utf-8"))
    now = {one.view: {column.name: column.type for column in one.columns} for one in tables.VIEWS}
    assert published == now


def test_the_database_has_them_so(db: None) -> None:
    with connection.cursor() as cursor:
        for view in tables.VIEWS:
            cursor.execute(f"SELECT * FROM {view.view} LIMIT 0")
            assert [column[0] for column in cursor.description] == [one.name for one in view.columns]
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [view.view]
                )
                kinds = dict(cursor.fetchall())
                for one in view.columns:
                    assert kinds[one.name] in POSTGRESQL[one.type], (view.view, one.name, kinds[one.name])


def test_the_page_says_what_the_code_has() -> None:
    assert DOCS.read_text("utf-8") == page(), "docs/reference/tables.md is made: loper out describe > that file"


def test_they_make_room_for_a_change_beneath_them(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        tables.drop(connection)
        cursor.execute("ALTER TABLE journey_case ADD COLUMN more integer")
        cursor.execute("ALTER TABLE journey_case DROP COLUMN more")
        tables.make(connection)
        tables.make(connection)
        cursor.execute("SELECT count(*) FROM loper_v1_cases")


def test_the_reader_reads_them_and_nothing_else(world: World) -> None:
    """PostgreSQL: the recipe of the documentation. SQLite has no roles: there the file is opened for reading alone."""
    world.report()
    if connection.vendor != "postgresql":
        assert "mode=ro" in DOCS.read_text("utf-8")
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE loper_reader")  # undone with the test
        tables.make(connection)
        cursor.execute("SET LOCAL ROLE loper_reader")
        for view in tables.VIEWS:
            cursor.execute(f"SELECT count(*) FROM {view.view}")
        for forbidden in ("SELECT * FROM customer", "SELECT * FROM event_data", "DELETE FROM loper_v1_messages"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(forbidden)
        cursor.execute("RESET ROLE")


def test_as_files_they_are_what_the_database_has(lived: World, tmp_path: Path) -> None:
    written = write_tables(tmp_path)
    assert all(written[name] >= 1 for name in ("cases", "contacts", "messages", "visits", "promises", "customers"))
    key = Case.objects.get().key
    relation = duckdb.sql(
        f"SELECT activity, month FROM read_parquet('{tmp_path}/loper_v1_contacts/**/*.parquet',"
        " hive_partitioning = true) ORDER BY seq"
    )
    assert relation is not None
    found = relation.fetchall()
    assert [row[0] for row in found] == list(
        Touch.objects.filter(case=key).order_by("seq").values_list("activity", flat=True)
    )
    assert {row[1] for row in found} == {"2026-09"}
    for view in tables.VIEWS:
        folder = tmp_path / view.view
        if folder.exists():
            table = ds.dataset(folder, format="parquet").to_table()
            assert [(one.name, one.type) for one in table.schema] == [(one.name, one.type) for one in schema(view)]
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {view.view}")
                assert table.num_rows == cursor.fetchone()[0]
    kept = ds.dataset(tmp_path / "loper_v1_visits", format="parquet").to_table().to_pylist()[0]
    assert (kept["case"], kept["technician"], kept["partner"], kept["status"]) == (key, "t1", False, "booked")
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for planted in (b"Jansen", b"example.nl", b"0612345678", b"+31612345678", b"1234AB", b"drupt"):
        assert planted not in everything


def test_only_months_that_changed_are_written(lived: World, tmp_path: Path) -> None:
    write_tables(tmp_path)
    assert not any(write_tables(tmp_path).values()), "nothing happened: nothing is written"
    lived.time.move(days=35)
    key = lived.report(email="ander@example.nl")
    written = write_tables(tmp_path)
    assert written["cases"] == written["contacts"] == 1 and written["visits"] == 0
    assert (tmp_path / "loper_v1_cases/month=2026-10/part.parquet").exists()
    assert not list(tmp_path.rglob("*.new"))
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM task WHERE "case" = %s', [key])
    (tmp_path / "_loper.json").write_text("half a fi", "utf-8")
    assert write_tables(tmp_path)["contacts"] == 2, "where it is not known what stands there, all is written anew"


def test_a_month_that_is_gone_is_gone_from_the_files(lived: World, tmp_path: Path) -> None:
    write_tables(tmp_path)
    from loper.server.records.runtime import Outbox

    Outbox.objects.all().delete()
    write_tables(tmp_path)
    assert not list((tmp_path / "loper_v1_messages").rglob("*.parquet"))


def test_scores_are_there_and_words_are_not(world: World, tmp_path: Path) -> None:
    from loper.server.records.dialogues import SurveyAnswer

    key = world.report()
    for question, answer in (("effort", 2), ("remark", "Jansen was hier"), ("feeling", "blij"), ("nps", 8.5)):
        SurveyAnswer.objects.create(case=key, touchpoint="survey", question=question, answer=answer, at=world.time.at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT question, score FROM loper_v1_surveys")
        found: dict[str, Any] = dict(cursor.fetchall())
    assert found == {"effort": 2.0, "remark": None, "feeling": None, "nps": 8.5}
