"""Commands that run the server: serve, work, manage, user. Django is set up here, and only here."""

from __future__ import annotations

import os
import signal
import threading
from argparse import Namespace
from typing import Any


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loper.server.settings")
    import django

    django.setup()


def serve(arguments: Namespace) -> int:
    """The pages and the API, until interrupted."""
    _django()
    from loper.server.wsgi import application
    from waitress.server import create_server

    _migrate()
    server: Any = create_server(application, host=arguments.host, port=arguments.port, threads=8, ident="loper")
    stop = _on_signal(server.close)
    worker = threading.Thread(target=_work, args=(stop,), name="worker") if arguments.with_worker else None
    if worker is not None:
        worker.start()
    print(f"Loper answers on http://{arguments.host}:{server.effective_port}", flush=True)
    server.run()
    stop.set()
    if worker is not None:
        worker.join()
    return 0


def work(arguments: Namespace) -> int:
    """The worker, until interrupted."""
    _django()
    from loper.server.worker import run, run_once

    if arguments.once:
        return run_once()
    _migrate()
    run(_on_signal())
    return 0


def _work(stop: threading.Event) -> None:
    from loper.server.worker import run

    run(stop)


def manage(arguments: Namespace) -> int:
    """Django's own commands."""
    _django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["loper manage", *arguments.arguments])
    return 0


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _on_signal(then: Any = None) -> threading.Event:
    """An event that is set when the process is asked to stop."""
    stop = threading.Event()

    def handle(number: int, frame: object) -> None:
        stop.set()
        if then is not None:
            then()

    signal.signal(signal.SIGTERM, handle)
    return stop


__all__ = ["manage", "serve", "work"]
