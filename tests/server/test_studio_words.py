"""The language in people's words: what the core says, when a moment comes, what changed between two versions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from django.utils import translation

import loper.define
from loper.define import Journey
from loper.define.check import BY_NAME
from loper.define.model import Duration, Unit, Window
from loper.server.folders import journey_files
from loper.server.pages.studio import differences, said, words
from loper.server.pages.studio.sentences import RULES, SENTENCES
from loper.server.queries import designs
from tests.worlds import EXAMPLES

SAYS = {"Found": (1, 2), "add": (1, 2), "Problem": (3, 4), "TextError": (0, 1), "Wrong": (0, 1), "_refuse": (2, 3),
        "ExpressionError": (0,)}  # fmt: skip
"""Where in the core a sentence for people stands: the function, and which of its arguments."""


def spoken() -> Iterator[tuple[str, str]]:
    """Every sentence that loper.define can say, as a template, with its file."""
    folder = Path(loper.define.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for place in SAYS.get(name, ()):
                    if place < len(node.args):
                        yield from ((one, path.name) for one in templates(node.args[place]) if one)


def templates(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str() as text):
            return [text.replace("%", "%%")]
        case ast.JoinedStr(values=values):
            parts, count = [], 0
            for value in values:
                if isinstance(value, ast.Constant):
                    parts.append(str(value.value).replace("%", "%%"))
                else:
                    parts.append(f"%({'abcdefgh'[count]})s")
                    count += 1
            return ["".join(parts)]
        case ast.BoolOp(values=values):
            return [one for value in values for one in templates(value)]
        case ast.IfExp(body=body, orelse=other):
            return templates(body) + templates(other)
        case _:
            return []


def test_every_sentence_of_the_parser_and_the_check_has_its_dutch() -> None:
    missing = sorted({f"{file}: {one}" for one, file in spoken() if one not in SENTENCES})
    assert not missing, "add these to pages/studio/sentences.py, then run tools/messages.py studio:\n" + "\n".join(
        missing
    )


def test_every_rule_says_why_it_matters() -> None:
    assert set(RULES) == set(BY_NAME)


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("stage 'planed' is not declared", "fase 'planed' bestaat niet"),
        ("did you mean 'planned'?", "bedoelt u 'planned'?"),
        ("write {% if eta %}...{% endif %} around it", "zet er {% if eta %}...{% endif %} omheen"),
        ("add 'organisation: [MEASURE >= 85%]' to the goal", "zet 'organisation: [METING >= 85%]' bij 'goal'"),
        (
            "not B1: sentences of 15 words on average; hard words: 'middels' (say: met)",
            "niet B1: zinnen van gemiddeld 15 woorden; moeilijke woorden: 'middels' (say: met)",
        ),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
        ("", ""),
    ],
)
def test_a_sentence_of_the_core_is_said_in_the_language_of_the_page(english: str, dutch: str) -> None:
    with translation.override("nl"):
        assert said.sentence(english) == dutch
    with translation.override("en"):
        assert said.sentence(english) == english


@pytest.fixture(scope="module")
def repair() -> Journey:
    return designs.parse_files(journey_files(EXAMPLES / "repair"))


def test_a_moment_says_in_words_when_it_comes(repair: Journey) -> None:
    with translation.override("nl"):
        said_ = {name: words.timing(repair, one, "nl") for name, one in repair.touchpoints.items()}
    assert said_["reminder"] == ["1 dag voor appointment start", "tussen 09:00 en 20:00", "alleen in: Afspraak gemaakt"]
    assert said_["sorry"] == ["meteen bij: er gebeurt op tijd niets", "daarna elke 1 werkdag, samen hooguit 3 keer"]
    assert said_["nudge"][0] == "3 dagen na: 'Vier korte vragen' is verstuurd"
    assert "ook in de rusturen" in said_["arrival"] and "hooguit 30 minuten te laat" in said_["arrival"]


def test_what_changed_is_said_in_words(repair: Journey) -> None:
    reminder = repair.touchpoints["reminder"]
    planned = repair.stages["planned"]
    touchpoints = {
        **{name: one for name, one in repair.touchpoints.items() if name != "missed"},
        "reminder": replace(reminder, between=Window(time(9), time(12))),
    }
    new = replace(
        repair,
        touchpoints=touchpoints,
        stages={**repair.stages, "planned": replace(planned, until=None, within=Duration(2, Unit.DAYS))},
        texts={**repair.texts, ("reminder", "sms", "nl"): "Tot morgen!"},
    )
    with translation.override("nl"):
        found = {(one.how, one.what, one.name): one.details for one in differences.differences(repair, new, "nl")}
    assert ("gone", "Contactmoment", "Niemand thuis") in found
    detail = found["changed", "Fase", "Afspraak gemaakt"][0]
    assert (detail.label, detail.before, detail.after) == ("uiterlijk", "tot appointment end", "hooguit 2 dagen")
    assert "tussen 09:00 en 12:00" in found["changed", "Contactmoment", "Herinnering"][0].after
    assert found["changed", "Tekst", "Herinnering, Sms, Nederlands"][0].after == "Tot morgen!"
    assert len(found) == 4
    assert not differences.differences(repair, repair, "nl")


def test_the_raw_difference_names_the_file_and_its_lines() -> None:
    found = differences.raw(
        {"journey.yaml": "a\nb\nc\n"}, {"journey.yaml": "a\nx\nc\n", "texts/n.sms.nl.liquid": "nieuw"}
    )
    assert [one.path for one in found] == ["journey.yaml", "texts/n.sms.nl.liquid"]
    assert [(line.kind, line.text) for line in found[0].lines if line.kind in ("plus", "minus")] == [
        ("minus", "b"),
        ("plus", "x"),
    ]
