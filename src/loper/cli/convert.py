"""`loper convert`: a log of contacts from one form into another, such as CSV into XES; what could not be read is said.

Exit codes: 0 well; 1 the log or a column is wrong; 2 the command itself is wrong.
"""

from __future__ import annotations

import secrets
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loper.log.csv_write import write_rejects
from loper.log.open import open_log
from loper.log.private import Private
from loper.log.table import BadLog
from loper.log.write import write_log


def convert(arguments: Namespace) -> int:
    """Read, write, and say what was left behind."""
    try:
        names = dict(_pair(one) for one in arguments.column)
        more: dict[str, Any] = {"kind": arguments.kind} if arguments.kind else {}
        if arguments.kind == "calls":
            more["key"] = _key(arguments.key)
        reading: Any = open_log(
            arguments.log, names=names, zone=ZoneInfo(arguments.zone), leave_out=arguments.leave_out, **more
        )
        if arguments.codes:
            reading = Private(reading, key=_key(arguments.key))
        write_log(reading, arguments.output)
    except (BadLog, KeyError, OSError, ValueError) as error:
        print(f"loper convert: {error}", file=sys.stderr)
        return 1
    rejects = reading.rejects
    print(f"{arguments.output}: written; {rejects.count} rows could not be read", file=sys.stderr)
    for why, count in sorted(rejects.reasons.items(), key=lambda one: -one[1]):
        print(f"  {count} x {why}", file=sys.stderr)
    if arguments.rejects and rejects.rows:
        write_rejects(rejects, Path(arguments.rejects))
    return 0


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals:
        raise BadLog([f"--column {text}: write OURS=THEIRS, such as case=Zaaknummer"])
    return ours, theirs


def _key(file: str | None) -> bytes:
    """With which customers become codes: out of a file that is made when it is not there, else new each time."""
    if file is None:
        return secrets.token_bytes(32)
    path = Path(file)
    if not path.exists():
        path.write_bytes(secrets.token_bytes(32))
        path.chmod(0o600)
        print(f"{file}: a new key; keep it, and the same customers get the same codes next time", file=sys.stderr)
    key = path.read_bytes()
    if len(key) < 16:
        raise BadLog([f"{file}: a key has at least 16 bytes"])
    return key
