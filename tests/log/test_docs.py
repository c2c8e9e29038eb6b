"""The page about logs says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from loper.log import calls_columns, columns
from loper.log.table import KNOWN, NEEDED

PAGE = (Path(__file__).parent.parent.parent / "docs/reference/logs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z]+)`(?: \(needed\))? \| (.+) \|$", re.M)


def examples(part: str) -> list[tuple[str, str]]:
    """Our columns and the headers that the table of a part of the page gives for each."""
    table = PAGE.split(f"\n## {part}\n")[1].split("is called, for instance")[1].split("\n\n")[0]
    return [(ours, header.strip()) for ours, headers in ROW.findall(table) for header in headers.split(",")]


def test_every_column_that_questions_know_is_on_the_page() -> None:
    assert [name for name in (*NEEDED, *KNOWN) if f"`{name}`" not in PAGE] == []


def test_what_columns_are_called_for_instance_is_how_they_are_guessed() -> None:
    given = examples("Which column is what")
    assert len(given) > 40
    assert [(ours, name) for ours, name in given if columns.plain(name) not in columns.NAMES[ours].split()] == []


def test_what_columns_of_calls_are_called_is_how_they_are_guessed() -> None:
    given = examples("Telephony")
    assert len(given) > 20
    assert [(ours, name) for ours, name in given if columns.plain(name) not in calls_columns.NAMES[ours].split()] == []
