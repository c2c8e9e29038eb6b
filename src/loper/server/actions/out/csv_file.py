"""What happened as CSV, a line a line of the log, since a cursor: for systems that take files.

A cursor is a time: what was recorded after it, and is settled. Asked again with the cursor that the last answer gave,
nothing is missed and nothing comes twice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO

from loper.server import clock
from loper.server.actions.out.messages import ident_of
from loper.server.records.runtime import Case, Touch

SETTLED = timedelta(minutes=2)
"""Longer than any transaction lasts (records of the last minutes may still come in between)."""

COLUMNS = {
    "id": ("nummer", "id"),
    "at": ("moment", "time"),
    "recorded": ("vastgelegd", "recorded"),
    "case": ("zaak", "case"),
    "customer": ("klant", "customer"),
    "journey": ("reis", "journey"),
    "stage": ("fase", "stage"),
    "round": ("ronde", "round"),
    "activity": ("wat", "activity"),
    "kind": ("soort", "kind"),
    "channel": ("kanaal", "channel"),
    "direction": ("richting", "direction"),
    "initiator": ("door", "by"),
    "outcome": ("uitkomst", "outcome"),
}
"""Column -> its header in Dutch and in English. By reference: `klant` is a random reference."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PORTION = 900


def horizon() -> datetime:
    """Up to when everything is settled: the cursor for the next time."""
    return clock.now() - SETTLED


def lines(since: datetime | None, until: datetime, language: str = "nl", separator: str = ";") -> Iterator[str]:
    """The file in pieces, with its header: what was recorded after `since` (None: ever) and not after `until`."""
    yield "\ufeff" + _line([pair[language != "nl"] for pair in COLUMNS.values()], separator)
    touches = Touch.objects.filter(recorded__lte=until).order_by("recorded", "case", "seq")
    if since is not None:
        touches = touches.filter(recorded__gt=since)
    portion: list[Touch] = []
    for touch in touches.iterator(PORTION):
        portion.append(touch)
        if len(portion) == PORTION:
            yield _lines(portion, separator)
            portion = []
    if portion:
        yield _lines(portion, separator)


def _lines(portion: list[Touch], separator: str) -> str:
    keys = {touch.case for touch in portion}
    customers = dict(Case.objects.filter(key__in=keys).values_list("key", "customer"))
    return "".join(
        _line(
            [
                ident_of(touch)
                if name == "id"
                else customers.get(touch.case, "")
                if name == "customer"
                else _said(getattr(touch, name))
                for name in COLUMNS
            ],
            separator,
        )
        for touch in portion
    )


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


def _line(values: list[str], separator: str) -> str:
    out = StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([safe(value) for value in values])
    return out.getvalue()


def safe(value: str) -> str:
    """No cell that a spreadsheet takes for a formula."""
    return "'" + value if value.startswith(FORMULA) else value
