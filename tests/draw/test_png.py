"""A picture as PNG."""

from __future__ import annotations

import struct
from importlib.util import find_spec

import pytest

from loper.draw.charts import Funnel, Step, draw_funnel
from loper.draw.png import NoPng, png

SVG = draw_funnel(Funnel(title="Trechter", steps=(Step(title="Gemeld", came=9, stopped=2),)))


def test_a_picture_becomes_a_png_of_its_size_or_what_is_missing_is_said():
    if find_spec("resvg_py") is None:
        with pytest.raises(NoPng, match="pip install resvg-py"):
            png(SVG)
        return
    found = png(SVG, scale=2)
    assert found[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", found[16:20])[0] == 1920
    assert len(found) > len(png(SVG.replace("Gemeld", ""), scale=2))  # its texts are in it


def test_a_scale_that_is_out_of_bounds_is_refused():
    for scale in (0, -1, 9, float("nan")):
        with pytest.raises(ValueError, match="up to 8"):
            png(SVG, scale=scale)
