"""What one sees in the pictures of a log."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from loper.draw.charts import (
    Arc,
    Bin,
    Call,
    Curve,
    Flow,
    Flows,
    Funnel,
    Interval,
    Intervals,
    Map,
    Moment,
    Node,
    Picture,
    Point,
    Route,
    Routes,
    Step,
    Survival,
    Trend,
    Wait,
    Waits,
    draw_flows,
    draw_funnel,
    draw_intervals,
    draw_map,
    draw_routes,
    draw_survival,
    draw_trend,
    draw_waits,
    table,
)
from loper.draw.charts.axes import around, time_steps
from loper.draw.charts.layers import layered, spread
from loper.draw.charts.routes import reach
from loper.draw.charts.survival import at_risk
from loper.draw.charts.words import DAY, HOUR, MINUTE, WEEK, ChartWords
from tests.draw.chart_worlds import DRAW, _pieces, faults
from tests.draw.worlds import SVG, read

MAP = Map(
    title="De kaart",
    sentence="Van 1.204 reparaties zijn er 962 klaar.",
    nodes=(
        Node(name="a", title="Gemeld", count=1204, begins=1204, ends=45, href="?at=a", ends_href="?stop=a"),
        Node(name="b", title="Afspraak", count=1359),
        Node(name="c", title="Bezig", count=1203),
        Node(name="d", title="Klaar", count=962, ends=962),
        Node(name="rest", title="3 andere stappen", count=156, ends=156, rest=True),
    ),
    arcs=(
        Arc(source="a", target="b", count=1118, wait_s=3 * HOUR, href="?from=a&to=b"),
        Arc(source="b", target="c", count=1203, wait_s=2 * DAY),
        Arc(source="c", target="d", count=962, wait_s=40 * MINUTE),
        Arc(source="c", target="b", count=241, wait_s=5 * HOUR),
        Arc(source="b", target="b", count=80, wait_s=DAY),
        Arc(source="a", target="rest", count=41, rest=True),
        Arc(source="b", target="rest", count=115, rest=True),
    ),
)


def texts(svg: str) -> list[str]:
    return [text.text for text in read(svg)[1]]


def links(svg: str) -> dict[str, str]:
    return {a.get("href", ""): a.findtext(f"{SVG}title") or "" for a in ElementTree.fromstring(svg).iter(f"{SVG}a")}


# The map


@pytest.mark.parametrize("vertical", [False, True])
def test_each_number_of_the_map_is_in_it_and_leads_to_its_cases(vertical):
    svg = draw_map(MAP, vertical=vertical)
    said = " ".join(texts(svg))
    for number in ("1.204 beginnen", "45 stoppen", "1.118", "3 uur", "241", "2 dagen", "41", "115"):
        assert number in said
    assert "80 keer opnieuw" in said
    assert links(svg) == {
        "?at=a": "Gemeld: 1.204 keer",
        "?stop=a": "Gemeld: 45 stoppen",
        "?from=a&to=b": "Gemeld naar Afspraak: 1.118, 3 uur",
    }
    assert faults(svg) == []


def test_the_wider_the_more_and_the_darker_the_longer():
    found = _arcs(MAP)
    assert float(found["Afspraak naar Bezig"].get("stroke-width")) > float(
        found["Bezig naar Afspraak"].get("stroke-width")
    )
    assert found["Afspraak naar Bezig"].get("stroke") == "#c8102e"
    assert found["Bezig naar Klaar"].get("stroke") != "#c8102e"


def test_colour_is_effort_where_effort_is_given():
    effort = tuple(replace(arc, heat=1.0 if arc.target == "d" else 0.0) for arc in MAP.arcs)
    fact = replace(MAP, arcs=effort, cold="weinig moeite", hot="veel moeite")
    assert _arcs(fact)["Bezig naar Klaar"].get("stroke") == "#c8102e"
    assert {"weinig moeite", "veel moeite"} <= set(texts(draw_map(fact)))


def test_the_rest_is_dashed_and_named():
    found = _arcs(MAP)
    assert found["Gemeld naar 3 andere stappen"].get("stroke-dasharray")
    assert not found["Gemeld naar Afspraak"].get("stroke-dasharray")
    assert "de rest, samengenomen" in texts(draw_map(MAP))


def test_no_line_of_the_map_runs_through_an_activity():
    names = [f"s{i}" for i in range(27)]
    arcs = [(a, b) for i, a in enumerate(names) for j, b in enumerate(names) if i != j and (i * 7 + j * 5) % 11 == 0]
    fact = Map(
        title="27",
        nodes=tuple(Node(name=name, count=10) for name in names),
        arcs=tuple(Arc(source=a, target=b, count=1 + i) for i, (a, b) in enumerate(arcs)),
    )
    root = ElementTree.fromstring(draw_map(fact))
    boxes = [
        tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("width") == "148"
    ]
    assert len(boxes) == 27
    lines = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "none" and "M" in path.get("d", "")]
    inside = [
        (piece, box)
        for path in lines
        for piece in _pieces(path.get("d", ""), 0)
        for box in boxes
        if piece.left < box[0] + box[2] - 1 and piece.right > box[0] + 1
        and piece.top < box[1] + box[3] - 1 and piece.bottom > box[1] + 1
    ]  # fmt: skip
    assert inside == []


@pytest.mark.parametrize("vertical", [False, True])
def test_an_arc_to_nowhere_is_not_drawn_and_what_nothing_leads_to_stands_below(vertical):
    fact = replace(MAP, nodes=(*MAP.nodes, Node(name="e", title="Eenzaam", count=3)),
                   arcs=(*MAP.arcs, Arc(source="a", target="nobody", count=9)))  # fmt: skip
    found = {text.text: text.top for text in read(draw_map(fact, vertical=vertical))[1]}
    assert found["Eenzaam"] > found["Klaar"]
    assert len(_arcs(fact)) == len(_arcs(MAP))


def test_layers_run_downward_and_little_runs_backward():
    arcs = {("a", "b"): 10.0, ("b", "c"): 10.0, ("c", "a"): 1.0, ("a", "d"): 2.0, ("d", "c"): 2.0}
    plan = layered(dict.fromkeys("abcd", 100.0), arcs, dict.fromkeys(arcs, (2.0, 40.0)), {"a": 10.0})
    assert plan.back == {("c", "a")}
    ranks = {slot.name: number for number, layer in enumerate(plan.layers) for slot in layer if slot.name}
    assert ranks["a"] < ranks["b"] < ranks["c"]
    for layer in plan.layers:
        for a, b in pairwise(layer):
            assert b.left - a.right >= 15.99


def test_places_are_the_least_squares_under_the_gaps():
    assert spread([(0, 1), (0, 1)], [10]) == pytest.approx([-5, 5])
    assert spread([(0, 3), (0, 1)], [10]) == pytest.approx([-2.5, 7.5])
    assert spread([(0, 1), (100, 1)], [10]) == pytest.approx([0, 100])


def _arcs(fact: Map) -> dict[str, ElementTree.Element]:
    found = {}
    for part in ElementTree.fromstring(draw_map(fact)).iter():
        title, path = part.find(f"{SVG}title"), part.find(f"{SVG}path")
        if title is not None and path is not None and " naar " in (title.text or ""):
            found[(title.text or "").split(":")[0]] = path
    return found


# The others


@pytest.mark.parametrize("vertical", [False, True])
def test_the_funnel_says_how_many_came_stopped_and_are_under_way(vertical):
    steps = (
        Step(title="Gemeld", came=1204, stopped=86, busy=12, href="?c", stopped_href="?s", busy_href="?b"),
        Step(title="Klaar", came=1106),
    )
    svg = draw_funnel(Funnel(title="Trechter", steps=steps), vertical=vertical)
    said = texts(svg)
    assert {"1.106 verder", "12 nog onderweg", "86 niet verder"} <= set(said)
    assert any(text.startswith("1.106 kwamen zo ver") for text in said)
    assert links(svg).keys() == {"?c", "?s", "?b"}
    bars = [rect for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect") if rect.get("height") == "30"]
    widths = [float(bar.get("width")) for bar in bars]
    assert widths[0] == pytest.approx(widths[-1], abs=0.2)  # who goes on is who comes next
    assert widths[1] / widths[2] == pytest.approx(12 / 86, abs=0.01)


def test_waits_are_marked_at_the_median_and_at_nine_of_ten():
    bins = (Bin(low_s=0, high_s=1, count=3, href="?at-once"), Bin(low_s=HOUR, high_s=DAY, count=9, href="?day"))
    svg = draw_waits(
        Waits(title="Wachten", steps=(Wait(title="Gemeld", bins=bins, median_s=2 * HOUR, p90_s=20 * HOUR),))
    )
    said = texts(svg)
    assert {"2 uur", "20 uur", "1 uur", "1 dag"} <= set(said)
    assert links(svg) == {"?at-once": "Gemeld: meteen: 3 keer", "?day": "Gemeld: van 60 minuten tot 24 uur: 9 keer"}


def test_switches_are_in_colour_and_who_stayed_is_grey():
    flows = (Flow(source="Web", target="Telefoon", count=520, href="?f"), Flow(source="Web", target="Web", count=1480))
    svg = draw_flows(Flows(title="Kanalen", flows=flows))
    assert {"Web naar Telefoon: 520 (26 %)", "1.480 bleven (74 %)"} <= set(texts(svg))
    assert links(svg).keys() == {"?f"}


def test_a_curve_is_a_stair_and_says_how_many_are_followed():
    points = tuple(Point(at_s=i * DAY, share=1 - i / 10, low=0.9 - i / 10, high=1 - i / 20, at_risk=100 - i * 5)
                   for i in range(1, 9))  # fmt: skip
    curve = Curve(title="Alle", points=points, href="?k")
    svg = draw_survival(Survival(title="Wie wacht nog", curves=(curve,)))
    assert {"95", "0 %", "100 %"} <= set(texts(svg))
    assert links(svg) == {"?k": "Alle: nog niet verder 20 % (8 dagen)"}
    assert [at_risk(curve, at) for at in (0, DAY, 1.5 * DAY, 9 * DAY)] == [95, 95, 90, 0]


def test_more_curves_than_one_can_tell_apart_are_refused():
    curves = tuple(Curve(title=str(i), points=()) for i in range(5))
    with pytest.raises(ValueError, match="5 curves"):
        draw_survival(Survival(title="Te veel", curves=curves))


@pytest.mark.parametrize("vertical", [False, True])
def test_a_journey_on_the_wall_says_each_stop_and_what_lay_between(vertical):
    calls = (
        Call(title="Gemeld", at_s=0, channel="phone", href="?1"),
        Call(title="Belt weer", at_s=4 * DAY, channel="balie"),
        Call(title="Klaar", at_s=4 * DAY + 300),
    )
    svg = draw_routes(
        Routes(title="Reizen", routes=(Route(title="Bellen", calls=calls, count=160),)), vertical=vertical
    )
    assert {"Gemeld", "telefoon", "4 dagen", "Belt weer", "balie", "5 minuten", "Klaar"} <= set(texts(svg))
    assert links(svg) == {"?1": "Gemeld, phone"}


def test_ten_times_as_long_is_always_the_same_piece_longer():
    assert reach(30, 100, 22) == 100
    assert reach(600, 100, 22) == pytest.approx(122)
    assert reach(6000, 100, 22) == pytest.approx(144)


def test_a_trend_is_broken_where_there_is_no_value():
    moments = tuple(
        Moment(title=str(i), value=None if i == 2 else i / 10, low=0, high=0.5, href=f"?{i}") for i in range(6)
    )
    svg = draw_trend(Trend(title="Terugbellen", moments=moments, percent=True))
    lines = [p for p in ElementTree.fromstring(svg).iter(f"{SVG}path") if p.get("stroke-width") == "2.5"]
    assert len(lines) == 2
    assert links(svg)["?3"] == "3: 30 % (0 % – 50 %)"
    assert "?2" not in links(svg)
    assert "50 %" in texts(svg)


def test_a_difference_that_may_be_none_is_open():
    intervals = (
        Interval(title="Niet thuis", value=-0.06, low=-0.08, high=-0.04, href="?i"),
        Interval(title="Belt weer", value=-0.02, low=-0.05, high=0.01),
    )
    fact = Intervals(title="Herinnering", intervals=intervals, percent=True, less="minder", more="meer")
    svg = draw_intervals(fact)
    dots = [circle.get("fill") for circle in ElementTree.fromstring(svg).iter(f"{SVG}circle")][:2]
    assert dots == ["#c8102e", "#ffffff"]
    assert "-6 procentpunt (-8 procentpunt tot -4 procentpunt)" in links(svg)["?i"]


# All of them


FACTS: list[Picture] = [
    MAP,
    Funnel(title="Trechter", steps=(Step(title="Gemeld", came=9, stopped=2, busy=1, href="?c", stopped_href="?s"),)),
    Waits(title="Wachten", steps=(Wait(title="Gemeld", bins=(Bin(low_s=9, high_s=99, count=9, href="?b"),)),)),
    Flows(title="Kanalen", flows=(Flow(source="Web", target="Telefoon", count=520, href="?f"),)),
    Survival(title="Wie wacht", curves=(
        Curve(title="Alle", points=(Point(at_s=DAY, share=0.5, low=0.4, high=0.6, at_risk=9),), href="?k"),)),
    Routes(title="Reizen", routes=(Route(title="Bellen", calls=(Call(title="Melding", at_s=0, href="?1"),),
           href="?r"),)),
    Trend(title="Terugbellen", moments=(Moment(title="jan", value=0.3, low=0.2, high=0.4, href="?m"),), percent=True),
    Intervals(title="Verschil", intervals=(Interval(title="Thuis", value=1, low=0.5, high=2, href="?i"),), more="meer"),
]  # fmt: skip
"""One of each, with links."""

EMPTY = [
    Map(title="x", nodes=(), arcs=()),
    Funnel(title="x", steps=()),
    Waits(title="x", steps=()),
    Flows(title="x", flows=()),
    Survival(title="x", curves=()),
    Routes(title="x", routes=()),
    Trend(title="x", moments=()),
    Intervals(title="x", intervals=()),
]


@pytest.mark.parametrize("fact", EMPTY, ids=lambda fact: type(fact).__name__)
def test_nothing_to_see_is_said(fact: Picture):
    assert "nog niets te zien" in " ".join(texts(DRAW[type(fact)](fact)))
    assert table(fact).rows == ()


def test_a_link_that_would_run_something_is_refused():
    for href in ("javascript:alert(1)", " javascript:x", "data:text/html,x", "JAVA\tSCRIPT:x"):
        node = Node(name="a", count=1, href=href)
        with pytest.raises(ValueError, match="a link to a page"):
            draw_map(Map(title="x", nodes=(node,), arcs=()))


def test_the_table_says_the_same_and_leads_to_the_same():
    found = table(MAP)
    assert found.head == ("Stap", "Naar", "Aantal", "Wachten")
    assert ("Gemeld", "Afspraak", "1.118", "3 uur") in {row.cells for row in found.rows}
    assert {row.href for row in found.rows} >= {"?at=a", "?stop=a", "?from=a&to=b"}
    assert "Gemeld" in (ElementTree.fromstring(draw_map(MAP)).findtext(f"{SVG}desc") or "")


def test_numbers_and_times_are_said_in_the_language():
    nl, en = ChartWords("nl"), ChartWords("en")
    assert [nl.number(1204), en.number(1204)] == ["1.204", "1,204"]
    assert [nl.share(0.0809), en.share(0.0809), nl.share(0.0001), en.share(0.9999)] == [
        "8,1 %",
        "8.1%",
        "< 0,1 %",
        "99.9%",
    ]
    assert [nl.lasting(s) for s in (0, 60, 2 * MINUTE, 25 * HOUR, 2 * DAY, 4 * WEEK)] == [
        "0 seconden", "60 seconden", "2 minuten", "25 uur", "2 dagen", "4 weken",
    ]  # fmt: skip
    assert [en.measure(s) for s in (MINUTE, HOUR, DAY, 2 * WEEK)] == ["1 minute", "1 hour", "1 day", "2 weeks"]


def test_axes_have_round_steps():
    assert around(0.2, 0.37) == pytest.approx([0.2, 0.25, 0.3, 0.35, 0.4])
    assert around(5, 5)[0] < 5 < around(5, 5)[-1]
    assert time_steps(42 * DAY, 7) == [i * WEEK for i in range(7)]
