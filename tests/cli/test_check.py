"""loper check: errors and findings of a file, for people and for machines; exit codes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.worlds import ROOT, called, loper
from tests.define.worlds import SMALL


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    file = tmp_path / "visit.yaml"
    file.write_text(SMALL)
    return file


@pytest.mark.parametrize("name", ["repair", "complaint"])
def test_the_examples_have_no_finding_that_is_not_accepted(name):
    said = loper("check", f"examples/{name}/journey.yaml")
    assert said.code == 0 and said.err == ""
    assert said.out.endswith("0 findings, 0 accepted with a reason\n")


def test_every_example_is_tried_above():
    assert sorted(path.parent.name for path in ROOT.glob("examples/*/journey.yaml")) == ["complaint", "repair"]


def test_findings_are_shown_with_place_reason_and_way_out_and_give_one(visit, capsys):
    said = called(capsys, "check", visit)
    assert said.code == 1
    assert (
        f"{visit}:16: no-owner (touchpoints.reminder): nobody answers for this moment\n  add 'owner: NAME'" in said.out
    )
    assert said.out.splitlines()[-1].endswith("findings, 0 accepted with a reason")


def test_an_accepted_finding_is_shown_with_its_reason_and_does_not_count(visit, capsys):
    rules = {
        line.split(": ")[1].split(" ")[0] for line in called(capsys, "check", visit).out.splitlines() if "): " in line
    }
    accepts = ", ".join(f"{rule}: it is a small one" for rule in rules)
    visit.write_text(f"{SMALL}accepts: {{{accepts}}}\n")
    said = called(capsys, "check", visit)
    assert said.code == 0 and "accepted: it is a small one" in said.out and ": 0 findings" in said.out


def test_errors_come_all_at_once_with_file_line_and_column_and_the_nearest_name(visit, capsys):
    visit.write_text(
        SMALL.replace("appointment.made: planned", "appointment.made: planed").replace(
            "job.fixed: done", "job.fixd: done"
        )
    )
    said = called(capsys, "check", visit)
    assert said.code == 1 and said.out == ""
    assert said.err.splitlines() == [
        f"{visit}:12:37: stage 'planed' is not declared (did you mean 'planned'?)",
        f"{visit}:13:18: event 'job.fixd' is not declared (did you mean 'job.fixed'?)",
    ]


def test_for_machines_there_is_json_of_findings_and_of_errors(visit, capsys):
    found = called(capsys, "check", "--json", visit).json
    assert found["journey"] == "visit" and found["errors"] == [] and len(found["version"]) == 16
    assert {"rule", "place", "line", "why", "way_out", "accepted"} == set(found["findings"][0])
    visit.write_text(SMALL.replace("owner", "ownr"))
    said = called(capsys, "check", "--json", visit)
    assert said.code == 1 and said.json["findings"] == []
    assert said.json["errors"] == [
        {
            "file": str(visit),
            "line": 2,
            "column": 1,
            "message": "'ownr' is not a key of a journey",
            "hint": "did you mean 'owner'?",
        }
    ]


def test_an_error_in_a_text_is_named_at_its_place_in_that_file(visit, capsys):
    folder = visit.parent / "visit"
    folder.mkdir()
    (folder / "reminder.sms.nl.liquid").write_text("Dag\n{{ appointmnt.start | day }}")
    assert (
        f"{folder}/reminder.sms.nl.liquid:2:4: 'appointmnt.start' is not a fact" in called(capsys, "check", visit).err
    )


def test_the_organisation_beside_or_above_counts_and_another_can_be_named(visit, capsys, tmp_path):
    (tmp_path / "organisation.yaml").write_text("organisation: x\nquite: 21:00-08:00\n")
    assert "'quite' is not a key of an organisation (did you mean 'quiet'?)" in called(capsys, "check", visit).err
    (tmp_path / "other.yaml").write_text("organisation: y\nprinciples: {no-mail: {channel: email, because: we talk}}\n")
    said = called(capsys, "check", visit, "--organisation", tmp_path / "other.yaml")
    assert "the principle 'no-mail' forbids it: we talk" in said.out


def test_other_journeys_of_the_organisation_are_looked_at_too(tmp_path, capsys):
    shutil.copytree(ROOT / "examples", tmp_path / "own")
    complaint = tmp_path / "own/complaint/journey.yaml"
    complaint.write_text(complaint.read_text().replace("    kind: survey\n", "    kind: service\n"))
    said = called(capsys, "check", tmp_path / "own/repair/journey.yaml")
    assert said.code == 1 and "inconsistent (touchpoints.survey): in journey 'complaint' its kind differs" in said.out
    complaint.write_text("nonsense")
    said = called(capsys, "check", tmp_path / "own/repair/journey.yaml")
    assert said.code == 0 and "not looked at: it has 1 errors of its own" in said.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"journey: \xff", "not UTF-8"),
        (b"", "the file is empty"),
        (b"[" * 20_000, "more than 20 levels deep"),
        (b"x: " + b"y" * 600_000, "larger than 512 kB"),
        (b"- a", "a mapping was expected"),
    ],
)
def test_what_is_no_journey_is_an_error_in_the_file(tmp_path, capsys, content, message):
    (tmp_path / "a.yaml").write_bytes(content)
    said = called(capsys, "check", tmp_path / "a.yaml")
    assert said.code == 1 and message in said.err and f"{tmp_path}/a.yaml:1:" in said.err


def test_a_file_that_is_not_there_and_a_folder_are_no_use(tmp_path, capsys):
    said = called(capsys, "check", tmp_path / "none.yaml")
    assert said.code == 2 and "cannot be opened: No such file or directory; is the path right?" in said.err
    said = called(capsys, "check", tmp_path)
    assert said.code == 2 and "is a folder" in said.err
    assert (
        called(capsys, "check", "--organisation", tmp_path / "none.yaml", ROOT / "tests/golden/repair.yaml").code == 2
    )


@pytest.mark.parametrize("words", [[], ["check"], ["chek", "x"], ["check", "--jsn", "x"], ["run", "x"]])
def test_a_command_that_does_not_exist_or_lacks_a_word_gives_two(words, capsys):
    said = called(capsys, *words)
    assert said.code == 2 and "usage: loper" in said.err


def test_checking_knows_no_server():
    code = "import sys; from loper.cli import main; main(['check', sys.argv[1]]); sys.exit('django' in sys.modules)"
    command = [sys.executable, "-c", code, "examples/repair/journey.yaml"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_importing_loper_alone_brings_nothing_along():
    code = "import sys; before = set(sys.modules); import loper; sys.exit(len(set(sys.modules) - before - {'loper'}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
