"""The reference pages say what the code does: every key, word, rule and command, and examples that are real."""

import re

import pytest

from loper.define import Problems, check, parse_journey, parse_organisation
from loper.define.check import BY_NAME
from loper.define.filters import NAMES
from loper.define.keys import JOURNEY
from loper.define.model import BUILT_IN_OFFERS, ROLES, TOUCHPOINT_EVENTS, Unit
from loper.define.names import BUILT_IN_EVENTS, JOINED, RESERVED_FACTS
from loper.define.organisation_keys import KINDS, ORGANISATION
from loper.define.rules import RULES
from loper.define.shape import Record
from loper.define.survey import STANDARD
from loper.define.texts import CONTEXT, PLAIN_FILTERS, TAGS
from loper.define.tree import MOST_BYTES, MOST_DEPTH, MOST_ENTRIES
from loper.define.words import CHANNELS, FACT_KINDS, MOST_AMOUNT, expression
from tests.define.test_schema import records
from tests.define.worlds import ROOT

REFERENCE = ROOT / "docs/reference"
PAGE = (REFERENCE / "language.md").read_text(encoding="utf-8")
RULES_PAGE = (REFERENCE / "rules.md").read_text(encoding="utf-8")


def blocks(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)


def codes(page: str) -> list[str]:
    """What stands in code within the sentences and tables of a page."""
    plain = re.sub(r"```.*?```", "", page, flags=re.DOTALL).replace("`` ` ``", "")
    return re.findall(r"`([^`\n]+)`", plain)


CODES = codes(PAGE)


def named(word: str) -> bool:
    """Whether the page has the word in code."""
    return any(re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", code) for code in CODES)


def row(key: str) -> bool:
    """Whether a table has a row for this key."""
    return re.search(rf"^\|[^|]*`{re.escape(key)}`[^|]*\|", PAGE, re.MULTILINE) is not None


@pytest.mark.parametrize("record", [*records(JOURNEY), *records(ORGANISATION)], ids=lambda record: record.what)
def test_every_key_of_the_language_is_explained(record: Record):
    missing = [key for key in record.keys if not (row(key) or named(key))]
    assert missing == []


@pytest.mark.parametrize("record", [JOURNEY, *(r for r in records(JOURNEY) if len(r.keys) > 4)], ids=lambda r: r.what)
def test_every_key_of_a_larger_part_has_a_row_of_its_own(record: Record):
    assert [key for key in record.keys if not row(key)] == []


@pytest.mark.parametrize(
    "words",
    [
        FACT_KINDS,
        CHANNELS,
        ROLES,
        KINDS,
        tuple(BUILT_IN_OFFERS),
        tuple(BUILT_IN_OFFERS.values()),
        tuple(name for name in (*BUILT_IN_EVENTS, JOINED)),
        tuple(f"T.{what}" for what in TOUCHPOINT_EVENTS),
        tuple(STANDARD),
        NAMES,
        PLAIN_FILTERS,
        TAGS,
        RESERVED_FACTS,
        tuple(f"{name}.{field}" for name, fields in CONTEXT.items() for field in fields),
    ],
    ids=lambda words: words[0],
)
def test_every_word_of_the_language_is_there(words):
    assert [word for word in words if not named(word)] == []


def test_units_and_limits_are_those_of_the_code():
    assert all(re.search(rf"{str(unit).removesuffix('s')}s?`", PAGE) for unit in Unit)
    assert f"{MOST_BYTES // 1024} kB, {MOST_DEPTH} levels deep, {MOST_ENTRIES:,} entries" in PAGE
    assert f"at most {MOST_AMOUNT:,}" in PAGE


def test_whole_examples_can_be_read():
    read = 0
    for text in blocks(PAGE):
        if text.startswith("journey:"):
            assert parse_journey(text)
            read += 1
        elif text.startswith("organisation:"):
            assert parse_organisation(text).policy.caps
            read += 1
    assert read == 2


def test_every_condition_on_the_page_can_be_read():
    table = PAGE[PAGE.index("## Conditions") : PAGE.index("## Durations")]
    written = [code for code in re.findall(r"`([^`]+)`", table) if re.search(r"==|!=|>=|> | in \[| is ", code)]
    assert len(written) > 6
    for code in written:
        if code not in ("==", "!=", ">="):
            expression(code)


def test_the_error_on_the_page_is_the_one_that_comes():
    small = blocks(PAGE)[0]
    with pytest.raises(Problems) as wrong:
        parse_journey(small.replace("{appointment.made: planned}", "{appointment.made: planed}", 1))
    assert f"`{wrong.value}`" in PAGE


def test_every_rule_has_its_place_its_reason_and_a_way_out():
    headings = re.findall(r"^## `([a-z-]+)`$", RULES_PAGE, re.MULTILINE)
    assert tuple(headings) == RULES
    sections = re.split(r"^## `[a-z-]+`$", RULES_PAGE, flags=re.MULTILINE)[1:]
    for name, section in zip(headings, sections, strict=True):
        why = " ".join((BY_NAME[name].__doc__ or "").split())
        assert why in " ".join(section.split()), name
        assert "**Finds**" in section and "**Way out**" in section, name


EXAMPLES = [
    (name, block)
    for name, section in zip(
        re.findall(r"^## `([a-z-]+)`$", RULES_PAGE, re.MULTILINE),
        re.split(r"^## `[a-z-]+`$", RULES_PAGE, flags=re.MULTILINE)[1:],
        strict=True,
    )
    for block in blocks(section)
]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(EXAMPLES)])
def test_an_example_of_a_rule_breaks_that_rule(rule, text):
    journey = parse_journey(text)
    assert rule in {finding.rule for finding in check(journey, measured={"fixed": 0.5}, signed=set())}


def test_most_rules_have_an_example():
    assert len({name for name, _ in EXAMPLES}) >= 12
