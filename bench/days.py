"""Days planned whole: Loper beside VROOM as it comes, OR-Tools and PyVRP; and a night of planning again.

    .venv/bin/python bench/days.py [solomon|dutch|night ...] [--seconds 30] [--technicians 50] [--jobs 500] [--days 5]

solomon  nine well-known instances, the gap to the best known distance. They have loads, which Loper has not: its
         answer is looked at afterwards. They are read from a folder beside the repository; without it this is left out.
dutch    one day of a made-up Dutch organisation with more work than fits: skills, blocks, lunch.
night    days that filled up by bookings in the order in which they came, planned again.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from dutch import MONDAY, at, empty, jobs, shifts
from measure import figure, load, peak_memory, table

from loper.plan.compare import apply
from loper.plan.model import Job, Place, Plan, Route, Seconds, Shift, Span
from loper.plan.optimise import Ways, optimise
from loper.plan.optimise_again import begin, mend
from loper.plan.optimise_day import Table, cannot, since, travel_of
from loper.plan.travel import Crow

HERE = Path(__file__).parent
PEER = HERE.parent / ".venv-bench" / "bin" / "python"
SOLOMON = HERE.parent.parent / "shared" / "data" / "vrptw"
SCALE = 10  # seconds for a unit of Solomon's: travel in whole seconds is then cut off at a tenth, as is the custom


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["solomon", "dutch", "night"])
    parser.add_argument("--seconds", type=float, default=30, help="for those that search until they are stopped")
    parser.add_argument("--technicians", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=500, help="a day")
    parser.add_argument("--days", type=int, default=5, help="of the night")
    parser.add_argument("--exploration", type=int, default=5, help="of VROOM, in the days of solomon and dutch")
    given = parser.parse_args()
    if not PEER.exists():
        sys.exit(f"{PEER} is not there; tools/bench.sh makes it")
    for part in given.parts:
        {"solomon": solomon, "dutch": dutch, "night": night}[part](given)


def peer(name: str, instance: dict) -> tuple[list[list[int]], float]:
    """The routes of a peer, and the seconds its search took."""
    asked = [str(PEER), str(HERE / "peers" / "routing.py"), name]
    done = subprocess.run(asked, input=json.dumps(instance), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name}: {done.stderr[-3000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["routes"], answer["seconds"]


def instance_of(plan: Plan, asked: Sequence[Job], travel: Table, given: argparse.Namespace) -> dict:
    """A day as the peers read it."""
    zero = since(min(route.shift.start for route in plan.routes))
    vans = [
        {
            "start": travel.at[one.begins_at],
            "end": travel.at[one.ends_at or one.begins_at],
            "opens": since(one.start) - zero,
            "closes": since(one.end) - zero,
            "skills": sorted(one.skills),
            "breaks": [
                [since(p.earliest) - zero, since(p.latest) - zero, int(p.lasts.total_seconds())] for p in one.pauses
            ],
            "capacity": None,
        }
        for one in (route.shift for route in plan.routes)
    ]
    works = [
        {
            "at": travel.at[job.place],
            "early": since(job.promised.start) - zero,
            "late": since(job.promised.end) - zero,
            "lasts": int(job.lasts.total_seconds()),
            "skills": sorted(job.skills),
            "priority": job.priority,
            "load": 0,
        }
        for job in asked
        if job.promised
    ]
    limits = {"seconds": given.seconds, "exploration": given.exploration}
    return {"matrix": travel.rows, "vans": vans, "jobs": works, **limits}


class Flat:
    """Solomon's plane: straight lines, cut off at a tenth."""

    def seconds(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Seconds:
        apart = np.array(origins)[:, None, :] - np.array(destinations)[None, :, :]
        whole: Seconds = np.floor(np.hypot(apart[..., 0], apart[..., 1]) * SCALE).astype(np.int64)
        return whole


def solomon(given: argparse.Namespace) -> None:
    if not SOLOMON.is_dir():
        print(f"\nSolomon's instances are left out: there is no {SOLOMON}")
        return
    best = json.loads((SOLOMON / "best_known.json").read_text())
    rows, gaps = [], {"vroom": [], "pyvrp": [], "loper": []}
    for path in sorted(SOLOMON.glob("*.txt")):
        if path.stem not in best:
            continue
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        count, capacity = int(lines[3][0]), int(lines[3][1])
        nodes = [[float(one) for one in line] for line in lines if len(line) == 7 and line[0].isdigit()]
        depot, *customers = nodes
        known = best[f"{path.stem}_distance"]["best_known_cost"]
        home, opens = Place(depot[1], depot[2]), at(MONDAY, 0)
        ends = opens + timedelta(seconds=depot[5] * SCALE)
        plan = Plan(
            tuple(
                Route(Shift(technician=f"v{n}", day=MONDAY, start=opens, end=ends, begins_at=home, ends_at=home))
                for n in range(count)
            )
        )
        asked = [
            Job(
                key=str(int(one[0])),
                place=Place(one[1], one[2]),
                lasts=timedelta(seconds=one[6] * SCALE),
                promised=Span(opens + timedelta(seconds=one[4] * SCALE), opens + timedelta(seconds=one[5] * SCALE)),
            )
            for one in customers
        ]
        instance = instance_of(plan, asked, Table(Flat(), [home, *(job.place for job in asked)]), given)
        for job, one in zip(instance["jobs"], customers, strict=True):
            job |= {"priority": None, "load": int(one[3])}
        for van in instance["vans"]:
            van["capacity"] = capacity
        found = {name: peer(name, instance) for name in ("vroom", "pyvrp")}
        begun = time.perf_counter()
        ours = optimise(plan, Flat(), now=opens, waiting=asked, ways=Ways(exploration=given.exploration))
        number = {job.key: at for at, job in enumerate(asked)}
        routes = [[number[job.key] for job in route.jobs] for route in ours.routes]
        found["loper"] = routes, time.perf_counter() - begun
        row = [path.stem, f"{known:,.1f}"]
        for name, (answer, seconds) in found.items():
            served = sum(len(route) for route in answer)
            length = sum(_length([depot, *(customers[one] for one in route), depot]) for route in answer if route)
            gap = 100 * (length / known - 1)
            gaps[name].append(gap)
            row += [f"{gap:+.2f} %" if served == len(customers) else f"{served} served", figure(seconds)]
        heaviest = max(sum(customers[one][3] for one in route) for route in found["loper"][0])
        rows.append([*row, "held" if heaviest <= capacity else f"broken ({heaviest:.0f} of {capacity})"])
    means = [cell for name in gaps for cell in (f"{np.mean(gaps[name]):+.2f} %", "")]
    table(
        f"Solomon's instances of 100 customers: distance above the best known, and seconds ({load()})",
        ["", "best known", "VROOM", "s", "PyVRP", "s", "Loper", "s", "loads, unasked"],
        [*rows, ["mean", "", *means, ""]],
    )


def _length(stops: Sequence[Sequence[float]]) -> float:
    return sum(math.dist(a[1:3], b[1:3]) for a, b in pairwise(stops))


def dutch(given: argparse.Namespace) -> None:
    rng = np.random.default_rng(7)
    plan = empty(shifts(rng, given.technicians, 1))
    asked = jobs(rng, round(given.jobs * 1.1), 1)
    now = at(MONDAY, 6)
    places = [job.place for job in asked] + [route.shift.begins_at for route in plan.routes]
    instance = instance_of(plan, asked, Table(Crow(), places), given)
    found = {
        f"VROOM, exploration {given.exploration}": peer("vroom", instance),
        "OR-Tools": peer("ortools", instance),
        "PyVRP, which has no breaks": peer("pyvrp", instance),
    }
    number = {job.key: at for at, job in enumerate(asked)}
    for title, ways in {
        "Loper, insertion alone": Ways(exploration=None),
        "Loper, as at night (exploration 2)": Ways(),
        f"Loper, exploration {given.exploration}": Ways(exploration=given.exploration),
    }.items():
        begun = time.perf_counter()
        ours = optimise(plan, Crow(), now=now, waiting=asked, ways=ways)
        seconds = time.perf_counter() - begun
        found[title] = [[number[job.key] for job in route.jobs] for route in ours.routes], seconds
    rows = []
    for title, (routes, seconds) in found.items():
        filled = [
            Route(route.shift, tuple(asked[one] for one in answer))
            for route, answer in zip(plan.routes, routes, strict=True)
        ]
        wrong = sum(cannot(route.shift, job) is not None for route in filled for job in route.jobs)
        broken, travel = _broken(filled, now)
        served = sum(len(answer) for answer in routes)
        urgent = sum(asked[one].priority + 10 for answer in routes for one in answer) / sum(
            j.priority + 10 for j in asked
        )
        rows.append(
            [title, f"{served}", f"{served - broken}", f"{100 * urgent:.1f} %", f"{wrong}", f"{broken}",
             f"{travel / 3600:.1f}", f"{travel / 60 / max(1, served):.1f}", figure(seconds)]
        )  # fmt: skip
    table(
        f"A Dutch day: {len(asked)} jobs, {given.technicians} technicians ({load()})",
        ["", "served", "in time", "by priority", "no skill", "promises broken", "travel h", "min a job", "seconds"],
        rows,
    )


def _broken(routes: Sequence[Route], now: datetime) -> tuple[int, int]:
    """The jobs that cannot begin in their block when pauses are taken where one is; and seconds of travel."""
    places = [place for route in routes for place in (route.shift.begins_at, *(job.place for job in route.jobs))]
    day = begin([Route(route.shift) for route in routes], Table(Crow(), places), now, lambda job: False)
    orders = [[day.stop(job, which) for job in route.jobs] for which, route in enumerate(routes)]
    travel = sum(travel_of(van, order, day.rows) for van, order in zip(day.vans, orders, strict=True))
    before = sum(map(len, orders))
    mend(day, orders)
    return before - sum(map(len, orders)), travel


def night(given: argparse.Namespace) -> None:
    rng = np.random.default_rng(11)
    plan = empty(shifts(rng, given.technicians, given.days))
    asked = jobs(rng, given.jobs * given.days, given.days)
    now = at(MONDAY, 0)
    begun = time.perf_counter()
    booked = optimise(plan, Crow(), now=now, waiting=asked, ways=Ways(exploration=None))
    filled = apply(plan, booked)
    rows = [
        [
            "booked one by one",
            f"{len(booked.placed):,}",
            hours(booked.travel_after),
            "",
            "",
            figure(time.perf_counter() - begun),
        ]
    ]
    for exploration in (0, 1, 2):
        begun = time.perf_counter()
        found = optimise(filled, Crow(), now=now, ways=Ways(exploration=exploration))
        seconds = time.perf_counter() - begun
        kept = sum(len(route.jobs) for route in found.routes)
        saved = 100 * (1 - found.travel_after / found.travel_before)
        rows.append(
            [f"planned again, exploration {exploration}", f"{kept:,}", hours(found.travel_after), f"{saved:.1f} %",
             f"{len(found.left)}", figure(seconds)]
        )  # fmt: skip
    table(
        f"A night: {len(asked):,} jobs asked for, {given.technicians} technicians, {given.days} days"
        f" ({load()}, one thread, peak {peak_memory():.0f} MB)",
        ["", "jobs", "travel h", "saved", "promises broken", "seconds"],
        rows,
    )


def hours(travel: timedelta) -> str:
    return f"{travel.total_seconds() / 3600:.1f}"


if __name__ == "__main__":
    main()
