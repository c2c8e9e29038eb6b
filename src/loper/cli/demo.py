"""`loper demo`: pages, worker, a mail server and an SMS gateway of its own, in one process, with a town that lives."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

PASSWORD = "welkom-bij-loper"  # noqa: S105 - of the demonstration's people; its pages need none
SEED = 7


def demo(arguments: Namespace) -> int:
    """Set the demonstration up where it is not there yet, and run it until interrupted."""
    data = Path(os.environ.get("LOPER_DATA", ".data")).resolve() / "demo"
    if wrong := _taken(arguments.host, arguments.port):
        print(f"loper demo: {wrong}. Choose another: loper demo --port {arguments.port + 1}", file=sys.stderr)
        return 1
    with _alone(data) as alone:
        if alone:
            return _demo(arguments, data)
    print(
        f"loper demo: a demonstration runs already on {data}. Stop that one first,"
        " or give this one a folder of its own: LOPER_DATA=FOLDER loper demo",
        file=sys.stderr,
    )
    return 1


def _demo(arguments: Namespace, data: Path) -> int:
    filled = data / "filled"
    if arguments.fresh or not filled.exists():  # also what was broken off halfway
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    sinks = _sinks(data / "mailbox")
    address = f"http://{'localhost' if arguments.host == '127.0.0.1' else arguments.host}:{arguments.port}"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="loper.server.settings",
        LOPER_DEMO="1",
        LOPER_DATA=str(data),
        LOPER_DATABASE=f"sqlite:///{data / 'loper.sqlite3'}",
        LOPER_URL=address,
        LOPER_HOSTS=f"localhost,127.0.0.1,[::1],{arguments.host}",
        **sinks,
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if not filled.exists():
        _fill(arguments.cases)
        filled.touch()
    return _run(arguments, address)


@contextmanager
def _alone(data: Path) -> Iterator[bool]:
    """Whether no other process has this folder; while it is true, none can have it. The lock is the kernel's."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _sinks(folder: Path) -> dict[str, str]:
    """A mail server and an SMS gateway that keep everything in this folder; gives the settings that lead to them."""
    from loper.channels.email.mailbox import MailSink
    from loper.channels.sms import SmsSink

    mail = MailSink(folder, host="127.0.0.1", port=0)
    mail.start()
    sms = SmsSink(folder, host="127.0.0.1", port=0, token="demo", now=_now)  # noqa: S106 - reached from this machine only
    sms.start()
    return {
        "LOPER_SMTP_HOST": "127.0.0.1",
        "LOPER_SMTP_PORT": str(mail.port),
        "LOPER_SMTP_TLS": "no",
        "LOPER_SMS_URL": sms.url,
        "LOPER_SMS_TOKEN": "demo",
    }


def _taken(host: str, port: int) -> str:
    """Why nothing can listen there; empty where it can. Asked before weeks are lived through for nothing."""
    try:
        with socket.create_server((host, port)):
            return ""
    except OSError as wrong:
        return f"port {port} of {host}: {wrong.strerror or wrong}"


def _now() -> datetime:
    """The demonstration's time, from a thread that keeps no connection."""
    from django.db import connection

    from loper.server import clock

    try:
        return clock.now()
    finally:
        connection.close()


def _fill(cases: int) -> None:
    """Three weeks of life, with a bar that shows how far they are."""
    from loper.server.demo import begin
    from loper.server.post import Channels
    from loper.server.worker import outbox

    print(f"Three weeks of {cases} reports are lived through; this takes about a minute.", flush=True)
    shown = -1

    def told(part: float) -> None:
        nonlocal shown
        percent = int(part * 100)
        if percent > shown:
            shown = percent
            bar = "#" * (percent // 4)
            if sys.stdout.isatty():
                print(f"\r  [{bar:<25}] {percent:3d} %", end="", flush=True)
            elif percent % 20 == 0:
                print(f"  {percent} %", flush=True)

    begin(outbox(Channels()), cases=cases, password=PASSWORD, seed=SEED, told=told)
    print("\r" if sys.stdout.isatty() else "", end="")


def _run(arguments: Namespace, address: str) -> int:
    """Pages and worker, until interrupted."""
    from waitress.server import create_server

    from loper.cli.server import on_signal
    from loper.server import worker
    from loper.server.wsgi import application

    stop = threading.Event()
    works = threading.Thread(target=worker.run, args=(stop,), name="worker", daemon=True)
    server: Any = create_server(application, host=arguments.host, port=arguments.port, threads=8, ident="loper")
    on_signal(stop)
    works.start()
    print(WHERE.format(address=address, password=PASSWORD), flush=True)
    try:
        server.run()
    finally:
        stop.set()
        works.join(timeout=10)
    return 0


WHERE = """
Loper's demonstration is on {address}

  {address}/demo/       begin here: who you can be, and a story of five minutes
  {address}/            the tenant: report a problem
  {address}/demo/mail   what tenants get: mail and SMS
  {address}/home        those who work here (arie: agent, sam: technician, dana: director, pim: planner);
                                 the page /demo/ signs you in; the password of all of them is {password}

The black bar on top moves the clock forward. Stop with Ctrl-C; begin again with: loper demo --fresh
"""
