"""Cells made tidy, columns guessed, whatever is in them."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.intake import clean, guess
from loper.intake.judge import judge_cells
from loper.intake.kinds import KINDS
from loper.intake.sheet import open_sheet


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (clean.phone, "06 - 12 34 56 78", "+31612345678"),
        (clean.phone, "612345678", "+31612345678"),
        (clean.phone, "+31 (0)6 12345678", "+31612345678"),
        (clean.phone, "0031612345678", "+31612345678"),
        (clean.phone, "31612345678", "+31612345678"),
        (clean.phone, "geen", ""),
        (clean.phone, "+49 30 1234567", "+49301234567"),
        (clean.email, "Jo <J.Jo@X.nl>", "j.jo@x.nl"),
        (clean.email, "mailto:a@b.nl", "a@b.nl"),
        (clean.email, "n.v.t.", ""),
        (clean.postcode, "1234 ab", "1234AB"),
        (clean.house_number, "12 a", "12A"),
        (clean.house_number, "7.0", "7"),
        (clean.day, "1-9-2026", "2026-09-01"),
        (clean.day, "2026-09-01T00:00:00", "2026-09-01"),
        (clean.day, "1 sept. 2026", "2026-09-01"),
        (clean.day, "46266", "2026-09-01"),
        (clean.day, "20260901", "2026-09-01"),
        (clean.day, "0000-00-00", ""),
        (clean.day_or_yes, "ja", "yes"),
        (clean.name, "DE VRIES", "De Vries"),
        (clean.name, "O'Brien", "O'Brien"),
        (clean.status, "Vertrokken", "moved"),
        (clean.status, "Actief", "current"),
        (clean.channel, "E-mail", "email"),
        (clean.words, "Loodgieter; CV ,cv", "loodgieter,cv"),
        (clean.line, "'=1+1", "=1+1"),
    ],
)
def test_what_is_read(read: object, text: str, value: str) -> None:
    assert read(text) == value  # type: ignore[operator]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (clean.phone, "12"),
        (clean.phone, "+3161234567"),
        (clean.email, "a@b"),
        (clean.email, "a b@c.nl"),
        (clean.email, "x@a..nl"),
        (clean.postcode, "12345"),
        (clean.postcode, "1234 SS"),
        (clean.postcode, "0123 AB"),
        (clean.house_number, "a12"),
        (clean.day, "31-2-2026"),
        (clean.day, "1-13-2026"),
        (clean.day, "ooit"),
        (clean.name, "=HYPERLINK(1)"),
        (clean.name, "Piet 123456782"),
        (clean.language, "Klingon"),
        (clean.day, "1-1-1066"),
    ],
)
def test_what_is_refused(read: object, text: str) -> None:
    with pytest.raises(clean.Wrong):
        read(text)  # type: ignore[operator]


@given(st.text(max_size=60))
def test_no_cell_makes_a_reader_fail_and_what_is_read_stays_as_it_is(text: str) -> None:
    """Every reader gives a value or Wrong; a value that is read again is itself (a formula is unguarded one time)."""
    for kind in KINDS.values():
        for field in kind.fields:
            try:
                value = field.read(text)
            except clean.Wrong:
                continue
            if not value.startswith(("'", "=")) and field.read is not clean.words and value:
                assert field.read(value) == value, field.name


@given(st.text(max_size=40))
def test_no_cell_goes_out_as_a_formula(text: str) -> None:
    out = clean.guarded(text)
    assert out in (text, f"'{text}")
    assert not out or out[0] not in "=@\t\r"


@given(st.dictionaries(st.sampled_from([one.name for one in KINDS["customers"].fields]), st.text(max_size=30)))
def test_every_row_has_values_or_reasons(cells: dict[str, str]) -> None:
    judged = judge_cells(KINDS["customers"], cells, 1, {})
    assert judged.problems or (judged.values["ident"] and judged.values["name"])
    assert all(one.why for one in judged.problems)


def test_a_column_of_bsns_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    chance = random.Random(5)
    bsns = [one for one in (f"{chance.randint(10**8, 10**9 - 1)}" for _n in range(2000)) if clean.is_bsn(one)][:60]
    path = tmp_path / "x.csv"
    lines = [f"{one};{chance.randint(10**8, 10**9 - 1)};Jan" for one in bsns]
    path.write_text("nummer;dossier;naam\n" + "\n".join(lines) + "\n")
    sheet = open_sheet(path)
    assert guess.refused(sheet) == ("nummer",), "the other column has nine digits too, and passes one time in eleven"
    assert guess.guess(KINDS["customers"], sheet)["name"] == "naam"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_columns_called_as_we_call_them_are_guessed(kind: str, tmp_path: Path) -> None:
    """By the surest word of each field, whatever order they stand in."""
    fields = [one for one in KINDS[kind].fields if one.name not in ("first", "prefix", "last", "phone")]
    random.Random(3).shuffle(fields)
    path = tmp_path / "x.csv"
    path.write_text(";".join(one.words[0] for one in fields) + "\n" + ";".join("" for _one in fields) + "\n")
    found = guess.guess(KINDS[kind], open_sheet(path))
    assert found == {one.name: one.words[0] for one in KINDS[kind].fields if one in fields}


def test_letters_that_no_keyboard_types_are_left_out() -> None:
    odd = "".join(chr(code) for code in range(32)) + "\x7f\u200b\ufeff"
    assert clean.line(f"a{odd}b") == "a b" or clean.line(f"a{odd}b") == "ab"
    assert set(clean.line(string.printable)) <= set(string.printable)
