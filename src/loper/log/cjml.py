"""CJML 2.0, the Customer Journey Modeling Language (Halvorsrud et al., SINTEF), in its XML: actual journeys as a log.

No schema of the XML is published. These are the elements that its site and its public tools write: an `actualJourney`
has a `journeyID`, `actors` (`endUser`, `serviceProvider`) and `touchpoints` (`actualCommunicationPoint`,
`actualAction`), each with an initiator and a receiver, a channel, timestamps, a compliance and an experience. Planned
journeys are no log and are left out, and so are touchpoints of which the compliance is `missing`.
What a log has and CJML has not stands in elements `column` of the namespace `urn:loper:log`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

import pyarrow as pa

from loper.log.table import CASE_ATTRIBUTE, INSTANT, KNOWN, NEEDED, WORD, BadLog
from loper.log.typed import Chunk, Progress, Seen, Typed, as_declared, typed
from loper.log.xml_stream import parse

NAMESPACE = "urn:loper:log"
POINT, ACTION = "actualCommunicationPoint", "actualAction"
TIMES = ("timeOriginated", "timeStarted", "timeReceived", "timeConsumed", "timeCompleted")
"""The first of these that a touchpoint has is its time; the last is its end, where it is not the only one."""

OF_JOURNEY = ("journeyTitle", "journeyStatus", "complianceContent", "complianceSequence", "complianceTiming")
OF_TOUCHPOINT = ("compliance", "category")
HIDDEN = ("touchpointID", "receiver", "receiverLabel", "comment", "message", "experienceDescription")
"""What a person wrote, and what is known from the rest: there to be named, else left out."""

TYPES = {"string": WORD, "date": INSTANT, "int": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}

Values = dict[str, str]
"""Of an element: path within it -> text; path@attribute -> value."""


@dataclass(kw_only=True)
class Journey:
    """A journey as it stands in a file."""

    values: Values = field(default_factory=dict)
    end_users: list[str] = field(default_factory=list)
    phases: Values = field(default_factory=dict)  # id -> name
    columns: Values = field(default_factory=dict)  # of the case, that CJML has no place for


def contact_of(journey: Journey, kind: str, said: Values) -> dict[str, str]:
    """The columns that a touchpoint of a journey says, as texts; `kind`: POINT or ACTION."""
    initiator, receiver = said.get("initiator/refersTo@actorIDref", ""), said.get("receiver/refersTo@actorIDref", "")
    times = [said[path] for name in TIMES for path in (f"timestamps/{name}", name) if said.get(path)]
    completed = said.get("timestamps/timeCompleted") or said.get("timeCompleted", "")
    phase = said.get("belongsTo@phaseIDref", "").strip()
    end_user = next((one for one in (initiator, receiver) if one in journey.end_users), "")
    direction = "in" if initiator in journey.end_users else "out" if receiver in journey.end_users else ""
    found = {
        "case": journey.values.get("journeyID", ""),
        "activity": said.get("initiator/initiatorLabel") or said.get("receiver/receiverLabel", ""),
        "time": times[0] if times else "",
        "end": completed if len(times) > 1 else "",
        "journey": journey.values.get("plannedReference", ""),
        "customer": end_user or (journey.end_users[0] if len(journey.end_users) == 1 else ""),
        "channel": said.get("channel/channelName", ""),
        "stage": journey.phases.get(phase, phase),
        "score": said.get("touchpointExperience/experienceRating", ""),
        "direction": direction if kind == POINT else "",
        "initiator": "customer" if initiator and initiator in journey.end_users else initiator,
        "receiver": receiver,
        "receiverLabel": said.get("receiver/receiverLabel", ""),
        "experienceDescription": said.get("touchpointExperience/experienceDescription", ""),
        "outcome": "failed" if said.get("compliance", "").casefold() == "failing" else "",
        **{name: said.get(name, "") for name in ("touchpointID", "comment", "message", *OF_TOUCHPOINT)},
        **{CASE_ATTRIBUTE + name: journey.values.get(name, "") for name in OF_JOURNEY},
    }
    return {name: value for name, value in found.items() if value}


@dataclass(kw_only=True)
class Found:
    """What a file has."""

    rows: list[dict[str, str]] = field(default_factory=list)
    kinds: dict[str, pa.DataType] = field(default_factory=dict)  # of the columns that CJML has no place for
    planned: int = 0
    missing: int = 0

    def fields(self) -> dict[str, pa.DataType]:
        names = dict.fromkeys(name for row in self.rows for name in row)
        needed = {"case": pa.string(), "activity": WORD, "time": pa.string()}
        return needed | {name: self.kinds.get(name) or KNOWN.get(name, WORD) for name in names if name not in needed}


def read(
    path: Path, *, names: Mapping[str, str], lifecycle: tuple[str, str] | None, zone: tzinfo
) -> Typed:  # fmt: skip
    """The actual journeys of a CJML file, in memory; a journey is a case, a touchpoint a contact.

    The label of the initiator is the activity. A touchpoint without a timestamp is rejected: nobody knows when it
    was. Raises BadLog.
    """
    found = _found(path)
    if not found.rows:
        why = f"it has no touchpoints of an actual journey ({found.planned} planned journeys)"
        raise BadLog([f"{path.name}: {why}: a log says what happened; export the actual journeys"])
    fields = found.fields()

    def chunks(on_progress: Progress) -> Iterator[Chunk]:
        texts = {name: pa.array([row.get(name) for row in found.rows], pa.string()) for name in fields}
        yield Chunk(arrays={name: as_declared(array, fields[name]) for name, array in texts.items()})
        if on_progress:
            on_progress(path.stat().st_size)

    return typed(
        fields=fields,
        names=names,
        usual={name: (name,) for name in (*NEEDED, *KNOWN)},
        lifecycle=lifecycle,
        zone=zone,
        size=path.stat().st_size,
        chunks=chunks,
        seen=[
            Seen(kind="planned", text="planned journeys are no log and were left out", count=found.planned),
            Seen(kind="missing", text="touchpoints did not happen (missing) and were left out", count=found.missing),
        ],
        hidden=[name for name in HIDDEN if name in fields],
    )


class _Handlers:
    """What is done at each element of a file."""

    def __init__(self, path: Path) -> None:
        self.found = Found()
        self._path = path
        self._open: list[str] = []  # elements, from the outermost
        self._within: list[str] | None = None  # those within the touchpoint, where there is one
        self._texts: list[str] = []
        self._journey = Journey()
        self._said: Values = {}
        self._own: dict[str, str | None] = {}
        self._own_tag = ""  # of columns that CJML has no place for
        self._column = self._phase = ""
        self.text = self._texts.append

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self._begin(tag, attributes)
        self._open.append(tag)
        self._texts.clear()
        if tag in (POINT, ACTION):
            self._within, self._said, self._own = [], {}, {}
        elif self._within is not None:
            self._within.append(tag)
            self._said |= {f"{'/'.join(self._within)}@{key}": value for key, value in attributes.items()}
        elif tag == "actualJourney":
            self._journey = Journey()
        elif tag == "plannedJourney":
            self.found.planned += 1
        elif tag == "endUser":
            self._journey.end_users.append(attributes.get("actorID") or attributes.get("actorIDref", ""))
        elif tag == "journeyPhase":
            self._phase = attributes.get("phaseID", "").strip()
        if tag == self._own_tag:
            self._column = attributes.get("name", "")
            self.found.kinds.setdefault(self._column, TYPES.get(attributes.get("type", ""), WORD))
            if attributes.get("empty") == "true":
                self._own[self._column] = None

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "CJML":
            raise BadLog([f"{self._path.name}: this is no CJML: it begins with <{tag}>, expected <CJML>"])
        prefixes = (key.removeprefix("xmlns:") for key, uri in attributes.items() if uri == NAMESPACE)
        self._own_tag = f"{next(prefixes, '')}:column"

    def end(self, tag: str) -> None:
        self._open.pop()
        value = "".join(self._texts)
        self._texts.clear()
        if tag in (POINT, ACTION):
            self._within = None
            self._finish(tag)
        elif tag == self._own_tag:
            self._keep(value)
        elif self._within is not None:
            if value.strip():
                self._said["/".join(self._within)] = value.strip()
        elif tag == "phaseName":
            self._journey.phases[self._phase] = value.strip() or self._phase
        elif self._open and self._open[-1] == "actualJourney" and value.strip():
            self._journey.values[tag] = value.strip()
        if self._within:
            self._within.pop()

    def _keep(self, value: str) -> None:
        if self._within is None:
            self._journey.columns[self._column] = value
        elif self._own.get(self._column, value) is not None:
            self._own[self._column] = value

    def _finish(self, kind: str) -> None:
        if self._said.get("compliance", "").casefold() == "missing":
            self.found.missing += 1
            return
        row = {**contact_of(self._journey, kind, self._said), **self._journey.columns, **self._own}
        self.found.rows.append({name: value for name, value in row.items() if value is not None})


def _found(path: Path) -> Found:
    handlers = _Handlers(path)
    for _ in parse(path, handlers.start, handlers.end, handlers.text):
        pass
    return handlers.found
