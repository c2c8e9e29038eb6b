"""Commands that run the server: serve, work, manage. Django is set up here, and only when it is asked for."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from typing import Any

LARGEST_REQUEST = 64 * 1024 * 1024
"""Bytes; a few photographs. More than the settings allow is refused by them, in words."""


def set_up() -> None:
    """Django is there after this: settings and models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loper.server.settings")
    import django

    django.setup()


def serve(arguments: Namespace) -> int:
    """The pages and the API, until interrupted."""
    return started(lambda: _serve(arguments))


def _serve(arguments: Namespace) -> int:
    from django.conf import settings
    from waitress.server import create_server

    from loper.server import alone, roads, worker
    from loper.server.steady import steady
    from loper.server.watch import watch
    from loper.server.wsgi import application

    roads.check()
    alone.check_database()
    alone.migrate()
    steady()
    stop, failed = threading.Event(), list[Exception]()

    def work() -> None:
        try:
            worker.run(stop)
        except Exception as wrong:
            failed.append(wrong)
            signal.raise_signal(signal.SIGTERM)

    server: Any = create_server(
        application,
        host=arguments.host,
        port=arguments.port,
        threads=arguments.threads,
        ident="loper",
        max_request_body_size=LARGEST_REQUEST,
        clear_untrusted_proxy_headers=False,  # Django's own settings say which proxies count (LOPER_PROXIES)
    )
    on_signal(stop)
    thread = threading.Thread(target=work, name="worker") if arguments.with_worker else None
    if thread is not None:
        thread.start()
    if not settings.LOPER_DEMO:
        threading.Thread(target=watch, args=(stop,), name="watch", daemon=True).start()
    print(f"Loper answers on http://{arguments.host}:{server.effective_port}", flush=True)
    server.run()  # ends at SIGTERM, after the requests that are being answered
    stop.set()
    if thread is not None:
        thread.join()
    if failed:
        raise failed[0]
    return 0


def work(arguments: Namespace) -> int:
    """The worker, until interrupted."""
    return started(lambda: _work(arguments))


def _work(arguments: Namespace) -> int:
    from loper.server import alone, worker
    from loper.server.steady import steady

    alone.check_database()
    alone.migrate()
    steady()
    if arguments.once:
        worker.run_once()
        return 0
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    worker.run(stop)
    return 0


def manage(arguments: Namespace) -> int:
    """Django's own commands."""
    set_up()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["loper manage", *arguments.arguments])
    return 0


def started(go: Callable[[], int]) -> int:
    """Run it, with Django there; what keeps it from going on is said in a sentence."""
    try:
        set_up()
        return go()
    except Exception as wrong:
        sentence = _sentence(wrong)
        if not sentence:
            raise
        print(f"loper: {sentence}", file=sys.stderr)
        return 1


def _sentence(wrong: Exception) -> str:
    """What this means to whoever typed the command; empty for a mistake of ours."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import InterfaceError, OperationalError

    from loper.server.actions.refused import Refused
    from loper.server.alone import Refusing

    if isinstance(wrong, OperationalError | InterfaceError):
        return f"the database does not answer: {' '.join(str(wrong).split())}"
    known = isinstance(wrong, Refusing | Refused | ValueError | OSError | ImproperlyConfigured)
    return str(wrong) if known else ""


def on_signal(stop: threading.Event) -> None:
    """SIGTERM ends the server as Ctrl-C does: what is being answered is answered, nothing new begins."""

    def handle(number: int, frame: object) -> None:
        stop.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


__all__ = ["manage", "on_signal", "serve", "set_up", "started", "work"]
