"""Co-makers, the reason of a no, and days that are odd: against plain Python on small days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from loper.plan.board import Board
from loper.plan.model import Job, Offered, PartnerBlock, Pause, Place, Plan, Route, Shift, Span
from loper.plan.offer import offer
from tests.plan.test_offer_exact import BLOCKS, DAY, TRAVEL, able, at, brute, cases, job, shift, ways, whys

NEAREST_LAST = ["skill", "material", "area", "people", "hours", "far", "full"]
SPANS = [*BLOCKS, Span(at(540), at(600)), Span(at(600), at(660)), Span(at(1080), at(1200))]

partner_blocks = st.builds(
    PartnerBlock,
    partner=st.sampled_from(["firm", "other"]),
    span=st.sampled_from(SPANS),
    left=st.sampled_from([0, 1, 2]),
    skills=st.sampled_from([frozenset(), frozenset({"plumbing"}), frozenset({"heating"})]),
    area=st.sampled_from([frozenset(), frozenset({"35"}), frozenset({"10"})]),
)


def can_take(one: PartnerBlock, new: Job) -> bool:
    return (
        one.left > 0
        and new.people == 1
        and (not one.skills or new.skills <= one.skills)
        and (not one.area or any(new.postcode.startswith(area) for area in one.area))
        and (not new.technicians or one.partner in new.technicians)
    )


def expected(plan: Plan, new: Job) -> list[tuple[Span, str, int]]:
    """Block by block who comes at how many extra seconds, co-makers where nobody is near; then their own blocks."""
    theirs = sorted((one.span, one.partner) for one in plan.partners if can_take(one, new))
    found = []
    for block in BLOCKS:
        own = brute(plan, new, block)
        inside = [one for one in theirs if block.start <= one[0].start and one[0].end <= block.end]
        if inside and (own is None or own[0] > 1800):
            found.append((*inside[0], 0))
        else:
            found.append((block, own[2] if own else "", own[0] if own else 0))
    seen = {one[0] for one in found} | set(BLOCKS)
    for span, name in theirs:
        if span not in seen:
            found.append((span, name, 0))
            seen.add(span)
    return found


@settings(max_examples=300, deadline=None)
@given(cases(), st.lists(partner_blocks, max_size=4))
def test_co_makers_come_where_nobody_of_ours_is_near(case: tuple[Plan, Job], partners: list[PartnerBlock]) -> None:
    plan, new = replace(case[0], partners=tuple(partners)), case[1]
    found = offer(Board.of(plan, TRAVEL), new, BLOCKS, TRAVEL, at(0))
    assert [(one.span, one.technician, int(one.extra.total_seconds())) for one in found] == expected(plan, new)
    own = [one.extra for one in found if one.free and not one.partner]
    for one in found:
        near = one.free and not one.partner and one.extra <= min(own) + timedelta(minutes=10)
        assert one.suits == near


def reason(of: Shift, new: Job, block: Span) -> str:
    """What would have to be other for a yes: themselves, the way, or only what they have that day already."""
    if not able(of, new):
        if (new.technicians and of.technician not in new.technicians) or (of.skills and not new.skills <= of.skills):
            return "skill"
        lacking = new.material - of.stock and (new.material_in is None or new.material_in > DAY)
        return "material" if lacking else "area"
    empty = replace(of, pauses=())
    if ways(Route(empty), new, block):
        return "full"
    next_door = replace(empty, begins_at=new.place, ends_at=new.place)
    return "far" if ways(Route(next_door), new, block) else "hours"


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_reason_of_a_no_is_that_of_who_is_nearest_to_a_yes(case: tuple[Plan, Job]) -> None:
    plan, new = case
    found = offer(Board.of(plan, TRAVEL), new, BLOCKS, TRAVEL, at(0))
    alone = new.people > 1 and sum(able(one.shift, new) for one in plan.routes) == 1
    for one, block in zip(found, BLOCKS, strict=True):
        if one.why is not None:
            reasons = [reason(route.shift, new, block) for route in plan.routes]
            late = [
                NEAREST_LAST.index("people" if alone and why in ("hours", "far", "full") else why) for why in reasons
            ]
            assert one.why == NEAREST_LAST[max(late)]


def only(plan: Plan, new: Job) -> Offered:
    return offer(Board.of(plan, TRAVEL), new, BLOCKS[:1], TRAVEL, at(0))[0]


def test_an_own_technician_half_an_hour_away_is_left_to_the_co_maker() -> None:
    partner = PartnerBlock(partner="firm", span=BLOCKS[0], left=1)
    near, far = shift(ends_at=Place(52.09, 5.12)), shift(begins_at=Place(52.09, 5.9), ends_at=Place(52.09, 5.9))
    assert only(Plan((Route(near),), (partner,)), job()).technician == "a"
    assert only(Plan((Route(far),), (partner,)), job()).technician == "firm"
    assert only(Plan((Route(far),)), job()).extra > timedelta(minutes=30)


def test_absences_that_overlap_leave_no_room_and_break_nothing() -> None:
    twice = tuple(Pause(kind="away", earliest=at(m), latest=at(m), lasts=timedelta(hours=1)) for m in (600, 630))
    assert whys(Plan((Route(shift(pauses=twice)),)), job()) == ["full"] * 3


def test_a_day_under_way_is_offered_from_where_the_technician_is_now() -> None:
    """At 10:20 at a customer until 10:50: the day begins there and then, the next promise still holds."""
    under_way = shift(start=at(650), begins_at=Place(52.1, 5.11))
    coming = job(key="1", promised=Span(at(720), at(730)), lasts=timedelta(minutes=30))
    found = offer(Board.of(Plan((Route(under_way, (coming,)),)), TRAVEL), job(), BLOCKS, TRAVEL, at(530))
    assert [one.why for one in found] == ["past", None, None]
    assert found[1].planned == at(650) and found[1].extra == timedelta()


def test_who_would_have_to_drive_too_far_is_nearer_to_a_yes_than_who_does_not_work() -> None:
    too_far = shift("b", ends_at=Place(53.2, 6.57), end=at(720))
    plan = Plan((Route(shift(end=at(590))), Route(too_far)))
    assert whys(plan, job())[1] == "far"
