"""Plan files: what is right comes out as it was meant, what is wrong is said, all of it, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.plan.read import Mistakes, read_job, read_plan

EXAMPLE = Path(__file__).parents[2] / "examples/plan"


def plan(**changes: Any) -> str:
    return json.dumps({**json.loads((EXAMPLE / "plan.json").read_text()), **changes})


def mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as wrong:
        read_plan(text)
    return [str(one) for one in wrong.value.found]


def test_the_example_is_read() -> None:
    file = read_plan(plan())
    assert [route.shift.technician for route in file.plan.routes] == ["sam", "noor"]
    assert [job.key for job in file.plan.routes[0].jobs] == ["sink", "toilet"]
    assert [job.key for job in file.waiting] == ["door"] and len(file.blocks) == 4
    assert file.plan.routes[0].jobs[0].postcode == "3581KS"
    job = read_job((EXAMPLE / "job.json").read_text())
    assert job.skills == {"plumbing"} and job.lasts.total_seconds() == 45 * 60


def test_everything_that_is_wrong_is_said_at_once_with_its_place() -> None:
    technician = {"key": "sam", "start": "0000XX", "skils": [], "days": [{"start": "8 uur", "jobs": ["snk"]}]}
    job = {"key": "sink", "place": {"lat": 99, "lon": 5}, "minutes": 0, "fixed": True}
    found = mistakes(
        json.dumps({"now": "2026-09-07", "technicians": [technician, {"key": "x", "start": "3511AB"}], "jobs": [job]})
    )
    for wanted in (
        "now: a time with its offset was expected",
        "jobs[0].place: a place was expected",
        "jobs[0].minutes: a number from 1 to 1440",
        "jobs[0].fixed: a job that is fixed needs `planned`",
        "technicians[0].skils: not known here (did you mean 'skills'?)",
        "technicians[0].start: postcode '0000XX' is not known",
        "technicians[0].days[0].start: a time with its offset",
        "technicians[0].days[0].end: a time with its offset",
        "technicians[0].days[0].jobs[0]: there is no job 'snk'",
        "technicians[1].days: technician 'x' has no days",
    ):
        assert any(one.startswith(wanted) for one in found), (wanted, found)


def test_a_job_stands_in_one_place_and_none_is_forgotten() -> None:
    (found,) = mistakes(plan(waiting=["door", "sink"]))
    assert found == "waiting[1]: job 'sink' stands in technicians[0].days[0].jobs[0] already"
    (found,) = mistakes(plan(waiting=[]))
    assert found.startswith("jobs: job 'door' is on no route and does not wait")


def test_pauses_that_overlap_are_refused() -> None:
    document = json.loads(plan())
    away = {"kind": "away", "earliest": "2026-09-08T10:00:00+02:00", "minutes": 60}
    other = {"kind": "away", "earliest": "2026-09-08T10:30:00+02:00", "minutes": 60}
    document["technicians"][0]["days"][0]["pauses"] = [away, other]
    (found,) = mistakes(json.dumps(document))
    assert found.startswith("technicians[0].days[0].pauses: two overlap")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"now": NaN}', "[" * 100_000, '{"technicians": {}}', "3"])
def test_what_is_no_plan_is_said_and_not_more(text: str) -> None:
    assert mistakes(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda more: st.lists(more, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["now", "technicians", "jobs", "days", "key", "start", "end", "place", "lat", "lon", "postcode", "blocks",
             "pauses", "minutes", "partners", "waiting", "promised", "earliest", "minutes_by", "material_in", "people"]
        ),
        more,
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@given(json_values)
def test_whatever_comes_is_read_or_refused_in_words(value: Any) -> None:
    text = json.dumps(value)
    for read in (read_plan, read_job):
        try:
            read(text)
        except Mistakes as wrong:
            assert str(wrong)
