"""YAML in which words stay words, with their places; nothing dangerous, nothing slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.define.tree import MOST_DEPTH, Report, Table, read_yaml


def read(text: str) -> tuple[Table | None, list[str]]:
    report = Report("f")
    return read_yaml(text, report), [str(problem) for problem in report.problems]


@pytest.mark.parametrize("word", ["on", "no", "off", "yes", "1:30", "0123", "null", "~", "2026-09-01", "1e3", ".inf"])
def test_every_scalar_stays_the_word_that_was_written(word):
    tree, problems = read(f"{word}: {word}")
    assert not problems and tree == {word: word}


def test_keys_and_values_know_their_line_and_column():
    tree, _ = read("a:\n  b: [one, 'two']\n")
    assert tree is not None
    inner = tree["a"]
    assert isinstance(inner, Table)
    key, value = next(iter(inner.items()))
    assert (key.line, key.column) == (2, 3)
    assert [(item.line, item.column) for item in value] == [(2, 7), (2, 12)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1", "f:1:4: an anchor (&x) is not allowed"),
        ("a: *x", "f:1:4: an alias (*x) is not allowed"),
        ("a: !!python/object/apply:os.system [ls]", "f:1:4: a tag"),
        ("a: 1\nb: 2\na: 3", "f:3:1: 'a' is here twice (first on line 1)"),
        ("? [a]\n: b", "f:1:3: a key must be a word"),
        ("a: b: c", "f:1:5: this is not YAML"),
        ("a: [1\nb: 2", "f:2:2: this is not YAML"),
        ("\ta: 1", "f:1:1: this is not YAML"),
        ("a: 'x", "f:1:6: this is not YAML"),
        ("a: @x", "f:1:4: this is not YAML"),
        ("", "f:1:1: the file is empty"),
        ("# only a comment", "f:1:1: the file is empty"),
        ("- a", "f:1:1: a mapping was expected"),
        ("just words", "f:1:1: a mapping was expected"),
        ("a: 1\n---\nb: 2", "f:2:1: a second document begins here"),
        ("a: \x00", "f:1:1: this is not YAML"),
        ("a: \ud800", "f:1:1: the file has characters that do not exist"),
        ("a: " + "x" * 600_000, "f:1:1: the file is larger than 512 kB"),
    ],
)
def test_what_cannot_be_read_says_where_and_gives_a_way_out(text, expected):
    _, problems = read(text)
    assert problems and problems[0].startswith(expected), problems
    assert problems[0].endswith(")")


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "{a: " * 20_000, "- " * 20_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 500))]
)
def test_a_deeply_nested_file_is_refused_while_it_is_read(text):
    _, problems = read(text)
    assert any(f"more than {MOST_DEPTH} levels deep" in problem for problem in problems)


@given(st.text(st.sampled_from("ab: -[]{},'\"\n#&*!|>%@`?~0\t"), max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    tree, problems = read(text)
    assert tree is not None or problems


@given(
    st.dictionaries(
        st.from_regex("[a-z]{1,8}", fullmatch=True), st.from_regex("[a-z0-9 ]{1,20}", fullmatch=True), max_size=5
    )
)
def test_plain_keys_and_values_come_through_whole(data):
    tree, _ = read("\n".join(f"{key}: '{value}'" for key, value in data.items()) or "{}")
    assert tree == data
