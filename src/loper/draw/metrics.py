"""How wide a text is, and where it breaks: a picture on the server has no browser that could say so.

Widths are those of Noto Sans, one of the wider of the fonts that a page falls back to, with a little to spare.
"""

from __future__ import annotations

import unicodedata

_REGULAR = (
    "26 27 41 65 57 83 73 22 30 30 55 57 27 32 27 37 57 57 57 57 57 57 57 57 57 57 27 27 57 57 57 43 90 64 65 63 73 56"
    " 52 73 74 34 27 62 52 91 76 78 60 78 62 55 56 73 60 93 59 57 57 33 37 33 57 44 28 56 61 48 61 56 34 61 62 26 26 53"
    " 26 93 62 60 61 61 41 48 36 62 51 79 53 51 47 38 55 38 57"
)
_BOLD = (
    "26 29 47 65 57 90 75 27 34 34 54 57 28 32 28 41 57 57 57 57 57 57 57 57 57 57 28 28 57 57 57 48 90 69 67 64 74 56"
    " 55 72 76 39 33 66 56 94 81 80 63 80 66 55 58 76 65 97 67 62 58 33 41 33 57 41 36 60 63 51 63 59 39 63 66 30 30 62"
    " 30 98 66 62 63 63 45 50 43 66 57 86 58 57 49 39 55 39 57"
)
_WIDTHS = {bold: tuple(map(int, row.split())) for bold, row in ((False, _REGULAR), (True, _BOLD))}
"""Of the printable ASCII characters, in hundredths of the size."""

_SIGNS = {"‘": 0.22, "’": 0.22, "“": 0.45, "”": 0.45, "„": 0.52, "–": 0.5, "—": 1.0, "…": 0.86, "·": 0.29, "€": 0.58}
_SPARE = 1.03
_JOINER = "\u200d"
_VOWELS = frozenset("aeiouyáéíóúàèäëïöüê")
_BREAKS_AFTER = "-/_.,@&+"


def _glyph(char: str, bold: bool) -> float:
    """The width of one character, as a share of the size; of one that we do not know, rather too much."""
    code = ord(char)
    if 32 <= code < 127:
        return _WIDTHS[bold][code - 32] / 100
    if char in _SIGNS:
        return _SIGNS[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.4 if category == "So" else 1.05
    if 0xFB50 <= code <= 0xFDFF:  # Arabic ligatures: one character may stand for a whole sentence
        return 0.7 * max(1, len(unicodedata.normalize("NFKC", char)))
    base = unicodedata.normalize("NFD", char)[0]
    if base != char:
        return _glyph(base, bold) + 0.03
    if category in ("So", "Sm", "Sk") or code > 0xFFFF:
        return 1.4
    if category == "Lu" or code >= 0x900:
        return 1.2
    return 0.6 if category.startswith(("P", "Z")) else 1.02


class _Glyphs(dict[str, float]):
    """The widths of the characters that were met so far."""

    def __init__(self, bold: bool) -> None:
        super().__init__()
        self.bold = bold

    def __missing__(self, char: str) -> float:
        found = _glyph(char, self.bold)
        if len(self) < 10_000:
            self[char] = found
        return found


_GLYPHS = {bold: _Glyphs(bold) for bold in (False, True)}

_DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean(text: str) -> str:
    """The text without signs that XML cannot bear, or that turn the direction of what stands around them."""
    return "".join(
        " " if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 else char
        for char in text.translate(_DIRECTION)
        if unicodedata.category(char) not in ("Cs", "Cn", "Co")
    )


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide the text is, in px at this size; rather too wide than too narrow."""
    return sum(map(_GLYPHS[bold].__getitem__, text)) * size * _SPARE


def wrap(text: str, most: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """The text in lines of at most `most` px; a word that is too long is broken, with a hyphen where it is a word."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split():
        joined = f"{line} {word}" if line else word
        if width(joined, size, bold) <= most:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, most, size, bold)
        lines += full
    return (*lines, line) if line else tuple(lines)


def _broken(word: str, most: float, size: float, bold: bool) -> list[str]:
    """One word in pieces that fit."""
    pieces = []
    while width(word, size, bold) > most:
        fits = 1
        while fits < len(word) and width(word[: fits + 1] + "-", size, bold) <= most:
            fits += 1
        cut, hyphen = _cut(word, fits)
        pieces.append(word[:cut] + hyphen)
        word = word[cut:]
        if not word:
            return pieces
    return [*pieces, word]


def _cut(word: str, fits: int) -> tuple[int, str]:
    """Where to break a word of which `fits` characters fit: after a sign, between syllables, else where it must be."""
    for cut in range(fits, max(2, fits // 2), -1):
        if word[cut - 1] in _BREAKS_AFTER and cut < len(word):
            return cut, ""
    for cut in range(fits, max(2, fits // 2), -1):
        before, after = word[cut - 1].lower(), word[cut : cut + 2].lower()
        if len(after) == 2 and word[cut - 3 : cut + 3].isalpha() and len(word) - cut > 2:
            starts = after[0] not in _VOWELS and after[1] in _VOWELS
            if starts and any(char in _VOWELS for char in word[:cut].lower()) and before != after[0]:
                return cut, "-"
    cut = fits
    while cut < len(word) and (_glyph(word[cut], False) == 0 or word[cut - 1] == _JOINER):
        cut += 1  # never between a letter and its accent, or inside one emoji
    return cut, "-" if word[:cut].isalpha() and word[cut : cut + 1].isalpha() else ""
