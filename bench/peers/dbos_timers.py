"""The peer: workflows of DBOS that were enqueued with a delay and come due at once, one process.

    python bench/peers/dbos_timers.py TIMERS

Each has one step. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from dbos import DBOS, SetEnqueueOptions

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import peak_memory

COUNT = int(sys.argv[1])
done = threading.Semaphore(0)


@DBOS.step()
def over() -> None:
    """It is time."""


@DBOS.workflow()
def timer() -> None:
    over()
    done.release()


def main() -> None:
    url = os.environ["LOPER_DATABASE"]
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "max_executor_threads": 16})
    DBOS.launch()
    DBOS.register_queue("timers", worker_concurrency=64, polling_interval_sec=0.05)
    due = time.time() + 5 + COUNT / 50
    for _ in range(COUNT):
        delay = max(0.0, due - time.time())
        with SetEnqueueOptions(delay_seconds=delay):
            DBOS.enqueue_workflow("timers", timer)
    assert time.time() < due, "the machine is too slow: filling took until the timers were due"
    time.sleep(max(0.0, due - time.time()))
    cpu = time.process_time()
    for _ in range(COUNT):
        done.acquire()
    print(
        json.dumps({"timers": time.time() - due, "cpu": time.process_time() - cpu, "memory": peak_memory()}), flush=True
    )
    os._exit(0)


main()
