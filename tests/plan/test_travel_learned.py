"""What the organisation's own trips teach: planted ratios come back, few trips hardly count, breaks do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from loper.plan.learned import ENOUGH, Corrected, Learned, Part, Trip, area_of, for_plans, learn, part_of
from loper.plan.model import Place
from loper.plan.places import place_of
from loper.plan.travel import Crow

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)  # Amsterdam is an hour later
HOURS: dict[Part, int] = {"morning": 7, "day": 11, "evening": 16, "quiet": 20}
UTRECHT, AMERSFOORT, ZEIST, ZWOLLE = (place_of(code) or Place(0, 0) for code in ("3512", "3811", "3701", "8011"))


def trips(
    start: Place, end: Place, ratio: float, count: int, part: Part = "day", seed: int = 1, breaks: float = 0.0
) -> Iterator[Trip]:
    planned = int(Crow().seconds([start], [end])[0, 0])
    rng = np.random.default_rng(seed)
    for _ in range(count):
        driven = planned * ratio * float(np.exp(rng.normal(0, 0.15))) + (1800 if rng.random() < breaks else 0)
        when = MONDAY + timedelta(days=int(rng.integers(5)), hours=HOURS[part], minutes=int(rng.integers(59)))
        yield Trip(origin=start, destination=end, planned=planned, driven=round(driven), when=when)


def usual(count: int = 300) -> list[Trip]:
    """Trips as planned, over two pairs of areas."""
    return [*trips(UTRECHT, ZEIST, 1.0, count, seed=2), *trips(ZEIST, UTRECHT, 1.0, count, seed=3)]


def test_a_planted_ratio_comes_back() -> None:
    learned = learn([*usual(), *trips(UTRECHT, AMERSFOORT, 1.3, 200)])
    assert learned.ratio("35", "38", "day") == pytest.approx(1.3, abs=0.05)
    assert learned.ratio("35", "37", "day") == pytest.approx(1.0, abs=0.05)
    assert learned.ratio("38", "35", "day") == pytest.approx(1.0, abs=0.05)  # the way back is another way
    assert learned.ratio("99", "11") == pytest.approx(1.0, abs=0.05)


def test_the_rush_is_slower_everywhere_and_a_bridge_only_there() -> None:
    learned = learn(
        [
            *usual(),
            *trips(UTRECHT, ZEIST, 1.4, 150, "morning", seed=4),
            *trips(UTRECHT, AMERSFOORT, 1.0, 150, seed=5),
            *trips(UTRECHT, AMERSFOORT, 1.8, 150, "morning", seed=6),
        ]
    )
    assert learned.ratio("35", "38", "morning") == pytest.approx(1.8, abs=0.15)
    assert learned.ratio("35", "38", "day") == pytest.approx(1.0, abs=0.1)
    assert 1.2 < learned.ratio("80", "79", "morning") < 1.6  # never driven, but it is rush there too
    assert learned.ratio("80", "79", "day") == pytest.approx(1.0, abs=0.05)


def test_few_trips_hardly_count_and_many_almost_wholly() -> None:
    gains = [learn([*usual(), *trips(UTRECHT, ZWOLLE, 1.5, n)]).ratio("35", "80", "day") for n in (2, 10, 40, 200)]
    assert gains == sorted(gains)
    assert gains[0] < 1.12 and gains[-1] > 1.4


def test_a_lunch_on_the_way_teaches_nothing() -> None:
    clean = learn([*usual(), *trips(UTRECHT, AMERSFOORT, 1.2, 200)]).ratio("35", "38", "day")
    with_lunches = learn([*usual(), *trips(UTRECHT, AMERSFOORT, 1.2, 200, breaks=0.15)]).ratio("35", "38", "day")
    assert with_lunches == pytest.approx(clean, abs=0.05)


def test_plans_follow_what_is_certain_and_only_when_it_is_another() -> None:
    seen = [*usual(), *trips(UTRECHT, AMERSFOORT, 1.4, 3 * ENOUGH), *trips(UTRECHT, ZWOLLE, 1.4, ENOUGH - 1)]
    first = for_plans(seen, Learned())
    assert (
        first.ratio("35", "38") == pytest.approx(learn(seen).ratio("35", "38"), abs=0.05)
        and first.ratio("35", "38") > 1.2
    )
    assert first.ratio("35", "80") == first.ratio("99", "11")  # too few to count
    assert for_plans([*seen, *trips(UTRECHT, AMERSFOORT, 1.42, 20, seed=9)], first) is first
    slower = for_plans([*seen, *trips(UTRECHT, AMERSFOORT, 1.9, 6 * ENOUGH, seed=9)], first)
    assert slower.ratio("35", "38") > first.ratio("35", "38") * 1.05
    assert for_plans([], Learned()) == Learned()


def test_without_trips_nothing_changes() -> None:
    places = [UTRECHT, ZEIST, ZWOLLE]
    assert learn([]) == Learned()
    odd = Trip(origin=UTRECHT, destination=ZEIST, planned=0, driven=500, when=MONDAY)
    assert learn([odd]) == Learned()
    assert (Corrected(Crow(), Learned()).seconds(places, places) == Crow().seconds(places, places)).all()


def test_the_correction_is_of_each_pair_and_the_same_place_stays_nothing() -> None:
    learned = learn([*usual(), *trips(UTRECHT, AMERSFOORT, 1.5, 400)])
    plain = Crow().seconds([UTRECHT, ZEIST], [UTRECHT, AMERSFOORT, ZEIST])
    mended = Corrected(Crow(), learned, "day").seconds([UTRECHT, ZEIST], [UTRECHT, AMERSFOORT, ZEIST])
    assert mended[0, 0] == mended[1, 2] == 0
    assert mended[0, 1] == pytest.approx(plain[0, 1] * learned.ratio("35", "38", "day"), abs=1)
    assert mended[1, 0] == pytest.approx(plain[1, 0] * learned.ratio("37", "35", "day"), abs=1)
    assert Corrected(Crow(), learned).seconds([], [UTRECHT]).shape == (0, 1)


def test_it_beats_the_plain_guess_on_trips_it_has_not_seen() -> None:
    ways = [(UTRECHT, AMERSFOORT, 1.25), (AMERSFOORT, ZWOLLE, 0.85), (ZEIST, UTRECHT, 1.4), (ZWOLLE, UTRECHT, 0.9)]
    seen = [trip for at, (a, b, ratio) in enumerate(ways) for trip in trips(a, b, ratio, 60, seed=10 + at)]
    later = [trip for at, (a, b, ratio) in enumerate(ways) for trip in trips(a, b, ratio, 60, seed=20 + at)]
    learned = learn(seen)

    def off(trip: Trip, ratio: float) -> float:
        return abs(trip.driven - trip.planned * ratio) / trip.driven

    plain = np.mean([off(trip, 1.0) for trip in later])
    mended = np.mean(
        [off(trip, learned.ratio(area_of(trip.origin), area_of(trip.destination), "day")) for trip in later]
    )
    assert mended < 0.75 * plain


def test_however_often_it_is_said_no_time_is_more_than_doubled() -> None:
    assert learn(trips(UTRECHT, AMERSFOORT, 9.0, 3000)).ratio("35", "38", "day") == 2.0


@pytest.mark.parametrize(
    "when, part",
    [
        (datetime(2026, 11, 23, 6, 30, tzinfo=UTC), "morning"),
        (datetime(2026, 7, 20, 5, 0, tzinfo=UTC), "morning"),  # summer time
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "day"),
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), "evening"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "quiet"),
        (datetime(2026, 11, 22, 7, 0, tzinfo=UTC), "quiet"),  # Sunday
    ],
)
def test_parts_of_the_day_go_by_the_clock_on_the_wall(when: datetime, part: Part) -> None:
    assert part_of(when) == part
