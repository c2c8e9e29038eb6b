"""A picture as PNG, for a slide, a letter or a wall: drawn by resvg, without a browser."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any
from xml.sax.saxutils import quoteattr

from loper.draw.ink import FONT

_PROBE = f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" font-family={quoteattr(FONT)}>{{}}</svg>'


class NoPng(Exception):
    """A PNG cannot be drawn on this machine; the message says what is missing."""


def png(svg: str, *, scale: float = 2) -> bytes:
    """The picture as the bytes of a PNG, on white. `scale`: pixels for each px of the picture, above 0 and up to 8.

    Raises NoPng where resvg or a font is missing: without a font resvg leaves out all texts and says nothing.
    Raises ValueError for a scale that is out of bounds.
    """
    if not 0 < scale <= 8:
        raise ValueError(f"a scale above 0 and up to 8 was expected, not {scale}")
    if not _has_font():
        raise NoPng("a PNG needs a font that the pictures name, and there is none (on Debian: install fonts-noto-core)")
    return _drawn(svg, scale)


def _drawn(svg: str, scale: float) -> bytes:
    return bytes(_resvg().svg_to_bytes(svg_string=svg, background="white", zoom=scale))


@cache
def _has_font() -> bool:
    return _drawn(_PROBE.format('<text x="2" y="18">W</text>'), 1) != _drawn(_PROBE.format(""), 1)


def _resvg() -> Any:
    try:
        return import_module("resvg_py")
    except ImportError as error:
        raise NoPng("a PNG needs resvg, which is not installed: pip install resvg-py") from error
