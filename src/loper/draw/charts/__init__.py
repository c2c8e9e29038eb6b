"""charts: what a log shows, as pictures. Facts in, the text of an SVG out; the same as a table in words."""

from loper.draw.charts.flows import draw_flows
from loper.draw.charts.funnel import draw_funnel
from loper.draw.charts.map import draw_map
from loper.draw.charts.model import (
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
)
from loper.draw.charts.routes import draw_routes
from loper.draw.charts.survival import draw_survival
from loper.draw.charts.table import Row, Table, table
from loper.draw.charts.trend import draw_intervals, draw_trend
from loper.draw.charts.waits import draw_waits

__all__ = [
    "Arc",
    "Bin",
    "Call",
    "Curve",
    "Flow",
    "Flows",
    "Funnel",
    "Interval",
    "Intervals",
    "Map",
    "Moment",
    "Node",
    "Picture",
    "Point",
    "Route",
    "Routes",
    "Row",
    "Step",
    "Survival",
    "Table",
    "Trend",
    "Wait",
    "Waits",
    "draw_flows",
    "draw_funnel",
    "draw_intervals",
    "draw_map",
    "draw_routes",
    "draw_survival",
    "draw_trend",
    "draw_waits",
    "table",
]
