"""The worked scenarios: every message, task, skip, surprise and deadline of each, worked out by hand from the rules."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loper.define import read_journey
from loper.run.cloudevents import read_event
from loper.run.replay import replay

GOLDEN = Path(__file__).parent.parent / "golden"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
JOURNEY = read_journey(GOLDEN / "repair.yaml")
SCENARIOS = json.loads((GOLDEN / "repair.json").read_text())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_scenario_goes_as_worked_out_by_hand(scenario, backwards):
    told = [read_event(event) for event in scenario["events"]]
    found = replay(JOURNEY, reversed(told) if backwards else told)

    def lines(kind, *names):
        rows = [line for line in found.lines if line.kind == kind]
        return [[getattr(row, name) for name in names] for row in rows]

    def timed(kind, name):
        rows = [line for line in found.lines if line.kind == kind]
        return [[getattr(row, name), row.at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")] for row in rows]

    assert timed("message", "touchpoint") == scenario["messages"]
    assert timed("task", "touchpoint") == scenario.get("tasks", [])
    assert lines("skip", "touchpoint", "why") == scenario.get("skips", [])
    assert [event for (event,) in lines("unexpected", "event")] == scenario.get("unexpected", [])
    assert timed("overdue", "stage") == scenario.get("overdue", [])
    case = found.document()["cases"]["A"]
    assert [case["stage"], case["round"]] == scenario["end"]
