"""`loper draw`, through the command."""

import runpy

import pytest

from loper.cli.main import main
from tests.define.worlds import ROOT

REPAIR = str(ROOT / "examples/repair/journey.yaml")


def test_it_writes_the_picture_to_a_file(tmp_path):
    target = tmp_path / "line.svg"
    assert main(["draw", REPAIR, "-o", str(target)]) == 0
    assert "<title>Ontwerp van ‘Mijn reparatie’</title>" in target.read_text(encoding="utf-8")


def test_without_a_file_it_prints_the_picture(capsys):
    assert main(["draw", REPAIR, "--language", "en", "--vertical"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("<svg") and printed.endswith("</svg>\n")
    assert "My repair" in printed and 'viewBox="0 0 340 ' in printed


@pytest.mark.parametrize("target", ["nowhere/line.svg", ""])
def test_a_file_that_cannot_be_written_is_said_in_words(tmp_path, capsys, target):
    path = str(tmp_path / target)
    assert main(["draw", REPAIR, "-o", path]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"loper draw: {path} cannot be written: ")
    assert error.endswith("give -o a file in a folder that is there\n")


def test_a_journey_with_errors_is_not_drawn(tmp_path, capsys):
    broken = tmp_path / "journey.yaml"
    broken.write_text("journey: x\nstages: {a: {on: {b: c}}}\n", encoding="utf-8")
    target = tmp_path / "line.svg"
    assert main(["draw", str(broken), "-o", str(target)]) == 1
    assert str(broken) in capsys.readouterr().err
    assert not target.exists()


def test_the_pictures_of_the_documentation_are_what_the_code_draws():
    made = dict(runpy.run_path(str(ROOT / "tools/make_docs.py"))["documents"]())
    old = [name for name, text in made.items() if (ROOT / name).read_text(encoding="utf-8") != text]
    assert not old, f"{', '.join(old)}: run make docs"
