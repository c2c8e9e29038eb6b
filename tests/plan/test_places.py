"""A place for every Dutch address, from its postcode alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from loper.plan.model import Place
from loper.plan.places import _areas, digits_of, place_of, town_of
from loper.plan.travel import Crow, kilometres


def far(a: Place | None, b: Place | None) -> float:
    assert a and b
    return float(kilometres([a], [b])[0, 0])


def test_a_postcode_is_read_as_people_write_it() -> None:
    assert place_of("3511AB") == place_of(" 3511 ab ") == place_of("3511aB")
    assert place_of("3511AB", "12 a") == place_of("3511 AB", "12A")


def test_a_neighbourhood_lies_where_it_lies() -> None:
    dom, central_station = Place(52.0907, 5.1214), Place(52.3791, 4.9003)
    assert far(place_of("3512"), dom) < 1
    assert far(place_of("1012"), central_station) < 1
    assert town_of("3512JC") == "Utrecht" and town_of("1012 AB") == "Amsterdam"


def test_slips_in_the_source_are_left_out() -> None:
    assert far(place_of("3062"), place_of("3063")) < 5  # Rotterdam, not the North Sea
    assert far(place_of("1954"), place_of("1953")) < 5  # not Tiel
    assert place_of("9166") and town_of("8899") == "Vlieland"  # the islands stay


@pytest.mark.parametrize("wrong", ["", "0123AB", "12345", "1234A", "12 34 ABC", "AB1234", "١٢٣٤AB", "1234\x00"])
def test_what_is_no_postcode_has_no_place(wrong: str) -> None:
    assert place_of(wrong) is None
    assert town_of(wrong) == ""


def test_a_postcode_not_known_takes_the_nearest_of_its_three_digits_and_no_town() -> None:
    assert "1019" in _areas() and "3512" in _areas() and "3510" not in _areas()
    assert place_of("3510") == place_of("3511")
    assert town_of("3510") == ""
    assert place_of("8660") is None  # nothing begins with 866


def test_the_same_address_is_the_same_place_and_two_addresses_never_are() -> None:
    homes = [place_of("3512JC", str(number)) for number in range(1, 200)] + [
        place_of(f"3512J{letter}", "1") for letter in "DEFGH"
    ]
    assert len(set(homes)) == len(homes)
    assert place_of("3512JC", "21") == place_of("3512 jc", "21")
    assert place_of("3512", "21") != place_of("3512", "22")


def test_neighbours_stay_neighbours_and_all_stay_in_the_area() -> None:
    for one, other in itertools.combinations(range(1, 30), 2):
        assert far(place_of("3512JC", str(one)), place_of("3512JC", str(other))) <= 0.121
    radius = _areas()["3512"].radius / 1000
    for letters in map("".join, itertools.product("ABCDEFGH", repeat=2)):
        assert far(place_of("3512"), place_of(f"3512{letters}", "1")) <= radius + 0.061


def test_homes_fill_their_area_evenly() -> None:
    letters = ["".join(pair) for pair in itertools.product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=2)]
    middle, radius = _areas()["7766"].place, _areas()["7766"].radius / 1000
    away = kilometres([middle], [place for pair in letters if (place := place_of(f"7766{pair}"))])[0] / radius
    assert np.mean(away < 0.5**0.5) == pytest.approx(0.5, abs=0.06)  # half of them in half of the surface


def test_neighbours_are_a_minute_apart() -> None:
    one, other = place_of("3512JC", "21"), place_of("3512JC", "23")
    assert one and other
    assert 60 <= Crow().seconds([one], [other])[0, 0] < 90


def test_every_area_is_in_the_netherlands_and_has_a_size() -> None:
    assert len(_areas()) > 4000
    for code, area in _areas().items():
        assert 50.7 < area.place.lat < 53.6 and 3.3 < area.place.lon < 7.3, code
        assert 100 <= area.radius <= 2500 and area.town, code


def test_the_way_back_finds_the_area() -> None:
    for code in ("3512", "1012", "9166", "6211"):
        assert digits_of(_areas()[code].place) == code
