"""The peers of planning: VROOM, OR-Tools and PyVRP on one instance, which comes and goes as JSON.

    python bench/peers/routing.py vroom|ortools|pyvrp < INSTANCE.json > ROUTES.json

Instance (whole seconds; places are rows of `matrix`)
    matrix   travel from place to place
    vans     start, end, opens, closes, skills, breaks ([earliest, latest, lasts] each), capacity (null: no loads)
    jobs     at, early, late, lasts, skills, priority (0 to 100; null: must be done), load
    seconds  how long to search, for those that search until they are stopped; `exploration` for VROOM
Routes: `routes`, the jobs by van; `seconds` that the search took.

All of them maximise what is served first, by priority, then minimise travel. PyVRP has no breaks.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

Instance = dict  # as above
WORTH = 40_000  # seconds of travel that a job of priority 0 is worth; one of 100 is worth eleven times that


def worth(job: dict) -> int:
    return WORTH * (1 + job["priority"] // 10)


def able(van: dict, job: dict) -> bool:
    return set(job["skills"]) <= set(van["skills"])


def by_vroom(given: Instance) -> list[list[int]]:
    import vroom

    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(given["matrix"], dtype=np.uint32))
    names = sorted(
        {one for van in given["vans"] for one in van["skills"]} | {s for j in given["jobs"] for s in j["skills"]}
    )
    number = {name: at for at, name in enumerate(names)}
    for which, van in enumerate(given["vans"]):
        problem.add_vehicle(
            vroom.Vehicle(
                which,
                start=van["start"],
                end=van["end"],
                time_window=(van["opens"], van["closes"]),
                skills={number[one] for one in van["skills"]},
                capacity=[] if van["capacity"] is None else [van["capacity"]],
                breaks=[
                    vroom.Break(at, time_windows=[vroom.TimeWindow(early, late)], service=lasts)
                    for at, (early, late, lasts) in enumerate(van["breaks"])
                ],
            )
        )
    loaded = given["vans"][0]["capacity"] is not None
    for which, job in enumerate(given["jobs"]):
        problem.add_job(
            vroom.Job(
                which,
                location=job["at"],
                default_service=job["lasts"],
                delivery=[job["load"]] if loaded else [],
                skills={number[one] for one in job["skills"]},
                priority=100 if job["priority"] is None else job["priority"] // 10,
                time_windows=[vroom.TimeWindow(job["early"], job["late"])],
            )
        )
    found = np.asarray(problem.solve(given["exploration"], 1)._routes_numpy())
    routes: list[list[int]] = [[] for _ in given["vans"]]
    for vehicle, kind, which in zip(found["vehicle_id"], found["type"], found["id"], strict=True):
        if kind == b"job":
            routes[int(vehicle)].append(int(which))
    return routes


def by_ortools(given: Instance) -> list[list[int]]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    jobs, vans, matrix = given["jobs"], given["vans"], given["matrix"]
    places = [job["at"] for job in jobs] + [van["start"] for van in vans] + [van["end"] for van in vans]
    service = [job["lasts"] for job in jobs] + [0] * 2 * len(vans)
    starts = [len(jobs) + at for at in range(len(vans))]
    ends = [len(jobs) + len(vans) + at for at in range(len(vans))]
    manager = pywrapcp.RoutingIndexManager(len(places), len(vans), starts, ends)
    routing = pywrapcp.RoutingModel(manager)
    node = manager.IndexToNode
    travel = routing.RegisterTransitCallback(lambda a, b: matrix[places[node(a)]][places[node(b)]])
    passed = routing.RegisterTransitCallback(lambda a, b: service[node(a)] + matrix[places[node(a)]][places[node(b)]])
    routing.SetArcCostEvaluatorOfAllVehicles(travel)
    horizon = max(van["closes"] for van in vans)
    routing.AddDimension(passed, horizon, horizon, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for which, job in enumerate(jobs):
        index = manager.NodeToIndex(which)
        clock.CumulVar(index).SetRange(job["early"], job["late"])
        who = [at for at, van in enumerate(vans) if able(van, job)]
        if len(who) < len(vans):
            routing.VehicleVar(index).SetValues([-1, *who])
        if job["priority"] is not None:
            routing.AddDisjunction([index], worth(job))
    waits = [0] * routing.Size()
    for which, job in enumerate(jobs):
        waits[manager.NodeToIndex(which)] = job["lasts"]
    for which, van in enumerate(vans):
        clock.CumulVar(routing.Start(which)).SetRange(van["opens"], van["closes"])
        clock.CumulVar(routing.End(which)).SetRange(van["opens"], van["closes"])
        breaks = [
            routing.solver().FixedDurationIntervalVar(early, late, lasts, False, f"{which} {at}")
            for at, (early, late, lasts) in enumerate(van["breaks"])
        ]
        if breaks:
            clock.SetBreakIntervalsOfVehicle(breaks, which, waits)
    if vans[0]["capacity"] is not None:
        load = routing.RegisterUnaryTransitCallback(lambda a: jobs[node(a)]["load"] if node(a) < len(jobs) else 0)
        routing.AddDimensionWithVehicleCapacity(load, 0, [van["capacity"] for van in vans], True, "load")
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(round(given["seconds"] * 1000))
    found = routing.SolveWithParameters(how)
    routes: list[list[int]] = [[] for _ in vans]
    for which in range(len(vans)) if found else ():
        index = found.Value(routing.NextVar(routing.Start(which)))
        while not routing.IsEnd(index):
            routes[which].append(node(index))
            index = found.Value(routing.NextVar(index))
    return routes


def by_pyvrp(given: Instance) -> list[list[int]]:
    import pyvrp

    jobs, vans = given["jobs"], given["vans"]
    matrix = np.array(given["matrix"], dtype=np.int64)
    loaded = vans[0]["capacity"] is not None
    locations = [pyvrp.Location(0, 0) for _ in matrix]
    clients = [
        pyvrp.Client(
            location=job["at"],
            delivery=[job["load"]] if loaded else [],
            service_duration=job["lasts"],
            tw_early=job["early"],
            tw_late=job["late"],
            prize=0 if job["priority"] is None else worth(job),
            required=job["priority"] is None,
        )
        for job in jobs
    ]
    depots = [pyvrp.Depot(location=place) for van in vans for place in (van["start"], van["end"])]
    # PyVRP has no skills: to who cannot do the work there, a customer lives a hundred hours away. Vans that are alike
    # are one type, for it searches better then.
    profiles: dict[tuple[bool, ...], int] = {}
    matrices, alike = [], {}
    for at, van in enumerate(vans):
        can = tuple(able(van, job) for job in jobs)
        if can not in profiles:
            profiles[can] = len(matrices)
            far = matrix.copy()
            for job, one in zip(jobs, can, strict=True):
                if not one:
                    far[:, job["at"]] = 360_000
                    far[job["at"], job["at"]] = 0
            matrices.append(far)
        same = (van["start"], van["end"], van["opens"], van["closes"], van["capacity"], profiles[can])
        alike.setdefault(same, []).append(at)
    types = [
        pyvrp.VehicleType(
            num_available=len(those),
            capacity=[capacity] if loaded else [],
            start_depot=2 * those[0],
            end_depot=2 * those[0] + 1,
            tw_early=opens,
            tw_late=closes,
            profile=profile,
        )
        for (_, _, opens, closes, capacity, profile), those in alike.items()
    ]
    data = pyvrp.ProblemData(locations, clients, depots, types, matrices, matrices)
    best = pyvrp.solve(data, pyvrp.stop.MaxRuntime(given["seconds"]), seed=1, collect_stats=False).best
    routes: list[list[int]] = [[] for _ in vans]
    free = [list(those) for those in alike.values()]
    for route in best.routes() if best.is_feasible() else ():
        routes[free[route.vehicle_type()].pop()] = [step.idx for step in route if step.is_client()]
    return routes


def main() -> None:
    given = json.load(sys.stdin)
    start = time.perf_counter()
    routes = {"vroom": by_vroom, "ortools": by_ortools, "pyvrp": by_pyvrp}[sys.argv[1]](given)
    json.dump({"routes": routes, "seconds": time.perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    main()
