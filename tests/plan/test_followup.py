"""The visit after the one that did not solve it."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from loper.plan.duration import Lasting
from loper.plan.followup import Again, Expert, FollowUp, Reason, Visited, follow_up

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LASTS = Lasting(math.log(60), 0.3)
PLUMBER = frozenset({"plumbing"})
EXPERTS = {"electrician": Expert(frozenset({"electricity"})), "roofers": Expert(frozenset({"roof"}), people=2)}


def visited(reason: Reason, **given: object) -> Visited:
    base: dict[str, object] = {"kind": "leak", "reason": reason, "lasts": LASTS, "skills": PLUMBER, "priority": 10}
    return Visited(**(base | given))  # type: ignore[arg-type]


def minutes(follow: FollowUp) -> float:
    return follow.lasts / timedelta(minutes=1)


def test_nobody_home_is_the_same_job_again_without_going_first() -> None:
    follow = follow_up(visited("absent"), NOW)
    assert follow == FollowUp(skills=PLUMBER, lasts=timedelta(minutes=65), priority=10)  # the mean of it, 62.8


def test_a_part_with_a_date_is_planned_from_the_day_the_last_one_is_in() -> None:
    follow = follow_up(visited("material", parts={"pump": date(2026, 9, 4), "seal": date(2026, 9, 2)}), NOW)
    assert follow.material == {"pump", "seal"}
    assert (follow.material_in, follow.waits) == (date(2026, 9, 4), False)
    assert follow.priority == 30


@pytest.mark.parametrize("parts", [{"pump": None}, {"pump": None, "seal": date(2026, 9, 2)}, {}])
def test_a_part_without_a_date_or_a_name_waits(parts: dict[str, date | None]) -> None:
    follow = follow_up(visited("material", parts=parts), NOW)
    assert (follow.material_in, follow.waits) == (None, True)


def test_another_trade_comes_instead_with_as_many_as_it_takes() -> None:
    assert follow_up(visited("expertise", expertise="electrician"), NOW, experts=EXPERTS).skills == {"electricity"}
    roof = follow_up(visited("expertise", expertise="roofers", parts={"tile": date(2026, 9, 3)}), NOW, experts=EXPERTS)
    assert (roof.skills, roof.people, roof.material_in) == ({"roof"}, 2, date(2026, 9, 3))


def test_an_expertise_that_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'magician' is not an expertise .* expected: electrician, roofers"):
        follow_up(visited("expertise", expertise="magician"), NOW, experts=EXPERTS)


def test_without_a_list_of_experts_whoever_could_do_it_still_can() -> None:
    assert follow_up(visited("expertise"), NOW).skills == PLUMBER


def test_two_come_when_the_technician_says_that_one_is_not_enough() -> None:
    assert follow_up(visited("time", two_people=True), NOW).people == 2
    assert follow_up(visited("time", people=2), NOW).people == 2


def test_who_lacked_time_gets_what_is_left_of_such_a_job() -> None:
    early = follow_up(visited("time", spent=timedelta(minutes=20)), NOW)
    late = follow_up(visited("time", spent=timedelta(minutes=80)), NOW)
    assert 40 <= minutes(early) <= 70
    assert 10 <= minutes(late) < minutes(early)


def test_what_such_follow_ups_took_before_counts_more_the_more_there_were() -> None:
    def history(count: int) -> list[Again]:
        return [Again("leak", "material", 20 + 2 * (at % 5), NOW - timedelta(days=at)) for at in range(count)]

    none, few, many = (minutes(follow_up(visited("material"), NOW, history(count))) for count in (0, 4, 200))
    assert none > few > many
    assert many == 30  # 20 to 28: seven of ten are done in 26 and a little


def test_priority_stays_within_its_scale() -> None:
    assert follow_up(visited("material", priority=95), NOW).priority == 100
