"""Loper's side of bench/runtime.py: so many cases of a journey, so many events in a transaction.

    python bench/three.py CASES visit|clockwork|repair BATCH

Prints one line of JSON: seconds of CPU, of the database's CPU and of the clock, and the most memory, in MB.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from loper_side import HandClock, measured, publish, set_up
from measure import peak_memory

WAVE = 1000
"""So many cases have had their first event before the first has its second."""


def main(count: int, journey: str, batch: int) -> None:
    set_up()
    publish(journey)
    if not count:
        return
    run("warm", max(20, count // 10), journey, batch)
    spent = measured(lambda: run("case", count, journey, batch))
    check(count, journey)
    print(json.dumps({"cpu": spent.cpu, "wall": spent.wall, "database": spent.database, "memory": peak_memory()}))


def run(prefix: str, count: int, journey: str, batch: int) -> None:
    """Each case from its first event to its final stage."""
    from loper.run.deliver import deliver
    from loper.run.worker import tick_due
    from loper.server.queries.journeys import Journeys
    from loper.server.records.store import SqlStore

    journeys, clock = Journeys(), HandClock()
    store = SqlStore(journeys)
    script = scripts(clock)[journey]
    for first in range(0, count, WAVE):
        wave = range(first, min(first + WAVE, count))
        for type, emitter, data in script:
            for start in range(wave.start, wave.stop, batch):
                numbers = range(start, min(start + batch, wave.stop))
                told = [event(f"{prefix}-{number:07d}", type, emitter, data, clock) for number in numbers]
                outcomes = deliver(store, journeys, told, clock)
                assert all(one.result == "accepted" for one in outcomes), outcomes[0]
            clock.move(seconds=1)
        if journey == "clockwork":
            for _ in range(2):
                clock.move(minutes=1)
                while tick_due(store, journeys, clock, batch)[0]:
                    pass


def event(case: str, type: str, emitter: str, data: dict[str, Any], clock: HandClock) -> Any:
    from loper.run.cloudevents import Told
    from loper.step import Event

    given = Event(type=type, time=clock.now(), source="bench", id=f"{case}-{type}", data=data, emitter=emitter)
    return Told(case=case, event=given, customer=f"customer-{case}")


def scripts(clock: HandClock) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """The events of a case of each journey: type, who says so, what it tells."""
    start = clock.now() + timedelta(days=2)
    visit = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat(), "technician": "t1"}
    asked = {"about": "Een lekkende kraan in de keuken"}
    reported = {
        "problem": "leak", "severity": "drips", "room": "kitchen", "story": "Het drupt onder de kraan.",
        "at_home": "any", "skill": "plumbing", "duration": 60, "urgent": True,
    }  # fmt: skip
    return {
        "visit": [
            ("asked", "customer", asked),
            ("planned", "planner", {"visit": visit}),
            ("done", "technician", {"remark": "Kraan vervangen"}),
        ],
        "clockwork": [("wound", "customer", asked)],
        "repair": [
            ("job.reported", "customer", reported),
            ("appointment.made", "planner", {"appointment": visit}),
            ("technician.departed", "technician", {"eta": start.isoformat()}),
            ("technician.arrived", "technician", {}),
            ("job.fixed", "technician", {}),
        ],
    }


def check(count: int, journey: str) -> None:
    """What was written is what was to be written."""
    from loper.server.records.runtime import Case, Event, Outbox, Touch

    final = {"visit": "closed", "clockwork": "third", "repair": "done"}[journey]
    told = {"visit": 3, "clockwork": 1, "repair": 5}[journey]
    moved = {"visit": 3, "clockwork": 3, "repair": 5}[journey]
    letters = {"visit": 3, "clockwork": 3, "repair": 3}[journey]
    ours = {"case__startswith": "case-"}
    found = {
        "cases": Case.objects.filter(key__startswith="case-", stage=final).count(),
        "events": Event.objects.filter(**ours).count(),
        "moves": Touch.objects.filter(**ours, kind="move").count(),
        "letters": Outbox.objects.filter(**ours).count(),
    }
    wanted = {"cases": count, "events": told * count, "moves": moved * count, "letters": letters * count}
    assert found == wanted, (found, wanted)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
