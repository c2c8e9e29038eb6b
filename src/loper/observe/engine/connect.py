"""A log in Parquet, seen through DuckDB or Spark: a table of which nothing has been read yet.

What the two do differently is here, and only here: how one connects, how a row of a file keeps its number, how an
instant becomes microseconds, and where a result is held between two questions.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from loper.log.table import BadLog

INSTALL = "pip install 'loper[spark]'"
ROW, FILE = "file_row_number", "filename"
WAY_OUT = "write the log as Loper reads it, and ask that: loper observe LOG --to log.parquet"

FINER = "in nanoseconds, which is finer than an engine reads"

ROWS_OF_A_FILE = 1 << 40
"""More than a file of Parquet can have, and 2 ** 23 files of them still fit in a whole number of 64 bits."""

SHARE_OF_MEMORY = 0.25
"""Of this machine DuckDB takes at most so much, unless told otherwise (`memory_limit`); the rest goes to its disk."""

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`table`: the log as it lies there; `micros`: an instant as whole microseconds UTC; `naive`: columns with times
    that say no zone; `hold`: a table that is reckoned once and kept until `close`, in memory or else on disk."""

    name: str
    table: Any
    micros: Callable[[Any], Any]
    naive: frozenset[str]
    hold: Callable[[Any], Any]
    close: Callable[[], None] = field(default=lambda: None)


def connect(source: str | Path | Any, engine: str = "duckdb", options: Mapping[str, str] | None = None) -> Engine:
    """`source`: a file or folder of Parquet (for Spark also an address that it knows: s3a://, hdfs://), or a table of
    Ibis, which then is its own engine. `options`: settings of DuckDB or Spark. BadLog where it cannot be."""
    ibis = there("ibis")
    if hasattr(source, "get_backend"):
        con = source.get_backend()
        if con.name == "duckdb":
            return _on_duckdb(ibis, con, source, lambda: None)
        if con.name == "pyspark":
            return _on_spark(ibis, con, source, ())
        raise BadLog([f"a table on {con.name}: Loper asks its questions of DuckDB and of Spark"])
    path = str(source)
    if not urlsplit(path).scheme and not Path(path).exists():
        raise BadLog([f"{path} does not exist"])
    if engine == "duckdb":
        return _duckdb(ibis, path, options or {})
    if engine == "spark" or engine.startswith(("spark://", "local")):
        return _spark(ibis, path, "local[*]" if engine in ("spark", "local") else engine, options or {})
    raise BadLog([f"{engine} is no engine; there are duckdb, spark, local[N] and spark://HOST:PORT"])


def there(module: str) -> Any:
    """The module; BadLog with the way to get it."""
    try:
        return __import__(module)
    except ImportError as error:
        raise BadLog([f"to ask a log by DuckDB or Spark, {error.name or module} is needed: {INSTALL}"]) from error


def _duckdb(ibis: Any, path: str, options: Mapping[str, str]) -> Engine:
    there("duckdb")
    aside = tempfile.TemporaryDirectory(prefix="loper-")  # what does not fit in memory goes there
    settings = {"temp_directory": aside.name, "memory_limit": f"{_memory()}MB", "preserve_insertion_order": "false"}
    try:
        con = ibis.duckdb.connect(**settings | dict(options))
    except Exception as error:
        aside.cleanup()
        raise BadLog([f"DuckDB does not start: {str(error).splitlines()[0]}"]) from error
    files = path if not Path(path).is_dir() else f"{path.rstrip('/')}/**/*.parquet"
    try:
        table = con.read_parquet(files, file_row_number=True, filename=True, union_by_name=True)
    except Exception as error:
        raise BadLog([f"DuckDB cannot read {path} as Parquet: {str(error).splitlines()[0]}"]) from error

    def close() -> None:
        con.disconnect()
        aside.cleanup()

    return _on_duckdb(ibis, con, table, close)


def _memory() -> int:
    """In megabytes, what DuckDB may take: of this machine, or of the part of it that this process was given."""
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    given = Path("/sys/fs/cgroup/memory.max")
    if given.exists() and (said := given.read_text().strip()).isdigit():
        most = min(most, int(said))
    return max(512, int(most * SHARE_OF_MEMORY) >> 20)


def _on_duckdb(ibis: Any, con: Any, table: Any, shut: Callable[[], None]) -> Engine:
    instant, held = ibis.dtype("timestamp('UTC')"), list[str]()

    def hold(expression: Any) -> Any:
        held.append(f"loper_{next(_numbers)}")
        return con.create_table(held[-1], obj=expression, temp=True)

    def close() -> None:
        while held:
            con.raw_sql(f"drop table if exists {held.pop()}")
        shut()

    return Engine(
        name="duckdb",
        table=_numbered(ibis, table),
        micros=_builtin(ibis, "epoch_us", instant),
        naive=frozenset(n for n, kind in table.schema().items() if kind.is_timestamp() and kind.timezone is None),
        hold=hold,
        close=close,
    )


def _spark(ibis: Any, path: str, master: str, options: Mapping[str, str]) -> Engine:
    there("pyspark")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("loper").master(master)
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    settings |= {"spark.sql.session.timeZone": "UTC"}
    if master.startswith("local"):  # nothing of it is to be heard outside this machine
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        settings |= {"spark.sql.shuffle.partitions": "8"}
    for name, value in (settings | dict(options)).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Java says: there is none, or nobody answers at that address
        said = (str(error).splitlines() or [type(error).__name__])[0]
        way = "it needs Java 17 or later, and a master that answers"
        raise BadLog([f"Spark does not start ({said}): {way}"]) from error
    session.sparkContext.setLogLevel("ERROR")
    session.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        frame = session.read.options(mergeSchema="true", recursiveFileLookup=_nested(path)).parquet(path)
        naive = tuple(name for name, kind in frame.dtypes if kind == "timestamp_ntz")
        frame = frame.selectExpr("*", f"_metadata.row_index as {ROW}", f"_metadata.file_path as {FILE}")
    except Exception as error:  # of Spark, or of Java under it
        said = str(error).splitlines()[0]
        if "NANOS" in str(error):
            said = f"its times are {FINER}; {WAY_OUT}"
        raise BadLog([f"Spark cannot read {path} as Parquet: {said}"]) from error
    con, name = ibis.pyspark.connect(session), f"loper_{next(_numbers)}"
    frame.createOrReplaceTempView(name)
    return _on_spark(ibis, con, con.table(name), naive)


def _nested(path: str) -> str:
    """Whether folders in folders are to be looked into: Spark passes them over without a word, unless their names are
    values of a column (`channel=web/`), of which it then takes the column."""
    folders = [] if urlsplit(path).scheme else [one for one in Path(path).rglob("*") if one.is_dir()]
    return "true" if folders and not any("=" in folder.name for folder in folders) else "false"


def _on_spark(ibis: Any, con: Any, table: Any, naive: Iterable[str]) -> Engine:
    held: list[str] = []

    def hold(expression: Any) -> Any:
        name = f"loper_{next(_numbers)}"
        con.raw_sql(f"CACHE TABLE {name} OPTIONS ('storageLevel' 'MEMORY_AND_DISK') AS {con.compile(expression)}")
        held.append(name)
        return con.table(name)

    def close() -> None:
        """Lets go of what is held; the session stays, as another log may be asked by it."""
        while held:
            con.raw_sql(f"UNCACHE TABLE IF EXISTS {held.pop()}")

    return Engine(
        name="spark",
        table=_numbered(ibis, table),
        micros=_builtin(ibis, "unix_micros", ibis.dtype("timestamp('UTC')")),
        naive=frozenset(naive),
        hold=hold,
        close=close,
    )


def _builtin(ibis: Any, name: str, instant: Any) -> Callable[[Any], Any]:
    """A function that the engine has and Ibis has no name for."""

    def stub(at):  # type: ignore[no-untyped-def]
        ...

    stub.__name__ = name
    found: Callable[[Any], Any] = ibis.udf.scalar.builtin(stub, signature=((instant,), ibis.dtype("int64")))
    return found


def _numbered(ibis: Any, table: Any) -> Any:
    """The table with `seq`: its own, or the place of the row in its file, files in the order of their names.

    Neither engine promises to give rows in any order, so the number is what the file says of itself.
    """
    if "seq" not in table.columns and ROW in table.columns:
        names = table.select(FILE).distinct().to_pyarrow()[FILE].to_pylist()
        order = sorted(names, key=lambda name: Path(unquote(name) if urlsplit(name).scheme else name).parts)
        place = table[FILE].cases(*((name, number) for number, name in enumerate(order)), else_=0) if order else 0
        table = table.mutate(seq=table[ROW] + ibis.literal(ROWS_OF_A_FILE, "int64") * place + 1)
    return table.drop(*(name for name in (ROW, FILE) if name in table.columns))
