"""Numbers as people write them, a whole column at once: 1.234,56 beside 1,234.56."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"^ *[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? *$"


_COMMA = r"^ *[+-]?([0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]*,([0-9]{1,2}|[0-9]{4,})) *$"
_POINT = r"^ *[+-]?([0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[0-9]*\.([0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(,[0-9]{3}){2,}) *$"
_EITHER = r"^ *[+-]?[0-9]{1,3},[0-9]{3} *$"


def decimal_of(texts: pa.Array) -> str:
    """The sign before the decimals of these texts, `,` or `.`, by a number that can be read in one way only.

    Where none proves it, 1,234 has decimals, as it has here, and so has 1.234, as machines write it.
    """
    for pattern, sign in ((_COMMA, ","), (_POINT, "."), (_EITHER, ",")):
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            return sign
    return "."


def parse(texts: pa.Array, decimal: str = ".") -> pa.Array:
    """float64; null where there is none, and where it is no number."""
    plain = texts if texts.type == pa.string() else pc.cast(texts, pa.string())
    other = "." if decimal == "," else ","
    if _has(plain, other):
        grouped = pc.match_substring_regex(plain, rf"^ *[+-]?[0-9]{{1,3}}([{other}][0-9]{{3}})+([{decimal}][0-9]+)? *$")
        plain = pc.if_else(grouped, pc.replace_substring(plain, other, ""), plain)
    if decimal == ",":
        plain = pc.if_else(pc.match_substring(plain, "."), pa.scalar(None, pa.string()), plain)
        plain = pc.replace_substring(plain, ",", ".")
    try:
        return pc.cast(plain, pa.float64())
    except pa.ArrowInvalid:
        good = pc.match_substring_regex(plain, NUMBER)
        plain = pc.utf8_trim_whitespace(pc.if_else(good, plain, pa.scalar(None, pa.string())))
        return pc.cast(plain, pa.float64())


def parse_whole(texts: pa.Array) -> pa.Array:
    """int64; null where there is none, and where it is no whole number."""
    good = pc.match_substring_regex(texts, r"^-?[0-9]{1,18}$")
    return pc.cast(pc.if_else(good, texts, pa.scalar(None, pa.string())), pa.int64())


def parse_truth(texts: pa.Array) -> pa.Array:
    """bool; null where there is none, and where it is neither `true` nor `false`."""
    no = pc.if_else(pc.equal(texts, "false"), pa.scalar(False), pa.scalar(None, pa.bool_()))
    return pc.if_else(pc.fill_null(pc.equal(texts, "true"), False), pa.scalar(True), no)


def are_whole(texts: pa.Array) -> bool:
    """Whether all of these (no nulls) are whole numbers, none of which loses a zero in front."""
    return bool(len(texts)) and pc.all(pc.match_substring_regex(texts, r"^(-?[1-9][0-9]{0,14}|0)$")).as_py() is True


def are_numbers(texts: pa.Array) -> bool:
    """Whether all of these (no nulls) are numbers, and none has a zero in front or too many digits to be exact."""
    if not len(texts) or pc.any(pc.match_substring_regex(texts, r"^ *[+-]?(0[0-9]|[0-9]{16})")).as_py():
        return False
    return bool(parse(texts, decimal_of(texts)).null_count == 0)


def _has(texts: pa.Array, sign: str) -> bool:
    return pc.any(pc.match_substring(texts, sign)).as_py() is True
