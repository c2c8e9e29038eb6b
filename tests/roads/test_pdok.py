"""Where an address is, by a Locatieserver."""

from __future__ import annotations

import pytest

from loper.plan.model import Place
from loper.roads import Pdok, Trouble
from tests.roads.servers import Address, Town

FIRST, SECOND, THIRD = (52.09181, 5.1201), (52.09182, 5.12013), (52.09183, 5.12016)


@pytest.fixture
def pdok(town: Town) -> Pdok:
    town.addresses = [
        Address("3511AB", 12, "-2", THIRD),
        Address("3511AB", 12, "A", SECOND),
        Address("3511AB", 12, "", FIRST),
        Address("3511AB", 122, "", (52.2, 5.2)),
        Address("3511AB", 14, "", (52.1, 5.13)),
    ]
    return Pdok(town.url + "/bzk/locatieserver")


@pytest.mark.parametrize(
    ("postcode", "number", "place"),
    [
        ("3511AB", "12", FIRST),
        ("3511 ab", "12 a", SECOND),
        ("3511AB", "12-2", THIRD),  # and not number 122
        ("3511AB", "12 2", THIRD),
        ("3511AB", "12-II", THIRD),  # nobody knows it: any home of the house will do
        ("3511AB", "13", None),
        ("3512AB", "12", None),
    ],
)
def test_an_address_is_where_the_register_has_it(
    pdok: Pdok, postcode: str, number: str, place: tuple[float, float] | None
) -> None:
    assert pdok.place(postcode, number) == (Place(*place) if place else None)


@pytest.mark.parametrize(
    ("postcode", "number"), [("", "1"), ("351AB", "1"), ("3511AB", ""), ("3511AB", "123456"), ("3511AB", "1&fq=*")]
)
def test_what_is_no_address_is_not_asked_for(town: Town, pdok: Pdok, postcode: str, number: str) -> None:
    assert pdok.place(postcode, number) is None and town.asked == []


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("502", "answers 502"),
        ("truncated", "not whole"),
        ("says {}", "no list of addresses"),
        ('says {"response":{"docs":[{"huis_nlt":"12"}]}}', "without a place"),
        ('says {"response":{"docs":[{"centroide_ll":"POINT(x y)"}]}}', "without a place"),
        ('says {"response":{"docs":[{"centroide_ll":"POINT(52.1 5.1)"}]}}', "outside the Netherlands"),
        ("elsewhere /x", "sends us elsewhere"),
    ],
)
def test_whatever_else_is_answered_is_trouble(town: Town, pdok: Pdok, mood: str, said: str) -> None:
    town.mood = mood
    with pytest.raises(Trouble, match=said):
        pdok.place("3511AB", "12")
