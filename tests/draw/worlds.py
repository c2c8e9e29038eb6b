"""Journeys of every size and shape to draw, and what can be read back from a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from loper.define import Finding, Journey
from loper.define.expression import parse_expression
from loper.define.model import (
    Duration,
    EventType,
    FactType,
    Goal,
    Move,
    OnEvent,
    OnFact,
    Stage,
    Touchpoint,
    Unit,
    Window,
)
from loper.draw import Mark
from loper.draw.metrics import width

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 11, 3, 8, 2, tzinfo=UTC)

NASTY = [
    "<script>alert(1)</script>",
    "a \"quoted\" & <b>bold</b> 'name'",
    "]]>&amp;&#x3c;",
    "مرحبا بالعالم هذا نص طويل",
    "👩‍🔧🔧 De vakman 🚚 komt 👍🏽",
    "\u202eomgekeerd\u202c en \x00\x08 kapot",
    "Meervoudigepersoonlijkheidsstoornisaansprakelijkheidsverzekering",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "漢字の長い文章はスペースがありませんから折り返しが必要です",
    "Wij komen bij u langs om de lekkage in de badkamer te verhelpen, en daarna vragen we hoe het ging.",
]
words = st.sampled_from(["Gemeld", "Afspraak gemaakt", "Onderweg", "Klaar", *NASTY]) | st.text(max_size=40)
titles = st.dictionaries(st.sampled_from(["nl", "en"]), words, max_size=2)
durations = st.builds(Duration, st.integers(0, 30), st.sampled_from(list(Unit)))
EVENTS = [f"event.number_{i}" for i in range(8)] + ["stage.overdue"]
GUARDS = [None, None, parse_expression("flag"), parse_expression("block is set and not flag")]


@st.composite
def journeys(draw: st.DrawFn, most_stages: int = 25, most_touchpoints: int = 40) -> Journey:
    """Any journey: cycles, self-moves, many endings, stages where nobody comes, touchpoints anywhere."""
    names = [f"stage_{i}" for i in range(draw(st.integers(1, most_stages)))]
    moves = st.lists(st.builds(Move, st.sampled_from(names), st.sampled_from(GUARDS)), min_size=1, max_size=2)
    stages = {
        name: Stage(
            name=name,
            title=draw(titles),
            on={
                event: tuple(draw(moves)) for event in draw(st.lists(st.sampled_from(EVENTS), max_size=3, unique=True))
            },
            within=draw(st.none() | durations),
            until=draw(st.sampled_from([None, "block.end"])),
            final=draw(st.integers(0, 3)) == 0,
        )
        for name in names
    }
    return Journey(
        name="any",
        version="v",
        timezone=ZoneInfo("Europe/Amsterdam"),
        title=draw(titles),
        owner=draw(st.none() | words),
        goal=Goal(customer=draw(titles), feeling=draw(titles)),
        stages=stages,
        begins={"event.number_0": draw(st.sampled_from(names))},
        facts={"flag": FactType("boolean"), "block": FactType("appointment")},
        events={e: EventType(name=e, from_=frozenset({"agent"}), sets=("block",)) for e in EVENTS[:2]},
        again=frozenset(draw(st.lists(st.sampled_from(EVENTS), max_size=2))),
        on={e: (Move(draw(st.sampled_from(names))),) for e in draw(st.lists(st.sampled_from(EVENTS[5:]), max_size=2))},
        opens=draw(st.dictionaries(st.just("event.number_7"), st.just("complaint"), max_size=1)),
        touchpoints=draw(touchpoints(names, most_touchpoints)),
    )


@st.composite
def touchpoints(draw: st.DrawFn, stages: list[str], most: int) -> dict[str, Touchpoint]:
    names = [f"touch_{i}" for i in range(draw(st.integers(0, most)))]
    anchor = st.builds(OnEvent, st.sampled_from([*EVENTS, *(f"{n}.sent" for n in names)]), st.none() | durations)
    anchor |= st.builds(OnFact, st.sampled_from(["block.start", "block.end"]), durations, st.booleans())
    return {
        name: Touchpoint(
            name=name,
            order=order,
            title=draw(titles),
            need=draw(titles),
            when=tuple(draw(st.lists(anchor, min_size=1, max_size=3))),
            attention=draw(st.sampled_from([None, "spare", "grab"])),
            by=draw(st.sampled_from([None, "agent", "een heel bijzondere functionaris"])),
            channels=tuple(draw(st.lists(st.sampled_from(["email", "sms", "letter", "phone", "chat"]), max_size=5))),
            between=draw(st.sampled_from([None, Window(START.time(), START.time())])),
            in_=draw(st.none() | st.frozensets(st.sampled_from(stages), min_size=1, max_size=3)),
            urgent=draw(st.booleans()),
            variants=draw(st.sampled_from([{}, {"plain": 90, "none": 10}])),
        )
        for order, name in enumerate(names)
    }


@st.composite
def findings(draw: st.DrawFn, journey: Journey) -> list[Finding]:
    places = ["journey", "goal", "events.event.number_1", *(f"stages.{name}" for name in journey.stages)]
    places += [f"touchpoints.{name}" for name in journey.touchpoints]
    found = draw(st.lists(st.sampled_from(places), max_size=30))
    return [Finding(rule="too-much", place=place, why=draw(words), way_out="") for place in found]


@st.composite
def walks(draw: st.DrawFn, journey: Journey) -> tuple[str | None, list[tuple[str, datetime]]]:
    """Where a customer is and was; any walk, also one that the journey does not allow any more."""
    names = draw(st.lists(st.sampled_from([*journey.stages, "of_an_older_version"]), max_size=12))
    visited = [(name, START + timedelta(hours=7 * i)) for i, name in enumerate(names)]
    return (names[-1] if names else draw(st.sampled_from([None, *journey.stages]))), visited


@st.composite
def marks(draw: st.DrawFn, journey: Journey) -> list[Mark]:
    one = st.builds(
        Mark,
        touchpoint=st.sampled_from([*journey.touchpoints, "a_note", *NASTY]),
        at=st.integers(0, 200).map(lambda hours: START + timedelta(hours=hours)),
        channel=st.sampled_from([None, "email", "letter", "agent", *NASTY]),
        status=st.sampled_from(
            ["sent", "done", "open", "failed", "unknown", "skipped", "withdrawn", "queued", "coming"]
        ),
        stage=st.sampled_from([None, *journey.stages]),
    )
    return draw(st.lists(one, max_size=30))


@dataclass(frozen=True)
class Seen:
    """A text of a picture, where it stands."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def over(self, other: Seen) -> bool:
        return (
            self.left < other.right - 0.5
            and other.left < self.right - 0.5
            and self.top < other.bottom - 0.5
            and other.top < self.bottom - 0.5
        )


def read(svg: str) -> tuple[ElementTree.Element, list[Seen]]:
    """The picture as a tree, and every text in it with its box."""
    root = ElementTree.fromstring(svg)
    return root, [_seen(element) for element in root.iter(f"{SVG}text")]


def _seen(element: ElementTree.Element) -> Seen:
    text, size = element.text or "", float(element.get("font-size", "0"))
    wide = width(text, size, int(element.get("font-weight", "400")) >= 600)
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[element.get("text-anchor", "start")]
    return Seen(text, left, y - size * 0.78, left + wide, y + size * 0.22)


def troubles(svg: str) -> list[str]:
    """Texts that overlap, and whatever stands outside the picture."""
    root, texts = read(svg)
    right, bottom = map(float, root.get("viewBox", "").split()[2:])
    out = [f"outside: {t}" for t in texts if t.left < 0 or t.top < 0 or t.right > right or t.bottom > bottom]
    for element in root.iter():
        out += [
            f"outside: {element.attrib}" for x, y in _corners(element) if not (0 <= x <= right and 0 <= y <= bottom)
        ]
    out += [f"overlap: {a} {b}" for a, b in combinations(texts, 2) if a.over(b)]
    pieces = [piece for path in root.iterfind(f"{SVG}path") for piece in _pieces(path.get("d", ""))]
    return out + [f"crossed: {text} {piece}" for text in texts for piece in pieces if text.over(piece)]


def _pieces(d: str) -> list[Seen]:
    """The straight pieces of a path, each as the box that it fills; a rounded corner lies within its neighbours'."""
    x = y = 0.0
    found = []
    for command, numbers in re.findall(r"([MLHVQhz])([-\d. ]*)", d):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        before = (x, y)
        if command in "MLQ":
            x, y = values[-2:]
        elif command == "V":
            y = values[0]
        elif command in "Hh":
            x = values[0] + (x if command == "h" else 0)
        if command in "LHVh":
            left, right = sorted((before[0], x))
            top, bottom = sorted((before[1], y))
            found.append(Seen(d, left - 1, top - 1, right + 1, bottom + 1))
    return found


def _corners(element: ElementTree.Element) -> list[tuple[float, float]]:
    at = {name: float(value) for name, value in element.attrib.items() if name in ("x", "y", "cx", "cy", "r")}
    if element.tag == f"{SVG}circle":
        return [(at["cx"] - at["r"], at["cy"] - at["r"]), (at["cx"] + at["r"], at["cy"] + at["r"])]
    if element.tag == f"{SVG}rect":
        right, bottom = at["x"] + float(element.attrib["width"]), at["y"] + float(element.attrib["height"])
        return [(at["x"], at["y"]), (right, bottom)]
    return []


def said(svg: str) -> str:
    """All texts of a picture, without spaces and breaks."""
    return squeezed(" ".join(text.text for text in read(svg)[1]))


def squeezed(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
