"""The light Markdown of messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.channels.markdown import Break, Button, Choices, Passage, blocks, plain


def words(body: str) -> str:
    return "\n\n".join(plain(block) for block in blocks(body) if isinstance(block, Passage))


def test_a_paragraph_that_is_one_link_is_a_button() -> None:
    assert blocks("Tot dan.\n\n[Kies een dag](https://x.example/a)")[1] == Button("Kies een dag", "https://x.example/a")


def test_a_link_inside_a_sentence_stays_in_the_sentence() -> None:
    assert words("Of [stop uw melding](https://x.example/a).") == "Of stop uw melding (https://x.example/a)."


def test_a_list_of_links_is_a_choice() -> None:
    (choices,) = blocks("- [1 - heel weinig](https://x.example/1)\n- [2](https://x.example/2)")
    assert choices == Choices((Button("1 - heel weinig", "https://x.example/1"), Button("2", "https://x.example/2")))


def test_a_list_of_words_stays_a_list() -> None:
    assert words("Wat u doet:\n\n1. bellen\n2. wachten\n   op ons\n\n- zo\n  - en zo") == (
        "Wat u doet:\n\n1. bellen\n2. wachten\n   op ons\n\n- zo\n  - en zo"
    )


def test_two_messages_in_one_are_parted_by_a_line() -> None:
    assert [type(block) for block in blocks("Een\n\n---\n\nTwee")] == [Passage, Break, Passage]


@pytest.mark.parametrize(
    "url", ["https://x.example/_a_b_/?c=1&d=2", "https://x.example/l/__token__-_", "http://x.example:8000/*a*"]
)
def test_a_bare_address_comes_through_letter_by_letter(url: str) -> None:
    assert words(f"Kijk op {url}. Tot dan!") == f"Kijk op {url}. Tot dan!"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "//x.example", "relative"]
)
def test_a_link_goes_to_the_web_to_mail_or_to_a_telephone_and_nowhere_else(url: str) -> None:
    assert not any(isinstance(block, Button) for block in blocks(f"[klik]({url})"))


def test_a_telephone_number_is_not_said_twice() -> None:
    assert words("Bel [085 - 000 12 34](tel:0850001234) of [mail](mailto:hallo@x.example).") == (
        "Bel 085 - 000 12 34 of mail (hallo@x.example)."
    )


def test_html_and_pictures_and_code_are_only_text() -> None:
    assert words("<b>vet</b>\n\n    ingesprongen\n\n```\nx\n```") == "<b>vet</b>\n\ningesprongen\n\n```\nx\n```"


@given(st.text(alphabet=st.sampled_from("ab \n-*_[]()<>!#1.:/\\`&\"'") | st.characters(), max_size=200))
def test_any_text_can_be_read(body: str) -> None:
    for block in blocks(body):
        if isinstance(block, Passage):
            assert isinstance(plain(block), str)
