"""One side of bench/observe.py, in a process of its own: a battery of questions asked of a log in a Parquet file.

    python bench/peers/log_battery.py (loper|ibis|spark|duckdb|polars|pm4py) LOG.parquet

Prints one line of JSON: seconds, seconds of CPU, peak memory, and the answers, so that they can be held together.
Questions: arcs with exact median and 90th percentile of their waits, variants, throughput, rework, channel switches,
and how many cases came as far as three steps in their order.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

FUNNEL = ("activity 00", "activity 02", "activity 05")


def loper(path: str) -> dict[str, Any]:
    import loper
    from loper.observe.laid.threads import at_once

    log = loper.read_log(path, leave_out=("customer", "case:segment"))
    at_once(lambda: log.steps, lambda: log.which)
    *answers, funnel = at_once(
        log.map, log.throughput, log.rework, log.switches, lambda: log.variants(most=1), lambda: log.funnel(FUNNEL)
    )
    return _told(*answers) | {"funnel": [one.came for one in funnel.steps], "log": log}


def _told(seen: Any, pace: Any, rework: Any, switches: Any, variants: Any) -> dict[str, Any]:
    return {
        "arcs": {f"{a.source}>{a.target}": [a.count, a.median_s, a.p90_s] for a in seen.arcs},
        "variants": variants.count,
        "throughput": [pace.median_s, pace.p90_s],
        "rework": [rework.cases, rework.events],
        "switches": {f"{one.source}>{one.target}": one.count for one in switches.switches},
    }


def ibis(path: str, engine: str = "duckdb", options: dict[str, str] | None = None) -> dict[str, Any]:
    from loper.observe import engine as engines

    with engines.open(path, engine=engine, options=options) as log:
        answers = log.map(), log.throughput(), log.rework(), log.switches(), log.variants(most=1)
    return _told(*answers) | {"funnel": None}  # it is not asked of an engine yet


def spark(path: str) -> dict[str, Any]:
    """With what Java, another process, took."""
    from pyspark import SparkContext

    found = ibis(path, "local[*]", {"spark.driver.memory": "4g"})
    java = Path("/proc") / str(SparkContext._gateway.proc.pid)
    user, system = (java / "stat").read_text().rpartition(")")[2].split()[11:13]
    peak = next(line.split()[1] for line in (java / "status").read_text().splitlines() if line.startswith("VmHWM"))
    beside = {"cpu": (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), "peak_mb": int(peak) / 1024}
    return found | {"beside": beside}


def redraws(log: Any) -> list[float]:
    """Seconds that a filter and a map of what is left take, after the first time."""
    found = []
    for wanted in (
        {"channel": ("phone",)},
        {"with_": ("activity 03",)},
        {"without": ("activity 09",), "first_channel": ("web",)},
        {"with_": ("activity 07", "activity 11")},
    ):
        log.where(**wanted).map()
        for _ in range(5):
            begun = time.perf_counter()
            log.where(**wanted).map()
            found.append(time.perf_counter() - begun)
    return sorted(found)


def duckdb(path: str) -> dict[str, Any]:
    import duckdb as db

    sql = db.connect()
    rows = lambda query: sql.execute(query).fetchall()  # noqa: E731
    sql.execute(
        f"""create temp table s as select "case" c, activity a, channel ch, epoch_us("time") t, n,
        lag(activity) over w pa, lag(epoch_us("time")) over w pt, lag(channel) over w pch
        from (select *, file_row_number n from read_parquet('{path}', file_row_number = true))
        window w as (partition by "case" order by "time", n)"""
    )
    ways = "select string_agg(a, '>' order by t, n) v from s group by c"
    again = "select c, count(*) k from s group by c, a having k > 1"
    arcs = rows(
        "select pa, a, count(*), median(t - pt), quantile_cont(t - pt, 0.9) from s where pa is not null group by all"
    )
    took = "select max(t) - min(t) d from s group by c"
    return {
        "arcs": {f"{a}>{b}": [n, m / 1e6, q / 1e6] for a, b, n, m, q in arcs},
        "variants": rows(f"select count(distinct v) from ({ways})")[0][0],
        "throughput": [one / 1e6 for one in rows(f"select median(d), quantile_cont(d, 0.9) from ({took})")[0]],
        "rework": list(rows(f"select count(distinct c), sum(k - 1)::bigint from ({again})")[0]),
        "switches": {f"{a}>{b}": n for a, b, n in rows("select pch, ch, count(*) from s where pch <> ch group by all")},
        "funnel": _funnel_sql(rows),
    }


def _funnel_sql(rows: Any) -> list[int]:
    """How many cases have the first step, the second one after it, and the third after that."""
    query, found = "", []
    for step in FUNNEL:
        joined = f"join ({query}) b on b.c = s.c and (s.t, s.n) > b.p" if query else ""
        query = f"select s.c, min((s.t, s.n)) p from s {joined} where s.a = '{step}' group by s.c"
        found.append(rows(f"select count(*) from ({query})")[0][0])
    return found


def polars(path: str) -> dict[str, Any]:
    import polars as pl

    a, t = pl.col("activity"), pl.col("time")
    log = (
        pl.read_parquet(path, columns=["case", "activity", "time", "channel"])
        .with_row_index("n")
        .with_columns(t.dt.epoch("us"))
        .sort("case", "time", "n")
        .with_columns(
            pa=a.shift(1).over("case"), wait=(t - t.shift(1)).over("case"), pch=pl.col("channel").shift(1).over("case")
        )
    )
    wait = pl.col("wait")
    arcs = (
        log.filter(wait.is_not_null())
        .group_by("pa", "activity")
        .agg(n=pl.len(), m=wait.median(), q=wait.quantile(0.9, "linear"))
    )
    cases = log.group_by("case", maintain_order=True).agg(v=a, d=t.max() - t.min())
    again = log.group_by("case", "activity").agg(k=pl.len()).filter(pl.col("k") > 1)
    switched = log.filter(pl.col("pch").is_not_null() & (pl.col("pch") != pl.col("channel")))
    done, place = [], pl.DataFrame({"case": cases["case"], "place": [-1] * len(cases)})
    numbered = log.select("case", "activity", place=pl.int_range(pl.len()).over("case"))
    for step in FUNNEL:
        hits = numbered.filter(a == step).join(place, on="case", suffix="_before")
        place = hits.filter(pl.col("place") > pl.col("place_before")).group_by("case").agg(pl.col("place").min())
        done.append(len(place))
    return {
        "arcs": {f"{x}>{y}": [n, m / 1e6, q / 1e6] for x, y, n, m, q in arcs.rows()},
        "variants": cases.select(pl.col("v").list.eval(pl.element().cast(pl.String)).list.join(">").n_unique()).item(),
        "throughput": [cases["d"].median() / 1e6, cases["d"].quantile(0.9, "linear") / 1e6],
        "rework": [again["case"].n_unique(), int((again["k"] - 1).sum())],
        "switches": {f"{x}>{y}": n for x, y, n in switched.group_by("pch", "channel").len().rows()},
        "funnel": done,
    }


def pm4py(path: str) -> dict[str, Any]:
    import pandas as pd
    import pm4py as pm

    log = pd.read_parquet(path, columns=["case", "activity", "time", "channel"])
    log = log.astype({"activity": str, "channel": str})
    log = pm.format_dataframe(log, case_id="case", activity_key="activity", timestamp_key="time")
    arcs, _starts, _ends = pm.discover_dfg(log)
    from pm4py.algo.discovery.dfg.adapters.pandas import df_statistics

    _counts, slow = df_statistics.get_dfg_graph(log, measure="both", perf_aggregation_key="all")
    took = pd.Series(pm.get_all_case_durations(log))
    again = log.groupby(["case:concept:name", "concept:name"]).size()
    again = again[again > 1]
    channels, _starts, _ends = pm.discover_dfg(log, activity_key="channel")
    return {
        "arcs": {f"{a}>{b}": [n, slow[a, b]["median"]] for (a, b), n in arcs.items()},  # it has no 90th percentile
        "variants": len(pm.get_variants(log)),
        "throughput": took.quantile([0.5, 0.9]).tolist(),
        "rework": [again.index.get_level_values(0).nunique(), int((again - 1).sum())],
        "switches": {f"{a}>{b}": n for (a, b), n in channels.items() if a != b},
        "funnel": None,
    }


if __name__ == "__main__":
    side, log_path = sys.argv[1:3]
    cpu, begun = time.process_time(), time.perf_counter()
    answers = {
        "loper": loper, "ibis": ibis, "spark": spark, "duckdb": duckdb, "polars": polars, "pm4py": pm4py,
    }[side](log_path)  # fmt: skip
    answers |= {"side": side, "seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    answers["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for what, more in answers.pop("beside", {}).items():
        answers[what] += more
    if (asked := answers.pop("log", None)) is not None:
        answers["redraw_s"] = redraws(asked)
    print(json.dumps(answers))
