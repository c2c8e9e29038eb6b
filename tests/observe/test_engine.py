"""The same answers in memory, by DuckDB and by a real Spark: on the real log, and on all that is odd."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.cli.main import main
from loper.log.table import BadLog
from loper.log.write import write_log
from loper.observe import engine
from loper.observe.filter import Filter
from loper.observe.log import Log
from loper.observe.read import read_log
from tests.observe.conftest import MONDAY, table

pytestmark = [  # of the use that Spark and Ibis make of pandas
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
]
SPARK = {  # a Spark that lives for minutes: compiling what it runs to the last costs more than it gives
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
FULL = "case activity hours channel customer reason"
MARCH = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark itself, which the logs of this file share: its start takes ten seconds."""
    from pyspark.sql import SparkSession

    yield
    found = SparkSession.getActiveSession()
    if found is not None:
        found.stop()


@pytest.fixture(params=["duckdb", "local[2]"])
def by(request: pytest.FixtureRequest, spark: Any) -> str:
    return str(request.param)


def asked(path: Path | str, by: str, **how: Any) -> engine.Remote:
    return engine.open(path, engine=by, options=SPARK if by != "duckdb" else None, **how)


def alike(one: Any, other: Any, where: str = "") -> None:
    """Equal to the last field; what is reckoned from sums of floating numbers within 1e-9."""
    assert type(one) is type(other), where
    if is_dataclass(one):
        for field in fields(one):
            if not field.compare and field.name != "curve":
                continue  # which cases they are: an engine counts them, and leaves them where they are
            alike(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, where)
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for place, (a, b) in enumerate(zip(one, other, strict=True)):
            alike(a, b, f"{where}[{place}]")
    elif isinstance(one, float) and (where.endswith("mean_s") or ".rate" in where or ".resolved" in where):
        assert one == pytest.approx(other, rel=1e-9, nan_ok=True), where
    elif isinstance(one, float) and math.isnan(one):
        assert math.isnan(other), where
    else:
        assert one == other, where


GOING = ("stuck", "funnel", "outcomes")


def all_alike(
    log: Log,
    remote: engine.Remote,
    by: str = "duckdb",
    few: bool = False,
    read: bool = False,
    going: Sequence[str] = GOING,
) -> None:
    """Each question; on Spark, where one takes seconds, once. `few`: with no ends of its own; `read`: what a test of
    reading needs of Spark, the order of contacts and their times."""
    assert (len(log), log.contacts, log.ties()) == (len(remote), remote.contacts, remote.ties())
    alike(log.map(), remote.map(), "map")
    alike(log.variants(), remote.variants(), "variants")
    alike(log.throughput(), remote.throughput(), "throughput")
    if read and by != "duckdb":
        return
    alike(log.rework(), remote.rework(), "rework")
    alike(log.channels(), remote.channels(), "channels")
    alike(log.switches(), remote.switches(), "switches")
    alike(log.repeat_contact(days=2), remote.repeat_contact(days=2), "repeats")
    for question in going:
        alike(getattr(log, question)(), getattr(remote, question)(), question)
    if by != "duckdb":
        return
    alike(log.map(most=2), remote.map(most=2), "map")
    alike(log.variants(most=1), remote.variants(most=1), "variants")
    for customers in (False, True):
        alike(log.switches(customers=customers), remote.switches(customers=customers), "switches")
    alike(log.repeat_contact(by="case"), remote.repeat_contact(by="case"), "repeats")
    if few:
        return
    names = list(log.layout.activities)
    for ends in (names[-1:], names[1:3]):
        alike(log.stuck(ends=ends), remote.stuck(ends=ends), "stuck")
        alike(log.funnel(names[:3] + names[:1], ends=ends), remote.funnel(names[:3] + names[:1], ends=ends), "funnel")
        alike(log.outcomes(ends=ends, open="out"), remote.outcomes(ends=ends, open="out"), "outcomes")


def written(rows: pa.Table, folder: Path) -> Path:
    write_log(rows, folder / "log.parquet")
    return folder / "log.parquet"


ODD = {
    "ties": table(
        ("a", "x", 0), ("a", "y", 0), ("a", "x", 0), ("b", "y", 1), ("b", "x", 1), ("c", "x", 5), ("a", "x", 0),
        columns="case activity hours",
    ),
    "nothing known": table(
        ("a", "customer calls", 0, "phone", "k1", "leak"), ("a", "letter sent", 1, None, "k1", None),
        ("b", "customer calls", 30, None, None, "leak"), ("b", "customer calls", 40, "web", None, "leak"),
        ("c", "customer calls", 41, "web", "k1", None), ("c", "customer calls", 42, "phone", "k1", "leak"),
        ("a", "customer calls", 300, "", "", ""), ("d", "letter sent", 301, None, None, None),
        columns=FULL,
    ),
    "one contact a case": table(*((f"case {n}", "abc"[n % 3], n, "web") for n in range(9)),
                                columns="case activity hours channel"),
    "one long case": table(
        *(("a", "xyzzy"[n * n % 5], n * n % 977, ("web", "phone", None)[n % 3]) for n in range(3000)),
        columns="case activity hours channel",
    ),
    "empty": table(columns=FULL),
    "said by the direction": table(
        ("a", "x", 0, "phone", "in"), ("a", "y", 1, "mail", "out"), ("a", "x", 2, "web", "in"),
        ("b", "z", 400, "web", None),
        columns="case activity hours channel direction",
    ),
}  # fmt: skip


SEVERAL_ENGINES = [(which, "duckdb") for which in ODD] + [
    (which, "local[2]") for which in ("ties", "nothing known", "empty")
]


@pytest.mark.parametrize(("which", "by"), SEVERAL_ENGINES)
def test_an_engine_answers_as_memory_does(which: str, by: str, spark: Any, tmp_path: Path) -> None:
    with asked(written(ODD[which], tmp_path), by) as remote:
        all_alike(Log.of(ODD[which]), remote, by)


FILTERS = [
    Filter(since=MONDAY + timedelta(hours=2), until=MONDAY + timedelta(hours=301)),
    Filter(quiet_since=MONDAY + timedelta(hours=41)),
    Filter(channel=("phone",), without=("letter sent",)),
    Filter(first_channel=("web", "phone"), ends=("customer calls",)),
    Filter(with_=("letter sent", "customer calls"), begins=("customer calls",)),
    Filter(pair=(("customer calls", "letter sent"), ("letter sent", "customer calls"))),
    Filter(attributes={"region": ("north", "")}),
    Filter(since=MONDAY + timedelta(days=999)),
]


@pytest.mark.parametrize("by", ["duckdb", "local[2]"])
def test_a_filter_leaves_the_same_cases_on_an_engine(by: str, spark: Any, tmp_path: Path) -> None:
    """Before any question; what is said of the whole log (where cases end, when it ends) stays that of the whole."""
    rows = ODD["nothing known"]
    region = {"a": "north", "b": "", "c": None, "d": "south"}
    rows = rows.append_column("case:region", pa.array([region[case] for case in rows["case"].to_pylist()], pa.string()))
    log = Log.of(rows)
    filters = [*FILTERS, *(Filter(variant=(one.name,)) for one in log.variants().top[:2])]
    with asked(written(rows, tmp_path), by) as remote:
        for filter in filters if by == "duckdb" else filters[2:4]:
            part, same = log.where(filter), remote.where(filter)
            alike(part.names(), sorted(row["case"] for row in same.reading.rows(same.reading.cases.select("case"))))
            alike(part.map(), same.map())
            alike(part.stuck(), same.stuck())
            alike(part.repeat_contact(days=2), same.repeat_contact(days=2))
        if by == "duckdb":
            all_alike(log.where(FILTERS[3]), remote.where(FILTERS[3]), few=True)
        twice = Filter(channel=("phone",)), Filter(ends=("customer calls",))
        alike(log.where(twice[0]).where(twice[1]).map(), remote.where(twice[0]).where(twice[1]).map())
        wrong = Filter(channel=("fone",), begins=("customer called",), attributes={"city": ("x",)}, behind=("repeats",))
        with pytest.raises(BadLog) as bad:
            remote.where(wrong)
        for told in ("no channel “fone”", "did you mean “customer calls”", "there are: region", "behind: "):
            assert told in str(bad.value)


@pytest.mark.parametrize("by", ["duckdb", "local[2]"])
def test_some_cases_are_brought_here_whole(by: str, spark: Any, tmp_path: Path) -> None:
    """With columns that no engine is asked about, and without the rows that cannot be read."""
    rows = table(*((f"case {n % 90}", "xyz"[n % 3], n, "web" if n % 4 else None) for n in range(400)),
                 columns="case activity hours channel")  # fmt: skip
    rows = rows.append_column("score", pa.array([n % 7 / 2 for n in range(400)]))
    bad = table(("", "x", 3, "web"), columns="case activity hours channel").append_column("score", pa.array([1.0]))
    pq.write_table(pa.concat_tables([rows, bad]).rename_columns({"activity": "Wat"}), tmp_path / "log.parquet")
    log = Log.of(rows)
    with asked(tmp_path / "log.parquet", by, names={"activity": "Wat"}) as remote:
        part = log.where(ends=("x",)), remote.where(ends=("x",)).fetch()
        assert sorted(part[0].names()) == sorted(part[1].names())
        for question in ("map", "representatives", "switching"):
            alike(getattr(Log.of(_only(rows, part[0])), question)(), getattr(part[1], question)())
        if by != "duckdb":
            return
        few = remote.sample(3)
        assert 0 < len(few) < len(log)
        assert few.fetch().names() == remote.sample(3).fetch().names()
        with pytest.raises(BadLog, match=r"400 contacts are more than the 399 .* sample\(one_in"):
            remote.fetch(most=399)
        with pytest.raises(BadLog, match="0 is no part"):
            remote.sample(0)


def _only(rows: pa.Table, log: Log) -> pa.Table:
    return rows.filter(pa.compute.is_in(rows["case"], pa.array(log.names())))


def test_the_receipt_log(receipt: Log, by: str, tmp_path: Path) -> None:
    assert receipt.reading is not None
    write_log(receipt.reading, tmp_path / "receipt.parquet")
    with asked(tmp_path / "receipt.parquet", by) as remote:
        seen = remote.map()
        assert (seen.cases, seen.contacts, len(seen.nodes), len(seen.arcs), seen.pairs) == (1434, 8577, 27, 99, 7143)
        all_alike(receipt, remote, by)


def test_rows_without_a_number_are_numbered_by_their_file(by: str, tmp_path: Path) -> None:
    """Files in the order of their names, and in each its rows as they lie; every contact is at the same time."""
    instants = pa.array([MARCH] * 6000, pa.timestamp("ms", tz="America/New_York"))
    for name, letters in (("b", "yx"), ("a", "xz")):
        rows = pa.table({"Zaak": ["1", "2", "1"] * 2000, "Wat": list(letters * 3000), "Wanneer": instants})
        pq.write_table(rows, tmp_path / f"{name}.parquet", row_group_size=700)
    names = {"case": "Zaak", "activity": "Wat", "time": "Wanneer"}
    with asked(tmp_path, by, names=names) as remote:
        all_alike(read_log(tmp_path, names=names), remote, by, read=True)


@pytest.mark.parametrize("folders", [("channel=web", "channel=phone"), ("2025 b", "2025/a c")])
def test_no_folder_in_a_folder_is_passed_over(folders: tuple[str, str], by: str, tmp_path: Path) -> None:
    for number, folder in enumerate(folders):
        (tmp_path / folder).mkdir(parents=True)
        times = pa.array([MARCH, MARCH], pa.timestamp("us", tz="UTC"))
        rows = pa.table({"case": ["a", "b"], "activity": ["xy"[number], "z"], "time": times})
        pq.write_table(rows, tmp_path / folder / "log.parquet")
    with asked(tmp_path, by) as remote:
        assert remote.contacts == 4
        all_alike(read_log(tmp_path), remote, by, read=True)


def test_times_in_nanoseconds(by: str, tmp_path: Path) -> None:
    times = pa.array([1_000, 2_000_999], pa.timestamp("ns", tz="UTC"))
    pq.write_table(pa.table({"case": ["a", "a"], "activity": ["x", "y"], "time": times}), tmp_path / "log.parquet")
    with pytest.raises(BadLog, match=r"nanoseconds, which is finer than an engine reads; write the log .* --to"):
        asked(tmp_path / "log.parquet", by)


def test_an_instant_is_one_whatever_the_zone_and_the_hour_the_clocks_change(by: str, tmp_path: Path) -> None:
    """October 25, 02:30 in Amsterdam comes twice: an hour apart, and the wait says so."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    times = [first, first + timedelta(hours=1), MARCH, MARCH + timedelta(hours=1, microseconds=1)]
    rows = pa.table({
        "case": ["a", "a", "b", "b"], "activity": ["x", "y", "x", "y"],
        "time": pa.array(times, pa.timestamp("us", tz="Europe/Amsterdam")),
    })  # fmt: skip
    pq.write_table(rows, tmp_path / "log.parquet")
    with asked(tmp_path / "log.parquet", by) as remote:
        [arc] = remote.map().arcs
        assert (arc.count, arc.median_s) == (2, 3600.0000005)
        all_alike(read_log(tmp_path / "log.parquet"), remote, by, read=True)


def test_rows_that_cannot_be_read_are_counted(by: str, tmp_path: Path) -> None:
    rows = pa.table({
        "case": ["a", None, "", "b", "b"], "activity": ["x", "x", "x", "", "y"], "seq": [1, 2, 3, 4, 5],
        "time": pa.array([MARCH, MARCH, MARCH, MARCH, None], pa.timestamp("us", tz="UTC")),
    })  # fmt: skip
    pq.write_table(rows, tmp_path / "log.parquet")
    with asked(tmp_path / "log.parquet", by) as remote:
        log = read_log(tmp_path / "log.parquet")
        assert log.reading is not None
        assert remote.reading.rejects.reasons == log.reading.rejects.reasons
        assert (remote.reading.rejects.count, len(remote), remote.contacts) == (4, 1, 1)


def test_what_cannot_be_asked_is_told_all_at_once(by: str, tmp_path: Path) -> None:
    rows = pa.table({"Zaak": ["1"], "activity": ["x"], "time": pa.array([datetime(2026, 1, 1)], pa.timestamp("us"))})
    pq.write_table(rows, tmp_path / "log.parquet")
    with pytest.raises(BadLog) as bad:
        asked(tmp_path / "log.parquet", by, names={"case": "Zaaknummer"})
    told = str(bad.value)
    assert "no column 'Zaaknummer' (for the case); 'Zaak'?" in told
    assert "'time' does not say the zone of its times" in told
    assert "loper observe LOG --to log.parquet" in told


def test_a_file_that_is_none(by: str, tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_text("case,activity\n")
    for path, told in ((tmp_path / "log.parquet", "as Parquet"), (tmp_path / "nowhere", "does not exist")):
        with pytest.raises(BadLog, match=told):
            asked(path, by)


def test_the_command_gives_the_same_figures(by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(
        f"{n % 7},{'xyz'[n % 3]},2026-03-0{1 + n % 9}T10:00:00Z,{'web' if n % 2 else ''}\n" for n in range(99)
    )
    (tmp_path / "log.csv").write_text("case,activity,time,channel\n" + rows + "8,,2026-03-01T10:00:00Z,web\n")
    path = str(tmp_path / "log.parquet")
    assert main(["observe", str(tmp_path / "log.csv"), "--to", path]) == 0
    assert capsys.readouterr().out == f"{path} written; 1 rows could not be read\n"
    said = []
    for more in ([], ["--engine", by]):
        assert main(["observe", path, "--json", *more]) == 0
        said.append(json.loads(capsys.readouterr().out))
        assert main(["observe", path, "--language", "nl", *more]) == 0
        said[-1]["words"] = capsys.readouterr().out
    assert said[0] == said[1]
    assert main(["observe", path, "--engine", by, "--lifecycle", "a=b"]) == 1
    assert main(["observe", str(tmp_path / "log.csv"), "--engine", by]) == 1
    assert "as Parquet" in capsys.readouterr().err


def test_a_table_of_ibis_is_its_own_engine(tmp_path: Path) -> None:
    import ibis

    sqlite = ibis.sqlite.connect()
    sqlite.raw_sql("create table log (activity text)")
    path = written(ODD["ties"], tmp_path)
    with engine.open(ibis.duckdb.connect().read_parquet(path)) as remote:
        all_alike(Log.of(ODD["ties"]), remote)
    with pytest.raises(BadLog, match="a table on sqlite"):
        engine.open(sqlite.table("log"))


def test_duckdb_keeps_to_a_part_of_the_memory_unless_told_otherwise(tmp_path: Path) -> None:
    path, said = written(ODD["ties"], tmp_path), list[tuple[str, bool]]()
    asks = "select current_setting('memory_limit') as m, current_setting('preserve_insertion_order') as kept"
    for options in (None, {"memory_limit": "600MB"}):
        with engine.open(path, options=options) as remote:
            said += remote.reading.table.get_backend().raw_sql(asks).fetchall()
    (own, _), (told, _) = said
    assert [kept for _, kept in said] == [False, False]
    assert told.startswith("572")  # MiB
    assert own != told
    with pytest.raises(BadLog, match="DuckDB does not start: Parser Error: Memory must"):
        engine.open(path, options={"memory_limit": "much"})


def test_an_engine_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(ODD["ties"], tmp_path)
    with pytest.raises(BadLog, match="clickhouse is no engine; there are duckdb, spark"):
        engine.open(path, engine="clickhouse")
    monkeypatch.setitem(__import__("sys").modules, "ibis", None)
    with pytest.raises(BadLog, match=r"pip install 'loper\[spark\]'"):
        engine.open(path)


contact = st.tuples(
    st.sampled_from("abc"), st.sampled_from(["x", "y", "customer calls"]), st.integers(0, 5),
    st.sampled_from(["web", "phone", None]), st.sampled_from(["k1", "k2", None]), st.sampled_from(["leak", None]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(contact, max_size=25), st.randoms(use_true_random=False))
def test_any_log_by_duckdb(tmp_path: Path, contacts: list[Any], chance: Any) -> None:
    rows = table(*((c, a, 24 * h, *rest) for c, a, h, *rest in contacts), columns=FULL)
    shuffled = list(range(len(contacts)))
    chance.shuffle(shuffled)  # the order of the file tells nothing: `seq` does
    with engine.open(written(rows.take(shuffled) if contacts else rows, tmp_path)) as remote:
        all_alike(Log.of(rows), remote, few=True, going=[chance.choice(GOING)])
