"""A job for two people on both telephones: each sees it in their own day, and what either says counts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import pytest
from django.test import Client
from django.urls import reverse

from loper.server.records.agenda import Appointment, WorkKind
from loper.server.records.runtime import Event
from tests.server.test_field_pages import client_of, tap
from tests.server.test_field_together import at_once, surprises
from tests.server.test_replanning import ill, two
from tests.server.test_routes import HERE, TUESDAY, book, by_route, slot
from tests.worlds import World


def together(world: World) -> Appointment:
    """A visit of Sam and Noor on Tuesday at ten; it is that morning."""
    two(world)
    WorkKind.objects.create(name="leak", people=2)
    key = world.report(story="Geheim: de sleutel ligt onder de mat.")
    made = book(world, key, slot(10))
    world.time.at = datetime.combine(TUESDAY, time(9, 30), HERE)
    return made


@pytest.fixture
def sams(world: World) -> Client:
    return client_of(world, "technician")


@pytest.fixture
def noors(world: World) -> Client:
    """Noor's telephone, signed in on an account of her own."""
    hers(world)
    return client_of(world, "analyst")


def hers(world: World) -> None:
    world.other_technician.user = world.users["analyst"]
    world.other_technician.save()
    world.users["analyst"].groups.set(world.users["technician"].groups.all())


@pytest.fixture
def job(world: World) -> Appointment:
    return together(world)


def told(job: Appointment, what: str) -> int:
    return Event.objects.filter(case=job.case, type=what).count()


def test_both_see_it_in_their_day_with_the_name_of_the_other(
    world: World, sams: Client, noors: Client, job: Appointment
) -> None:
    for client, other in ((sams, "Noor Bakker"), (noors, "Sam de Vries")):
        for url in (reverse("field:day"), reverse("field:visit", args=[job.pk])):
            page = client.get(url).content.decode()
            assert "Geheim" in page and f"Samen met {other}" in page
    world.time.at = datetime.combine(TUESDAY, time(9, 30), HERE).replace(day=7)
    for client, other in ((sams, "Noor Bakker"), (noors, "Sam de Vries")):
        assert f"samen met {other}" in client.get(reverse("field:tomorrow")).content.decode()


def test_who_comes_alone_reads_of_nobody(world: World, sams: Client) -> None:
    by_route(world)
    book(world, world.report(), slot(10))
    world.time.at = datetime.combine(TUESDAY, time(9, 30), HERE)
    assert "Samen met" not in sams.get(reverse("field:day")).content.decode()


def test_a_tap_of_either_counts_and_the_same_of_the_other_counts_once(
    world: World, sams: Client, noors: Client, job: Appointment
) -> None:
    assert tap(noors, job, "depart").status_code == 200 and tap(sams, job, "depart").status_code == 200
    assert told(job, "technician.departed") == 1 and world.stage(job.case) == "under_way"
    world.time.move(minutes=30)
    assert tap(sams, job, "arrive").status_code == 200 and tap(noors, job, "arrive").status_code == 200
    assert told(job, "technician.arrived") == 1 and world.stage(job.case) == "at_work"
    world.time.move(minutes=30)
    assert tap(noors, job, "fixed").status_code == 200 and tap(sams, job, "fixed").status_code == 200
    assert told(job, "job.fixed") == 1 and world.stage(job.case) == "done"
    assert tap(sams, job, "not_fixed", reason="time").status_code == 409  # it was said to be fixed
    for client in (sams, noors):
        assert 'data-stands="over"' in client.get(reverse("field:visit", args=[job.pk])).content.decode()


def test_who_came_along_and_was_replaced_reads_that_it_went_to_somebody_else(
    world: World, sams: Client, noors: Client
) -> None:
    job = together(world)
    assert ill(world, "t2").proposal is not None  # nobody can come in her place: it stays, and the planner is told
    Appointment.objects.filter(pk=job.pk).update(second=None)
    job.handovers.create(technician=world.other_technician, sequence=1, start=job.start, end=job.end, at=job.changed)
    answer = tap(noors, job, "arrive")
    assert answer.status_code == 409 and "Sam de Vries" in answer.content.decode()
    assert noors.get(reverse("field:visit", args=[job.pk])).status_code == 404
    assert tap(sams, job, "arrive").status_code == 200


def test_two_telephones_at_the_same_instant_are_one_tap(real_world: World) -> None:
    world = real_world
    job = together(world)
    hers(world)
    clients = [client_of(world, role) for role in ("technician", "analyst")]

    def says(client: Client) -> Callable[[], object]:
        return lambda: tap(client, job, "arrive")

    found = at_once([says(client) for client in (*clients, *clients)])
    assert not surprises(found) and told(job, "technician.arrived") == 1
