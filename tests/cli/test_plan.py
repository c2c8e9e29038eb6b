"""Planning on files: `loper plan offer` and `loper plan day`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.worlds import ROOT, loper

PLAN, JOB = str(ROOT / "examples/plan/plan.json"), str(ROOT / "examples/plan/job.json")


def test_the_blocks_of_the_example_are_offered() -> None:
    said = loper("plan", "offer", PLAN, "--job", JOB, "--json")
    assert said.code == 0
    blocks = said.json["blocks"]
    assert [one["free"] for one in blocks] == [True] * 5 and blocks[0]["technician"] == "sam"
    assert blocks[4]["partner"] and blocks[4]["technician"] == "bakker-loodgieters"
    assert blocks[1]["start"] <= blocks[1]["planned"] <= blocks[1]["end"]


def test_a_block_that_cannot_be_had_has_its_reason(tmp_path: Path) -> None:
    job = {**json.loads(Path(JOB).read_text()), "skills": ["roofing"]}
    (tmp_path / "job.json").write_text(json.dumps(job))
    said = loper("plan", "offer", PLAN, "--job", str(tmp_path / "job.json"), "--json")
    assert said.code == 1 and {one["why"] for one in said.json["blocks"]} == {"skill"}
    assert "no   skill" in loper("plan", "offer", PLAN, "--job", str(tmp_path / "job.json")).out


def test_a_day_is_planned_again_with_less_travel_and_every_promise() -> None:
    said = loper("plan", "day", PLAN, "--json")
    assert said.code == 0
    assert said.json["travel"]["after"] < said.json["travel"]["before"]
    assert said.json["placed"] == ["door"] and said.json["left"] == []
    promised = {job["key"]: job.get("promised") for job in json.loads(Path(PLAN).read_text())["jobs"]}
    planned = {job["key"]: job["planned"] for route in said.json["routes"] for job in route["jobs"]}
    assert planned.keys() == promised.keys() and all(route["kept"] for route in said.json["routes"])
    for key, span in promised.items():
        assert span is None or span["start"] <= planned[key] <= span["end"]


def test_mistakes_are_said_all_at_once_and_a_missing_file_is_a_wrong_command(tmp_path: Path) -> None:
    bad = tmp_path / "plan.json"
    bad.write_text('{"now": "x", "technicians": [{"key": "sam", "start": "3511AB", "days": []}]}')
    said = loper("plan", "day", str(bad))
    assert said.code == 1 and "now: a time" in said.err and "technicians[0].days" in said.err
    assert loper("plan", "day", str(tmp_path / "none.json")).code == 2
