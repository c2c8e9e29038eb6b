"""`loper privacy`: the register, who looked, what goes, all of a customer given out or erased."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path

from loper.cli.server import set_up


def register(arguments: Namespace) -> int:
    """Every field as a line of CSV."""
    set_up()
    from loper.server.queries.privacy_register import COLUMNS, lines

    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    out.writerows(lines())
    return 0


def verify(arguments: Namespace) -> int:
    """0 where nobody changed the list of who looked; 1, and the first row that is not as it was."""
    set_up()
    from loper.server.actions.privacy import looks

    found = looks.verify()
    if found.broken is not None:
        print(f"loper privacy: row {found.broken} is not as it was written, or one before it was taken out")
        return 1
    print(f"{found.rows} rows, none changed; the newest seal: {found.seal or 'none yet'}")
    return 0


def due(arguments: Namespace) -> int:
    """Table and number of rows, of what goes next."""
    set_up()
    from loper.server.actions.privacy import retain
    from loper.server.permissions import Actor

    found = retain.due(actor=Actor(roles=frozenset({"privacy"}), name="command line"))
    for name, number in sorted(found.items()):
        print(f"{number:>9,}  {name.partition('.')[2]}")
    print(f"{sum(found.values()):>9,}  in all" if found else "Nothing was kept too long.")
    return 0


def export(arguments: Namespace) -> int:
    """The ZIP, readable by its owner alone."""
    set_up()
    from loper.server.actions.privacy import access
    from loper.server.permissions import Actor

    try:
        row = access.ask(
            actor=Actor(roles=frozenset({"privacy"}), name="command line"),
            customer=arguments.customer,
            language=arguments.language,
        )
    except LookupError:
        return _nobody(arguments.customer)
    access.make(row)
    target = Path(arguments.to)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as wrong:
        print(f"loper privacy: {target} cannot be made: {wrong.strerror}", file=sys.stderr)
        return 1
    with os.fdopen(handle, "wb") as out, access.file_of(row).open("rb") as made:
        shutil.copyfileobj(made, out)
    access.put_away(row)
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


def erase(arguments: Namespace) -> int:
    """What goes and what stands; nothing happens without --yes."""
    set_up()
    from loper.server.actions.privacy import erase as erasing
    from loper.server.actions.refused import Refused
    from loper.server.permissions import Actor
    from loper.server.queries.privacy import fates, person

    try:
        who = person(arguments.customer)
    except LookupError:
        return _nobody(arguments.customer)
    if not arguments.yes:
        for one in fates(who):
            print(f"{one.rows:>7}  {one.table.model.partition('.')[2]:<18} {one.table.erase}: {', '.join(one.goes)}")
        print("Nothing was erased. To erase this customer for good, say --yes.")
        return 0
    try:
        row = erasing.erase(actor=Actor(roles=frozenset({"privacy"}), name="command line"), customer=who.customer)
    except Refused as refused:
        print(f"loper privacy: {refused.sentence}", file=sys.stderr)
        return 1
    print(f"Erased: {sum(row.counts.values())} rows. The files of the database are written anew at night;")
    print("to do it now: loper privacy scrub")
    return 0


def scrub(arguments: Namespace) -> int:
    """The database's files written anew."""
    set_up()
    from loper.server.actions.privacy import erase as erasing

    erasing.scrub()
    print("The files of the database are written anew.")
    return 0


def _nobody(key: str) -> int:
    print(f"loper privacy: there is no customer '{key}'; their key stands on their page", file=sys.stderr)
    return 1
