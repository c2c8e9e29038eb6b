"""`loper import`: customers, homes, technicians or absences of another system, from a file on the server's disk."""

from __future__ import annotations

import csv
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loper.cli.server import set_up


def bring(arguments: Namespace) -> int:
    """Look what the file would change and say so; then, unless --dry-run, put it in force. 1 where it could not be."""
    set_up()
    from loper.server.actions.imports import files, work
    from loper.server.actions.refused import Refused
    from loper.server.permissions import Actor
    from loper.server.records.imports import Import

    actor = Actor(roles=frozenset({"admin"}), name="command line")
    wrong = [text for text in arguments.column if "=" not in text]
    if wrong:
        print(f"loper import: --column: '{wrong[0]}' is not like name=Achternaam", file=sys.stderr)
        return 2
    try:
        row = files.bring_file(kind=arguments.kind, source=arguments.source, path=Path(arguments.file))
        try:
            given = dict(text.split("=", 1) for text in arguments.column)
            row = files.look(actor=actor, file=row.pk, fields={**row.fields, **given})
            _work(row, work)
            row.refresh_from_db()
            if row.state != Import.SEEN:
                raise Refused(row.said)
            _say(row)
            if arguments.dry_run:
                _rejects(row, arguments.rejects)
                files.remove(actor=actor, file=row.pk)
                print("Nothing was changed. Without --dry-run it is put in force.")
                return 0
            files.go(actor=actor, file=row.pk, gone=arguments.gone, sure=arguments.sure)
            row.refresh_from_db()
            _work(row, work)
            row.refresh_from_db()
            if row.state != Import.DONE:
                raise Refused(row.said)
        except BaseException:
            if Import.objects.filter(pk=row.pk, state__in=(Import.NEW, Import.SEEN, Import.LOOK, Import.FAILED)):
                files.forget(row)
            raise
    except Refused as refused:
        print(f"loper import: {refused.sentence}", file=sys.stderr)
        return 1
    counts = row.counts
    new, changed, same = (counts.get(name, 0) for name in ("new", "changed", "same"))
    print(f"In force: {new:,} new, {changed:,} changed, {same:,} as they were.")
    _rejects(row, arguments.rejects)
    return 0


def _work(row: Any, work: Any) -> None:
    """Do it here and now, with a line of progress where somebody looks."""
    with _progress(row):
        work.do(row)


@contextmanager
def _progress(row: Any) -> Iterator[None]:
    from loper.server.records.imports import Import

    stop = threading.Event()

    def tell() -> None:
        from django.db import connection

        while not stop.wait(1):
            done = Import.objects.filter(pk=row.pk).values_list("done", flat=True).first() or 0
            of = f" of {row.total:,}" if row.total else ""
            print(f"\r{done:,}{of} rows", end="", file=sys.stderr, flush=True)
        connection.close()

    thread = threading.Thread(target=tell, daemon=True)
    if sys.stderr.isatty():
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.is_alive():
            thread.join()
            print("\r", end="", file=sys.stderr)


def _say(row: Any) -> None:
    counts = row.counts
    for name, column in row.fields.items():
        print(f"  {name:<14}{column}")
    for note in row.notes:
        print(f"  note: {' '.join(note)}")
    print(
        f"{counts.get('rows', 0):,} rows: {counts.get('new', 0):,} new, {counts.get('changed', 0):,} changed,"
        f" {counts.get('same', 0):,} as they were, {counts.get('rejected', 0):,} that cannot be brought in;"
        f" {counts.get('gone', 0):,} known ones are not in it"
    )
    for what, ident, field, before, after in row.examples[:6]:
        print(f"  {what} {ident}: {field + ': ' if field else ''}{before + ' -> ' if before else ''}{after}")


def _rejects(row: Any, target: str | None) -> None:
    """Rows that did not come in, each with its reason, to be mended and brought in again."""
    rows = list(row.rejects.filter(state="open").order_by("number"))
    if not rows:
        return
    if target is None:
        print(f"{len(rows):,} rows did not come in: mend them on the page (Office, Files), or name --rejects FILE.csv.")
        return
    from loper.intake.clean import guarded

    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow([*row.fields.values(), "row", "why"])
        for one in rows:
            cells = [guarded(str(one.cells.get(name, ""))) for name in row.fields]
            writer.writerow([*cells, one.number, "; ".join(f"{field}: {why}" for field, _value, why in one.why)])
    print(f"{len(rows):,} rows did not come in: {target}")
