"""A log of any size laid out on disk, opened from there in a new process, and asked.

python bench/peers/log_large.py LOG.parquet
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def lay(path: str, folder: str) -> None:
    import loper

    log = loper.read_log(path, leave_out=("customer", "case:segment"))
    log.save(Path(folder))


def ask(folder: str) -> None:
    from loper.observe.log import Log

    watch = Watch()
    log = Log.open(Path(folder))
    watch("opened")
    log.map(), log.variants(), log.throughput(), log.rework(), log.switches()
    watch("battery")
    part = log.where(channel=("phone",))
    part.map()
    watch("redraw")
    print(json.dumps(watch.found))


class Watch:
    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}
        self.at, self.cpu = time.perf_counter(), time.process_time()

    def __call__(self, what: str) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.found[what] = [time.perf_counter() - self.at, time.process_time() - self.cpu, peak]
        self.at, self.cpu = time.perf_counter(), time.process_time()


if __name__ == "__main__":
    if sys.argv[1] in ("lay", "ask"):
        {"lay": lay, "ask": ask}[sys.argv[1]](*sys.argv[2:])
        sys.exit()
    with tempfile.TemporaryDirectory(dir=Path(sys.argv[1]).parent) as place:
        begun = time.perf_counter()
        subprocess.run([sys.executable, __file__, "lay", sys.argv[1], f"{place}/log"], check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        first = [time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]
        asked = subprocess.run(
            [sys.executable, __file__, "ask", f"{place}/log"], check=True, capture_output=True, text=True
        )
    print(json.dumps({"laid out and saved": first, **json.loads(asked.stdout)}))
