"""The offer against brute force: everything tried, in plain Python, on small days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from loper.plan.board import Board
from loper.plan.model import Job, Offered, PartnerBlock, Pause, Place, Plan, Route, Shift, Span
from loper.plan.offer import offer
from loper.plan.travel import Crow

DAY = date(2026, 9, 8)
MIDNIGHT = datetime(2026, 9, 8, tzinfo=UTC)
TRAVEL = Crow()
SKILLS, PARTS = ["plumbing", "heating"], ["tap", "pump"]


def at(minutes: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minutes)


BLOCKS = [Span(at(480), at(600)), Span(at(600), at(720)), Span(at(780), at(900))]


# -- in plain Python ---------------------------------------------------------------------------------------------------


def way(a: Place | None, b: Place | None) -> int:
    return 0 if a is None or b is None else int(TRAVEL.seconds([a], [b])[0, 0])


def walk(shift: Shift, tasks: list[object], begin_at: datetime | None, new: Job | None) -> datetime | None:
    """Go through jobs and pauses in this order; gives when `new` begins (not before `begin_at`), None: it cannot be."""
    clock, here, began = shift.start, shift.begins_at, None
    for task in tasks:
        if isinstance(task, Pause):
            if clock > task.latest:
                return None
            clock = max(clock, task.earliest) + task.lasts
            continue
        assert isinstance(task, Job)
        clock += timedelta(seconds=way(here, task.place))
        here = task.place
        if task.fixed and task.planned is not None:
            early = late = task.planned
        else:
            early, late = task.promised or (clock, clock)
        if task is new and begin_at is not None:
            early = max(early, begin_at)
        clock = max(clock, early)
        if clock > late:
            return None
        began = clock if task is new else began
        clock += task.lasts_for.get(shift.technician, task.lasts)
    if shift.ends_at is not None:
        clock += timedelta(seconds=way(here, shift.ends_at))
    return (began or clock) if clock <= shift.end else None


def orders(jobs: list[Job], pauses: list[Pause]) -> list[list[object]]:
    """The jobs in their order, with the pauses anywhere, in any order."""
    found: list[list[object]] = [list(jobs)]
    for pause in pauses:
        found = [[*one[:n], pause, *one[n:]] for one in found for n in range(len(one) + 1)]
    return found


def drive(shift: Shift, jobs: list[Job]) -> int:
    if not jobs:
        return 0
    places = [shift.begins_at, *(job.place for job in jobs), shift.ends_at]
    return sum(way(a, b) for a, b in pairwise(places))


def able(shift: Shift, job: Job) -> bool:
    return (
        (not shift.skills or job.skills <= shift.skills)
        and (job.material <= shift.stock or (job.material_in is not None and job.material_in <= DAY))
        and (not shift.area or any(job.postcode.startswith(one) for one in shift.area))
        and (not job.technicians or shift.technician in job.technicians)
    )


def ways(route: Route, job: Job, block: Span) -> list[tuple[int, datetime, list[object], Job]]:
    """Each way to put the job into this route: extra travel, earliest begin, the order."""
    shift, jobs = route.shift, list(route.jobs)
    if not able(shift, job):
        return []
    new = Job(key="new", place=job.place, lasts=job.lasts_for.get(shift.technician, job.lasts), promised=block)
    found = []
    for place in range(len(jobs) + 1):
        put = [*jobs[:place], new, *jobs[place:]]
        extra = drive(shift, put) - drive(shift, jobs)
        for order in orders(put, list(shift.pauses)):
            begins = walk(shift, order, None, new)
            if begins is not None:
                found.append((extra, begins, order, new))
    return found


def brute(plan: Plan, job: Job, block: Span) -> tuple[int, datetime, str, str] | None:
    every = {route.shift.technician: ways(route, job, block) for route in plan.routes}
    shifts = {route.shift.technician: route.shift for route in plan.routes}
    if job.people == 1:
        alone = [(extra, begins, who, "") for who, found in every.items() for extra, begins, _o, _n in found]
        return min(alone, default=None)
    both = []
    for one, other in combinations(sorted(every), 2):
        for extra, begins, order, new in every[one]:
            for more, starts, along, there in every[other]:
                # Together they begin when the later of them can; each must still be done in time.
                together = max(begins, starts)
                if walk(shifts[one], order, together, new) == together == walk(shifts[other], along, together, there):
                    both.append((extra + more, together, one, other))
    return min(both, default=None)


# -- small days --------------------------------------------------------------------------------------------------------

places = st.builds(Place, st.sampled_from([52.05, 52.08, 52.11, 52.3]), st.sampled_from([5.05, 5.1, 5.15, 5.6]))
some = st.sampled_from


@st.composite
def pauses(draw: st.DrawFn) -> tuple[Pause, ...]:
    found = []
    if draw(st.booleans()):
        found.append(
            Pause(kind="lunch", earliest=at(705), latest=at(draw(some([705, 750, 780]))), lasts=timedelta(minutes=30))
        )
    if draw(some([False, False, True])):
        found.append(
            Pause(kind="away", earliest=at(600), latest=at(600), lasts=timedelta(minutes=draw(some([30, 60]))))
        )
    return tuple(found)


@st.composite
def jobs(draw: st.DrawFn, number: int = 0) -> Job:
    block = draw(some([None, *BLOCKS]))
    planned = block.start + timedelta(minutes=draw(some([0, 45]))) if block else None
    return Job(
        key=str(number),
        place=draw(places),
        lasts=timedelta(minutes=draw(some([20, 45, 90]))),
        lasts_for={"b": timedelta(minutes=30)} if draw(st.booleans()) else {},
        promised=block,
        planned=planned,
        fixed=planned is not None and draw(some([False, False, True])),
    )


@st.composite
def routes(draw: st.DrawFn, technician: str) -> Route:
    start = draw(some([420, 480, 610]))
    shift = Shift(
        technician=technician,
        day=DAY,
        start=at(start),
        end=at(draw(some([720, 930, 1020]))),
        begins_at=draw(places),
        ends_at=draw(st.none() | places),
        pauses=draw(pauses()),
        skills=frozenset(draw(st.lists(some(SKILLS), max_size=2))),
        stock=frozenset(draw(st.lists(some(PARTS), max_size=2))),
        area=frozenset(draw(some([[], ["35"], ["36"]]))),
    )
    there = [draw(jobs(number)) for number in range(draw(some([0, 1, 2, 3])))]
    there.sort(key=lambda job: (job.promised or BLOCKS[0]).start)
    while any(True for _ in there) and all(
        walk(shift, one, None, None) is None for one in orders(there, list(shift.pauses))
    ):
        there.pop()  # a route keeps its promises
    return Route(shift, tuple(there))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Plan, Job]:
    plan = Plan(tuple(draw(routes(name)) for name in "abc"[: draw(some([1, 2, 3]))]))
    job = Job(
        key="new",
        place=draw(places),
        lasts=timedelta(minutes=draw(some([30, 60, 100]))),
        lasts_for={"a": timedelta(minutes=45)} if draw(st.booleans()) else {},
        skills=frozenset(draw(some([[], [], ["plumbing"]]))),
        material=frozenset(draw(some([[], [], ["tap"]]))),
        material_in=draw(some([None, DAY, DAY + timedelta(days=1)])),
        people=draw(some([1, 1, 1, 2])),
        postcode="3512AB",
        technicians=frozenset(draw(some([[], [], ["a"]]))),
    )
    return plan, job


def asked(plan: Plan, job: Job) -> tuple[Offered, ...]:
    return offer(Board.of(plan, TRAVEL), job, BLOCKS, TRAVEL, at(0))


@settings(max_examples=1000, deadline=None)
@given(cases())
def test_brute_force_finds_the_same_block_by_block(case: tuple[Plan, Job]) -> None:
    plan, job = case
    for found, block in zip(asked(plan, job), BLOCKS, strict=True):
        best = brute(plan, job, block)
        got = (int(found.extra.total_seconds()), found.planned, found.technician, found.second) if found.free else None
        assert got == best, (block, found.why)


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_a_route_put_in_later_is_as_if_it_had_always_been_there(case: tuple[Plan, Job], data: st.DataObject) -> None:
    plan, job = case
    other = data.draw(routes("a"))
    rest = tuple(route for route in plan.routes if route.shift.technician != "a")
    anew = offer(Board.of(plan, TRAVEL).with_route(other), job, BLOCKS, TRAVEL, at(0))
    assert anew == asked(Plan((other, *rest)), job)


# -- why not, co-makers, what suits ------------------------------------------------------------------------------------


def shift(technician: str = "a", **parts: object) -> Shift:
    given: dict[str, object] = {
        "technician": technician, "day": DAY, "start": at(480), "end": at(1020), "begins_at": Place(52.09, 5.12),
    }  # fmt: skip
    return Shift(**{**given, **parts})  # type: ignore[arg-type]


def job(**parts: object) -> Job:
    given: dict[str, object] = {
        "key": "new",
        "place": Place(52.1, 5.11),
        "lasts": timedelta(minutes=60),
        "postcode": "3511AB",
    }
    return Job(**{**given, **parts})  # type: ignore[arg-type]


def whys(plan: Plan, new: Job, now: datetime = MIDNIGHT) -> list[str | None]:
    return [one.why for one in offer(Board.of(plan, TRAVEL), new, BLOCKS, TRAVEL, now)]


def test_a_block_that_cannot_be_had_says_why() -> None:
    plan = Plan((Route(shift(skills=frozenset({"heating"}))),))
    assert whys(plan, job(skills=frozenset({"plumbing"}))) == ["skill"] * 3
    assert whys(plan, job(material=frozenset({"boiler"}))) == ["material"] * 3
    assert whys(plan, job(material=frozenset({"boiler"}), material_in=DAY + timedelta(days=1))) == ["material"] * 3
    assert whys(plan, job(material=frozenset({"boiler"}), material_in=DAY)) == [None] * 3
    assert whys(plan, job(people=2)) == ["people"] * 3
    assert whys(plan, job(), now=at(545)) == ["past", "past", None]
    assert whys(Plan((Route(shift(area=frozenset({"10"}))),)), job()) == ["area"] * 3
    assert whys(Plan((Route(shift(end=at(650))),)), job()) == [None, "hours", "hours"]
    assert whys(Plan((Route(shift(ends_at=Place(53.2, 6.57), end=at(720))),)), job())[1] == "far"
    busy = job(key="1", lasts=timedelta(minutes=210), promised=BLOCKS[0], planned=at(490), fixed=True)
    assert whys(Plan((Route(shift(), (busy,)),)), job()) == ["full", None, None]
    assert whys(Plan(()), job()) == ["hours"] * 3


def test_of_two_reasons_the_nearest_to_yes_is_said() -> None:
    other = shift("b", skills=frozenset({"plumbing"}), end=at(500), ends_at=Place(52.09, 5.12))
    plan = Plan((Route(shift(skills=frozenset({"heating"}))), Route(other)))
    assert whys(plan, job(skills=frozenset({"plumbing"})))[2] == "hours"


def test_a_co_maker_takes_what_nobody_can_and_own_people_come_first() -> None:
    partner = PartnerBlock(partner="firm", span=BLOCKS[1], left=1, skills=frozenset({"plumbing"}))
    evening = PartnerBlock(partner="firm", span=Span(at(1080), at(1200)), left=1)
    plan = Plan((Route(shift(end=at(600))),), (partner, evening))
    found = offer(Board.of(plan, TRAVEL), job(skills=frozenset({"plumbing"})), BLOCKS, TRAVEL, at(0))
    assert [(one.technician, one.partner) for one in found] == [
        ("a", False),
        ("firm", True),
        ("", False),
        ("firm", True),
    ]
    assert found[3].span == evening.span and not found[1].suits and found[0].suits
    full = Plan((), (PartnerBlock(partner="firm", span=BLOCKS[1], left=0),))
    assert whys(full, job()) == ["hours"] * 3


def test_the_day_that_the_clock_goes_back_counts_instants() -> None:
    from zoneinfo import ZoneInfo

    here = ZoneInfo("Europe/Amsterdam")
    day = date(2026, 10, 25)
    night = Span(datetime(2026, 10, 25, 1, tzinfo=here), datetime(2026, 10, 25, 4, tzinfo=here))
    whole = Shift(
        technician="a",
        day=day,
        start=night.start,
        end=night.end,
        begins_at=Place(52.1, 5.11),
        ends_at=Place(52.1, 5.11),
    )
    board = Board.of(Plan((Route(whole),)), TRAVEL)
    (found,) = offer(board, job(lasts=timedelta(hours=4)), [night], TRAVEL, at(0))
    assert found.free  # four hours lie between one and four o'clock
    (found,) = offer(board, job(lasts=timedelta(hours=4, minutes=1)), [night], TRAVEL, at(0))
    assert not found.free
