"""Which promises a case holds, and what came of each: a pure function of what happened and of the time.

| kind | given by | kept |
|---|---|---|
| block | an appointment | the technician came before the end of the block |
| arrival | a time told on the day | the customer's turn was within it, five minutes more or less |
| call | a wish to be called | we called before the end of the time that was asked for |
| answer | a stage that has to be over `within` a time | it was |

Moved or cancelled by the customer, or on their word (an agent, the technician at the table), it is no broken promise;
moved by the planner or by the system it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from loper.define.model import Journey, OnEvent, Stage
from loper.server.actions.promises.facts import Facts, Promised, State, Wish, span
from loper.step import Event
from loper.step.fold import short
from loper.step.when import shift

ARRIVED = "technician.arrived"
CAME = frozenset({ARRIVED, "customer.absent", "job.fixed", "job.unfinished"})
CANCELLED = "appointment.cancelled"
WITHDRAWN = frozenset({"case.withdrawn", "complaint.dropped"})
ANEW = ("stage.overdue", "arrival.changed")
"""A touchpoint at one of these says sorry, or another time, before the customer has to ask."""

CONSENT = frozenset({"customer", "agent", "technician"})
NEAR = timedelta(hours=4)  # so long before its start a promise can be in danger, or be kept early
TABLE = timedelta(minutes=30)  # within so long the visit ends at whose table the next one was made
GRACE = timedelta(minutes=5)


def judge(facts: Facts, now: datetime) -> list[Promised]:
    """Every promise of the case in the order in which they were given."""
    found = [*blocks(facts, now), *arrivals(facts, now), *calls(facts, now), *answers(facts, now)]
    said = [_said_sorry(one, facts, now) for one in found]
    return sorted(said, key=lambda one: (one.given, one.kind, one.due))


def again(found: Sequence[Promised], now: datetime) -> datetime | None:
    """When the time alone may change what was judged; None: never."""
    comes = [one.due for one in found if one.state == "open" and one.due >= now]
    looks = [now + timedelta(minutes=10) for one in found if one.state == "open" and one.kind == "call"]
    return min([*comes, *looks], default=None)


# -- blocks ------------------------------------------------------------------------------------------------------------


def blocks(facts: Facts, now: datetime) -> list[Promised]:
    """The blocks of time that were agreed."""
    found: list[Promised] = []
    held: Promised | None = None

    def over(state: State, why: str, at: datetime) -> None:
        nonlocal held
        if held is not None:
            found.append(_settled(held, state, why, at))
        held = None

    for event in facts.events:
        told = span(event.data.get("appointment"))
        if told is not None:
            start, end, technician = told
            if held is not None and (held.start, held.due) == (start, end):
                held = replace(held, technician=technician or held.technician)  # somebody else, the same promise
                continue
            if held is not None and event.emitter == "technician" and event.time >= _start(held) - NEAR:
                over("kept", "", event.time)  # made at the table: the technician is there
            elif held is not None and event.emitter in CONSENT:
                over("moved", "by_customer" if event.emitter == "customer" else "with_customer", event.time)
            elif held is not None:
                over("broken", "moved_by_us", event.time)
            held = Promised(
                kind="block",
                by=_message_of(facts, event) or event.type,
                given=event.time,
                start=start,
                due=end,
                technician=technician,
            )
        elif held is None:
            continue
        elif event.type == ARRIVED or (event.type in CAME and _is_of(event, held)):
            over("kept", "" if event.type != "customer.absent" else "not_home", event.time)
        elif event.type == CANCELLED:
            asked = event.emitter in CONSENT
            over("withdrawn" if asked else "broken", "by_customer" if asked else "cancelled_by_us", event.time)
        elif event.type in WITHDRAWN:
            over("withdrawn", "by_customer", event.time)
    if held is not None:
        found.append(_running(held, now, "nobody_came"))
    return found


def _is_of(event: Event, held: Promised) -> bool:
    """Whether a visit that ends is the one of this block, and not the one before, at whose table it was made."""
    return event.time >= _start(held) - NEAR and event.time >= held.given + TABLE


def _settled(held: Promised, state: State, why: str, at: datetime) -> Promised:
    """What comes after its time has broken it, whatever it is."""
    if at <= held.due:
        return replace(held, state=state, why=why, settled=at)
    return replace(held, state="broken", why="late" if state == "kept" else "nobody_came", settled=at)


def _running(held: Promised, now: datetime, why: str) -> Promised:
    return replace(held, state="broken", why=why) if now > held.due else held


# -- arrival times -----------------------------------------------------------------------------------------------------


def arrivals(facts: Facts, now: datetime) -> list[Promised]:
    """The times that were told on the day. Each is judged on when the customer's turn came, also after a newer one."""
    found: list[Promised] = []
    held: list[Promised] = []
    begins: datetime | None = None

    for event in facts.events:
        told, block = span(event.data.get("expected")), span(event.data.get("appointment"))
        if block is not None or event.type in WITHDRAWN or event.type == CANCELLED:
            asked = event.emitter in CONSENT
            state: State = "broken" if not asked else "moved" if block is not None else "withdrawn"
            for one in held:
                same = block is not None and begins == block[0]
                found.append(
                    one if same else _settled(one, state, "by_customer" if asked else "moved_by_us", event.time)
                )
            held = []
            begins = block[0] if block is not None else None
        elif event.type in CAME:
            turn = max(event.time, begins) if begins is not None else event.time
            found += [_came(one, turn) for one in held]
            held = []
        elif told is not None and not (held and (held[-1].start, held[-1].due) == told[:2]):
            by = _message_of(facts, event) or event.type
            held.append(Promised(kind="arrival", by=by, given=event.time, start=told[0], due=told[1]))
    found += [_running(one, now, "nobody_came") for one in held]
    technicians = [(one.given, one.technician) for one in blocks(facts, now)]
    return [replace(one, technician=_last(technicians, one.given)) for one in found]


def _came(one: Promised, turn: datetime) -> Promised:
    if turn > one.due + GRACE:
        return replace(one, state="broken", why="late", settled=turn)
    if turn < _start(one) - GRACE:
        return replace(one, state="broken", why="early", settled=turn)
    return replace(one, state="kept", settled=turn)


def _last(technicians: Sequence[tuple[datetime, str]], at: datetime) -> str:
    return next((name for given, name in reversed(technicians) if given <= at), "")


# -- call-backs --------------------------------------------------------------------------------------------------------


def calls(facts: Facts, now: datetime) -> list[Promised]:
    """The calls that customers asked for. To have tried within the time is to have kept it."""
    found = []
    for number, wish in enumerate(facts.wishes):
        later = facts.wishes[number + 1] if number + 1 < len(facts.wishes) else None
        found.append(_called(facts, wish, later, now))
    return found


def _called(facts: Facts, wish: Wish, later: Wish | None, now: datetime) -> Promised:
    one = Promised(kind="call", by="call.asked", given=wish.at, start=wish.start, due=wish.end)
    made = [call for call in facts.calls if call.wish == wish.event]
    if made:
        first = made[0]
        if first.at <= wish.end:
            return replace(one, state="kept", why="" if first.reached else "not_reached", settled=first.at)
        return replace(one, state="broken", why="late", settled=first.at)
    if later is not None and later.at <= wish.end:
        return replace(one, state="moved", why="by_customer", settled=later.at)
    gone = next((event.time for event in facts.events if event.type in WITHDRAWN and event.time >= wish.at), None)
    if gone is not None and gone <= wish.end:
        return replace(one, state="withdrawn", why="by_customer", settled=gone)
    return _running(one, now, "no_call")


# -- answers -----------------------------------------------------------------------------------------------------------


def answers(facts: Facts, now: datetime) -> list[Promised]:
    """The deadlines of stages in which the customer waits for us; visits are promises of their own."""
    journey = facts.journey
    moves = [touch for touch in facts.touches if touch.kind == "move" and touch.stage]
    found = []
    for number, move in enumerate(moves):
        stage = journey.stages.get(str(move.stage))
        if stage is None or not _waits(stage, journey) or stage.within is None:
            continue
        due = shift(move.at, stage.within, journey.timezone, journey.calendar)
        one = Promised(kind="answer", by=f"within {stage.within}", given=move.at, due=due, stage=stage.name)
        if number + 1 == len(moves):
            found.append(_running(one, now, "no_answer"))
            continue
        left = moves[number + 1]
        cause = next((event for event in facts.events if event.key[:300] == left.cause), None)
        asked = cause is not None and cause.type in WITHDRAWN
        if left.at > due:
            found.append(replace(one, state="broken", why="late", settled=left.at))
        elif asked:
            found.append(replace(one, state="withdrawn", why="by_customer", settled=left.at))
        else:
            found.append(replace(one, state="kept", settled=left.at))
    return found


def _waits(stage: Stage, journey: Journey) -> bool:
    """Whether the customer waits for us in this stage: not for a technician who is there, nor for time to pass."""
    if stage.final or stage.until is not None or "stage.overdue" in stage.on:
        return False
    told = [journey.events[event].from_ for event in stage.on if event in journey.events]
    return not any(set(roles) == {"technician"} for roles in told)


# -- sorry -------------------------------------------------------------------------------------------------------------


def _said_sorry(one: Promised, facts: Facts, now: datetime) -> Promised:
    """When we said sorry and when the customer called, of a promise that was broken."""
    if one.state != "broken":
        return one
    since = max(one.given, (one.start or one.due) - NEAR) if one.kind in ("block", "arrival") else one.due
    until = one.settled or now
    names = {
        name
        for name, touchpoint in facts.journey.touchpoints.items()
        if any(isinstance(anchor, OnEvent) and anchor.event in ANEW for anchor in touchpoint.when)
    }
    sorry = [
        touch.at
        for touch in facts.touches
        if since <= touch.at <= until
        and (
            (touch.kind == "message" and touch.activity in names)
            or (touch.kind == "event" and touch.activity.removesuffix(".answered") in names)
        )
    ]
    called = [
        touch.at
        for touch in facts.touches
        if since <= touch.at <= until
        and touch.kind in ("event", "unexpected")
        and _asks(touch.activity, touch.initiator)
    ]
    return replace(one, sorry=min(sorry, default=None), called=min(called, default=None))


def _asks(activity: str, initiator: str) -> bool:
    return initiator == "customer" and not activity.endswith((".answered", ".read", ".opened"))


def _start(one: Promised) -> datetime:
    return one.start or one.due


def _message_of(facts: Facts, event: Event) -> str:
    """The touchpoint that told the customer of this event; empty where no message went."""
    occasion = short(event.key)
    return next((touch.activity for touch in facts.touches if touch.kind == "message" and touch.cause == occasion), "")
