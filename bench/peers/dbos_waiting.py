"""The peer: so many workflows of DBOS that wait for a message, in one process.

    python bench/peers/dbos_waiting.py CASES

They are coroutines, the lightest that DBOS has. Prints one line of JSON: how many KB of memory each takes, and what
share of a core the process uses while nothing comes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from dbos import DBOS

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import memory, peak_memory

COUNT, WATCHED = int(sys.argv[1]), 15.0
running = 0


@DBOS.workflow()
async def wait() -> None:
    global running
    running += 1
    await DBOS.recv_async("appointment", timeout_seconds=3600)


async def main() -> None:
    url = os.environ["LOPER_DATABASE"]
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR"})
    DBOS.launch()
    first = await DBOS.start_workflow_async(wait)  # what is loaded once is loaded now
    await asyncio.sleep(2)
    before = memory()
    handles = [await DBOS.start_workflow_async(wait) for _ in range(COUNT)]
    while running < COUNT + 1:
        await asyncio.sleep(0.1)
    await asyncio.sleep(5)
    each = (memory() - before) / COUNT * 1024
    cpu = time.process_time()
    await asyncio.sleep(WATCHED)
    core = (time.process_time() - cpu) / WATCHED * 100
    assert first and len(handles) == COUNT
    print(json.dumps({"each": each, "core": core, "memory": peak_memory()}), flush=True)
    os._exit(0)  # they would wait for an hour


asyncio.run(main())
