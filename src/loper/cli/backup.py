"""`loper backup` and `loper restore`: the whole database in one file, taken while everything runs."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from loper.cli.dumps import Trouble, dump_of, kind_of
from loper.cli.server import set_up


def backup(arguments: Namespace) -> int:
    """A new file with everything, dated, that only its owner can read; 1 where it could not be made."""
    folder = Path(arguments.folder)

    def make() -> str:
        dump = dump_of()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        target = folder / f"loper-{stamp}.{dump.suffix}"
        with _alone_in(folder), _half(target) as half:
            dump.write(half)
        _forget(folder, arguments.keep)
        _write_down(target)
        return str(target)

    return _said("backup", "nothing was kept", make)


def _write_down(target: Path) -> None:
    """That it was made, and when: the page of health and Prometheus tell it."""
    from django.conf import settings

    told = {"at": datetime.now(UTC).isoformat(), "file": target.name, "bytes": target.stat().st_size}
    half = Path(f"{settings.LOPER_BACKUP_MADE}.half")
    try:
        half.write_text(json.dumps(told))
        half.rename(settings.LOPER_BACKUP_MADE)
    except OSError as wrong:  # the backup is there: that it cannot be written down is no failure of it
        print(f"loper backup: it is made, but not written down for the page of health: {wrong}", file=sys.stderr)


def restore(arguments: Namespace) -> int:
    """A backup into the database of the settings, which must be empty; what may have gone since is not sent again."""
    if (arguments.file is None) is not arguments.mark:
        print("loper restore: name a FILE, or give --mark where the database was put back already", file=sys.stderr)
        return 2

    def put_back() -> str:
        from loper.server.actions.privacy.erase import erase_again
        from loper.server.actions.restored import mark_restored

        erased = Path(arguments.erased) if arguments.erased else None
        if erased is not None and not erased.is_file():
            raise Trouble(f"{erased} is not there; --erased names the list of erasures (erased.jsonl)")
        stopped = _time(arguments.stopped)
        if arguments.mark:
            until, gone = mark_restored(stopped), erase_again(erased)
        else:
            file = Path(arguments.file)
            dump = dump_of()
            kind = kind_of(file)
            if kind != dump.kind:
                raise Trouble(f"{file} is a backup of {kind}, and LOPER_DATABASE names {dump.kind}; the two do not mix")
            with dump.read(file):  # until it is marked, no worker takes a message from it
                until, gone = mark_restored(stopped), erase_again(erased)
        return DONE.format(at=until.astimezone(UTC), gone=gone)

    return _said("restore", "nothing was put back", put_back)


DONE = """\
Put back. What was due up to {at:%Y-%m-%d %H:%M} UTC is not sent by itself: it may have gone already.
Customers erased since the backup, and erased again: {gone}.
What was due will stand in the log as unknown, and at the desk as tasks, once a worker runs. Before that:
  1. let your other systems send again what they told since the backup; what is known already changes nothing;
  2. do again what an administrator did since: accounts, passwords, tokens, published journeys.
Everybody signs in again. Now start the web and the workers."""


def _time(text: str | None) -> datetime | None:
    """When the old workers stopped, if that was said."""
    from loper.server import clock

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f"--stopped: '{text}' is not a time like 2026-09-01T09:00:00+02:00") from None
    if at.tzinfo is None:
        raise Trouble(f"--stopped: '{text}' has no offset from UTC; write 2026-09-01T09:00:00+02:00")
    if at > clock.now():
        raise Trouble(f"--stopped: '{text}' is still to come")
    return at


def _said(command: str, failed: str, go: Callable[[], str]) -> int:
    """Do it and print what came of it; what went wrong is said in a sentence, and leaves nothing half done."""
    set_up()
    from django.db import DatabaseError, InterfaceError

    from loper.server.alone import Refusing

    signal.signal(signal.SIGTERM, _leave)
    os.umask(0o077)
    try:
        print(go())
        return 0
    except (Trouble, Refusing, ValueError, OSError, DatabaseError, InterfaceError) as wrong:
        why = str(wrong).strip() or type(wrong).__name__
        full = " Make room there first." if "disk is full" in why or "No space left" in why else ""
        print(f"loper {command}: {failed}: {why}.{full}", file=sys.stderr)
        return 1


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time in this folder; what one that was killed left half is thrown away."""
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(f"another backup into {folder} is under way") from None
        for left in folder.glob("loper-*.half"):
            left.unlink()
        yield


@contextmanager
def _half(target: Path) -> Iterator[Path]:
    """A file to write to, that gets its name when it is whole and on the disk; else it is thrown away."""
    half = target.with_name(f"{target.name}.half")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield half
        for path in (half, target.parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        half.rename(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _forget(folder: Path, keep: int | None) -> None:
    """Throw away all backups but the newest ones."""
    if keep:
        kept = sorted(path for path in folder.glob("loper-*Z.*") if path.suffix in (".dump", ".sqlite3"))
        for path in kept[:-keep]:
            path.unlink()
