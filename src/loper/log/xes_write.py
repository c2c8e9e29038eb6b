"""A log as XES (IEEE 1849): a trace a case, an event a contact; `case:` columns as attributes of the trace."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

import pyarrow as pa

from loper.log.cases import by_case, in_order, of_case, said_of
from loper.log.table import CASE_ATTRIBUTE, BadLog

KEYS = {"activity": "concept:name", "time": "time:timestamp", "lifecycle": "lifecycle:transition"}
"""Ours that go by the name of the standard; the others by their own."""

_EXTENSIONS = {"concept": "Concept", "time": "Time", "lifecycle": "Lifecycle", "org": "Organizational", "cost": "Cost"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
"""
_GLOBALS = """\t<global scope="trace">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="Activity" scope="event" keys="concept:name"/>
"""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Say = Callable[[Any], str]


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log; packed where the name ends in .gz. Raises BadLog where two columns would be one attribute.

    Events of a case are in their order; `seq` is counted again when the file is read. A column of the case is written
    once a case. Characters that XML cannot hold become U+FFFD.
    """
    keys = {name: KEYS.get(name, name) for name in schema.names if name not in ("case", "seq")}
    _one_each(path, [*keys.values(), CASE_ATTRIBUTE + "concept:name"])
    traces = {name: _saying(name.removeprefix(CASE_ATTRIBUTE), schema.field(name).type) for name in of_case(schema)}
    events = {name: _saying(key, schema.field(name).type) for name, key in keys.items() if name not in traces}
    named = _saying("concept:name", pa.string())
    prefixes = {key.removeprefix(CASE_ATTRIBUTE).partition(":")[0] for key in [*keys.values(), "concept:name"]}
    with _opened(path) as file:
        file.write(_HEAD)
        for prefix, name in _EXTENSIONS.items():
            if prefix in prefixes:
                uri = f"http://www.xes-standard.org/{prefix}.xesext"
                file.write(f'\t<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')
        file.write(_GLOBALS)
        for case, its_rows in by_case(in_order(batches, schema)):
            said = {name: said_of(name, its_rows) for name in traces}
            file.write("\t<trace>\n\t\t" + named(case))
            file.writelines("\t\t" + say(said[name]) for name, say in traces.items() if said[name] is not None)
            for row in its_rows:
                file.write("\t\t<event>\n")
                file.writelines("\t\t\t" + say(row[name]) for name, say in events.items() if row[name] is not None)
                file.write("\t\t</event>\n")
            file.write("\t</trace>\n")
        file.write("</log>\n")


def _one_each(path: Path, keys: list[str]) -> None:
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise BadLog([f"{path.name}: two columns would both be the attribute {key!r}; rename one" for key in doubled])


def _saying(key: str, kind: pa.DataType) -> Say:
    """What writes a value as an attribute."""
    tag, text = "string", _any
    if pa.types.is_boolean(kind):
        tag, text = "boolean", lambda value: str(value).lower()
    elif pa.types.is_integer(kind):
        tag, text = "int", _any
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        tag, text = "float", _number
    elif pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_time(kind):
        tag, text = "date", _moment
    begin = f"<{tag} key={_quoted(key)} value="
    if tag == "string":
        return lambda value: f"{begin}{_quoted(text(value))}/>\n"
    return lambda value: f'{begin}"{text(value)}"/>\n'


def _any(value: Any) -> str:
    return str(value)


@lru_cache(maxsize=10_000)  # most of what is said is said more than once
def _quoted(text: str) -> str:
    return quoteattr(NOT_IN_XML.sub("\ufffd", text))


def _number(value: Any) -> str:
    value = float(value)
    return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"


def _moment(value: date | datetime) -> str:
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00+00:00"
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "wt", encoding="utf-8") if path.name.endswith(".gz") else path.open("w", encoding="utf-8")
