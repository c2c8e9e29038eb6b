"""A log as CJML 2.0: each case an actual journey, each contact a communication point, or an action without direction.

What the elements of CJML say is what a reader makes of them; a column that they do not say, or not exactly so, stands
beside them in the project's own namespace, which other programs pass over.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from loper.log.cases import Row, by_case, in_order, of_case, said_of
from loper.log.cjml import ACTION, NAMESPACE, OF_JOURNEY, OF_TOUCHPOINT, POINT, Journey, Values, contact_of
from loper.log.table import CASE_ATTRIBUTE
from loper.log.xes_write import NOT_IN_XML

CUSTOMER, ORGANISATION = "customer", "organisation"
"""Actors of whom the log says no more than that they were there."""


def write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Writes the log; packed where the name ends in .gz. A column of the case is written once a case."""
    types = {name: _type(schema.field(name).type) for name in schema.names}
    with gzip.open(path, "wt", encoding="utf-8") if path.suffix == ".gz" else path.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<CJML version="2.0" xmlns:loper="{NAMESPACE}">\n')
        for case, its_rows in by_case(in_order(batches, schema)):
            file.writelines(_journey(case, its_rows, of_case(schema), types))
        file.write("</CJML>\n")


def _journey(case: str, its_rows: list[Row], of_the_case: list[str], types: dict[str, str]) -> Iterable[str]:
    texts = [{name: _text(value) for name, value in row.items() if value is not None} for row in its_rows]
    said = {name: _text(value) for name in of_the_case if (value := said_of(name, its_rows)) is not None}
    journey = Journey(values={"journeyID": case.strip(), "plannedReference": _first(texts, "journey")})
    native = {name: said[CASE_ATTRIBUTE + name] for name in OF_JOURNEY if CASE_ATTRIBUTE + name in said}
    journey.values |= {name: value for name, value in native.items() if value.strip() == value}
    journey.end_users = list(dict.fromkeys(row.get("customer", CUSTOMER) for row in texts))
    phases = list(dict.fromkeys(stage for row in texts if (stage := row.get("stage", "").strip())))
    journey.phases = {f"P{number}": phase for number, phase in enumerate(phases, 1)}
    yield f" <actualJourney>\n  <journeyID>{_escaped(case.strip())}</journeyID>\n"
    for name, value in journey.values.items():
        if name != "journeyID" and value:
            yield f"  <{name}>{_escaped(value)}</{name}>\n"
    yield from _columns({name: value for name, value in said.items() if not _same(journey, name, value)}, types, "  ")
    if phases:
        yield "  <journeyPhases>\n"
        for id, name in journey.phases.items():
            yield f"   <journeyPhase phaseID={quoteattr(id)}><phaseName>{_escaped(name)}</phaseName></journeyPhase>\n"
        yield "  </journeyPhases>\n"
    touchpoints = [_touchpoint(row, journey, f"TP{number}") for number, row in enumerate(texts, 1)]
    actors = dict.fromkeys(actor for _, said in touchpoints for actor in (said[_BY], said.get(_TO)) if actor)
    yield "  <actors>\n"
    yield from (f"   <endUser actorID={_quoted(one)}/>\n" for one in journey.end_users)
    yield from (f"   <serviceProvider actorID={_quoted(one)}/>\n" for one in actors if one not in journey.end_users)
    yield "  </actors>\n  <touchpoints>\n"
    for (kind, touchpoint), row in zip(touchpoints, texts, strict=True):
        yield from _written(kind, touchpoint)
        derived = contact_of(journey, kind, touchpoint)
        own = {name: row.get(name) for name in types if name not in of_the_case and name != "seq"}
        yield from _columns({name: value for name, value in own.items() if value != derived.get(name)}, types, "    ")
        yield f"   </{kind}>\n"
    yield "  </touchpoints>\n </actualJourney>\n"


_BY, _TO = "initiator/refersTo@actorIDref", "receiver/refersTo@actorIDref"


def _touchpoint(row: Values, journey: Journey, id: str) -> tuple[str, Values]:
    """The element that a contact is, and what it says."""
    customer = row.get("customer", CUSTOMER)
    other = row.get("initiator", "")
    other = other if other and other not in journey.end_users and other != CUSTOMER else ORGANISATION
    direction = row.get("direction", "")
    by, to = (customer, other) if direction == "in" else (other, customer)
    if direction not in ("in", "out"):
        by, to = (customer if row.get("initiator") == CUSTOMER else other), ""
    said = {"touchpointID": id, _BY: by, "initiator/initiatorLabel": row["activity"]}
    said |= {_TO: to, "receiver/receiverLabel": row["activity"]} if to else {}
    said |= {"timestamps/timeOriginated" if to else "timestamps/timeStarted": row["time"]}
    stage = next((key for key, phase in journey.phases.items() if phase == row.get("stage", "").strip()), "")
    said |= {
        "belongsTo@phaseIDref": stage,
        "channel/channelName": row.get("channel", ""),
        "timestamps/timeCompleted": row.get("end", ""),
        "touchpointExperience/experienceRating": row.get("score", ""),
        **{name: row.get(name, "") for name in OF_TOUCHPOINT},
    }
    read_as = {path: value if "@" in path else value.strip() for path, value in said.items()}
    return (POINT if to else ACTION), {path: value for path, value in read_as.items() if value}


def _written(kind: str, said: Values) -> Iterable[str]:
    """The element of a touchpoint, but for its end, in the order of the tools that write it."""

    def leaf(path: str) -> str:
        tag = path.rpartition("/")[2]
        return f"<{tag}>{_escaped(said[path])}</{tag}>" if path in said else ""

    def all_of(tag: str, *leaves: str) -> str:
        return f"    <{tag}>{''.join(leaves)}</{tag}>\n" if any(leaves) else ""

    yield f"   <{kind}>\n    {leaf('touchpointID')}\n"
    if "belongsTo@phaseIDref" in said:
        yield f"    <belongsTo phaseIDref={quoteattr(said['belongsTo@phaseIDref'])}/>\n"
    yield f"    {leaf('compliance')}\n" if "compliance" in said else ""
    yield all_of("initiator", f"<refersTo actorIDref={_quoted(said[_BY])}/>", leaf("initiator/initiatorLabel"))
    if _TO in said:
        yield all_of("receiver", f"<refersTo actorIDref={_quoted(said[_TO])}/>", leaf("receiver/receiverLabel"))
    yield all_of("channel", leaf("channel/channelName"))
    times = ("timeOriginated", "timeStarted", "timeCompleted")
    yield all_of("timestamps", *(leaf(f"timestamps/{name}") for name in times))
    yield all_of("touchpointExperience", leaf("touchpointExperience/experienceRating"))
    yield f"    {leaf('category')}\n" if "category" in said else ""


def _same(journey: Journey, name: str, value: str) -> bool:
    return (
        journey.values.get(name.removeprefix(CASE_ATTRIBUTE)) == value
        and name.removeprefix(CASE_ATTRIBUTE) in OF_JOURNEY
    )


def _columns(values: dict[str, Any], types: dict[str, str], indent: str) -> Iterable[str]:
    for name, value in values.items():
        begin = f"{indent}<loper:column name={_quoted(name)} type={quoteattr(types[name])}"
        yield f'{begin} empty="true"/>\n' if value is None else f"{begin}>{_escaped(value)}</loper:column>\n"


def _first(texts: list[Values], name: str) -> str:
    return next((row[name] for row in texts if row.get(name)), "").strip()


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "int"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "float"
    return "date" if pa.types.is_timestamp(kind) else "string"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return NOT_IN_XML.sub("\ufffd", str(value))


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _quoted(text: str) -> str:
    return quoteattr(text)
