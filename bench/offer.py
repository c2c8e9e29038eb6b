"""The offer of blocks: every block of every day, beside solving the day anew for each.

    .venv/bin/python bench/offer.py [--offers 100] [--solves 8]

Days are filled with jobs as they come, each put where it costs least, until most who ask find nothing. Then others
ask: Loper says of every block who can come, at how much extra travel, or why not. VROOM and OR-Tools answer the same
question for one block by planning its day with the new job in that block; for all blocks that is done so many times.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
from days import PEER, instance_of, peer
from dutch import MONDAY, TWO_HOURS, at, jobs, shifts
from measure import figure, load, peak_memory, table

from loper.plan.board import Board
from loper.plan.model import Job, Plan, Route, Span
from loper.plan.offer import offer
from loper.plan.optimise_day import Table
from loper.plan.schedule import schedule
from loper.plan.travel import Crow

SIZES = ((10, 5), (50, 10), (100, 20))
TRAVEL = Crow()
NOW = at(MONDAY - timedelta(days=1), 12)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offers", type=int, default=100)
    parser.add_argument("--solves", type=int, default=8, help="blocks for which the peers plan a day, at 50 x 10")
    given = parser.parse_args()
    if not PEER.exists():
        sys.exit(f"{PEER} is not there; tools/bench.sh makes it")
    rows = []
    for technicians, days in SIZES:
        rng = np.random.default_rng(1)
        board, plan = filled(rng, technicians, days)
        blocks = blocks_of(days)
        asked = asking(rng, given.offers)
        compiled = timed(lambda plan=plan: Board.of(plan, TRAVEL))
        for day in range(days):
            board.of_day(MONDAY + timedelta(days=day))
        took, cpu, free = [], time.process_time(), []
        for job in asked:
            begin = time.perf_counter()
            found = offer(board, job, blocks, TRAVEL, NOW)
            took.append((time.perf_counter() - begin) * 1000)
            free.append(sum(one.free for one in found) / len(found))
        cpu = (time.process_time() - cpu) / len(asked) * 1000
        rows.append(
            [
                f"Loper, {technicians} technicians x {days} days",
                f"{sum(len(route.jobs) for route in plan.routes) / len(plan.routes):.1f}",
                str(len(blocks)),
                figure(statistics.median(took)),
                figure(float(np.quantile(took, 0.99))),
                figure(cpu),
                figure(statistics.mean(free) * 100),
                figure(compiled * 1000),
            ]
        )
        if (technicians, days) == (50, 10):
            beside(given, plan, blocks, asked, statistics.median(took))
    table(
        f"All blocks for one job ({load()}; at most {peak_memory():.0f} MB)",
        ["", "jobs a day each", "blocks", "ms (median)", "p99 ms", "CPU ms", "% free", "compiled in ms"],
        rows,
    )


def timed(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def blocks_of(days: int) -> list[Span]:
    dates = [MONDAY + timedelta(days=day) for day in range(days)]
    return [Span(at(day, begin), at(day, end)) for day in dates for begin, end in TWO_HOURS]


def asking(rng: np.random.Generator, count: int) -> list[Job]:
    """Who asks for a block: as those before, without a promise yet."""
    return [replace(job, key=f"new{number}", promised=None) for number, job in enumerate(jobs(rng, count, 1))]


def filled(rng: np.random.Generator, technicians: int, days: int) -> tuple[Board, Plan]:
    """Days filled by jobs as they come, each where it costs least in the block it wants."""
    routes = {(one.technician, one.day): Route(one) for one in shifts(rng, technicians, days)}
    board = Board.of(Plan(tuple(routes.values())), TRAVEL)
    refused = 0
    for job in jobs(rng, technicians * days * 12, days):
        (found,) = offer(board, replace(job, promised=None), [job.promised], TRAVEL, NOW)
        if not found.free:
            refused += 1
            if refused > technicians * days * 0.9:
                break
            continue
        key = (found.technician, job.promised.start.date())
        route = routes[key]
        ways = [(times.travel, n) for n, one in enumerate(tries(route, job)) if (times := schedule(one, TRAVEL))]
        routes[key] = tries(route, job)[min(ways)[1]]
        board = board.with_route(routes[key])
    plan = Plan(tuple(routes.values()))
    return Board.of(plan, TRAVEL), plan


def tries(route: Route, job: Job) -> list[Route]:
    return [Route(route.shift, (*route.jobs[:n], job, *route.jobs[n:])) for n in range(len(route.jobs) + 1)]


def beside(given: argparse.Namespace, plan: Plan, blocks: list[Span], asked: list[Job], ours: float) -> None:
    """One block at a time by planning its day anew; times the number of blocks it is a whole offer."""
    rows = [["Loper, all blocks", "-", figure(ours), "1.0", ""]]
    board = Board.of(plan, TRAVEL)
    for name, how in (
        ("vroom", {"exploration": 0, "seconds": 0.1}),
        ("vroom", {"exploration": 2, "seconds": 0.1}),
        ("ortools", {"exploration": 0, "seconds": 1.0}),
    ):
        took, more, worse = [], 0, 0
        for number in range(given.solves):
            job, block = asked[number % len(asked)], blocks[(number * 7) % len(blocks)]
            day = Plan(tuple(route for route in plan.routes if route.shift.day == block.start.date()))
            there = [one for route in day.routes for one in route.jobs]
            new = replace(job, promised=block, priority=0)
            everybody = [*[replace(one, priority=100) for one in there], new]
            places = [one.shift.begins_at for one in day.routes] + [one.place for one in everybody]
            found, seconds = peer(name, instance_of(day, everybody, Table(TRAVEL, places), argparse.Namespace(**how)))
            took.append(seconds * 1000)
            served = {which for route in found for which in route}
            (own,) = offer(board, job, [block], TRAVEL, NOW)
            more += len(there) in served and len(served) == len(everybody) and not own.free
            worse += (len(there) not in served or len(served) < len(everybody)) and own.free
        one = statistics.median(took)
        title = {"vroom": f"VROOM, exploration {how['exploration']}", "ortools": f"OR-Tools, {how['seconds']:g} s"}[
            name
        ]
        rows.append(
            [
                title,
                figure(one),
                figure(one * len(blocks)),
                figure(one * len(blocks) / ours),
                f"{more} more, {worse} fewer of {given.solves}",
            ]
        )
    table(
        f"Solving anew instead, 50 technicians x 10 days ({load()})",
        ["", "ms a block", "ms all blocks", "Loper = 1", "found a place where insertion did not, or the other way"],
        rows,
    )


if __name__ == "__main__":
    main()
