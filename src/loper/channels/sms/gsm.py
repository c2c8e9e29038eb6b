"""How many segments a text takes (3GPP TS 23.038 and 23.040): the default alphabet of GSM, else UCS-2."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

ONE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO = frozenset("\f^{}\\[~]|€")
"""Signs that take two places: an escape and the sign itself."""

ALIKE = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...", "•": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "", "\u00ad": "", "\u2060": "", "\ufeff": "", "\t": " ",
}  # fmt: skip
"""Signs that a telephone need not have, and what says the same in the alphabet of GSM."""


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it goes over the air. `units` are septets of GSM-7, or pairs of bytes of UCS-2."""

    alphabet: Literal["GSM-7", "UCS-2"]
    units: int
    count: int


def simplify(text: str) -> str:
    """The text with typographic signs made plain, so that one curly quote does not double the price."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(ALIKE.get(sign, sign) for sign in text)


def segments(text: str) -> Segments:
    """Alphabet, length and number of segments of a text; an empty one takes one."""
    if all(sign in ONE or sign in TWO for sign in text):
        return _count("GSM-7", [2 if sign in TWO else 1 for sign in text], single=160, each=153)
    return _count("UCS-2", [2 if ord(sign) > 0xFFFF else 1 for sign in text], single=70, each=67)


def _count(alphabet: Literal["GSM-7", "UCS-2"], sizes: list[int], single: int, each: int) -> Segments:
    units = sum(sizes)
    if units <= single:
        return Segments(alphabet, units, 1)
    count, left = 1, each
    for size in sizes:
        if size > left:  # an escaped sign, or a pair of surrogates, is not cut in two
            count, left = count + 1, each
        left -= size
    return Segments(alphabet, units, count)
