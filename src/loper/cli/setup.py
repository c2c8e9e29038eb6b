"""Commands that set an installation up: accounts, tokens of other systems, journeys from files."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from loper.cli.server import started


def add_user(arguments: Namespace) -> int:
    """An account for somebody who works here."""

    def add() -> None:
        from loper.server.actions import people
        from loper.server.permissions import Actor

        password, made = _password()
        people.add_user(
            actor=Actor(roles=frozenset({"admin"}), name="loper user add"),
            account=arguments.account,
            name=arguments.name,
            email=arguments.email,
            roles=arguments.role,
            password=password,
        )
        print(f"{arguments.account} can sign in, as {', '.join(arguments.role)}.")
        if made:
            print(f"Password, shown only now: {password}")

    return _done(add)


def _password() -> tuple[str, bool]:
    """From LOPER_PASSWORD, else asked for, else made: (the password, whether it was made)."""
    given = os.environ.get("LOPER_PASSWORD", "")
    if given:
        return given, False
    if sys.stdin.isatty():
        first = getpass.getpass("Password (empty: one is made): ")
        if first:
            if getpass.getpass("Once more: ") != first:
                raise ValueError("the two are not the same")
            return first, False
    return secrets.token_urlsafe(12), True


def add_source(arguments: Namespace) -> int:
    """A token for another system that brings events in."""

    def add() -> None:
        from loper.server.actions import sources

        token = sources.add_source(source=arguments.source, emitters=arguments.role, scopes=arguments.scope)
        print(f"{arguments.source} may tell what {', '.join(arguments.role)} do. Its token, shown only now:")
        print(token)

    return _done(add)


def stop_source(arguments: Namespace) -> int:
    """A system whose token opens nothing any more."""

    def stop() -> None:
        from loper.server.actions import sources

        if not sources.stop_source(source=arguments.source):
            raise ValueError(f"there is no source {arguments.source}")
        print(f"The token of {arguments.source} opens nothing any more.")

    return _done(stop)


def list_sources(arguments: Namespace) -> int:
    """Who may bring events in, as what, and when they last did."""

    def show() -> None:
        from loper.server.actions import sources

        for row in sources.sources():
            used = row.used.isoformat(timespec="minutes") if row.used else "never"
            state = "open" if row.active else "stopped"
            print(f"{row.source}\t{','.join(row.emitters)}\t{state}\tlast used: {used}")

    return _done(show)


def publish_journey(arguments: Namespace) -> int:
    """A journey from its folder: new cases begin on it from now on."""

    def publish() -> None:
        from loper.server.actions import designs
        from loper.server.folders import journey_files

        journey = designs.install(files=journey_files(Path(arguments.folder)), by="loper publish")
        print(f"Journey {journey.name} is published, version {journey.version}.")

    return _done(publish)


def publish_organisation(arguments: Namespace) -> int:
    """The organisation file, with the text blocks in the folder `blocks` beside it."""

    def publish() -> None:
        from loper.server.actions import designs
        from loper.server.folders import organisation_files

        designs.install_organisation(files=organisation_files(Path(arguments.file)), by="loper publish")
        print("The organisation file is published.")

    return _done(publish)


def bring(arguments: Namespace) -> int:
    """A log of contacts that is too large for a page, brought in from the disk of the server."""

    def take() -> None:
        from loper.server.actions import logs

        row = logs.bring_file(path=Path(arguments.file), name=arguments.name or "")
        print(f"{row.name} is taken in: say on the page /insight/{row.pk}/columns which column is what.")

    return _done(take)


def _done(act: Callable[[], None]) -> int:
    """Do it on the database, with its tables there."""

    def go() -> int:
        from loper.server.alone import check_database, migrate

        check_database()
        migrate()
        act()
        return 0

    return started(go)
