"""Whatever is in a file: a journey or Problems come out, nothing else, and soon."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.define import Problems, parse_journey, parse_organisation, read_journey, read_organisation
from loper.define.expression import ExpressionError, parse_expression
from loper.define.shape import Wrong
from loper.define.words import (
    duration,
    expression,
    late,
    literal,
    number,
    positive,
    runs,
    target,
    when,
    window,
    zone,
)
from loper.run.cloudevents import Malformed, Told, read_event, read_line
from tests.define.worlds import SMALL

NOW = datetime(2026, 9, 1, tzinfo=UTC)

noise = st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass"))


def outcome(read, *arguments):
    """What came of it: `read`, or the problems; any other exception comes through."""
    try:
        read(*arguments)
    except Problems as problems:
        assert problems.problems
        assert all(p.message and p.line >= 1 and p.column >= 1 for p in problems.problems)
        return problems.problems
    return ()


@settings(max_examples=150)
@given(noise, st.integers(0, len(SMALL)))
def test_any_bytes_in_a_file_are_a_journey_or_problems(tmp_path_factory, junk, place):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(SMALL.encode()[:place] + junk + SMALL.encode()[place:])
    outcome(read_journey, file)
    file.write_bytes(junk)
    outcome(read_journey, file)
    outcome(read_organisation, file)
    file.write_bytes(b"organisation: x\n" + junk)
    outcome(read_organisation, file)


WORDS = [duration, positive, late, window, when, target, runs, zone, expression, number, literal]
some = st.text(st.sampled_from("0123456789 :-.><=%'\"()[]nowandrits,é٣daysfterbeh\t\n"), max_size=40) | st.text(
    max_size=30
)


@settings(max_examples=400)
@given(some, st.sampled_from(WORDS))
def test_any_text_is_a_word_of_the_language_or_wrong(text, read):
    try:
        read(text)
    except Wrong as wrong:
        assert str(wrong) and 0 <= wrong.column <= len(text)


facts = st.dictionaries(
    st.sampled_from(["a", "b", "a.b", "now"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just(NOW) | st.decimals(),
)


tokens = st.sampled_from("a b a.b now and or not in is set == < >= ( ) [ ] , 'x' 1 -2.5 true".split())


@settings(max_examples=400)
@given(some | st.lists(tokens, max_size=12).map(" ".join), facts)
def test_any_text_is_an_expression_that_never_raises_or_is_refused_with_its_place(text, known):
    try:
        read = parse_expression(text)
    except ExpressionError as wrong:
        assert 0 <= wrong.column <= len(text)
        return
    assert read(known, NOW) in (True, False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=5,
)
GOOD = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "subject": "A", "time": "2026-09-01T09:00:00Z"}
keys = st.sampled_from([*GOOD, "data", "sequence", "emitter", "customer", "journey", "data_base64"])


@settings(max_examples=200)
@given(json_values | st.dictionaries(keys, json_values).map(lambda changes: {**GOOD, **changes}))
def test_any_json_is_an_event_that_can_be_written_down_or_is_malformed_with_the_reason(document):
    try:
        told = read_event(document, NOW)
    except Malformed as wrong:
        assert wrong.reasons and str(wrong)
        return
    assert isinstance(told, Told) and told.event.time.tzinfo is not None
    json.dumps(dict(told.event.data), allow_nan=False).encode("utf-8")


@settings(max_examples=150)
@given(st.text(max_size=60) | json_values.map(json.dumps) | st.binary(max_size=40).map(lambda b: b.decode("latin-1")))
def test_any_line_is_an_event_or_malformed(line):
    try:
        read_line(line, NOW)
    except Malformed as wrong:
        assert wrong.reasons


# -- what is made to hurt -----------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
TIMES = ", ".join(f"t{n}: {{when: e{n}, channels: [email]}}" for n in range(900))

HOSTILE = {
    "20 kB of brackets": "[" * 20_000,
    "20 kB of braces": "{a: " * 20_000,
    "a million laughs": LAUGHS,
    "a thousand anchors": "\n".join(f"k{n}: &a{n} x" for n in range(1000)),
    "one key many times": "a: 1\n" * 60_000,
    "many keys, many times": "".join(f"k{n}: 1\n" for n in range(30_000)) * 2,
    "keys that nobody knows": "".join(f"key_of_a_journey_{n}: 1\n" for n in range(900)),
    "a list without end": "a: [" + "x, " * 150_000 + "x]",
    "names that are nearly right": SMALL.replace(
        "touchpoints:\n",
        f"touchpoints:\n  many: {{when: [{', '.join(f'job.reportd{n}' for n in range(900))}], channels: [email]}}\n",
    ),
    "nine hundred touchpoints on events that are not there": SMALL.replace(
        "touchpoints:\n",
        "touchpoints:\n" + "".join(f"  t{n}: {{when: job.reported{n}, channels: [email]}}\n" for n in range(900)),
    ),
    "a choice of a thousand": SMALL.replace("[leak, other]", "[" + ", ".join(["leak"] * 999) + "]"),
    "an expression of a kilobyte": SMALL.replace("problem == 'leak'", "(" * 990),
    "a number of a thousand digits": SMALL.replace("problem == 'leak'", "cost == " + "9" * 900),
    "a duration that never ends": SMALL.replace("1 working day", "9" * 5000 + " days"),
    "a window of digits": SMALL.replace("in: [planned],", "between: " + "1" * 90 + ":00-20:00,"),
    "a goal of digits": SMALL.replace("owner:", "goal: {organisation: [x >= " + "9" * 150 + "]}\nowner:"),
    "spaces in a time": SMALL.replace("1 day before appointment.start", "1 day" + " " * 180 + "before"),
    "half a character": SMALL.replace("Lekkage", "\ud800"),
    "a NUL": SMALL.replace("Lekkage", "\x00"),
    "a tag": SMALL.replace("Lekkage", "!!python/object/apply:os.system [ls]"),
    "half a megabyte of text": "journey: " + "x" * 520_000,
    "a merge key": SMALL + "\n<<: {a: b}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_hurt_is_refused_fast(name):
    begun = time.process_time()
    problems = outcome(parse_journey, HOSTILE[name], "f")
    problems_too = outcome(parse_organisation, HOSTILE[name], "f")
    assert problems and problems_too and len(problems) <= 100
    assert time.process_time() - begun < 5


def test_a_file_that_never_ends_is_not_read_to_its_end():
    with pytest.raises(Problems, match="larger than 512 kB"):
        read_journey(Path("/dev/zero"))


def test_a_folder_and_a_file_that_is_not_there_are_problems(tmp_path):
    with pytest.raises(Problems, match="this is a folder"):
        read_journey(tmp_path)
    with pytest.raises(Problems, match="No such file"):
        read_organisation(tmp_path / "none.yaml")


def test_what_is_not_utf8_is_named_at_its_place(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"journey: a\nowner: J\xfcrgen\n")
    with pytest.raises(Problems, match=r"a\.yaml:2:9: not UTF-8"):
        read_journey(tmp_path / "a.yaml")


def test_a_large_honest_journey_is_read_in_reasonable_time():
    stages = "".join(f"  s{n}: {{within: 1 day, on: {{go: s{n + 1}}}}}\n" for n in range(300))
    touchpoints = "".join(f"  t{n}: {{when: go, in: [s{n}], channels: [email]}}\n" for n in range(300))
    text = (
        "journey: large\nevents: {go: {from: [agent]}}\nbegins: {go: s0}\n"
        f"stages:\n{stages}  s300: {{final: true}}\ntouchpoints:\n{touchpoints}"
    )
    begun = time.process_time()
    assert len(parse_journey(text).stages) == 301
    assert time.process_time() - begun < 5
