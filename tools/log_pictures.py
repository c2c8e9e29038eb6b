"""The pictures of a log that the documentation shows. Their numbers are made up."""

from collections.abc import Iterator
from itertools import pairwise
from math import erf, exp, log10, sqrt

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
)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0

MAP = Map(
    title="De kaart van 1.204 reparaties",
    sentence="962 zijn klaar. Op de vakman wacht men het langst; 241 keer was een tweede afspraak nodig.",
    nodes=(
        Node(name="reported", title="Gemeld", count=1204, begins=1204, ends=45),
        Node(name="planned", title="Afspraak gemaakt", count=1439, ends=115),
        Node(name="under_way", title="Onderweg", count=1203),
        Node(name="at_work", title="Bezig", count=1203),
        Node(name="done", title="Klaar", count=962, ends=962),
        Node(name="rest", title="3 andere stappen", count=82, ends=82, rest=True),
    ),
    arcs=(
        Arc(source="reported", target="planned", count=1118, wait_s=3 * HOUR),
        Arc(source="planned", target="under_way", count=1203, wait_s=2 * DAY),
        Arc(source="under_way", target="at_work", count=1203, wait_s=22 * MINUTE),
        Arc(source="at_work", target="done", count=962, wait_s=40 * MINUTE),
        Arc(source="at_work", target="planned", count=241, wait_s=5 * HOUR),
        Arc(source="planned", target="planned", count=80, wait_s=DAY),
        Arc(source="reported", target="rest", count=41, rest=True),
        Arc(source="planned", target="rest", count=41, rest=True),
    ),
)

FUNNEL = Funnel(
    title="Tot waar reparaties komen",
    sentence="Van 1.204 reparaties zijn er 962 klaar; bij Gemeld stoppen er 86.",
    steps=(
        Step(title="Gemeld", came=1204, stopped=86),
        Step(title="Afspraak gemaakt", came=1118, stopped=40, busy=75),
        Step(title="Onderweg", came=1003, stopped=5, busy=3),
        Step(title="Bezig", came=995, stopped=28, busy=5),
        Step(title="Klaar", came=962),
    ),
)

FLOWS = Flows(
    title="Van kanaal naar kanaal",
    sentence="Van 4.205 keren ging 23 % over een ander kanaal verder, meestal van web naar telefoon.",
    flows=tuple(
        Flow(source=source, target=target, count=count)
        for source, target, count in (
            ("Web", "Web", 1200), ("Web", "Telefoon", 520), ("Web", "E-mail", 60), ("Telefoon", "Telefoon", 900),
            ("Telefoon", "Web", 90), ("Telefoon", "E-mail", 40), ("E-mail", "E-mail", 800), ("E-mail", "Telefoon", 150),
            ("Brief", "Telefoon", 45), ("Brief", "Brief", 12), ("Sms", "Web", 70), ("Sms", "Sms", 318),
        )
    ),
)  # fmt: skip

ROUTES = Routes(
    title="Zo gaan reparaties",
    sentence="Twee echte reizen; zo gaan er samen 73 van de 100.",
    routes=(
        Route(
            title="In één keer klaar",
            count=722,
            share=0.6,
            calls=(
                Call(title="Gemeld", at_s=0, channel="phone"),
                Call(title="Afspraak gemaakt", at_s=3 * HOUR, channel="phone"),
                Call(title="Herinnering", at_s=1.2 * DAY, channel="sms"),
                Call(title="Onderweg", at_s=2.1 * DAY, channel="sms"),
                Call(title="Klaar", at_s=2.2 * DAY),
            ),
        ),
        Route(
            title="Eerst niemand thuis",
            count=157,
            share=0.13,
            calls=(
                Call(title="Gemeld", at_s=0, channel="email"),
                Call(title="Belt: komt er iemand?", at_s=4 * DAY, channel="phone"),
                Call(title="Afspraak gemaakt", at_s=4 * DAY + 2 * MINUTE, channel="phone"),
                Call(title="Niemand thuis", at_s=9 * DAY),
                Call(title="Nieuwe afspraak", at_s=9 * DAY + 2 * HOUR, channel="phone"),
                Call(title="Herinnering", at_s=15 * DAY, channel="sms"),
                Call(title="Klaar", at_s=16 * DAY),
            ),
        ),
    ),
)

TREND = Trend(
    title="Belt binnen 7 dagen opnieuw",
    sentence="Van 31 % in januari naar 22 % in november. In mei was er te weinig om iets te zeggen.",
    percent=True,
    moments=tuple(
        Moment(title=month, value=share, low=share and share - 0.03, high=share and share + 0.03)
        for month, share in zip(
            "jan feb mrt apr mei jun jul aug sep okt nov".split(),
            (0.31, 0.30, 0.33, 0.29, None, 0.28, 0.27, 0.24, 0.25, 0.23, 0.22),
            strict=True,
        )
    ),
)

INTERVALS = Intervals(
    title="Met een herinnering tegenover zonder",
    sentence="Met een herinnering was minder vaak niemand thuis; of men ook minder belt, is niet te zeggen.",
    percent=True,
    less="minder met herinnering",
    more="meer met herinnering",
    intervals=(
        Interval(title="Niemand thuis", value=-0.06, low=-0.08, high=-0.04),
        Interval(title="Belt binnen 7 dagen opnieuw", value=-0.02, low=-0.05, high=0.01),
        Interval(title="Afspraak verzet", value=0.03, low=0.01, high=0.05),
    ),
)


def log_pictures() -> Iterator[tuple[str, str]]:
    """Each picture by its file; the map for a phone too."""
    drawn = {
        "map": draw_map(MAP),
        "map-phone": draw_map(MAP, vertical=True),
        "funnel": draw_funnel(FUNNEL),
        "waits": draw_waits(_waits()),
        "flows": draw_flows(FLOWS),
        "survival": draw_survival(_survival()),
        "journeys": draw_routes(ROUTES),
        "trend": draw_trend(TREND),
        "differences": draw_intervals(INTERVALS),
    }
    for name, svg in drawn.items():
        yield f"docs/pictures/log/{name}.svg", svg


def _waits() -> Waits:
    steps = (
        ("Gemeld", 3 * HOUR, 0.6, 1118),
        ("Afspraak gemaakt", 2 * DAY, 0.4, 1203),
        ("Onderweg", 22 * MINUTE, 0.3, 1203),
        ("Bezig", 40 * MINUTE, 0.4, 962),
    )
    return Waits(
        title="Hoe lang klanten wachten",
        sentence="Het langst op de vakman: de helft wacht langer dan 2 dagen.",
        steps=tuple(_wait(*step) for step in steps),
    )


def _wait(title: str, median: float, spread: float, count: int) -> Wait:
    """A log-normal wait; `spread` is its deviation in powers of ten."""
    edges = [0.0, 1.0, *(10 ** (k / 4) for k in range(1, 27))]

    def below(at: float) -> float:
        return 0.5 * (1 + erf((log10(at) - log10(median)) / spread / sqrt(2))) if at else 0.0

    bins = tuple(
        Bin(low_s=low, high_s=high, count=round(count * (below(high) - below(low)))) for low, high in pairwise(edges)
    )
    return Wait(title=title, bins=bins, median_s=median, p90_s=median * 10 ** (1.2816 * spread))


def _survival() -> Survival:
    return Survival(
        title="Wie nog op een afspraak wacht",
        sentence="Na een week wacht nog 53 % van wie belde en 35 % van wie het web nam; 7 % komt nooit verder.",
        curves=(_curve("Gemeld per telefoon", 0.1), _curve("Gemeld op het web", 0.17)),
    )


def _curve(title: str, rate: float) -> Curve:
    points = []
    for day in range(1, 43):
        share = 0.07 + 0.93 * exp(-rate * day)
        at_risk = max(1, int(600 * (share + 0.01) * (1 - day / 60)))
        error = 1.96 * sqrt(share * (1 - share) / 600)
        points.append(Point(at_s=day * DAY, share=share, low=share - error, high=share + error, at_risk=at_risk))
    return Curve(title=title, points=tuple(points))
