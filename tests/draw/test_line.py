"""What each of the three sees on the line."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from loper.define import Finding, Journey, parse_journey, read_journey, read_organisation
from loper.draw import Mark, Overlay, Weight, line_case, line_customer, line_design
from loper.draw.ink import contrast
from tests.define.worlds import ROOT, small
from tests.draw.worlds import START, SVG, read, troubles


@pytest.fixture(scope="module")
def repair() -> Journey:
    return read_journey(ROOT / "examples/repair/journey.yaml", read_organisation(ROOT / "examples/organisation.yaml"))


def texts(svg: str) -> list[str]:
    return [text.text for text in read(svg)[1]]


def visited(*names: str) -> list[tuple[str, object]]:
    return [(name, START + timedelta(hours=10 * i)) for i, name in enumerate(names)]


# The director


def test_the_director_sees_when_each_message_comes_and_by_which_channel(repair):
    said = " ".join(texts(line_design(repair)))
    assert "1 dag voor de afspraak, tussen 9:00 en 20:00" in said
    assert "2 uur na Niet gelukt" in said
    assert "als het te lang duurt, elke werkdag, hooguit 3 keer" in said
    for word in ("e-mail", "sms", "brief", "medewerker"):
        assert word in said


def test_the_director_sees_how_long_a_stage_may_take(repair):
    said = " ".join(texts(line_design(repair, language="en")))
    assert "within 1 working day" in said
    assert "until the end of the appointment" in said


def test_another_round_is_named_and_dotted(repair):
    svg = line_design(repair)
    assert any(text.startswith("Nog een ronde") for text in texts(svg))
    assert 'stroke-dasharray="0.1 8"' in svg


def test_a_journey_without_rounds_has_no_dots():
    assert "stroke-dasharray" not in line_design(small())


def test_findings_are_numbered_where_they_belong_and_listed_in_words(repair):
    found = [
        Finding(rule="silence", place="stages.at_work", why="four hours without a word", way_out=""),
        Finding(rule="too-much", place="touchpoints.survey", why="too many", way_out=""),
        Finding(rule="no-owner", place="journey", why="nobody answers", way_out=""),
    ]
    said = texts(line_design(repair, found))
    assert "Bezig · silence" in said
    assert "four hours without a word" in said
    assert said.count("1") == 3  # at the station, in the list, in the key
    assert said.count("2") == 4  # the survey comes at three places
    assert said.count("3") == 2


def test_findings_that_a_page_lists_itself_are_only_numbered(repair):
    found = [Finding(rule="silence", place="stages.at_work", why="four hours without a word", way_out="")]
    said = texts(line_design(repair, found, listed=False))
    assert "four hours without a word" not in said
    assert said.count("1") == 2


def test_a_surprise_is_starred_in_words_and_a_gap_in_the_design_is_asked_for():
    one = "{when: job.fixed, attention: grab, by: {person: agent}}"
    said = texts(line_design(small("reminder: {", f"flowers: {one}\n  reminder: {{")))
    assert "verrast" in said
    assert "ontzorgt of verrast?" in said


def test_an_ending_from_every_stage_says_so(repair):
    assert "vanuit elke stap:" in " ".join(texts(line_design(repair)))


def test_a_stage_where_nobody_comes_says_so():
    lonely = small("  done: {final: true}", "  done: {final: true}\n  attic: {within: 1 day, on: {job.fixed: done}}")
    assert "Hier komt niemand" in texts(line_design(lonely))


def test_a_touchpoint_of_no_stage_comes_at_any_moment(repair):
    said = texts(line_design(repair))
    assert said.index("Op elk moment") < said.index("Sorry zeggen")


def test_numbers_lie_on_the_same_line_with_their_words(repair):
    weights = {("reported", "planned"): Weight(share=1, heat=1, label="1.204 klanten, 3 uur")}
    overlay = Overlay(arcs=weights, stages={"reported": Weight(share=0, label="86 stoppen")}, sentence="In het kort.")
    svg = line_design(repair, overlay=overlay)
    assert {"1.204 klanten, 3 uur", "86 stoppen", "In het kort."} <= set(texts(svg))
    assert 'stroke-width="30"' in svg
    assert _stations(svg).keys() == _stations(line_design(repair)).keys()
    assert [x for x, _ in _stations(svg).values()] == [x for x, _ in _stations(line_design(repair)).values()]
    for vertical in (True, False):
        drawn = line_design(repair, overlay=overlay, vertical=vertical)
        assert troubles(drawn) == []
        assert "1.204 klanten, 3 uur" in " ".join(texts(drawn))


@pytest.mark.parametrize("vertical", [False, True])
def test_the_line_says_where_customers_stop_and_leads_to_them(repair, vertical):
    overlay = Overlay(
        arcs={
            ("reported", "planned"): Weight(share=1, heat=0, label="1.204 klanten", href="?from=reported"),
            ("at_work", "reported"): Weight(share=0.2, heat=1, label="241 klanten", href="?again"),
        },
        stops={"planned": Weight(share=0.1, label="115 stoppen", href="?stopped=planned")},
        cold="weinig moeite",
        hot="veel moeite",
    )
    svg = line_design(repair, overlay=overlay, vertical=vertical)
    assert {"115 stoppen", "weinig moeite", "veel moeite", "stopt hier"} <= set(texts(svg))
    root = ElementTree.fromstring(svg)
    links = {a.get("href"): a for a in root.iter(f"{SVG}a")}
    assert links.keys() == {"?from=reported", "?again", "?stopped=planned"}
    assert root.get("role") == "group"
    again = links["?again"].find(f"{SVG}path")
    assert again is not None
    assert again.get("stroke") == "#c8102e"  # a curve has its heat too
    assert troubles(svg) == []


def test_stations_stand_in_the_same_order_and_distance_for_director_and_agent(repair):
    names = ["Gemeld", "Afspraak gemaakt", "Onderweg", "Bezig", "Klaar"]
    for svg in (line_design(repair), line_case(repair, stage=None)):
        stations = [_stations(svg)[name][0] for name in names]
        assert stations == sorted(stations)
        steps = [b - a for a, b in pairwise(stations)]
        assert steps == pytest.approx([248] * 4)


def _stations(svg: str) -> dict[str, tuple[float, float]]:
    return {text.text: (text.left, text.top) for text in read(svg)[1] if text.bottom - text.top == 16}


# The customer


def test_the_customer_sees_where_they_are_and_what_comes(repair):
    went = visited("reported", "planned", "under_way")
    svg = line_customer(repair, stage="under_way", visited=went, says={"under_way": "Hij is er rond 10:50."})
    said = texts(svg)
    assert said.index("Gemeld") < said.index("U bent hier") < said.index("Onderweg") < said.index("Klaar")
    assert "Hij is er rond 10:50." in said
    assert "dinsdag 3 november" in said


def test_a_second_visit_is_drawn_as_a_loop_and_counted(repair):
    svg = line_customer(repair, stage="planned", visited=visited("reported", "planned", "at_work", "planned"))
    assert "U bent hier (2e keer)" in texts(svg)
    assert 'stroke-dasharray="0.1 8"' in svg


def test_a_moved_appointment_is_no_second_visit(repair):
    svg = line_customer(repair, stage="planned", visited=visited("reported", "planned", "planned"))
    assert "U bent hier" in texts(svg)


def test_who_stopped_sees_their_own_end_and_no_way_on(repair):
    said = texts(line_customer(repair, stage="withdrawn", visited=visited("reported", "withdrawn")))
    assert "Gestopt" in said
    assert "Klaar" not in said


def test_a_station_that_was_passed_by_is_not_on_the_line(repair):
    said = texts(line_customer(repair, stage="done", visited=visited("reported", "planned", "at_work", "done")))
    assert "Onderweg" not in said


def test_who_has_not_begun_sees_the_whole_way(repair):
    said = texts(line_customer(repair, stage=None))
    assert {"Gemeld", "Klaar"} <= set(said)
    assert "U bent hier" not in said


def test_a_phone_gets_a_picture_of_340_px(repair):
    assert 'viewBox="0 0 340 ' in line_customer(repair, stage="planned")


def test_the_picture_is_named_and_told_in_sentences(repair):
    root = ElementTree.fromstring(line_customer(repair, stage="planned", visited=visited("reported", "planned")))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "De lijn van ‘Mijn reparatie’"
    desc = root.findtext(f"{SVG}desc")
    assert desc == (
        "U bent hier: Afspraak gemaakt. Geweest: Gemeld (dinsdag 3 november). Hierna: Onderweg, Bezig, Klaar."
    )


# The agent


def test_the_agent_sees_every_touch_with_its_time_and_channel(repair):
    marks = [
        Mark(touchpoint="received", at=START, channel="email"),
        Mark(touchpoint="confirmation", at=START + timedelta(hours=10), channel="email", status="failed"),
        Mark(touchpoint="reminder", at=START + timedelta(days=6), channel="sms", status="coming"),
    ]
    svg = line_case(repair, stage="planned", visited=visited("reported", "planned"), marks=marks)
    said = texts(svg)
    assert "De klant is hier" in said
    assert "di 3 nov 09:02" in said
    assert "mislukt: di 3 nov 19:02" in said
    assert "komt nog: ma 9 nov 09:02" in said
    assert 'stroke-dasharray="5 4"' in svg


def test_what_is_to_come_stands_at_its_own_station_ahead(repair):
    mark = Mark(touchpoint="survey", at=START + timedelta(days=6), channel="email", status="coming")
    said = texts(line_case(repair, stage="planned", visited=visited("reported", "planned"), marks=[mark]))
    assert said.index("Klaar") < said.index("Vier korte vragen")


def test_each_visit_has_its_own_touches(repair):
    went = visited("reported", "planned", "at_work", "planned")
    marks = [Mark(touchpoint="confirmation", at=at, channel="sms") for _, at in (went[1], went[3])]
    said = texts(line_case(repair, stage="planned", visited=went, marks=marks))
    order = ["1e keer: di 3 nov 19:02", "di 3 nov 19:02", "2e keer: wo 4 nov 15:02", "wo 4 nov 15:02"]
    assert [text for text in said if text in order] == order


# All


@pytest.mark.parametrize("colour", ["#c8102e", "#ffd700", "#ffffff", "#00857d", "#000000"])
def test_any_colour_of_a_brand_can_be_seen_on_paper(repair, colour):
    svg = line_customer(repair, stage="planned", visited=visited("reported", "planned"), colour=colour)
    for fill in set(re.findall(r'stroke="(#[0-9a-f]{6})"', svg)):
        assert contrast(fill, "#ffffff") >= 3
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        on = "#ffffff" if element.get("fill") != "#ffffff" else _flag(svg)
        assert contrast(element.get("fill", ""), on) >= 4.5


def _flag(svg: str) -> str:
    found = re.search(r'<rect [^>]*rx="12" fill="(#[0-9a-f]{6})"', svg)
    assert found
    return found[1]


@pytest.mark.parametrize("colour", ["red", "#fff", '"/><script>', ""])
def test_what_is_no_colour_is_refused(repair, colour):
    with pytest.raises(ValueError, match="a colour like #c8102e was expected"):
        line_design(repair, colour=colour)


def test_a_script_in_a_title_stays_text():
    evil = small("journey: visit", "journey: visit\ntitle: {nl: '<script>alert(1)</script>\"&'}")
    svg = line_design(evil)
    assert "<script" not in svg
    assert '<script>alert(1)</script>"&' in texts(svg)


def test_the_examples_draw_without_trouble(repair):
    for path in [*ROOT.glob("examples/*/journey.yaml"), ROOT / "tests/golden/repair.yaml"]:
        journey = parse_journey(path.read_text(encoding="utf-8"), str(path), None, _organisation(path))
        for vertical in (True, False):
            assert troubles(line_design(journey, vertical=vertical)) == []
            assert troubles(line_customer(journey, stage=None, vertical=vertical)) == []


def _organisation(path):
    return read_organisation(ROOT / "examples/organisation.yaml") if "examples" in str(path) else None
