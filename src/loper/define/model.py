"""What a journey is: the neutral, frozen form that the parser makes and everything else reads.

Nothing here knows YAML, a clock or a database. Names are those of the journey language
(docs/reference/language.md); a word that Python keeps for itself carries an underscore (`in_`, `if_`, `from_`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from loper.define.expression import Expression

Texts = Mapping[str, str]
"""One text in several languages: language code -> text."""

Role = Literal["customer", "agent", "technician", "planner", "director", "system"]
"""Who may say that an event happened."""

ROLES: tuple[Role, ...] = ("customer", "agent", "technician", "planner", "director", "system")

Kind = Literal["service", "survey", "news"]
"""What a message is for: it decides which caps, holds and consent apply. `news` is marketing."""


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    WORKING_DAYS = "working days"


@dataclass(frozen=True, slots=True)
class Duration:
    """So many of a unit. Minutes and hours are elapsed time; the others count on the journey's calendar."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        unit = str(self.unit)
        return f"{self.amount} {unit[:-1] if self.amount == 1 else unit}"


@dataclass(frozen=True, slots=True)
class Window:
    """Part of the day, both ends included; it may wrap midnight (20:00-06:00)."""

    start: time
    end: time

    def __contains__(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at <= self.end
        return at >= self.start or at <= self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """The working days of an organisation: weekdays (Monday is 0) less dated holidays."""

    name: str = "monday-friday"
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()
    hash: str = ""

    def works(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays


FactKind = Literal[
    "text", "number", "boolean", "time", "date", "minutes", "money", "place", "file", "appointment", "choice"
]


@dataclass(frozen=True, slots=True)
class FactType:
    """The type of a fact; `options` are the values of a `choice`."""

    kind: FactKind
    options: tuple[str, ...] = ()

    @property
    def fields(self) -> Mapping[str, FactType]:
        """The parts of a composite fact that expressions and times can name."""
        return APPOINTMENT_FIELDS if self.kind == "appointment" else {}


APPOINTMENT_FIELDS: Mapping[str, FactType] = {
    "start": FactType("time"),
    "end": FactType("time"),
    "technician": FactType("text"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventType:
    """A declared event: who may say so (`from_`), which facts it sets and clears."""

    name: str
    from_: frozenset[str]
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    title: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """To another stage (or the same: a new visit), if the guard holds."""

    to: str
    if_: Expression | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the customer can do: a dialogue by name, or a built-in action that emits `event`."""

    name: str
    event: str | None = None


BUILT_IN_OFFERS: Mapping[str, str] = {
    "book": "appointment.made",
    "reschedule": "appointment.made",
    "withdraw": "case.withdrawn",
    "call_me": "call.asked",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where the customer is. If not final it has a deadline: `within` (from entry), `until` (a fact), or both."""

    name: str
    title: Texts = field(default_factory=dict)
    says: Texts = field(default_factory=dict)
    on: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    within: Duration | None = None
    until: str | None = None
    offers: tuple[Offer, ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class OnEvent:
    """A touchpoint's time: at an event, or `shift` after it."""

    event: str
    shift: Duration | None = None


@dataclass(frozen=True, slots=True)
class OnFact:
    """A touchpoint's time: `shift` before or after the value of a fact (`appointment.start`)."""

    path: str
    shift: Duration
    before: bool


Anchor = OnEvent | OnFact

Late = Duration | Literal["never", "always"] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Touchpoint:
    """A moment at which the organisation comes to the customer: a message, or a task for a person (`by`)."""

    name: str
    order: int
    when: tuple[Anchor, ...]
    title: Texts = field(default_factory=dict)
    owner: str | None = None
    need: Texts = field(default_factory=dict)
    attention: Literal["spare", "grab"] | None = None
    by: str | None = None
    kind: Kind = "service"
    channels: tuple[str, ...] = ()
    between: Window | None = None
    late: Late = None
    every: Duration | None = None
    most: int | None = None
    unless: frozenset[str] = frozenset()
    in_: frozenset[str] | None = None
    if_: Expression | None = None
    urgent: bool = False
    variants: Mapping[str, int] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    asks: tuple[str, ...] = ()
    accepts: Mapping[str, str] = field(default_factory=dict)

    @property
    def for_person(self) -> bool:
        return self.by is not None


TOUCHPOINT_EVENTS = ("sent", "delivered", "failed", "replied", "answered", "skipped")
"""What comes back of a touchpoint T: events T.sent, T.delivered, ..."""


QuestionKind = Literal[
    "choose", "scale", "text", "number", "boolean", "date", "time", "image", "file", "place", "phone", "email"
]
"""A `scale` runs from the lowest to the highest number of its `choose`, whose texts say what those ends mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question of a dialogue; every channel can render it. `choose` maps each value to its texts."""

    name: str
    ask: Texts
    kind: QuestionKind = "text"
    choose: Mapping[str, Texts] = field(default_factory=dict)
    help: Texts = field(default_factory=dict)
    optional: bool = False
    if_: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Derive:
    """A row of a decision table: when `if_` holds (always, if none) it gives `values`, or stops with what to do."""

    if_: Expression | None = None
    stop: Texts = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialogue:
    """Questions, a decision table (first match wins), and the event that the answers become."""

    name: str
    emits: str
    title: Texts = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    derive: tuple[Derive, ...] = ()
    accepts: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, object] = field(default_factory=dict)
    """The facts of the case in which it is asked, for its conditions; in the journey itself there are none."""


@dataclass(frozen=True, slots=True)
class Target:
    """A goal of the organisation: measure, comparison, value (85 % is 0.85)."""

    measure: str
    op: Literal[">=", "<=", ">", "<", "=="]
    value: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    customer: Texts = field(default_factory=dict)
    feeling: Texts = field(default_factory=dict)
    organisation: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A share (`cases` less `without`), a rate (`count` per `per`) or a `mean` of answers; one of the three."""

    name: str
    cases: str | None = None
    without: tuple[str, ...] = ()
    count: str | None = None
    per: str | None = None
    mean: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaces:
    """How the open cases of an older version come along: stage and touchpoint names, old -> new."""

    version: str
    stages: Mapping[str, str] = field(default_factory=dict)
    touchpoints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Journey:
    """A journey, whole. Two are the same when their versions are (equality is identity: it is a key of caches).
    `version` is the hash of its content, texts included; `label` is what people call it.
    """

    name: str
    version: str
    timezone: ZoneInfo
    stages: Mapping[str, Stage]
    begins: Mapping[str, str]
    label: str | None = None
    title: Texts = field(default_factory=dict)
    owner: str | None = None
    calendar: Calendar = field(default_factory=Calendar)
    goal: Goal = field(default_factory=Goal)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    facts: Mapping[str, FactType] = field(default_factory=dict)
    events: Mapping[str, EventType] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    on: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    opens: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[datetime, datetime] | None = None
    touchpoints: Mapping[str, Touchpoint] = field(default_factory=dict)
    dialogues: Mapping[str, Dialogue] = field(default_factory=dict)
    texts: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """(touchpoint or touchpoint+variant, channel, language) -> the Liquid source of the message."""
    languages: tuple[str, ...] = ("nl",)
    replaces: Replaces | None = None
    accepts: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    """Where it stands in its file: `stages.planned`, `touchpoints.reminder`, `goal` -> line."""

    def fact_type(self, path: str) -> FactType | None:
        """The type of a fact (`problem`) or of a part of one (`appointment.start`); None where it is not declared."""
        name, _, part = path.partition(".")
        kind = self.facts.get(name)
        if kind is None or not part:
            return kind
        return kind.fields.get(part)
