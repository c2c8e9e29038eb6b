"""The worked scenarios: every message, task, skip, surprise and deadline of each, worked out by hand from the rules.

Through the replay in this process, and through the real command.
"""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loper.define import read_journey
from loper.run.cloudevents import read_event
from loper.run.replay import replay
from tests.cli.worlds import loper

GOLDEN = Path(__file__).parent.parent / "golden"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
JOURNEY = read_journey(GOLDEN / "repair.yaml")
SCENARIOS = json.loads((GOLDEN / "repair.json").read_text())


def compare(document, scenario):
    """The document that `loper run --json` prints, against what was worked out by hand."""

    def rows(kind, *names):
        found = [line for line in document["timeline"] if line["kind"] == kind]
        return [[local(line[name]) if name == "at" else line[name] for name in names] for line in found]

    assert rows("message", "touchpoint", "at") == scenario["messages"]
    assert rows("task", "touchpoint", "at") == scenario.get("tasks", [])
    assert rows("skip", "touchpoint", "why") == scenario.get("skips", [])
    assert [event for (event,) in rows("unexpected", "event")] == scenario.get("unexpected", [])
    assert rows("overdue", "stage", "at") == scenario.get("overdue", [])
    case = document["cases"]["A"]
    assert [case["stage"], case["round"]] == scenario["end"]


def local(text):
    return datetime.fromisoformat(text).astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_scenario_goes_as_worked_out_by_hand(scenario, backwards):
    told = [read_event(event) for event in scenario["events"]]
    compare(replay(JOURNEY, reversed(told) if backwards else told).document(), scenario)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s["name"])
def test_a_scenario_goes_so_through_the_real_command(scenario, tmp_path):
    events = tmp_path / "events.jsonl"
    events.write_text("".join(f"{json.dumps(event)}\n" for event in scenario["events"]))
    said = loper("run", GOLDEN / "repair.yaml", "--events", events, "--json")
    assert said.code == 0 and said.err == ""
    compare(said.json, scenario)
    times = [line["at"] for line in said.json["timeline"]]
    assert [datetime.fromisoformat(at) for at in times] == sorted(map(datetime.fromisoformat, times))
