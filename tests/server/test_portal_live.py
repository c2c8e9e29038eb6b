"""The customer's page on the day itself: where it stands, when they come; nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from loper.server.actions import arrivals
from loper.server.records.agenda import Technician
from loper.server.records.arrivals import Position
from tests.server.portal import nothing_changes, opened, text_of
from tests.server.tuesday import Tap, clock, expected, row
from tests.worlds import World


def seen(technician: Technician, lat: float, lon: float, at: str) -> None:
    Position.objects.create(technician=technician, at=clock(at), lat=lat, lon=lon, accuracy=100)


def test_the_page_follows_from_the_first_customer_to_this_one(world: World, keys: list[str], tap: Tap) -> None:
    first, second, third = keys
    client = opened(third)
    arrivals.follow_all()
    assert "De vakman is nog niet begonnen" in text_of(client.get(f"/case/{third}"))
    tap("depart", first, "07:45")
    assert "eerst naar andere mensen" in text_of(client.get(f"/case/{third}"))
    tap("arrive", first, "08:10")
    tap("fixed", first, "08:55")
    tap("depart", second, "09:40")
    tap("arrive", second, "10:02")
    assert "Nog één klant, daarna bent u" in text_of(client.get(f"/case/{third}"))
    tap("fixed", second, "10:50")
    tap("depart", third, "12:40")
    text = text_of(client.get(f"/case/{third}"))
    assert "De vakman is onderweg naar u toe. De vakman is er tussen" in text and "Onderweg naar u" in text
    tap("arrive", third, "13:05")
    response = client.get(f"/case/{third}")
    assert 'id="live"' not in response.content.decode()


def test_the_page_renews_itself_when_the_time_changes_and_only_then(world: World, keys: list[str], tap: Tap) -> None:
    tap("depart", keys[0], "07:45")
    client = opened(keys[0])
    page = client.get(f"/case/{keys[0]}").context["seen"]
    with nothing_changes():
        assert client.get(f"/case/{keys[0]}/now", {"seen": page}).status_code == 204
    world.time.at = clock("08:25")
    arrivals.follow_all()
    renewed = client.get(f"/case/{keys[0]}/now", {"seen": page})
    assert renewed.status_code == 200 and 'id="live"' in renewed.content.decode()


def test_how_far_away_is_told_only_to_who_they_drive_to(
    world: World,
    sam: Technician,
    keys: list[str],
    tap: Tap,
) -> None:
    tap("depart", keys[0], "07:45")
    home = row(keys[0])
    assert home.lat is not None and home.lon is not None
    seen(sam, home.lat + 0.045, home.lon, "07:46")
    first, second = (text_of(opened(key).get(f"/case/{key}")) for key in keys[:2])
    assert "Ongeveer 5 km bij u vandaan" in first
    assert " km " not in second
    for page in (first, second):
        assert str(home.lat)[:6] not in page and sam.postcode[:4] not in page


def test_who_does_not_share_is_nowhere(world: World, sam: Technician, keys: list[str], tap: Tap) -> None:
    sam.shares_place = False
    sam.save()
    tap("depart", keys[0], "07:45")
    home = row(keys[0])
    seen(sam, (home.lat or 0) + 0.045, home.lon or 0, "07:46")
    assert " km " not in text_of(opened(keys[0]).get(f"/case/{keys[0]}"))


def test_a_day_that_nobody_follows_any_more_shows_the_promise(world: World, keys: list[str], tap: Tap) -> None:
    tap("depart", keys[0], "07:45")
    world.time.at = clock("07:45") + timedelta(minutes=16)
    response = opened(keys[0]).get(f"/case/{keys[0]}")
    assert 'id="live"' not in response.content.decode()


def test_another_visitor_and_a_link_that_expired_see_nothing(world: World, keys: list[str], tap: Tap) -> None:
    tap("depart", keys[0], "07:45")
    assert Client().get(f"/case/{keys[0]}/now").status_code == 403
    other = opened(keys[1])
    assert other.get(f"/case/{keys[0]}/now").status_code == 403
    client = opened(keys[0])
    world.time.move(days=400)
    assert client.get(f"/case/{keys[0]}/now").status_code == 403
    assert expected(keys[0]).horizon == "driving"
