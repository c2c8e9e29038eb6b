"""Simulated days on the road, in a world that is not the one the forecasts assume (bench/simulated_day.py, smaller)."""

from __future__ import annotations

import pytest

from bench.simulated_day import Outcome, bare, calibrated, simulate, stated, width
from loper.plan.arrival import HORIZONS


@pytest.fixture(scope="module")
def after() -> Outcome:
    return simulate(days=14, technicians=5, seed=4, draws=200, settle=7)[1]


def test_four_of_five_come_within_the_window_at_every_horizon(after: Outcome) -> None:
    found = calibrated(after)
    assert list(found) == list(HORIZONS)
    assert {horizon: one.estimate for horizon, one in found.items() if one.estimate < 0.8} == {}


def test_four_of_five_come_within_what_the_customer_was_told(after: Outcome) -> None:
    assert {horizon: one.estimate for horizon, one in stated(after).items() if one.estimate < 0.8} == {}


def test_on_the_way_the_window_is_about_twenty_minutes_and_said(after: Outcome) -> None:
    assert 10 <= width(after, "driving") <= 25
    said = [one.said.kind for one in after.seen if one.arrival.horizon == "driving"]
    assert said.count("exact") > 0.8 * len(said)


def test_it_is_the_calibration_that_keeps_it_not_a_kind_world(after: Outcome) -> None:
    found = bare(after)
    assert found["driving"].estimate < 0.8 and found["before the day"].estimate < 0.8


def test_customers_are_seldom_told_another_time(after: Outcome) -> None:
    assert after.messages < 0.5 * after.jobs
