"""An installation on this machine, or on several that are network namespaces: only commands, as in docs/how-to."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LOPER = str(Path(sys.executable).with_name("loper"))
VISIT = Path(__file__).parent / "visit"
SECRET = "a-secret-key-of-tests-that-is-long-enough"


class Stopped(Exception):
    """A command did not do what it should; the message has what it said."""


@dataclass
class Host:
    """A machine: its settings, and what stands before each command to run there (`ip netns exec ...`)."""

    name: str
    folder: Path
    settings: Mapping[str, str]
    there: Sequence[str] = ()
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOPER_", "DJANGO_", "PG"))}
        return {**clean, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONWARNINGS": "ignore", **self.settings}

    def run(self, *command: str, code: int = 0, **settings: str) -> str:
        """What a command says; raises Stopped where it ends otherwise than with `code`."""
        done = subprocess.run(
            [*self.there, *command], env={**self.environment(), **settings}, capture_output=True, text=True, timeout=300
        )
        if done.returncode != code:
            raise Stopped(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def loper(self, *arguments: str, code: int = 0, **settings: str) -> str:
        return self.run(LOPER, *arguments, code=code, **settings)

    def look(self) -> dict[str, Any]:
        """Everything in the database that a test asks about (tests/deploy/look.py)."""
        found: dict[str, Any] = json.loads(self.run(sys.executable, "-m", "tests.deploy.look"))
        return found

    def start(self, name: str, *arguments: str) -> None:
        """A command of loper that stays; what it says lies in NAME.log."""
        with (self.folder / f"{self.name}-{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*self.there, LOPER, *arguments],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{self.name}-{name}.log").read_text(errors="replace")

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Pages and API; gives the port once they answer."""
        already = len(self.log("web")) if (self.folder / f"{self.name}-web.log").exists() else 0
        self.start("web", "serve", "--host", host, "--port", str(port))
        found: list[str] = []
        until(lambda: found.extend(re.findall(r"answers on http://\S+:(\d+)", self.log("web")[already:])) or found, 60)
        return int(found[-1])

    def stop(self, name: str, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Send it a signal and wait; gives how it ended."""
        process = self.running.pop(name)
        process.send_signal(number)
        return process.wait(seconds)

    def stop_all(self, number: int = signal.SIGKILL) -> None:
        for process in self.running.values():
            process.send_signal(number)
        for process in self.running.values():
            process.wait(60)
        self.running.clear()

    def set_up(self, customers: int) -> str:
        """Tables, the journey and so many customers, by the commands of the guide; gives a source's token."""
        self.loper("manage", "migrate", "--verbosity", "0")
        self.loper("organisation", "publish", str(VISIT / "organisation.yaml"))
        self.loper("journey", "publish", str(VISIT))
        self.run(sys.executable, "-m", "tests.deploy.look", "--customers", str(customers))
        said = self.loper("source", "add", "deploy", "--role", "customer", "--role", "technician")
        return said.split()[-1]


def until(true: Callable[[], object], seconds: float, of: Callable[[], str] = lambda: "", every: float = 0.1) -> None:
    """Wait for it; raises AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s {of()}")
        time.sleep(every)


@dataclass
class Source:
    """Another system that tells events over HTTP, and keeps them, so that it can tell them again."""

    token: str
    host: str
    port: int
    told: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # those that had their 2xx
    repeated: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, events: Sequence[dict[str, Any]], patience: float = 180) -> list[str]:
        """Until the answer is 2xx; gives what became of each."""
        end = time.monotonic() + patience
        while True:
            answer = self._post(events)
            if isinstance(answer, list):
                with self.lock:
                    self.told.update({(one["subject"], one["id"]): one for one in events})
                return answer
            with self.lock:
                self.repeated += 1
            if time.monotonic() > end:
                raise AssertionError(f"no 2xx in {patience} s: {answer}")
            time.sleep(0.3)

    def _post(self, events: Sequence[dict[str, Any]]) -> list[str] | str:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/cloudevents-batch+json"}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request("POST", "/api/events", json.dumps(list(events)), headers)
            answer = connection.getresponse()
            document = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        finally:
            connection.close()
        if answer.status == 200:
            return [one["result"] for one in document["results"]]
        if answer.status not in (429, 500, 502, 503):
            raise AssertionError(f"{answer.status}: {document}")
        return f"{answer.status}: {document}"


def event(case: str, type: str, at: Any, **data: Any) -> dict[str, Any]:
    """A CloudEvent of the journey `visit`."""
    return {
        "specversion": "1.0", "source": "deploy", "id": type, "type": type, "subject": case, "time": at.isoformat(),
        "emitter": "technician" if type == "done" else "customer", "customer": f"k{case[1:]}", "data": data,
    }  # fmt: skip


def table(rows: Mapping[str, object]) -> str:
    """Figures as a script prints them."""
    return "\n".join(f"  {name:<58}{value!s:>8}" for name, value in rows.items())
