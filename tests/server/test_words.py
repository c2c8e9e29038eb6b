"""Telephone numbers that can be tapped, and times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from loper.server.ui.words import at_home, block, day, dialled, hour, span, telephones, with_calls


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Bel buiten het gratis nummer 0800-9009.", ["0800-9009"]),
        ("Bel ons meteen op 085 - 000 12 34. Dat kan dag en nacht.", ["085 - 000 12 34"]),
        ("Brand? Bel 112! Of 14 020, of 14020.", ["112", "14 020", "14020"]),
        ("Vanuit het buitenland: +31 6 12345678", ["+31 6 12345678"]),
        ("06-12345678 of 06-12345678", ["06-12345678"]),
        ("Op 8 september 2026 tussen 10 en 12 uur, in 1234 AB, huis 112a, zaak 1127.", []),
        ("IBAN NL91ABNA0417164300, klantnummer A-0800900912", []),
        ("", []),
    ],
)
def test_the_telephone_numbers_of_a_text_are_found_and_nothing_else(text: str, numbers: list[str]) -> None:
    assert telephones(text) == numbers
    shown = with_calls(text)
    assert shown.count("<a ") == sum(text.count(number) for number in numbers)
    for number in numbers:
        assert f'href="tel:{dialled(number)}"' in shown


def test_a_text_with_numbers_in_it_is_still_only_text() -> None:
    shown = with_calls('<script>alert(1)</script> 0800-9009 "><img src=x>')
    assert "<script>" not in shown and "<img" not in shown and 'href="tel:08009009"' in shown


@pytest.mark.parametrize(
    ("number", "said"),
    [("+31612345678", "06 12345678"), ("+31201234567", "020 1234567"), ("+32470123456", "+32470123456"), ("", "")],
)
def test_a_number_is_written_as_at_home(number: str, said: str) -> None:
    assert at_home(number) == said


def test_times_are_said_in_the_language_of_the_page_and_the_time_of_the_place() -> None:
    at = datetime(2026, 9, 7, 11, 30, tzinfo=UTC)
    visit = SimpleNamespace(start=at, end=datetime(2026, 9, 7, 13, 0, tzinfo=UTC))
    with translation.override("nl"):
        assert (day(at), hour(at), block(visit)) == ("maandag 7 september", "13.30 uur", "tussen 13.30 en 15 uur")
        assert span(visit) == "13.30 – 15 uur"
    with translation.override("en"):
        assert (day(at), hour(at), span(visit)) == ("Monday 7 September", "13:30", "13:30 – 15:00")
