"""Forecasts held against what came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.plan.arrival import HORIZONS, Arrival, Horizon
from loper.plan.calibrate import FEW, UNKNOWN, Calibration, Kept, Mend, coverage, wilson
from loper.plan.model import Span

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EIGHTY = dict.fromkeys(HORIZONS, 0.8)


def foreseen(
    made: datetime, low: float = 20, median: float = 30, high: float = 40, horizon: Horizon = "previous"
) -> Arrival:
    low_, median_, high_ = (made + one * MINUTE for one in (low, median, high))
    return Arrival(low=low_, median=median_, high=high_, horizon=horizon, basis="taps", made=made)


def days(rng: np.random.Generator, number: int, a_day: int = 20, bias: float = 0.0, spread: float = 20.0) -> list[Kept]:
    """Forecasts that say plus or minus 10, and are off by `bias` and `spread` minutes; skewed to late."""
    kept = []
    for day in range(number):
        for at in range(a_day):
            arrival = foreseen(START + timedelta(days=day, minutes=10 * at))
            off = max(-30.0, bias + spread * (rng.gamma(2.0) - 2.0) / 2.0)
            kept.append(Kept(arrival, arrival.median + off * MINUTE))
    return kept


def share(calibration: Calibration, kept: list[Kept]) -> float:
    mended = [(calibration.mend(one.arrival), one.came) for one in kept]
    return float(np.mean([one.low <= came <= one.high for one, came in mended]))


def test_a_forecast_that_is_too_sure_is_widened_to_what_it_claims() -> None:
    rng = np.random.default_rng(1)
    calibration = Calibration.learn(days(rng, 30), EIGHTY)
    new = days(rng, 100)
    assert share(Calibration({"previous": Mend(-1, 0, 1, 1)}), new) < 0.6
    assert 0.76 < share(calibration, new) < 0.84


def test_a_forecast_that_is_not_sure_enough_is_narrowed() -> None:
    rng = np.random.default_rng(2)
    calibration = Calibration.learn(days(rng, 30, spread=2.0), EIGHTY)
    mended = calibration.mend(foreseen(START))
    assert (mended.high - mended.low) / MINUTE < 8
    assert 0.76 < share(calibration, days(rng, 100, spread=2.0)) < 0.84


def test_who_is_always_late_is_said_to_be_later() -> None:
    rng = np.random.default_rng(3)
    calibration = Calibration.learn(days(rng, 30, bias=15, spread=3.0), EIGHTY)
    mended = calibration.mend(foreseen(START))
    assert mended.low > START + 36 * MINUTE
    assert mended.low <= mended.median <= mended.high


def test_few_forecasts_are_no_reason_to_be_sure() -> None:
    few = Calibration.learn(days(np.random.default_rng(4), 1, a_day=FEW - 1, spread=0.1))
    assert few.mend(foreseen(START)) == Calibration().mend(foreseen(START))
    for horizon in HORIZONS:
        unknown = Calibration().mend(foreseen(START, 29, 30, 31, horizon))
        assert unknown.high - unknown.median > UNKNOWN[horizon].apart
        assert unknown.low >= START


def test_coverage_holds_for_a_finite_sample_on_average() -> None:
    """1,000 organisations with 30 forecasts each, and one more: the correction is what keeps it at 80 %."""
    rng, inside = np.random.default_rng(5), 0
    for _ in range(1000):
        *past, new = days(rng, 1, a_day=FEW + 1)
        inside += share(Calibration.learn(past, EIGHTY), [new]) == 1
    assert wilson(inside, 1000).high > 0.8
    assert inside / 1000 < 0.9


def test_when_the_roads_get_worse_the_windows_follow() -> None:
    rng = np.random.default_rng(6)
    kept = days(rng, 40, spread=5.0)
    worse = [
        Kept(foreseen(one.arrival.made + timedelta(days=40)), one.came + timedelta(days=40)) for one in days(rng, 30)
    ]
    at_once = share(Calibration.learn(kept, EIGHTY), worse[:20])
    adapted = np.mean(
        [
            share(Calibration.learn(kept + worse[: 20 * day], EIGHTY), worse[20 * day : 20 * day + 20])
            for day in range(8, 30)
        ]
    )
    assert at_once < 0.6
    assert adapted > 0.77


def test_each_horizon_learns_by_itself() -> None:
    calibration = Calibration.learn(days(np.random.default_rng(7), 10))
    assert set(calibration.mends) == {"previous"}
    assert calibration.mends["previous"].n == 200


@given(
    widths=st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(0, 300)).map(sorted),
    offs=st.lists(st.floats(-200, 200), min_size=FEW, max_size=60),
)
def test_a_mended_forecast_keeps_its_order_and_is_never_in_the_past(widths: list[float], offs: list[float]) -> None:
    arrival = foreseen(START, *widths)
    calibration = Calibration.learn([Kept(arrival, arrival.median + off * MINUTE) for off in offs])
    mended = calibration.mend(arrival)
    assert START <= mended.low <= mended.median <= mended.high
    assert mended.likely is not None and mended.median <= mended.likely


def test_coverage_is_counted_by_horizon_with_its_interval() -> None:
    window = Span(START, START + 10 * MINUTE)
    rows = [("driving", window, START + at * MINUTE) for at in range(20)] + [("previous", window, START)]
    found = coverage(rows)  # type: ignore[arg-type]
    assert list(found) == ["driving", "previous"]
    assert (found["driving"].estimate, found["driving"].n) == (11 / 20, 20)
    assert found["driving"].low < 0.55 < found["driving"].high
    assert found["previous"].warnings == ("1 is few",)


def test_the_interval_is_the_one_of_wilson() -> None:
    found = wilson(81, 263)  # Newcombe 1998, Statistics in Medicine 17, table I: 0.2553 to 0.3662
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert (wilson(0, 20).low, round(wilson(0, 20).high, 4)) == (0.0, 0.1611)
    with pytest.raises(ValueError, match="0 of 0 is not a share"):
        wilson(0, 0)
