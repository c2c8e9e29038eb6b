"""What the pictures of a log show: plain facts that an analysis fills in. Drawing does no statistics.

Every part that stands for cases can bear a `href` that leads to them. Times that last are in seconds, shares go from
0 to 1. `title` names a picture, `sentence` says in words what is to be seen in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    title: str
    sentence: str = ""


# The map


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """An activity with its contacts, and the cases that begin and end with it. `rest`: it stands for several that are
    left out, so that the numbers add up to all; it is drawn dashed and grey."""

    name: str
    count: int
    title: str = ""
    begins: int = 0
    ends: int = 0
    rest: bool = False
    href: str = ""
    begins_href: str = ""
    ends_href: str = ""

    @property
    def said(self) -> str:
        return self.title or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Arc:
    """From one activity to the next: how often, how long one waits in between, how bad that is (`heat`, 0 to 1)."""

    source: str
    target: str
    count: int
    wait_s: float | None = None
    heat: float | None = None
    rest: bool = False
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Map(Picture):
    """What follows on what. Width is how often, colour is heat; where no arc has a heat, the logarithm of its wait.

    `cold` and `hot` name the ends of the colours, for a heat that is not waiting (effort).
    """

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    cold: str = ""
    hot: str = ""


# The funnel


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Cases that came as far as this step; of those, that stopped here for good, and that are still under way here."""

    title: str
    came: int
    stopped: int = 0
    busy: int = 0
    href: str = ""
    stopped_href: str = ""
    busy_href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel(Picture):
    steps: tuple[Step, ...]


# Waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """So many waits of at least `low_s` and less than `high_s`; from 0: at once."""

    low_s: float
    high_s: float
    count: int
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """How long one waits at one step: a histogram, its median and the time within which nine of ten went on."""

    title: str
    bins: tuple[Bin, ...]
    median_s: float | None = None
    p90_s: float | None = None
    href: str = ""

    @property
    def count(self) -> int:
        return sum(one.count for one in self.bins)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits(Picture):
    """One small histogram a step, all on one axis of time, which is logarithmic."""

    steps: tuple[Wait, ...]


# Switches


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """From one channel to the next; from a channel to itself: they stayed."""

    source: str
    target: str
    count: int
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows(Picture):
    flows: tuple[Flow, ...]


# Survival


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """At this time so many were at risk (just before it), and this share (between low and high) is left after it."""

    at_s: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """The share that has not gone on yet, by time; a Kaplan-Meier estimate and its band. Points in order of time."""

    title: str
    points: tuple[Point, ...]
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Survival(Picture):
    """Up to four curves, told apart by their dashes and their names. `ends_s`: where the axis ends, else at the last
    point."""

    curves: tuple[Curve, ...]
    ends_s: float | None = None


# Journeys


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One stop of a journey, so many seconds after its beginning."""

    title: str
    at_s: float
    channel: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A real journey that stands for others: `count` of them, `share` of all."""

    title: str
    calls: tuple[Call, ...]
    count: int = 0
    share: float | None = None
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Routes(Picture):
    routes: tuple[Route, ...]


# Numbers with their uncertainty


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A number of one period, with the interval in which it lies; `value` None where there is none."""

    title: str
    value: float | None
    low: float | None = None
    high: float | None = None
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend(Picture):
    """A number over time. `percent`: values are shares of 1 and are said in percents; `unit` is said behind others."""

    moments: tuple[Moment, ...]
    percent: bool = False
    unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A difference with its interval; `words` say it, where the number itself would not do (`2 days shorter`)."""

    title: str
    value: float
    low: float
    high: float
    words: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intervals(Picture):
    """Differences below each other, around the line where there is none (`zero`); `less` and `more` name its sides."""

    intervals: tuple[Interval, ...]
    zero: float = 0
    less: str = ""
    more: str = ""
    percent: bool = False
    unit: str = ""
