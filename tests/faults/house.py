"""An installation of real processes, which can be killed: `loper serve`, `loper work`, a mail server that counts."""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.sink import Sink

ROOT = Path(__file__).parent.parent.parent
LOPER = [sys.executable, "-c", "import sys; from loper.cli import main; sys.exit(main())"]
ORGANISATION = """
organisation: faults
title: {nl: Proef}
sender: {name: Proef, email: proef@example.nl}
"""
SECRET = "a-secret-key-of-tests-that-is-long-enough"


@dataclass
class Process:
    """A command that is started again when it is killed."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    sign: str  # what it says when it is at work
    ready: Callable[[str], None] = lambda line: None
    limit: Callable[[], None] | None = None  # called in the process before it begins
    process: subprocess.Popen[bytes] | None = None
    at_work: bool = False

    def start(self) -> None:
        self.at_work = False
        self.process = subprocess.Popen(
            [*LOPER, *self.arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=self._before,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _before(self) -> None:
        """In the new process, before it begins: it goes when we go."""
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if self.limit is not None:
            self.limit()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        with self.log.open("ab") as log:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                if self.sign.encode() in line and process is self.process:
                    self.ready(line.decode())
                    self.at_work = True

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        return next((line for line in reversed(lines) if line.strip()), "nothing")[:200]

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Ask it to stop; gives how it ended."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@dataclass
class House:
    """The installation. `database`: LOPER_DATABASE; `hold` is short, so that what the dead held is soon taken over."""

    folder: Path
    database: str
    workers: int = 1
    hold: int = 10
    sink: Sink = field(default_factory=Sink)
    processes: list[Process] = field(default_factory=list)
    port: int = 0
    token: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def postgresql(self) -> bool:
        return self.database.startswith("postgres")

    def open(self) -> None:
        """Set up in this process, then start the others."""
        self.sink.start()
        os.environ.update(self.environment())
        setup(self)
        for number in range(self.workers):
            self.processes.append(self._process(f"worker {number}", "loper.worker at work", "work"))
        sign = "Loper answers"
        self.processes.append(self._process("web", sign, "serve", "--port", "0", ready=self._listening))
        for process in self.processes:
            process.start()

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOPER_")}
        return {
            **clean,
            "DJANGO_SETTINGS_MODULE": "loper.server.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "PYTHONWARNINGS": "ignore",
            "LOPER_DATA": str(self.folder),
            "LOPER_DATABASE": self.database,
            "LOPER_SECRET_KEY": SECRET,
            "LOPER_SMTP_HOST": "127.0.0.1",
            "LOPER_SMTP_PORT": str(self.sink.port) if self.sink else "",
            "LOPER_SMTP_TLS": "no",
            "LOPER_SMTP_TIMEOUT": "4",
            "LOPER_HOLD": str(self.hold),
            "LOPER_HOSTS": "127.0.0.1",
        }

    def _process(
        self, name: str, sign: str, *arguments: str, ready: Callable[[str], None] = lambda line: None
    ) -> Process:
        log = self.folder / f"{name.replace(' ', '-')}.log"
        return Process(name, arguments, self.environment(), log, sign, ready)

    def _listening(self, line: str) -> None:
        self.port = int(line.rstrip().rpartition(":")[2])

    def wait_until_at_work(self, *processes: Process, patience: float = 120.0) -> None:
        """Return when these processes (by default all) have said that they are at work.

        One that ended by itself is started again, as systemd would; it is counted, and what it said is kept.
        """
        end = time.monotonic() + patience
        while waiting := [process for process in processes or self.processes if not process.at_work]:
            for process in waiting:
                if process.process is not None and process.process.poll() is not None:
                    self._count(f"{process.name} ended by itself: {process.last_words()}")
                    process.start()
            if time.monotonic() > end:
                said = "\n".join(f"{one.name}: {one.last_words()}" for one in self.processes)
                raise AssertionError(f"{waiting[0].name} did not start in {patience} s\n{said}")
            time.sleep(0.02)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        self.sink.stop()

    # -- telling -------------------------------------------------------------------------------------------------------

    def tell(self, events: Sequence[Mapping[str, Any]], chance: random.Random, patience: float = 120.0) -> list[str]:
        """Send these events until the answer is 2xx, as a good sender does; gives the result of each."""
        body = json.dumps(list(events)).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/cloudevents-batch+json"}
        end = time.monotonic() + patience
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
                try:
                    connection.request("POST", "/api/events", body, headers)
                    answer = connection.getresponse()
                    document = json.loads(answer.read())
                finally:
                    connection.close()
                if answer.status == 200:
                    return [one["result"] for one in document["results"]]
                self._count(f"answers {answer.status}")
                if answer.status != 503:
                    raise AssertionError(f"{answer.status}: {document}")
            except (OSError, http.client.HTTPException, ValueError) as wrong:
                self._count(f"no answer ({type(wrong).__name__})")
            if time.monotonic() > end:
                raise AssertionError(f"no 2xx in {patience} s: {self.counts}")
            time.sleep(chance.uniform(0.02, 0.4))

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def setup(house: House) -> None:
    """Tables, the journey, and a token, in this very process."""
    import django

    django.setup()
    from loper.server.actions import designs
    from loper.server.actions.sources import add_source
    from loper.server.alone import migrate

    migrate()
    designs.install_organisation(files={"organisation.yaml": ORGANISATION}, by="faults")
    journey = (Path(__file__).parent / "journey.yaml").read_text()
    texts = {
        f"texts/{name}.email.nl.liquid": f"Subject: {name}\n\nDag {{{{ customer.name }}}}, dit is {name}.\n"
        for name in ("welcome", "confirmation", "reminder", "thanks", "survey")
    }
    designs.install(files={"journey.yaml": journey, **texts}, by="faults")
    house.token = add_source(source="faults", emitters=["customer", "agent", "technician"])


def customers(count: int) -> None:
    """So many customers, c0000 and on, each with an address."""
    from loper.server import clock
    from loper.server.records.customers import ContactAddress, Customer

    now = clock.now()
    made = Customer.objects.bulk_create(
        [Customer(key=f"c{n:05}", name=f"Klant {n}", created=now) for n in range(count)], batch_size=500
    )
    ContactAddress.objects.bulk_create(
        [
            ContactAddress(customer=one, channel="email", value=f"{one.key}@example.nl", created=now)
            for one in Customer.objects.filter(key__in=[one.key for one in made])
        ],
        batch_size=500,
    )


@contextmanager
def new_house(drops: int = 0) -> Iterator[House]:
    """An installation on a database of its own: on the server that LOPER_DATABASE names, else on SQLite."""
    given = os.environ.get("LOPER_DATABASE", "")
    with tempfile.TemporaryDirectory(prefix="loper-faults-") as folder, _database(given, folder) as database:
        house = House(Path(folder), database, workers=2 if given.startswith("postgres") else 1)
        house.sink.drops = drops
        try:
            house.open()
            yield house
        finally:
            house.close()


@contextmanager
def _database(given: str, folder: str) -> Iterator[str]:
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder}/loper.sqlite3"
        return
    import psycopg

    name = f"loper_faults_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    yield given.replace("/loper?", f"/{name}?")
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
