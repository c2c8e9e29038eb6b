"""Reads the command line and calls one command; each command lies in a file of its own."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any

from loper.cli import files, out

MOST_DAYS = 36_525


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="loper", description="Design, check and run the journeys of your customers.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="read a journey and say what is wrong with it, and what could be better")
    check.add_argument("file", help="the journey, a YAML file")
    check.add_argument("--json", action="store_true", help="the findings as JSON")
    check.add_argument("--organisation", metavar="FILE", help="the organisation file (default: found near the journey)")
    check.set_defaults(run=files.check)

    draw = commands.add_parser("draw", help="draw a journey as the line")
    draw.add_argument("file", help="the journey, a YAML file")
    draw.add_argument("-o", "--output", metavar="FILE", help="the SVG to write (default: standard output)")
    draw.add_argument("--language", default="nl", help="nl or en (default: nl)")
    draw.add_argument("--vertical", action="store_true", help="for a phone: from top to bottom")
    draw.set_defaults(run=files.draw)

    run = commands.add_parser("run", help="replay CloudEvents through a journey, in memory, and say what would happen")
    run.add_argument("file", help="the journey, a YAML file")
    run.add_argument(
        "--events", required=True, metavar="EVENTS.jsonl", help="CloudEvents, one JSON a line; - for stdin"
    )
    run.add_argument("--until", metavar="TIME", help="stop at this time, like 2026-09-01T09:00:00+02:00")
    run.add_argument("--json", action="store_true", help="the timeline and the cases as one JSON document")
    run.set_defaults(run=files.run)

    plan = commands.add_parser("plan", help="plan visits on files, without the server").add_subparsers(required=True)
    offer = plan.add_parser("offer", help="which blocks of time can be had for a job, by whom, and why not the others")
    offer.add_argument("plan", metavar="PLAN.json", help="technicians, their days and jobs, and the blocks to offer")
    offer.add_argument("--job", required=True, metavar="JOB.json", help="the job that wants a block")
    offer.add_argument("--json", action="store_true", help="the blocks as one JSON document")
    offer.set_defaults(run=_later("plan", "offer"))
    day = plan.add_parser("day", help="the days planned again: less travel, no promise broken")
    day.add_argument("plan", metavar="PLAN.json", help="technicians, their days and jobs, and the jobs that wait")
    day.add_argument("--json", action="store_true", help="routes, moves and what has no place as one JSON document")
    day.set_defaults(run=_later("plan", "day"))

    _observe(commands)
    _convert(commands)

    serve = commands.add_parser("serve", help="the pages and the API")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="the port (default: 8000)")
    serve.add_argument("--threads", type=int, default=8, help="so many requests are answered at once (default: 8)")
    serve.add_argument("--with-worker", action="store_true", help="run the worker beside the pages")
    serve.set_defaults(run=_later("server", "serve"))

    work = commands.add_parser("work", help="the worker: what is due happens, what is queued goes")
    work.add_argument(
        "--once", action="store_true", help="all that is due now one time, then stop: for a timer of the machine"
    )
    work.set_defaults(run=_later("server", "work"))

    demo = commands.add_parser("demo", help="everything at once, with a fictional housing association")
    demo.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1)")
    demo.add_argument("--port", type=int, default=8000, help="the port (default: 8000)")
    demo.add_argument("--cases", type=int, default=200, help="how many cases to begin with (default: 200)")
    demo.add_argument("--fresh", action="store_true", help="begin again: throw the demo's data away")
    demo.set_defaults(run=_later("demo", "demo"))

    _setup(commands)
    out.arguments(commands, _later)

    backup = commands.add_parser("backup", help="the whole database as one file, taken while everything runs")
    backup.add_argument("folder", help="where the file goes; its name has the time in it")
    backup.add_argument("--keep", type=int, metavar="N", help="throw away all but the newest N (default: keep all)")
    backup.set_defaults(run=_later("backup", "backup"))

    restore = commands.add_parser("restore", help="a backup into an empty database; nothing is sent twice after it")
    restore.add_argument("file", nargs="?", metavar="FILE", help="a file that `loper backup` made")
    restore.add_argument("--mark", action="store_true", help="the database was put back by other means: only say so")
    restore.add_argument(
        "--stopped", metavar="TIME", help="when the old workers stopped (default: now); what is due later goes as usual"
    )
    restore.add_argument(
        "--erased", metavar="FILE", help="the list of who was erased (default: erased.jsonl in LOPER_DATA)"
    )
    restore.set_defaults(run=_later("backup", "restore"))

    _privacy(commands)

    manage = commands.add_parser("manage", help="Django's own commands: migrate, createsuperuser, ...")
    manage.add_argument("arguments", nargs=argparse.REMAINDER, help="the command of Django and its words")
    manage.set_defaults(run=_later("server", "manage"))
    return top


def _convert(commands: Any) -> None:
    convert = commands.add_parser(
        "convert", help="a log of contacts into another form: CSV, Parquet, XES, OCEL, CJML, JSON"
    )
    convert.add_argument("log", metavar="LOG", help="the log to read")
    convert.add_argument("output", metavar="OUTPUT", help="the file to write; the end of its name says the form")
    convert.add_argument("--column", metavar="OURS=THEIRS", action="append", default=[], help="which column is what")
    convert.add_argument("--leave-out", metavar="COLUMN", nargs="*", default=[], help="columns that do not come along")
    convert.add_argument(
        "--kind", help="what the log is, where its name and contents do not say it; calls: call records"
    )
    convert.add_argument("--codes", action="store_true", help="customers become codes")
    convert.add_argument("--key", metavar="FILE", help="with which codes are made, so that they are the same next time")
    convert.add_argument(
        "--rejects", metavar="FILE.csv", help="where rows go that could not be read, each with its reason"
    )
    convert.add_argument("--zone", default="Europe/Amsterdam", help="of times without one (default: Europe/Amsterdam)")
    convert.set_defaults(run=_later("convert", "convert"))


def _observe(commands: Any) -> None:
    observe = commands.add_parser(
        "observe", help="read a log of contacts: where customers get stuck, why they come back"
    )
    observe.add_argument(
        "log", type=_named, metavar="LOG", help="CSV, Parquet (also a folder of it), XES, OCEL 2.0, CJML or CloudEvents"
    )
    for name, what in (
        ("case", "the column of the case"),
        ("activity", "the column of what happened"),
        ("time", "the column of when it happened"),
        ("channel", "the column of the channel"),
        ("customer", "the column of the customer"),
    ):
        observe.add_argument(f"--{name}", metavar="COLUMN", help=f"{what} (default: guessed)")
    observe.add_argument("--column", metavar="OURS=THEIRS", action="append", default=[], help="any other column")
    observe.add_argument("--kind", help="what the log is, where it does not show: csv, xes, ...; calls: call records")
    observe.add_argument("--key", metavar="FILE", help="of call records: numbers become codes, with it always the same")
    observe.add_argument("--leave-out", metavar="COLUMN", action="append", default=[], help="a column not to read")
    observe.add_argument("--lifecycle", metavar="COLUMN=VALUE", help="keep only rows with this value in this column")
    observe.add_argument("--zone", default="Europe/Amsterdam", help="of times without one (default: Europe/Amsterdam)")
    observe.add_argument(
        "--engine", metavar="ENGINE", help="ask Parquet where it lies: duckdb, spark, local[2], spark://HOST:PORT"
    )
    observe.add_argument("--to", metavar="FILE", help="only write the log as Loper reads it, such as log.parquet")
    observe.add_argument("--days", type=_days, default=7, help="repeat contact is within so many days (default: 7)")
    observe.add_argument("--language", choices=["nl", "en"], default="en", help="nl or en (default: en)")
    observe.add_argument("--journey", metavar="FILE.yaml", help="the journey that the cases were meant to go")
    observe.add_argument("--html", metavar="REPORT.html", help="write all answers, with pictures, as one file to open")
    observe.add_argument("--json", action="store_true", help="the figures as one JSON document")
    observe.set_defaults(run=_later("observe", "observe"))


def _privacy(commands: Any) -> None:
    """Customers' data in hand."""
    privacy = commands.add_parser("privacy", help="customers' data: what there is, give it out, erase it, who looked")
    privacy = privacy.add_subparsers(required=True)
    register = privacy.add_parser("register", help="every field: whose, what for, how long, what an erase does; as CSV")
    register.set_defaults(run=_later("privacy", "register"))
    verify = privacy.add_parser("verify", help="whether anybody changed the list of who looked at whom")
    verify.set_defaults(run=_later("privacy", "verify"))
    due = privacy.add_parser("due", help="what was kept long enough and goes next, table by table")
    due.set_defaults(run=_later("privacy", "due"))
    export = privacy.add_parser("export", help="all that is known of a customer, as a ZIP")
    export.add_argument("customer", help="the key of the customer")
    export.add_argument("--to", metavar="FILE.zip", required=True, help="where it goes")
    export.add_argument("--language", choices=["nl", "en"], default="nl", help="nl or en (default: nl)")
    export.set_defaults(run=_later("privacy", "export"))
    erase = privacy.add_parser("erase", help="what would go of a customer; with --yes it goes, for good")
    erase.add_argument("customer", help="the key of the customer")
    erase.add_argument("--yes", action="store_true", help="do it")
    erase.set_defaults(run=_later("privacy", "erase"))
    scrub = privacy.add_parser("scrub", help="write the database's files anew: what was erased is in no free page")
    scrub.set_defaults(run=_later("privacy", "scrub"))


def _setup(commands: Any) -> None:
    """Commands that set an installation up."""
    user = commands.add_parser("user", help="accounts of those who work here").add_subparsers(required=True)
    add = user.add_parser("add", help="an account; its password is asked, or taken from LOPER_PASSWORD, or made")
    add.add_argument("account", help="what they sign in with")
    add.add_argument("--name", default="", help="first and last name")
    add.add_argument("--email", required=True, help="their own address")
    add.add_argument("--role", action="append", required=True, help="director, agent, technician, planner, ...")
    add.set_defaults(run=_later("setup", "add_user"))

    source = commands.add_parser("source", help="systems that bring events in").add_subparsers(required=True)
    add = source.add_parser("add", help="a token for a source; a new one where it had one")
    add.add_argument("source", help="the `source` of its CloudEvents, like erp.example.nl")
    add.add_argument("--role", action="append", required=True, help="whom it may speak for: system, technician, ...")
    add.add_argument("--scope", action="append", default=[], help="what it opens besides: vera (appointments)")
    add.set_defaults(run=_later("setup", "add_source"))
    stop = source.add_parser("stop", help="its token opens nothing any more")
    stop.add_argument("source", help="the `source` of its CloudEvents")
    stop.set_defaults(run=_later("setup", "stop_source"))
    source.add_parser("list", help="who, as what, last used when").set_defaults(run=_later("setup", "list_sources"))

    journey = commands.add_parser("journey", help="journeys on the server").add_subparsers(required=True)
    publish = journey.add_parser("publish", help="a journey from its folder; new cases begin on it")
    publish.add_argument("folder", help="where its journey.yaml lies, with its texts")
    publish.set_defaults(run=_later("setup", "publish_journey"))
    organisation = commands.add_parser("organisation", help="the organisation").add_subparsers(required=True)
    publish = organisation.add_parser("publish", help="the organisation file, with the text blocks beside it")
    publish.add_argument("file", help="organisation.yaml")
    publish.set_defaults(run=_later("setup", "publish_organisation"))
    imports = commands.add_parser("import", help="customers, homes, technicians or absences of another system")
    imports.add_argument("kind", choices=["customers", "homes", "technicians", "absences"], help="what is in the file")
    imports.add_argument("file", metavar="FILE", help="CSV or Excel")
    imports.add_argument("--source", default="erp", help="from which system it comes (default: erp)")
    imports.add_argument("--column", metavar="OURS=THEIRS", action="append", default=[], help="which column is what")
    imports.add_argument("--dry-run", action="store_true", help="only say what it would change")
    imports.add_argument("--rejects", metavar="FILE.csv", help="where rows go that could not be brought in, and why")
    imports.add_argument("--gone", choices=["keep", "moved"], default="keep", help="who is not in it any more")
    imports.add_argument("--sure", action="store_true", help="also where many are not in it any more")
    imports.set_defaults(run=_later("imports", "bring"))
    bring = commands.add_parser("bring", help="a log of contacts that is too large for a page, from the server's disk")
    bring.add_argument("file", metavar="FILE", help="CSV, Parquet, XES, OCEL, CJML, CloudEvents or call records")
    bring.add_argument("--name", help="what it is called (default: as the file)")
    bring.set_defaults(run=_later("setup", "bring"))


def _named(text: str) -> str:
    """A path that somebody wrote: an empty one would be the folder that one happens to be in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: name a file, or a folder of Parquet (. for this one)")
    return text


def _days(text: str) -> float:
    """More than none, a hundred years at most."""
    try:
        days = float(text)
    except ValueError:
        days = 0
    if not 0 < days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of days: write one such as 7 or 0.5")
    return days


def _later(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """A command that is imported only when it is asked for: `loper check` needs no Django."""

    def command(arguments: argparse.Namespace) -> int:
        return int(getattr(import_module(f"loper.cli.{module}"), name)(arguments))

    return command


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show must not stop a command
    arguments = parser().parse_args(argv)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()  # a disk that is full says so here, not when Python has ended
        return code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as wrong:
        if wrong.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written is not tried again at the end
        print("loper: the disk is full; make room, and run it again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
