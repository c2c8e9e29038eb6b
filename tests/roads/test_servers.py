"""Travel times of OSRM and Valhalla, as asked for and as answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np
import pytest

from loper.plan.model import Place, Travel
from loper.plan.travel import DOORS, Crow
from loper.roads import Osrm, Trouble, Valhalla
from tests.roads.servers import Town, driving

UTRECHT, ZEIST, HOUTEN, AMERSFOORT = (
    Place(52.0907, 5.1214),
    Place(52.0906, 5.2332),
    Place(52.0286, 5.1689),
    Place(52.1561, 5.3878),
)
ISLE, SEA = Place(53.44, 5.76), Place(53.0, 3.0)

Make = Callable[..., Osrm | Valhalla]
both = pytest.mark.parametrize("make", [Osrm, Valhalla])


def spread(many: int, seed: int) -> list[Place]:
    chance = np.random.default_rng(seed)
    lats, lons = chance.uniform(51.8, 52.4, many).round(6), chance.uniform(4.6, 5.6, many).round(6)
    return [Place(lat, lon) for lat, lon in zip(lats.tolist(), lons.tolist(), strict=True)]


def by_road(start: Place, end: Place) -> float:
    there = driving(start, end)
    assert there is not None
    return there + DOORS if start != end else 0


def right(travel: Travel, origins: list[Place], destinations: list[Place]) -> bool:
    found = travel.seconds(origins, destinations)
    wanted = np.array([[by_road(start, end) for end in destinations] for start in origins])
    return found.shape == wanted.shape and found.dtype == np.int64 and bool((np.abs(found - wanted) <= 1).all())


@both
def test_times_are_those_of_the_server_and_the_doors(town: Town, make: Make) -> None:
    travel = make(town.url)
    assert right(travel, [UTRECHT, ZEIST], [HOUTEN, UTRECHT, AMERSFOORT])
    assert len(town.asked) == 1


@both
def test_the_way_back_is_a_way_of_its_own(town: Town, make: Make) -> None:
    there, back = make(town.url).seconds([UTRECHT, ZEIST], [UTRECHT, ZEIST])[[0, 1], [1, 0]]
    assert there > back


@both
@pytest.mark.parametrize(("rows", "columns"), [(1, 99), (99, 1), (1, 250), (120, 130), (3, 2600), (60, 45)])
def test_a_large_table_is_asked_in_parts_that_the_server_allows(
    town: Town, make: Make, rows: int, columns: int
) -> None:
    assert right(make(town.url, patience=30), spread(rows, 1), spread(columns, 2))


def test_osrm_is_never_asked_for_more_than_a_hundred_coordinates(town: Town) -> None:
    Osrm(town.url, patience=30).seconds(spread(120, 1), spread(130, 2))
    assert max(asked.split("?")[0].count(";") + 1 for asked in town.asked) == 100


@both
def test_nothing_is_asked_for_nothing(town: Town, make: Make) -> None:
    assert make(town.url).seconds([], [UTRECHT]).shape == (0, 1)
    assert make(town.url).seconds([UTRECHT], []).shape == (1, 0)
    assert town.asked == []


@both
def test_a_place_given_twice_is_asked_once(town: Town, make: Make) -> None:
    assert right(make(town.url), [UTRECHT] * 80 + [ZEIST], [HOUTEN] * 90)
    assert len(town.asked) == 1


@both
def test_without_a_way_by_road_the_straight_line_counts(town: Town, make: Make) -> None:
    found = make(town.url).seconds([UTRECHT, ISLE], [ISLE, ZEIST])
    straight = Crow().seconds([UTRECHT, ISLE], [ISLE, ZEIST])
    assert found[0, 0] == straight[0, 0] and found[1, 1] == straight[1, 1] and found[1, 0] == 0
    assert abs(found[0, 1] - by_road(UTRECHT, ZEIST)) <= 1


@both
def test_a_place_without_roads_is_no_trouble(town: Town, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "loper.roads")
    assert (make(town.url).seconds([SEA], [UTRECHT]) == Crow().seconds([SEA], [UTRECHT])).all()
    assert [record.levelname for record in caplog.records] == ["INFO"]


@both
def test_a_place_that_is_none_is_not_asked_for(town: Town, make: Make) -> None:
    for wrong in (Place(95.0, 5.0), Place(float("nan"), 5.0), Place(52.0, float("inf"))):
        with pytest.raises(ValueError, match="is not a place"):
            make(town.url).seconds([UTRECHT], [wrong])
    assert town.asked == []


def test_a_valhalla_that_knows_no_short_answers_will_do(town: Town) -> None:
    town.verbose_only = True
    assert right(Valhalla(town.url), [UTRECHT, ZEIST], [HOUTEN, UTRECHT])


@both
def test_a_server_that_allows_less_than_we_ask_says_so(town: Town, make: Make) -> None:
    with pytest.raises(Trouble, match=r"400, (TooBig|150)"):
        make(town.url, most=10_000).seconds(spread(101, 1), spread(101, 2))


@both
@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("500", "answers 500"),
        ("503", "answers 503"),
        ("404", "answers 404"),
        ("says ", "not JSON"),
        ("says <html>", "not JSON"),
        ("says \N{NO-BREAK SPACE}{", "not JSON"),
        ("says " + "[" * 100_000, "not JSON"),
        ("says []", "without a reason|not as many rows"),
        ("says {}", "without a reason|not as many rows"),
        ("says null", "without a reason|not as many rows"),
        ('says {"code":"Ok","durations":[],"sources_to_targets":[]}', "not as many rows"),
        ('says {"code":"Ok","durations":[[1]],"sources_to_targets":[[1]]}', "not as many times"),
        ('says {"code":"Ok","durations":[[1,"2"]],"sources_to_targets":{"durations":[[1,"2"]]}}', "no travel time"),
        ('says {"code":"Ok","durations":[[1,-2]],"sources_to_targets":{"durations":[[1,-2]]}}', "no travel time"),
        ('says {"code":"Ok","durations":[[1,NaN]],"sources_to_targets":{"durations":[[1,NaN]]}}', "no travel time"),
        ('says {"code":"Ok","durations":[[1,1e300]],"sources_to_targets":[[{"time":1},{"to":2}]]}', "no travel time"),
        ('says {"code":"Ok","durations":[[true,1]],"sources_to_targets":[[{"time":1},true]]}', "no travel time"),
        ("truncated", "not whole"),
        ("drops", "ended the connection"),
        ("large", "larger than"),
    ],
)
def test_whatever_else_is_answered_is_trouble_in_a_sentence(town: Town, make: Make, mood: str, said: str) -> None:
    town.mood = mood
    with pytest.raises(Trouble, match=said) as trouble:
        make(town.url).seconds([UTRECHT], [ZEIST, HOUTEN])
    assert "5.2" not in str(trouble.value)  # no place of anybody in the log


@both
def test_another_server_is_never_asked(town: Town, make: Make) -> None:
    town.mood = "elsewhere http://127.0.0.1:1/"
    with pytest.raises(Trouble, match="sends us elsewhere"):
        make(town.url).seconds([UTRECHT], [ZEIST])


@both
def test_a_server_that_was_busy_is_asked_again(town: Town, make: Make) -> None:
    town.mood = "once 503"
    assert right(make(town.url), [UTRECHT], [ZEIST])
    assert len(town.asked) == 2


@both
@pytest.mark.parametrize("mood", ["hangs", "trickles"])
def test_nobody_waits_longer_than_their_patience(town: Town, make: Make, mood: str) -> None:
    town.mood = mood
    began = time.monotonic()
    with pytest.raises(Trouble, match="no answer in time"):
        make(town.url, patience=0.4).seconds([UTRECHT], [ZEIST, HOUTEN])
    assert time.monotonic() - began < 1.5


@both
def test_a_server_that_is_not_there_is_trouble_at_once(make: Make) -> None:
    with pytest.raises(Trouble, match="refuses the connection"):
        make("http://127.0.0.1:1").seconds([UTRECHT], [ZEIST])


@pytest.mark.parametrize(
    "url", ["roads.example.nl", "ftp://roads.example.nl", "http://", "http://u:p@roads.example.nl", "http://a/?x=1"]
)
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://HOST"):
        Osrm(url)
