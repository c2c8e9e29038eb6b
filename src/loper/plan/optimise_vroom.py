"""VROOM: orders for a day, from nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from loper.plan.optimise_day import Order, Pausing, Rows, Stop, Van


def solve(
    vans: Sequence[Van],
    stops: Sequence[Stop],
    priorities: Mapping[str, int],
    spare: Sequence[int],
    rows: Rows,
    *,
    exploration: int,
    threads: int,
) -> list[Order]:
    """The orders VROOM finds, by van. What is in none of them it left out: the lowest priorities, of 0 to 100, first.

    VROOM lets a pause fall on the way, half of the trip before it and half after. So the answer is to be checked, and
    `spare` seconds more for the pauses of a van leave room for a trip that may not be split.
    """
    import vroom  # here, because it brings pandas along: nothing else needs that in memory

    zero = min([van.start for van in vans] + [stop.early for stop in stops])
    zero = min([zero] + [pause.earliest for van in vans for pause in van.pauses])
    groups = {on: number for number, on in enumerate(sorted({stop.on for stop in stops}, key=sorted))}
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(rows, dtype=np.uint32))
    for which, van in enumerate(vans):
        pauses = _in_turn(van, spare[which]) or _in_turn(van, 0)
        problem.add_vehicle(
            vroom.Vehicle(
                which,
                start=van.begins_at,
                end=van.ends_at,
                time_window=(van.start - zero, van.end - zero),
                # Who can do a job is a skill of its own; nobody whose day is over, or is taken up by pauses.
                skills={group for on, group in groups.items() if which in on and pauses is not None},
                breaks=[
                    vroom.Break(
                        number,
                        time_windows=[vroom.TimeWindow(pause.earliest - zero, pause.latest - zero)],
                        service=pause.lasts,
                    )
                    for number, pause in enumerate(pauses or ())
                ],
                type=str(which),
            )
        )
    for number, stop in enumerate(stops):
        problem.add_job(
            vroom.Job(
                number,
                location=stop.at,
                default_service=stop.lasts[0],
                service_per_type={str(which): stop.lasts[which] for which in stop.on},
                skills={groups[stop.on]},
                priority=priorities[stop.job.key],
                time_windows=[vroom.TimeWindow(stop.early - zero, stop.late - zero)],
            )
        )
    found = np.asarray(problem.solve(exploration, threads)._routes_numpy())
    answer: list[Order] = [[] for _ in vans]
    for vehicle, kind, number in zip(found["vehicle_id"], found["type"], found["id"], strict=True):
        if kind == b"job":
            answer[int(vehicle)].append(stops[int(number)])
    return answer


def _in_turn(van: Van, spare: int) -> list[Pausing] | None:
    """The pauses of a van, each so much longer, one after the other; None where they do not fit in its day."""
    free, longer = van.start, []
    for pause in sorted(van.pauses, key=lambda one: one.latest):
        if max(free, pause.earliest) > pause.latest:
            return None
        free = max(free, pause.earliest) + pause.lasts + spare
        longer.append(replace(pause, lasts=pause.lasts + spare))
    return longer if free <= van.end else None
