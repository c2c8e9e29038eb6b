"""`loper work --once`: what the worker does now and then, one time, for whoever has it done by a timer."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from loper.server import chores, worker
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.partners import Ask
from loper.server.records.proposals import Proposal
from tests.server.test_complexes import TUESDAY, begin, placed
from tests.server.test_replanning import crossed, night
from tests.server.test_routes import by_route
from tests.worlds import World


def test_a_visit_that_nobody_answered_goes_to_somebody_else(world: World) -> None:
    Technician.objects.filter(key="t1").update(partner=True, user=world.users["analyst"])
    world.book(world.report())
    ask = Ask.objects.get()
    world.time.at = ask.deadline + timedelta(minutes=1)
    chores.once()
    assert Appointment.objects.get().technician.key == "t2"


def test_the_night_has_its_plan(world: World) -> None:
    crossed(world)
    world.time.at = night()
    chores.once()
    assert Proposal.objects.get().status == Proposal.ACCEPTED


def test_all_homes_of_a_complex_get_a_time(world: World) -> None:
    by_route(world)
    Technician.objects.filter(key="t1").update(skills=[])
    work = begin(world, 4, [TUESDAY])
    chores.once()
    assert placed(work) == 4


def test_what_goes_wrong_stops_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    by_route(world)
    Technician.objects.filter(key="t1").update(skills=[])
    work = begin(world, 1, [TUESDAY])
    monkeypatch.setattr("loper.server.actions.migrate.go_on", lambda: 1 / 0)
    with caplog.at_level(logging.ERROR, "loper.worker"):
        chores.once()
    assert placed(work) == 1 and "moving open cases" in caplog.text


@pytest.mark.parametrize("name", ["LOPER_ROADS", "LOPER_GEOCODER", "LOPER_REPLAN_AT"])
def test_settings_that_are_wrong_are_said_before_anything_is_done(settings: Any, name: str) -> None:
    setattr(settings, name, "ftp://nowhere")
    with pytest.raises(ValueError, match="ftp://nowhere"):
        worker.run_once()
