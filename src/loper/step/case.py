"""A case: one customer going once through one version of a journey, and what is derived from its events.

Everything here is frozen. A case is its key, its customer and its accepted events; `State` is their fold, kept so
that an event that comes in order costs one step and not all of them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SYSTEM = "loper"
"""The source of the events that come from Loper itself: T.sent, T.skipped, stage.overdue, ..."""

OrderKey = tuple[datetime, int, str, int, str]
"""Where an event stands in its case: (time, phase, source, sequence, id).

Phase 0 is what happened outside; then comes stage.overdue; phase 1 is what came of the moments of that instant
(T.sent, T.skipped, T.failed): events first, then moments (rule 11).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened, as a CloudEvent tells it: (source, id) is its identity, `emitter` who says so."""

    type: str
    time: datetime
    source: str
    id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 0
    emitter: str | None = None
    received: datetime | None = None  # when it was taken in; the step stamps it

    @property
    def key(self) -> str:
        """Its identity in one text; the occasion of the moments that it gives."""
        return f"{self.source}#{self.id}"

    @property
    def order(self) -> OrderKey:
        happened = self.source == SYSTEM and self.type.endswith((".sent", ".skipped", ".failed"))
        return (self.time, int(happened), self.source, self.sequence, self.id)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: what is due happens now."""


@dataclass(frozen=True, slots=True)
class Moment:
    """(touchpoint, occasion): what happens at most once, ever. `due` and `limit` (None: no limit) are instants."""

    touchpoint: str
    occasion: str
    due: datetime
    limit: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.touchpoint}/{self.occasion}"


@dataclass(frozen=True, slots=True)
class Pending:
    """A moment of an event that may still come (of a fact there is no need: its moments follow from the facts)."""

    touchpoint: str
    anchor: int  # which of the touchpoint's `when`
    occasion: str
    time: datetime  # of the anchor event
    at: int  # position of the anchor event in the fold
    visit: int | None = None  # of stage.overdue: the moments end with the visit
    judged: bool = True  # what `if` said after the event's own move
    repeat: int = 0  # the first repeat of `every` that is not over


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """The fold of a case's events: all of it derived, all of it the same in whatever order they arrived."""

    stage: str | None = None  # None: silent, no begin event yet (or it was retracted)
    round: int = 1
    visit: int = 0
    entered: datetime | None = None
    entry: str = ""  # key of the event that entered this visit
    facts: Mapping[str, Any] = field(default_factory=dict)
    ended: bool = False  # in a final stage, merged, or closed with its campaign
    into: str | None = None  # merged: later events go to this case
    position: int = 0  # how many entries were folded
    last: OrderKey | None = None  # where the next event must stand to be in order
    at: datetime | None = None  # time of the last entry
    begun: datetime | None = None
    pending: tuple[Pending, ...] = ()
    over: frozenset[str] = frozenset()  # keys of moments that happened or were skipped
    queued: Mapping[str, Moment] = field(default_factory=dict)  # due, handed to the outbox, not yet gone
    touched: Mapping[str, int] = field(
        default_factory=dict
    )  # fact -> position of the event that last set or cleared it
    since: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    """Fact path -> (position, time of receipt) of the event that gave it the value it has."""
    seen: Mapping[str, int] = field(default_factory=dict)  # event of some `unless` -> position of its last
    overdue: frozenset[str] = frozenset()  # (visit, deadline) and (stage, instant) that have had their stage.overdue
    retracted: frozenset[str] = frozenset()  # keys of events that were taken out
    said: datetime | None = None  # when the last message of this case went
    wake: datetime | None = None  # when the next tick is worth while
    stalled: bool = False
    reckoned: Any = field(default=None, init=False, repr=False, compare=False)
    """What the step that made this state found to come (loper.step.moments.Reckoned), for the tick that follows it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """`history` holds the accepted events in order of arrival; None when it was left in the store.

    A step that needs the history of a case that came without it raises HistoryNeeded: load it, step again.
    """

    key: str
    journey: str
    version: str
    customer: str
    parent: str | None = None
    inherited: Mapping[str, Any] = field(default_factory=dict)  # a child: the parent's facts, as JSON values
    now: datetime | None = None  # the latest time a step was told; it never goes back
    state: State = field(default_factory=State)
    history: tuple[Event, ...] | None = ()


class HistoryNeeded(LookupError):
    """This step must fold the case again, and its events were not loaded."""


EffectKind = Literal[
    "accepted",  # `event` is new in the case: write it down (T.skipped and the T.sent of a task come this way too)
    "refused",  # `event` may not come in; `why` says what is wrong with it
    "duplicate",  # `event` was accepted before: nothing changed
    "move",  # `event` led to `stage`
    "noted",
    "unexpected",
    "retracted",
    "overdue",  # the deadline of `stage` passed
    "message",  # `moment` is due: queue it for the outbox
    "task",  # a person must do something: `moment`, or `why` == "reply"
    "skip",  # `moment` will not happen; `why`
    "withdrawn",  # `moment` was queued and does not hold any more; `why`
    "stalled",
    "open",  # start another journey: `journey`, case key `key`, with `event`
    "forward",  # `event` is for the case `key`
    "ended",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a step asks of the world, or tells of what it did. `at` is its time, `stage` where the case was."""

    kind: EffectKind
    at: datetime
    stage: str | None = None
    event: Event | None = None
    moment: Moment | None = None
    why: str = ""
    key: str = ""
    journey: str = ""
    round: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    case: Case
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """It may go, by this channel; `why` that channel."""

    channel: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before `until`; then ask again."""

    until: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """It will not go; `why` is late, covered, if, variant, refused, no consent or no channel."""

    why: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It was due and does not hold any more."""

    why: str


Verdict = Go | Wait | Skip | Withdraw


# -- rule 10: what `may` is told -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message that wants to go: its kind, urgency and the touchpoint's channels in order; `tried` failed for good."""

    touchpoint: str
    kind: str
    channels: tuple[str, ...]
    urgent: bool = False
    tried: frozenset[str] = frozenset()
    gathered: bool = False  # it waited for its hour, and that has come


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """What `may` needs to know of a customer, and no more: no name, no address."""

    key: str
    choice: str | None = None  # the channel the customer asked for
    reachable: frozenset[str] = frozenset()  # channels with an address that has not bounced
    refuses: frozenset[str] = frozenset()  # kinds the customer opted out of, and channels without consent
    agrees: frozenset[str] = frozenset()  # kinds with explicit consent (news needs it)
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went to this customer, of any case."""

    kind: str
    at: datetime
    channel: str = ""
    case: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recent:
    """The customer's other doings: messages that went lately, and the journeys that are open now."""

    sent: tuple[Sent, ...] = ()
    open: frozenset[str] = frozenset()
