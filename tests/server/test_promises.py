"""The ledger of promises: what was promised, what came of it, and made from scratch it says the same."""

from datetime import datetime, timedelta
from typing import Any

from loper.server.actions import cases, visits
from loper.server.actions.promises.keep import catch_up, rebuild
from loper.server.queries.promises import BY, Asked, kept_share, parts, rows_of, weeks, whole
from loper.server.records.agenda import Appointment
from loper.server.records.promises import Promise, PromiseCase
from loper.server.records.runtime import Case
from tests.worlds import World

COLUMNS = [one.name for one in Promise._meta.concrete_fields if one.name != "id"]


def ledger() -> list[tuple[Any, ...]]:
    return list(Promise.objects.order_by("case", "number").values_list(*COLUMNS))


def block_of(key: str) -> Promise:
    catch_up()
    return Promise.objects.filter(case=key, kind="block").latest("number")


def visit(key: str) -> Appointment:
    return Appointment.objects.filter(case=key).latest("pk")


def test_a_technician_who_comes_in_time_keeps_the_promise(world: World) -> None:
    key = world.report()
    world.book(key)
    one = block_of(key)
    assert (one.state, one.technician, one.customer) == ("open", "t1", Case.objects.get(key=key).customer)
    assert (one.start, one.due) == (visit(key).start, visit(key).end)
    world.at(visit(key).start + timedelta(minutes=20))
    visits.arrive(actor=world.staff("technician"), case=key)
    one = block_of(key)
    assert (one.state, one.settled, one.sorry) == ("kept", world.time.at, None)
    assert one.by == "confirmation", "by the touchpoint that told it"
    waiting = Promise.objects.get(case=key, kind="answer")
    assert (waiting.state, waiting.stage) == ("kept", "reported")


def test_late_is_broken_and_nobody_who_came_is_so_by_time_alone(world: World) -> None:
    key = world.report()
    world.book(key)
    block_of(key)
    end = visit(key).end
    world.at(end + timedelta(minutes=1))
    one = block_of(key)
    assert (one.state, one.why, one.settled) == ("broken", "nobody_came", None)
    world.time.move(minutes=24)
    visits.arrive(actor=world.staff("technician"), case=key)
    one = block_of(key)
    assert (one.state, one.why) == ("broken", "late")
    assert one.settled is not None and one.settled - one.due == timedelta(minutes=25)


def test_moved_by_the_customer_is_no_broken_promise_and_by_the_planner_it_is(world: World) -> None:
    key = world.report()
    world.book(key)
    world.time.move(minutes=5)
    world.book(key, 2)
    world.time.move(minutes=5)
    slot = world.blocks()[4].slot
    cases.book(actor=world.staff("planner"), case=key, block=slot)
    world.time.move(minutes=5)
    cases.cancel(actor=world.customer_of(key), case=key)
    catch_up()
    found = Promise.objects.filter(case=key, kind="block").order_by("number").values_list("state", "why")
    assert list(found) == [("moved", "by_customer"), ("broken", "moved_by_us"), ("withdrawn", "by_customer")]


def test_a_tap_that_was_taken_back_never_was(world: World) -> None:
    key = world.report()
    world.book(key)
    world.at(visit(key).start)
    sam = world.staff("technician")
    event = visits.arrive(actor=sam, case=key)
    assert event is not None and block_of(key).state == "kept"
    visits.undo(actor=sam, case=key, event=event.id)
    assert block_of(key).state == "open"


def test_a_call_back_is_kept_by_trying_in_time(world: World) -> None:
    from loper.server.actions import tasks
    from loper.server.records.runtime import Task

    key = world.report()
    start, end = world.time.at + timedelta(hours=1), world.time.at + timedelta(hours=3)
    cases.ask_call(actor=world.customer_of(key), case=key, start=start, end=end, phone="")
    world.work()
    catch_up()
    call = Promise.objects.get(case=key, kind="call")
    assert (call.state, call.start, call.due) == ("open", start, end)
    world.at(end - timedelta(minutes=30))
    task = Task.objects.get(case=key, touchpoint="call")
    tasks.attempt(
        actor=world.staff("agent"), task=task.pk, outcome="no_answer", again=world.time.at + timedelta(hours=1)
    )
    catch_up()
    call = Promise.objects.get(case=key, kind="call")
    assert (call.state, call.why) == ("kept", "not_reached")
    other = world.report(email="ander@example.nl")
    start, end = world.time.at + timedelta(hours=1), world.time.at + timedelta(hours=3)
    cases.ask_call(actor=world.customer_of(other), case=other, start=start, end=end, phone="")
    world.at(end + timedelta(minutes=1))
    catch_up()
    assert Promise.objects.get(case=other, kind="call").why == "no_call"


def test_sorry_before_the_customer_called(world: World) -> None:
    """A deadline passes: an agent says sorry; of another the customer comes first."""
    from loper.server.actions import tasks
    from loper.server.records.runtime import Task

    first, second = world.report(), world.report(email="ander@example.nl")
    world.at(world.time.at + timedelta(days=2))
    catch_up()
    assert set(Promise.objects.filter(kind="answer").values_list("state", "why")) == {("broken", "no_answer")}
    task = Task.objects.filter(case=first, touchpoint="sorry").earliest("pk")
    tasks.close(actor=world.staff("agent"), task=task.pk)
    start = world.time.at + timedelta(hours=4)
    cases.ask_call(actor=world.customer_of(second), case=second, start=start, end=start + timedelta(hours=1), phone="")
    world.time.move(hours=1)
    cases.ask_call(actor=world.customer_of(first), case=first, start=start, end=start + timedelta(hours=1), phone="")
    catch_up()
    one, other = (Promise.objects.get(case=key, kind="answer") for key in (first, second))
    assert one.sorry and one.called and one.called - one.sorry == timedelta(hours=1)
    assert other.sorry is None and other.called is not None


def test_from_scratch_it_is_the_same(world: World) -> None:
    """Judged as it goes along, every hour, or all at once at the end."""
    made = [world.report(email=f"t{number}@example.nl") for number in range(4)]
    for number, key in enumerate(made[:3]):
        world.book(key, number)
    sam = world.staff("technician")
    last: datetime = world.time.at
    for step in range(60):
        world.at(world.time.at + timedelta(hours=1))
        catch_up(last - timedelta(minutes=10))
        last = world.time.at
        if step == 3:
            world.book(made[0], 5)
        for key in made[:3]:
            if world.stage(key) == "planned" and visit(key).start <= world.time.at and key != made[2]:
                visits.arrive(actor=sam, case=key) if visit(key).technician.key == "t1" else None
    before = ledger()
    assert len(before) >= 7 and len({row[COLUMNS.index("state")] for row in before}) >= 3
    catch_up()
    assert ledger() == before, "nothing was missed on the way"
    assert rebuild() == PromiseCase.objects.count() == Case.objects.count()
    assert ledger() == before


def test_the_share_that_was_kept_by_week_and_by_whatever_is_asked(world: World) -> None:
    catch_up()
    begun = world.time.at
    late, home = world.report(), world.report(email="ander@example.nl")
    for key in (late, home):
        world.book(key)
    sam = world.staff("technician")
    world.at(visit(late).start)
    visits.arrive(actor=sam, case=home if visit(home).technician.key == "t1" else late)
    world.at(world.time.at + timedelta(days=1))
    catch_up()
    asked = Asked(since=begun, until=world.time.at)
    every = Promise.objects.filter(due__lt=world.time.at)
    kept, broken = every.filter(state="kept").count(), every.filter(state="broken").count()
    assert kept and broken and kept + broken == every.count()
    share = kept_share(begun)
    assert (share.n, share.estimate) == (kept + broken, kept / (kept + broken)) and share.low < share.estimate
    assert (whole(asked).kept, whole(asked).broken) == (kept, broken)
    assert sum(one.kept for _monday, one in weeks(asked)) == kept
    for by in BY:
        found = parts(asked, by)
        if by == "technician":
            assert [one.key for one in found] == ["own"]
            continue
        assert (sum(one.kept for one in found), sum(one.broken for one in found)) == (kept, broken)
        for one in found:
            rows = rows_of(Asked(since=begun, until=world.time.at, only={by: one.key}))
            assert rows.count() == one.kept + one.broken + one.others, "a number leads to its promises"
    assert [one.key for one in parts(asked, "region")] == ["12"]
    assert kept_share(world.time.at + timedelta(days=9)).n == 0
