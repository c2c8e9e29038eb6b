"""How long jobs take: what few data lean on, and what is left of a job under way."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.plan.duration import Durations, Lasting, Took

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def took(kind: str, technician: str, *minutes: float) -> list[Took]:
    return [Took(kind, technician, one, NOW - timedelta(days=30)) for one in minutes]


def median(durations: Durations, kind: str, technician: str = "") -> float:
    return durations.of(kind, technician).median.total_seconds() / 60


def test_without_history_the_journey_says_how_long_it_takes() -> None:
    durations = Durations.learn([], NOW, {"tap": 30})
    assert median(durations, "tap", "Kim") == pytest.approx(30)
    assert median(durations, "never heard of") == pytest.approx(30)  # the only kind known
    assert durations.of("tap", "Kim").n == 0


def test_few_jobs_move_it_a_little_and_many_move_it_all_the_way() -> None:
    few = Durations.learn(took("tap", "Kim", 60), NOW, {"tap": 30})
    many = Durations.learn(took("tap", "Kim", *[60] * 200), NOW, {"tap": 30})
    assert 30 < median(few, "tap", "Kim") < 45
    assert 57 < median(many, "tap", "Kim") < 62
    assert many.of("tap", "Kim").sigma < few.of("tap", "Kim").sigma


def test_what_the_journey_says_counts_as_five_jobs() -> None:
    one_kind = Durations.learn(took("tap", "Kim", *[60] * 5), NOW, {"tap": 30, **{f"kind {i}": 30 for i in range(50)}})
    off = one_kind._off  # what the other kinds learn from it moves the centre as well
    assert one_kind.of("tap").mu == pytest.approx((math.log(60) + math.log(30) + off) / 2)


def test_a_slow_technician_is_slower_than_the_kind_and_one_seen_once_hardly() -> None:
    rng = np.random.default_rng(1)
    rows = [row for i in range(8) for row in took("tap", f"T{i}", *rng.lognormal(math.log(30), 0.3, 40))]
    rows += took("tap", "Slow", *rng.lognormal(math.log(50), 0.3, 40)) + took("tap", "New", 90)
    durations = Durations.learn(rows, NOW)
    assert 44 < median(durations, "tap", "Slow") < 56
    assert median(durations, "tap") < median(durations, "tap", "New") < 50
    assert median(durations, "tap", "Nobody") == pytest.approx(median(durations, "tap"))


def test_shrinking_is_nearer_to_the_truth_than_the_bare_means() -> None:
    rng = np.random.default_rng(2)
    truth = {f"T{i}": rng.normal(math.log(45), 0.15) for i in range(40)}
    rows = [row for name, mu in truth.items() for row in took("tap", name, *rng.lognormal(mu, 0.5, 4))]
    durations = Durations.learn(rows, NOW)
    bare = {name: np.mean([math.log(row.minutes) for row in rows if row.technician == name]) for name in truth}
    shrunk_error = np.mean([(durations.of("tap", name).mu - mu) ** 2 for name, mu in truth.items()])
    bare_error = np.mean([(bare[name] - mu) ** 2 for name, mu in truth.items()])
    assert shrunk_error < 0.6 * bare_error


def test_when_all_jobs_take_longer_than_was_said_so_will_a_kind_not_seen_yet() -> None:
    rows = [row for i in range(10) for row in took(f"kind {i}", "Kim", *[60] * 20)]
    durations = Durations.learn(rows, NOW, {**{f"kind {i}": 40 for i in range(10)}, "new": 40})
    assert 50 < median(durations, "new") < 60


def test_with_few_data_the_quantiles_hold_all_the_same() -> None:
    """Kinds seen once, each as long as it is: four of five of the next jobs stay below the 80 % quantile."""
    rng = np.random.default_rng(8)
    truth = {f"kind {i}": float(rng.normal(math.log(45), 0.25)) for i in range(400)}
    rows = [row for kind, mu in truth.items() for row in took(kind, "Kim", *rng.lognormal(mu, 0.5, 1))]
    durations = Durations.learn(rows, NOW, dict.fromkeys(truth, 45.0))
    below = [
        rng.lognormal(mu, 0.5) < durations.of(kind).quantile(0.8).total_seconds() / 60
        for kind, mu in truth.items()
        for _ in range(50)
    ]
    assert 0.785 < np.mean(below) < 0.82


def test_what_cannot_be_is_left_out_and_counted() -> None:
    rows = [*took("tap", "Kim", 0, -5, math.nan, 721, 30), Took("tap", "Kim", 300, NOW - timedelta(days=1000))]
    durations = Durations.learn(rows, NOW)
    assert durations.left_out == {"none": 3, "long": 1, "old": 1}
    assert durations.of("tap", "Kim").n == 1


def test_minutes_of_a_journey_that_are_none_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="above 0 are expected for roof, tap"):
        Durations.learn([], NOW, {"roof": 0, "door": 30, "tap": -1})


def test_quantiles_and_samples_tell_the_same() -> None:
    lasting = Lasting(math.log(40), 0.6)
    drawn = lasting.sample(np.random.default_rng(3), 200_000)
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(drawn, share) == pytest.approx(lasting.quantile(share).total_seconds(), rel=0.01)


def test_what_is_left_is_what_longer_jobs_had_left() -> None:
    lasting, elapsed = Lasting(math.log(40), 0.6), timedelta(minutes=50)
    whole = lasting.sample(np.random.default_rng(4), 400_000)
    longer = whole[whole > 3000] - 3000
    left = lasting.left(elapsed)
    drawn = left.sample(np.random.default_rng(5), 50_000)
    assert left.chance == pytest.approx(len(longer) / len(whole), abs=0.005)
    for share in (0.1, 0.5, 0.9):
        assert left.quantile(share).total_seconds() == pytest.approx(np.quantile(longer, share), rel=0.03, abs=10)
        assert np.quantile(drawn, share) == pytest.approx(np.quantile(longer, share), rel=0.03, abs=10)


def test_a_job_that_has_just_begun_has_all_of_it_left() -> None:
    lasting = Lasting(math.log(40), 0.6)
    assert lasting.left(timedelta()).median.total_seconds() == pytest.approx(lasting.median.total_seconds())
    assert lasting.left(-HOUR).median == lasting.left(timedelta()).median


@given(
    mu=st.floats(0, 6),
    sigma=st.floats(0.05, 2),
    minutes=st.floats(0, 100_000),
    shares=st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)).map(sorted),
)
def test_what_is_left_is_never_below_nothing_and_grows_with_the_share(
    mu: float, sigma: float, minutes: float, shares: list[float]
) -> None:
    left = Lasting(mu, sigma).left(timedelta(minutes=minutes))
    assert timedelta() <= left.quantile(shares[0]) <= left.quantile(shares[1])
    drawn = left.sample(np.random.default_rng(0), 50)
    assert np.isfinite(drawn).all() and (drawn >= 0).all()
