"""What holds of the picture of any journey at all."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loper.define import Journey
from loper.draw import line_case, line_customer, line_design
from loper.draw.words import Words
from tests.draw.worlds import findings, journeys, marks, read, said, squeezed, troubles, walks

slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(st.data(), st.booleans())
def test_a_design_stays_in_its_frame_and_no_text_lies_on_another(data: st.DataObject, vertical: bool) -> None:
    journey = data.draw(journeys())
    svg = line_design(journey, data.draw(findings(journey)), vertical=vertical)
    assert troubles(svg) == []


@slow
@given(st.data(), st.booleans(), st.sampled_from(["nl", "en"]))
def test_a_customer_sees_a_line_that_stays_in_its_frame(data: st.DataObject, vertical: bool, language: str) -> None:
    journey = data.draw(journeys(most_touchpoints=0))
    stage, visited = data.draw(walks(journey))
    says = dict.fromkeys(journey.stages, "Wij komen bij u langs, en daarna vragen wij hoe het ging.")
    svg = line_customer(journey, stage=stage, visited=visited, says=says, vertical=vertical, language=language)
    assert troubles(svg) == []


@slow
@given(st.data(), st.booleans())
def test_a_case_stays_in_its_frame_and_no_text_lies_on_another(data: st.DataObject, vertical: bool) -> None:
    journey = data.draw(journeys(most_touchpoints=6))
    stage, visited = data.draw(walks(journey))
    svg = line_case(journey, stage=stage, visited=visited, marks=data.draw(marks(journey)), vertical=vertical)
    assert troubles(svg) == []


@slow
@given(journeys(), st.booleans(), st.sampled_from(["nl", "en", "fr"]))
def test_every_stage_and_every_touchpoint_is_in_the_design(journey: Journey, vertical: bool, language: str) -> None:
    svg = line_design(journey, language=language, vertical=vertical)
    words, seen = Words(language, journey), said(svg)
    for name in journey.stages:
        assert squeezed(words.stage(name)) in seen
    for name in journey.touchpoints:
        assert squeezed(words.touchpoint(name)) in seen


@slow
@given(st.data())
def test_every_mark_of_a_case_is_in_its_picture_once(data: st.DataObject) -> None:
    journey = data.draw(journeys(most_stages=6, most_touchpoints=0))
    stage, visited = data.draw(walks(journey))
    found = data.draw(marks(journey))
    once = [mark for mark in found if mark.touchpoint == "a_note"]
    texts = [text.text for text in read(line_case(journey, stage=stage, visited=visited, marks=found))[1]]
    assert texts.count("A note") == len(once)


@slow
@given(st.data())
def test_the_same_journey_gives_the_same_picture(data: st.DataObject) -> None:
    journey = data.draw(journeys(most_stages=8, most_touchpoints=8))
    stage, visited = data.draw(walks(journey))
    assert line_design(journey) == line_design(journey)
    assert line_customer(journey, stage=stage, visited=visited) == line_customer(journey, stage=stage, visited=visited)


@slow
@given(st.data(), st.booleans())
def test_nothing_in_a_picture_can_run_or_style(data: st.DataObject, vertical: bool) -> None:
    journey = data.draw(journeys(most_stages=8, most_touchpoints=8))
    svg = line_design(journey, data.draw(findings(journey)), vertical=vertical)
    for element in read(svg)[0].iter():
        assert element.tag.rpartition("}")[2] in {"svg", "title", "desc", "text", "path", "circle", "rect", "g"}
        assert not {name for name in element.attrib if name.startswith("on") or name in ("style", "href", "class")}


@pytest.mark.parametrize("vertical", [True, False])
@given(journey=journeys(most_stages=1, most_touchpoints=3))
@slow
def test_a_journey_of_one_stage_is_a_station(journey: Journey, vertical: bool) -> None:
    assert troubles(line_design(journey, vertical=vertical)) == []
    assert troubles(line_customer(journey, stage=None, vertical=vertical)) == []
