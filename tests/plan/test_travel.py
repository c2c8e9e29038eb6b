"""The straight line as a guess of the drive, against pairs whose drive everybody knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.plan.model import Place
from loper.plan.travel import Crow, kilometres, road_kilometres, seconds_of

AMSTERDAM, UTRECHT = Place(52.3735, 4.8951), Place(52.0886, 5.1174)
DEN_HAAG, ROTTERDAM = Place(52.0780, 4.3175), Place(51.9183, 4.4760)
GRONINGEN, MAASTRICHT = Place(53.2167, 6.5697), Place(50.8503, 5.6882)

dutch = st.builds(Place, st.floats(50.7, 53.6), st.floats(3.3, 7.3))


def minutes(start: Place, end: Place) -> float:
    return float(Crow().seconds([start], [end])[0, 0]) / 60


def test_known_drives_are_about_as_long_as_people_know_them() -> None:
    assert 40 <= minutes(UTRECHT, AMSTERDAM) <= 45
    assert 26 <= minutes(ROTTERDAM, DEN_HAAG) <= 33
    assert 200 <= minutes(GRONINGEN, MAASTRICHT) <= 230
    assert 6 <= float(seconds_of(np.array(2.0))) / 60 <= 7  # through town


def test_a_short_way_goes_about_more_than_a_long_one() -> None:
    straight = np.array([0.5, 1, 5, 20, 100])
    detour = road_kilometres(straight) / straight
    assert (np.diff(detour) < 0).all()
    assert detour[1] == pytest.approx(1.5)
    assert 1.25 < detour[-1] < 1.3


def test_the_great_circle_is_as_long_as_on_the_globe() -> None:
    assert kilometres([Place(0, 0)], [Place(0, 1)])[0, 0] == pytest.approx(111.195, abs=0.001)
    assert kilometres([Place(90, 0)], [Place(-90, 0)])[0, 0] == pytest.approx(20015.1, abs=0.1)
    assert kilometres([Place(52, 5)], [Place(52, 5.00002)])[0, 0] == pytest.approx(0.00137, abs=0.00001)


def test_the_same_address_is_no_travel_and_the_neighbour_takes_a_minute() -> None:
    assert minutes(UTRECHT, UTRECHT) == 0
    assert 1 <= minutes(UTRECHT, Place(UTRECHT.lat, UTRECHT.lon + 0.0001)) < 1.1


def test_rows_are_origins_and_columns_destinations() -> None:
    table = Crow().seconds([UTRECHT, AMSTERDAM], [ROTTERDAM, UTRECHT, DEN_HAAG])
    assert table.shape == (2, 3) and table.dtype == np.int64
    assert table[0, 1] == 0
    assert table[1, 2] == minutes(AMSTERDAM, DEN_HAAG) * 60
    assert Crow().seconds([], [UTRECHT]).shape == (0, 1)


@given(dutch, dutch, dutch)
def test_the_way_back_is_as_long_and_going_round_is_never_quicker(a: Place, b: Place, c: Place) -> None:
    table = Crow().seconds([a, b, c], [a, b, c])
    assert (table == table.T).all() and (np.diag(table) == 0).all()
    assert table[0, 2] <= table[0, 1] + table[1, 2]


@given(st.floats(0, 400), st.floats(0, 400))
def test_farther_is_never_quicker(near: float, far: float) -> None:
    near, far = sorted((near, far))
    assert seconds_of(np.array(near)) <= seconds_of(np.array(far))


@pytest.mark.parametrize("wrong", [Place(float("nan"), 5), Place(52, float("inf")), Place(152, 5), Place(5, -181)])
def test_what_is_no_coordinate_is_refused_by_name(wrong: Place) -> None:
    with pytest.raises(ValueError, match="is not a place"):
        Crow().seconds([UTRECHT], [UTRECHT, wrong])
