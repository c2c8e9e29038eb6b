"""`loper out`: who hears what happens, what went to them, and what happened as files."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from loper.cli.server import started


def arguments(commands: Any, later: Callable[[str, str], Callable[[Namespace], int]]) -> None:
    """Add the commands to the parser."""
    out = commands.add_parser("out", help="what happened, out: webhooks, CSV, tables for analysts").add_subparsers(
        required=True
    )
    add = out.add_parser("add", help="a system that hears what happens; its secret is shown now and never again")
    add.add_argument("name", help="what it is called")
    add.add_argument("address", metavar="URL", help="https://HOST/PATH; of a VERA system the address that ends in /v4")
    add.add_argument("--owner", required=True, help="who answers for it: an e-mail address")
    add.add_argument(
        "--form", default="cloudevents", choices=["cloudevents", "binary", "vera"], help="default: cloudevents"
    )
    add.add_argument("--type", action="append", default=[], help="only these, like job.fixed or loper.* (default: all)")
    add.add_argument("--journey", action="append", default=[], help="only these (default: all)")
    add.add_argument("--region", action="append", default=[], help="only postcodes that begin so (default: all)")
    add.add_argument("--facts", action="store_true", help="with what events told, which can be personal data")
    add.add_argument("--token", default="", help="of a VERA system: the key that it asks for")
    add.set_defaults(run=later("out", "add"))
    out.add_parser("list", help="who hears what, and how it goes").set_defaults(run=later("out", "listing"))
    for name, what in (
        ("secret", "a new secret, shown now; the old one holds for a day beside it"),
        ("try", "send a message about nothing, and say what came back"),
        ("off", "switch it off"),
        ("on", "switch it on again: what waits goes"),
    ):
        one = out.add_parser(name, help=what)
        one.add_argument("key", help="of the list")
        one.set_defaults(run=later("out", "act"), act=name)
    again = out.add_parser("again", help="send again: one delivery, all since one, or a time")
    again.add_argument("key", help="of the list")
    again.add_argument("--id", help="this delivery (its webhook-id)")
    again.add_argument("--since-id", help="everything after this delivery")
    again.add_argument("--from", dest="start", metavar="TIME", help="everything from then, like 2026-09-01T00:00+02:00")
    again.add_argument("--until", metavar="TIME", help="with --from: until then (default: now)")
    again.set_defaults(run=later("out", "again"))
    file = out.add_parser("csv", help="what happened as CSV, since a cursor")
    file.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    file.add_argument("--since", metavar="TIME", help="what was recorded after then (default: everything)")
    file.add_argument("--cursor", metavar="FILE", help="where the cursor is kept: each time what is new")
    file.add_argument("--language", default="nl", choices=["nl", "en"], help="of the header (default: nl)")
    file.add_argument("--separator", default=";", choices=[";", ","], help="default: ;")
    file.set_defaults(run=later("out", "csv"))
    tables = out.add_parser("tables", help="the tables for analysts as Parquet; only months that changed are written")
    tables.add_argument("--to", required=True, metavar="FOLDER", help="where they are kept")
    tables.set_defaults(run=later("out", "tables"))
    out.add_parser("describe", help="the tables for analysts, as a page").set_defaults(run=later("out", "describe"))
    out.add_parser("grant", help="PostgreSQL: let the role loper_reader read the tables for analysts").set_defaults(
        run=later("out", "grant")
    )


def add(given: Namespace) -> int:
    def go() -> int:
        from loper.server.actions.out.subscribers import Wish, subscribe

        wish = Wish(
            name=given.name,
            owner=given.owner,
            address=given.address,
            form=given.form,
            types=given.type,
            journeys=given.journey,
            regions=given.region,
            facts=given.facts,
            token=given.token,
        )
        row, secret = subscribe(actor=_admin(), wish=wish)
        print(f"{row.key}  {row.name}")
        if row.form != row.VERA:
            print(f"Secret, shown only now: {secret}")
        return 0

    return started(go)


def listing(given: Namespace) -> int:
    def go() -> int:
        from loper.server.queries.out import subscribers

        for one in subscribers():
            row = one.row
            heard = f"{row.heard:%Y-%m-%d %H:%M}" if row.heard else "never"
            print(f"{row.key}  {row.state:4} waiting {one.waiting}, given up {one.given_up}, heard {heard}  {row.name}")
            if row.why:
                print(f"    {row.why}")
        return 0

    return started(go)


def act(given: Namespace) -> int:
    def go() -> int:
        from loper.server.actions.out import subscribers as acts

        if given.act == "secret":
            print(f"Secret, shown only now: {acts.replace_secret(actor=_admin(), key=given.key)}")
        elif given.act == "try":
            answer = acts.try_it(actor=_admin(), key=given.key)
            print(f"{answer.status or 'no answer'}  {answer.text}  ({answer.took} ms)")
            return 0 if answer.good else 1
        else:
            row = acts.switch(actor=_admin(), key=given.key, on=given.act == "on", why="by hand")
            print(f"{row.name} is {row.state}.")
        return 0

    return started(go)


def again(given: Namespace) -> int:
    def go() -> int:
        from loper.server import clock
        from loper.server.actions.out import subscribers as acts

        if sum(one is not None for one in (given.id, given.since_id, given.start)) != 1:
            raise ValueError("write one of --id, --since-id and --from")
        if given.id:
            count = acts.send_again(actor=_admin(), key=given.key, ident=given.id)
        elif given.since_id:
            count = acts.send_since(actor=_admin(), key=given.key, ident=given.since_id)
        else:
            end = _time(given.until, "--until") if given.until else clock.now()
            count = acts.send_period(actor=_admin(), key=given.key, start=_time(given.start, "--from"), end=end)
        print(f"{count} go again.")
        return 0

    return started(go)


def csv(given: Namespace) -> int:
    def go() -> int:
        from loper.server.actions.out.csv_file import horizon, lines

        kept = Path(given.cursor) if given.cursor else None
        text = given.since or (kept.read_text("utf-8").strip() if kept is not None and kept.exists() else "")
        until = horizon()
        pieces = lines(_time(text, "--since") if text else None, until, given.language, given.separator)
        if given.output:
            new = Path(given.output + ".new")
            with new.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            new.replace(given.output)
        else:
            sys.stdout.writelines(pieces)
        if kept is not None:
            new = kept.with_name(kept.name + ".new")
            new.write_text(until.isoformat(), "utf-8")
            new.replace(kept)
        print(f"cursor: {until.isoformat()}", file=sys.stderr)
        return 0

    return started(go)


def tables(given: Namespace) -> int:
    def go() -> int:
        from loper.server.actions.out.parquet import write_tables

        for name, count in write_tables(Path(given.to)).items():
            print(f"{name}: {count} files written")
        return 0

    return started(go)


def describe(given: Namespace) -> int:
    def go() -> int:
        from loper.server.actions.out.describe import page

        print(page(), end="")
        return 0

    return started(go)


def grant(given: Namespace) -> int:
    def go() -> int:
        from django.db import connection

        from loper.server.records.tables import READER, make

        if connection.vendor != "postgresql":
            raise ValueError("this is for PostgreSQL; open an SQLite file for reading alone")
        make(connection)
        print(f"{READER} may read the tables for analysts, if there is such a role.")
        return 0

    return started(go)


def _admin() -> Any:
    from loper.server.permissions import Actor

    return Actor(roles=frozenset({"admin"}), name="loper out")


def _time(text: str, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f"{option} {text}: a time with its zone was expected, like 2026-09-01T00:00+02:00")
    return found
