"""`loper convert`: a log of contacts from one form into another, such as CSV into XES; what could not be read is said.

Exit codes: 0 well; 1 the log or a column is wrong; 2 the command itself is wrong.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from loper.cli.logs import as_options, key_of, kind_and_key, pair_of
from loper.log.csv_write import write_rejects
from loper.log.open import open_log
from loper.log.private import Private
from loper.log.table import BadLog
from loper.log.write import write_log
from loper.log.zones import zone_of


def convert(arguments: Namespace) -> int:
    """Read, write, and say what was left behind."""
    try:
        names = dict(pair_of(one) for one in arguments.column)
        more = kind_and_key(arguments.log, arguments.kind, arguments.key)
        reading: Any = open_log(
            arguments.log, names=names, zone=zone_of(arguments.zone), leave_out=arguments.leave_out, **more
        )
        if arguments.codes:
            reading = Private(reading, key=key_of(arguments.key))
        write_log(reading, arguments.output)
    except (BadLog, KeyError, OSError, ValueError) as error:
        print(f"loper convert: {as_options(str(error))}", file=sys.stderr)
        return 1
    rejects = reading.rejects
    print(f"{arguments.output}: written; {rejects.count} rows could not be read", file=sys.stderr)
    for why, count in sorted(rejects.reasons.items(), key=lambda one: -one[1]):
        print(f"  {count} x {why}", file=sys.stderr)
    if arguments.rejects and rejects.rows:
        write_rejects(rejects, Path(arguments.rejects))
    return 0
