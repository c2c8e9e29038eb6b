"""What holds of any picture of a log at all."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.draw.charts import Picture, table
from loper.draw.ink import PAPER, contrast
from tests.draw.chart_worlds import DRAW, PICTURES, faults
from tests.draw.worlds import SVG, read

slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
every = pytest.mark.parametrize("kind", list(PICTURES), ids=lambda kind: kind.__name__.lower())


@every
@slow
@given(st.data(), st.booleans(), st.sampled_from(["nl", "en"]))
def test_it_stays_in_its_frame_and_no_text_lies_on_a_text_or_a_line(
    kind: type[Picture], data: st.DataObject, vertical: bool, language: str
) -> None:
    svg = DRAW[kind](data.draw(PICTURES[kind]), vertical=vertical, language=language)
    assert faults(svg) == []


@every
@slow
@given(st.data(), st.booleans())
def test_nothing_in_it_can_run_or_style_and_each_link_says_where_it_leads(
    kind: type[Picture], data: st.DataObject, vertical: bool
) -> None:
    root, _ = read(DRAW[kind](data.draw(PICTURES[kind]), vertical=vertical))
    links = root.findall(f".//{SVG}a")
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        assert tag in {"svg", "title", "desc", "text", "path", "circle", "rect", "g", "a"}
        assert not {name for name in element.attrib if name.startswith("on") or name in ("style", "class")}
        assert ("href" in element.attrib) == (tag == "a")
    assert all(link.find(f"{SVG}title") is not None for link in links)
    assert root.get("role") == ("group" if links else "img")


@every
@slow
@given(st.data(), st.booleans())
def test_the_same_facts_give_the_same_picture(kind: type[Picture], data: st.DataObject, vertical: bool) -> None:
    fact = data.draw(PICTURES[kind])
    assert DRAW[kind](fact, vertical=vertical) == DRAW[kind](fact, vertical=vertical)


@every
@slow
@given(st.data(), st.sampled_from(["nl", "en", "fr"]))
def test_its_table_is_whole(kind: type[Picture], data: st.DataObject, language: str) -> None:
    found = table(data.draw(PICTURES[kind]), language=language)
    assert all(len(row.cells) == len(found.head) for row in found.rows)
    assert all(column < len(found.head) for column in found.numbers)


@every
@slow
@given(st.data(), st.booleans(), st.sampled_from(["#ffe000", "#c8102e", "#003b5c"]))
def test_every_text_can_be_read(kind: type[Picture], data: st.DataObject, vertical: bool, colour: str) -> None:
    root = ElementTree.fromstring(DRAW[kind](data.draw(PICTURES[kind]), vertical=vertical, colour=colour))
    for text in root.iter(f"{SVG}text"):
        assert contrast(text.get("fill", PAPER), "#eef0f4") >= 4.5
        assert float(text.get("font-size", "0")) >= 12
    for path in root.iter(f"{SVG}path"):
        stroke = path.get("stroke", "none")
        if stroke not in ("none", PAPER, "#dde1e8"):  # grid lines, and the edge of a ribbon, mean nothing
            assert contrast(stroke, PAPER) >= 2.99
