"""`loper observe --html` and `--journey`: one file that stands alone; the design held against what happened."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from loper.cli.main import main
from loper.observe.report import QUESTIONS

ROOT = Path(__file__).parent.parent.parent
REPAIR = ROOT / "examples" / "repair" / "journey.yaml"
CSV = "case,activity,time,channel\n" + "".join(
    f"R{i},{activity},2026-03-{1 + i % 28:02}T{9 + step}:0{i % 6}:00+01:00,web\n"
    for i in range(60)
    for step, activity in enumerate(["job.reported", "received", "<script>alert(1)</script>", "job.fixed"][: 2 + i % 3])
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(CSV)
    return path


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_report_stands_alone(log: Path, tmp_path: Path, language: str) -> None:
    target = tmp_path / "report.html"
    words = ["observe", str(log), "--html", str(target), "--language", language, "--journey", str(REPAIR)]
    assert main(words) == 0
    html = target.read_text()
    for key, question in QUESTIONS.items():
        if key != "compare":
            assert f'id="{key}"' in html and question.asked(language) in html
    assert "<script" not in html and "alert(1)" in html
    fetched = re.findall(r"""(?:src|href)=["']?(?!#)([^"'\s>]+)""", html)
    assert not [one for one in fetched if not one.startswith("#")], fetched
    assert html.count("<svg") > 3 and html.rstrip().endswith("</html>")


def test_deviations_from_the_design_are_in_the_figures(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["observe", str(log), "--json", "--journey", str(REPAIR)]) == 0
    found = json.loads(capsys.readouterr().out)["deviations"]
    assert {one["deviation"] for one in found} >= {"ad hoc"}


def test_what_is_wrong_is_said_and_no_half_report_is_left(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["observe", str(log), "--html", str(tmp_path / "nowhere" / "report.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    (tmp_path / "bad.yaml").write_text("journey: [")
    assert main(["observe", str(log), "--journey", str(tmp_path / "bad.yaml")]) == 1
    assert main(["observe", str(log), "--html", str(tmp_path / "r.html"), "--engine", "duckdb"]) == 1
    assert not list(tmp_path.glob("*.html")) and not list(tmp_path.glob(".under-way*"))
