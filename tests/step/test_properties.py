"""What holds for every journey and every stream of events (hypothesis)."""

from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from loper.step import SYSTEM, Event, State, dump_state, load_state, refold
from loper.step.deadline import deadline
from loper.step.index import RETRACTED
from loper.step.moments import candidates
from loper.step.when import wall
from tests.step.worlds import EVENTS, START, World, journeys, minutes, streams

END = START + timedelta(days=12)

DERIVED = ("stage", "round", "visit", "facts", "ended", "entered", "into")


def derived(world: World) -> dict[str, object]:
    return {name: getattr(world.case.state, name) for name in DERIVED}


def differences(one: State, other: State) -> dict[str, tuple[object, object]]:
    """Where two states differ, but for what only time brings (wake, stalled)."""
    names = [field.name for field in fields(State) if field.compare and field.name not in ("wake", "stalled")]
    return {name: pair for name in names if (pair := (getattr(one, name), getattr(other, name)))[0] != pair[1]}


@given(journeys(), streams(), st.data())
def test_what_a_step_kept_for_the_tick_after_it_is_what_the_tick_would_find(journey, stream, data):
    world = World(journey)
    now = START
    for event in data.draw(st.permutations(stream)):
        now = min(END, now + data.draw(minutes))
        world.take(event, max(now, event.time))
        if data.draw(st.booleans()):
            world.tick(now)
        state = world.case.state
        anew = replace(state)
        assert anew.reckoned is None
        assert state.reckoned.found == candidates(journey, anew)
        assert state.reckoned.deadline == deadline(journey, anew)


@given(journeys(), streams(), st.data())
def test_any_order_of_arrival_ends_in_the_same_state(journey, stream, data):
    one, other = World(journey), World(journey)
    for event in stream:
        one.take(event, END)
    now = START
    for event in data.draw(st.permutations(stream)):
        now = min(END, now + data.draw(minutes))
        other.take(event, max(now, event.time))
        if data.draw(st.booleans()):
            other.tick(now)
    one.tick(END)
    other.tick(END)
    assert derived(one) == derived(other)


@given(journeys(), streams())
def test_going_on_is_the_same_as_folding_again(journey, stream):
    world = World(journey)
    for event in sorted(stream, key=lambda e: e.time):
        world.until(event.time)
        world.take(event, event.time)
        world.tick(event.time)
        fold = refold(journey, world.case, world.case.history)
        fold.pass_deadlines(event.time, inclusive=True)
        assert differences(fold.state(), world.case.state) == {}
    world.until(END)
    fold = refold(journey, world.case, world.case.history)
    fold.pass_deadlines(END, inclusive=True)
    assert differences(fold.state(), world.case.state) == {}


@given(journeys(), streams(), st.data())
def test_duplicates_change_nothing(journey, stream, data):
    world = World(journey)
    for event in stream:
        world.take(event, END)
    before = world.case
    world.take(data.draw(st.sampled_from(stream)), END)
    assert replace(world.case, now=None) == replace(before, now=None)


@given(journeys(), streams())
def test_no_moment_happens_twice_and_none_is_early(journey, stream):
    world = World(journey)
    for event in sorted(stream, key=lambda e: e.time):
        world.until(event.time)
        world.take(event, event.time)
    world.until(END)
    for now, effect in world.effects:
        if effect.moment is not None and effect.kind in ("message", "task", "skip"):
            assert effect.moment.due <= now
    happened = [e.event.data["moment"] for e in world.kinds("accepted") if e.event and e.event.source == SYSTEM]
    assert len(happened) == len(set(happened))


@given(journeys(), streams(retractions=False))
def test_nothing_is_sent_at_or_after_its_limit_or_outside_its_window(journey, stream):
    world = World(journey)
    for event in sorted(stream, key=lambda e: e.time):
        world.until(event.time)
        world.take(event, event.time)
        world.tick(event.time)  # whatever the hour
    world.until(END)
    for now, effect in world.effects:
        if effect.kind in ("message", "task") and effect.moment is not None:
            assert effect.moment.limit is None or now < effect.moment.limit
            window = journey.touchpoints[effect.moment.touchpoint].between
            local = now.astimezone(journey.timezone)
            second = timedelta(seconds=1)
            after_gap = wall(now - second, journey.timezone) + second != wall(now, journey.timezone)
            assert window is None or local.time() in window or after_gap  # a window that is not there opens after it


@given(journeys(), streams(), st.booleans())
def test_a_case_that_has_not_ended_has_more_to_come_or_is_stalled(journey, stream, wait):
    world = World(journey)
    for event in sorted(stream, key=lambda e: e.time):
        world.take(event, event.time)
        before = world.case.state
        idle = before.stage is not None and not before.ended and not before.queued and not before.stalled
        assert before.wake is not None or not idle  # else nobody would ever find that it is stalled
        now = event.time
        world.settle(now)
    if wait:
        now = END
        world.until(END)
        world.settle(END)
    state = world.case.state
    if state.stage is not None and not state.ended:
        assert (state.wake is not None and state.wake > now) or state.queued or state.stalled
        assert not (state.wake is not None and state.stalled)


@given(journeys(), streams(retractions=False), st.data())
def test_retraction_equals_never_having_come(journey, stream, data):
    gone = data.draw(st.sampled_from(stream))
    retraction = Event(type=RETRACTED, time=gone.time, source="/r", id="r", data={"source": gone.source, "id": gone.id})
    with_it, without = World(journey), World(journey)
    for event in data.draw(st.permutations([*stream, retraction])):
        with_it.take(event, END)
    for event in stream:
        if event is not gone:
            without.take(event, END)
    with_it.until(END)
    without.until(END)
    assert derived(with_it) == derived(without)
    left, never = with_it.case.state, without.case.state
    drop = {"position": 0, "retracted": frozenset(), "last": None}
    if left.stage is not None:
        assert replace(left, **drop) == replace(never, **drop)
    assert [e.moment for e in with_it.kinds("message", "task")] == [e.moment for e in without.kinds("message", "task")]


@given(journeys(), streams())
def test_a_state_survives_being_written_down(journey, stream):
    world = World(journey)
    for event in sorted(stream, key=lambda e: e.time):
        world.take(event, event.time)
        world.tick(event.time)
        assert load_state(dump_state(world.case.state), journey) == world.case.state


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@given(journeys(), st.data())
def test_whatever_comes_in_the_step_never_raises(journey, data):
    world = World(journey)
    types = [*EVENTS, RETRACTED, "case.merged", "t1.replied", "t2.answered", "t1.sent", "stage.overdue", "no.such"]
    for number in range(data.draw(st.integers(0, 6))):
        facts = data.draw(st.dictionaries(st.sampled_from(["flag", "block", "at", "source", "id", "into"]), json))
        event = Event(
            type=data.draw(st.sampled_from(types)),
            time=START + data.draw(minutes),
            source=data.draw(st.sampled_from(["/x", "loper/x"])),
            id=str(number),
            data=facts,
            emitter=data.draw(st.sampled_from([None, "agent", "customer", "system"])),
        )
        world.take(event, START)
        world.tick(START)
    world.until(END)
