"""loper run: events from a file through the step, and everything that can be wrong with them."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.worlds import LOPER, ROOT, Said, called, loper

JOURNEY = ROOT / "tests/golden/repair.yaml"
BLOCK = {"start": "2026-09-03T10:00:00+02:00", "end": "2026-09-03T12:00:00+02:00", "technician": "t1"}


def event(id: str, type: str, time: str, case: str = "A", **data: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": id, "source": "/s", "type": type, "subject": case, "time": time, "data": data}


REPORTED = event("1", "job.reported", "2026-09-01T09:00:00+02:00", problem="leak")
BOOKED = event("2", "appointment.made", "2026-09-01T09:05:00+02:00", appointment=BLOCK)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def command(*lines: Any, journey: Path = JOURNEY, words: tuple[str, ...] = ("--json",)) -> Said:
        file = tmp_path / "events.jsonl"
        rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        file.write_bytes(b"\n".join(rows))
        said = called(capsys, "run", journey, "--events", file, *words)
        return Said(said.code, said.out, said.err.replace(f"{file}:", "events:"))

    return command


def test_the_document_has_the_form_that_was_promised(run):
    said = run(REPORTED, BOOKED)
    assert said.code == 0 and set(said.json) == {"timeline", "cases"}
    assert said.json["cases"] == {
        "A": {"stage": "planned", "round": 1, "facts": {"problem": "leak", "appointment": BLOCK}}
    }
    for line in said.json["timeline"]:
        assert list(line) == ["at", "case", "kind", "stage", "touchpoint", "channel", "event", "why"]
    assert [line["at"] for line in said.json["timeline"]] == sorted(line["at"] for line in said.json["timeline"])
    assert said.json["timeline"][2] == {
        "at": "2026-09-01T09:05:00+02:00",
        "case": "A",
        "kind": "message",
        "stage": "planned",
        "touchpoint": "confirmation",
        "channel": "email",
        "event": None,
        "why": None,
    }


def test_the_order_in_the_file_does_not_matter(run):
    assert run(REPORTED, BOOKED).out == run(BOOKED, REPORTED).out


def test_it_reads_standard_input_too():
    lines = "\n".join(json.dumps(line) for line in (REPORTED, BOOKED))
    said = loper("run", JOURNEY, "--events", "-", "--json", stdin=lines)
    assert said.code == 0 and said.json["cases"]["A"]["stage"] == "planned"


def test_for_people_it_prints_a_line_an_event(run):
    said = run(REPORTED, BOOKED, words=())
    assert "2026-09-01 09:00  A            move       reported     job.reported" in said.out
    assert "2026-09-02 10:00  A            message    planned      reminder  sms" in said.out
    assert said.out.endswith("A: planned, round 1\n")


@pytest.mark.parametrize(
    ("until", "last"),
    [("2026-09-02T10:00:00+02:00", "reminder"), ("2026-09-02T09:59:59+02:00", "confirmation")],
)
def test_until_is_the_last_instant_that_counts(run, until, last):
    messages = [
        line
        for line in run(REPORTED, BOOKED, words=("--json", "--until", until)).json["timeline"]
        if line["kind"] == "message"
    ]
    assert messages[-1]["touchpoint"] == last


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("tomorrow", "'tomorrow' is not a time like"),
        ("2026-09-01", "has no offset from UTC"),
        ("2026-09-01T09:00:00", "has no offset from UTC"),
        ("9999-01-01T00:00:00Z", "outside the years 1900 to 2300"),
        ("", "'' is not a time like"),
    ],
)
def test_a_time_that_cannot_be_read_is_no_use(run, until, why):
    said = run(REPORTED, words=("--until", until))
    assert said.code == 2 and said.out == "" and said.err.startswith("loper run: --until: ") and why in said.err


@pytest.mark.parametrize(
    ("line", "place", "why"),
    [
        (b"{", "events:2: ", "not JSON"),
        (b"nonsense", "events:2: ", "not JSON"),
        (b"[]", "events:2: ", "a CloudEvent is a JSON object"),
        (b'"x"', "events:2: ", "a CloudEvent is a JSON object"),
        (b"{}", "events:2: ", 'specversion: "1.0" was expected'),
        (b"[" * 100_000, "events:2: ", "nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "events:2: ", "not JSON"),
        (b'{"type": "\xff"}', "events:2:11: ", "not UTF-8"),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "events:2: ", "at most 1024 kB"),
        ({**BOOKED, "time": "yesterday"}, "events:2: ", "time: 'yesterday' is not a time"),
        ({**BOOKED, "time": None}, "events:2: ", None),
        ({**BOOKED, "subject": ""}, "events:2: ", "subject: a text was expected"),
        ({**BOOKED, "source": "loper/x"}, "events:2: ", "source: 'loper' is Loper itself"),
        ({**BOOKED, "sequence": "first"}, "events:2: ", "sequence: a whole number was expected"),
        ({**BOOKED, "data": [1]}, "events:2: ", "data: a JSON object was expected"),
        ({**BOOKED, "data": {"a": "\x00"}}, "events:2: ", "characters that no text can have"),
        ({**BOOKED, "data": {"a": "\ud800"}}, "events:2: ", "characters that no text can have"),
        ({**BOOKED, "data": {"a": float("nan")}}, "events:2: ", "not finite"),
        ({**BOOKED, "data": {"a": 2**70}}, "events:2: ", "at most 63 bits"),
        ({**BOOKED, "data_base64": "eA=="}, "events:2: ", "data_base64: data as a JSON object was expected"),
        ({**BOOKED, "emitter": "plumber"}, "events:2: ", "emitter: a role was expected"),
        ({**BOOKED, "id": "x" * 300}, "events:2: ", "id: at most 255 characters were expected"),
    ],
    ids=lambda value: None if isinstance(value, (bytes, dict)) else value,
)
def test_a_line_that_is_no_event_is_named_and_the_others_go_on(run, line, place, why):
    said = run(REPORTED, line)
    assert said.json["cases"]["A"]["stage"] in ("reported", "planned")
    if why is None:  # without a time it happened now
        assert said.code == 0 and said.err == ""
    else:
        assert said.code == 1 and said.err.startswith(place) and why in said.err


def test_all_that_is_wrong_with_a_line_is_said(run):
    said = run({"specversion": "0.3", "id": "1", "time": "x"})
    assert [line.split(": ")[1] for line in said.err.splitlines()] == [
        "specversion",
        "source",
        "type",
        "subject",
        "time",
    ]


def test_an_event_that_the_journey_does_not_know_or_allow_is_refused_with_the_reason(run):
    said = run(
        REPORTED,
        event("3", "job.fxed", "2026-09-01T10:00:00+02:00"),
        {**event("4", "job.fixed", "2026-09-01T10:00:00+02:00"), "emitter": "customer"},
        event("5", "appointment.made", "2026-09-01T10:00:00+02:00", appointment="soon"),
    )
    assert said.code == 1 and [row["id"] for row in said.json["refused"]] == ["3", "4", "5"]
    assert "event '3' (job.fxed) of case 'A' refused: event 'job.fxed' is not declared" in said.err
    assert (
        "did you mean 'job.fixed'?" in said.err
        and "not by customer" in said.err
        and "appointment: an appointment" in said.err
    )


def test_events_of_a_case_that_never_began_are_told(run):
    said = run(REPORTED, {**BOOKED, "subject": "B"})
    assert said.code == 0 and said.json["waiting"] == {"B": ["appointment.made"]}
    assert "case 'B' never began, so 1 events wait for it: appointment.made" in said.err


def test_events_that_came_before_their_case_wait_thirty_days_for_it(run):
    def begun(day: str) -> Said:
        return run(
            {**BOOKED, "time": "2026-08-01T09:00:00+02:00"}, {**REPORTED, "time": f"2026-08-{day}T09:00:00+02:00"}
        )

    assert begun("30").json["cases"]["A"]["stage"] == "planned"
    said = begun("31")
    assert said.json["cases"]["A"]["stage"] == "planned"
    late = run({**BOOKED, "time": "2026-07-01T09:00:00+02:00"}, REPORTED)
    assert late.code == 1 and late.json["cases"]["A"]["stage"] == "reported" and "more than 30 days" in late.err


def test_an_empty_file_is_a_short_story(run):
    said = run()
    assert said.code == 0 and said.json == {"timeline": [], "cases": {}}
    assert run(b"", b"   ", REPORTED, b"").code == 0


def test_a_byte_order_mark_and_other_line_ends_are_read(run):
    said = run(b"\xef\xbb\xbf" + json.dumps(REPORTED).encode() + b"\r", json.dumps(BOOKED).encode() + b"\r")
    assert said.code == 0 and said.json["cases"]["A"]["stage"] == "planned"


def test_files_that_are_not_there_and_folders_are_no_use(run, tmp_path, capsys):
    assert called(capsys, "run", JOURNEY, "--events", tmp_path / "none.jsonl").code == 2
    assert called(capsys, "run", JOURNEY, "--events", tmp_path).code == 2
    assert called(capsys, "run", tmp_path / "none.yaml", "--events", "-").code == 2
    assert called(capsys, "run", JOURNEY).code == 2


def test_an_error_in_the_journey_gives_one_and_no_document(run, tmp_path):
    (tmp_path / "x.yaml").write_text(
        JOURNEY.read_text().replace("appointment.made: planned", "appointment.made: planed", 1)
    )
    said = run(REPORTED, journey=tmp_path / "x.yaml")
    assert said.code == 1 and said.out == "" and "did you mean 'planned'?" in said.err


def test_a_child_is_opened_from_a_file_nearby_and_otherwise_missed(run, tmp_path):
    complaint = event("3", "complaint.made", "2026-09-01T10:00:00+02:00", about="waiting")
    said = run(REPORTED, complaint, journey=ROOT / "examples/repair/journey.yaml")
    assert said.code == 0 and said.json["cases"]["A/3"]["facts"] == {"about": "waiting"}
    lonely = tmp_path / "lonely/journey.yaml"
    lonely.parent.mkdir()
    lonely.write_text((ROOT / "examples/repair/journey.yaml").read_text())
    said = run(REPORTED, complaint, journey=lonely)
    assert said.code == 0 and "journey 'complaint' is not found beside this one" in said.err


def test_a_case_that_goes_round_for_ever_is_left_alone(run, tmp_path):
    (tmp_path / "round.yaml").write_text("""\
journey: round
events: {start: {from: [agent]}}
begins: {start: a}
stages: {a: {within: 1 minute, on: {stage.overdue: a}}, z: {final: true}}
""")
    said = run(event("1", "start", "2026-09-01T09:00:00+02:00"), journey=tmp_path / "round.yaml")
    assert said.code == 0 and "case 'A' goes round for ever" in said.err and said.json["endless"]
    assert len(said.json["timeline"]) < 3000
    words = ("--json", "--until", "2026-09-01T09:10:00+02:00")
    said = run(event("1", "start", "2026-09-01T09:00:00+02:00"), journey=tmp_path / "round.yaml", words=words)
    assert said.err == "" and [line["kind"] for line in said.json["timeline"]].count("overdue") == 10


def test_many_cases_are_replayed_in_reasonable_time(run):
    lines = []
    for number in range(1500):
        for one in (REPORTED, BOOKED):
            lines.append({**one, "subject": f"C{number}"})
    begun = time.process_time()
    assert len(run(*lines).json["cases"]) == 1500
    assert time.process_time() - begun < 20


def test_a_text_that_no_ascii_terminal_can_show_comes_out_all_the_same():
    line = json.dumps(event("1", "job.reported", "2026-09-01T09:00:00+02:00", case="Ünal ✓"), ensure_ascii=False)
    done = subprocess.run(
        [LOPER, "run", JOURNEY, "--events", "-"],
        input=line.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0 and b"nal" in done.stdout
