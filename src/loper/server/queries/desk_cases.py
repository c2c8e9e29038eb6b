"""The list of cases: filtered and paged along an index, never counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from loper.define.model import Journey
from loper.server.queries import designs
from loper.server.queries.cases import stage_title
from loper.server.queries.organisation import text_in
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Customer
from loper.server.records.runtime import EMPTIED, Case, Task

PAGE = 50
STATES = ("open", "ended", "all")
ONLY = ("overdue", "stalled", "aside")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which cases: of one journey, in one stage, open or ended, and those that need an eye."""

    journey: str = ""
    stage: str = ""
    state: str = "open"
    only: str = ""
    customers: Sequence[str] | None = None  # those that a search found; None: of everyone


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A case as a list shows it. `person` and `home` are empty for who may not see customers."""

    key: str
    journey: str
    stage: str
    person: str = ""
    home: str = ""
    begun: datetime | None = None
    round: int = 1
    ended: bool = False
    overdue: bool = False
    stalled: bool = False
    aside: str = ""
    appointment: Appointment | None = None
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row] = field(default_factory=list)
    next: str = ""  # where the next page begins; empty on the last one


def cases(filters: Filters, *, after: str = "", language: str = "nl", people: bool = True, most: int = PAGE) -> Page:
    """The cases that pass, the open ones first, the newest first; from `after` on."""
    place = _read(after)
    found: list[Case] = []
    for ended in _segments(filters, place):
        rows = _rows(filters)
        if ended is not None:
            rows = rows.filter(ended__in=[ended])  # `ended=False` is asked as NOT ended, and finds no index
        if place is not None and ended in (None, place[0]):
            _, begun, key = place
            rows = rows.filter(begun__lte=begun).exclude(Q(begun=begun, key__gte=key))
        found += rows.order_by("-begun", "-key")[: most + 1 - len(found)]
        if len(found) > most:
            break
    more = len(found) > most
    found = found[:most]
    return Page(as_rows(found, language, people=people), _place(found[-1]) if more and found else "")


def _segments(filters: Filters, place: tuple[bool, datetime, str] | None) -> list[bool | None]:
    """The parts of the list, in order: open, ended; from where the page begins. None: open and ended in one."""
    if filters.only:
        return [None]
    halves = {"open": [False], "ended": [True]}.get(filters.state, [False, True])
    return [ended for ended in halves if place is None or ended >= place[0]]


def _rows(filters: Filters) -> QuerySet[Case]:
    rows = Case.objects.exclude(begun=None).defer("state", "inherited")
    if filters.customers is not None:
        rows = rows.filter(customer__in=filters.customers)
    if filters.journey:
        rows = rows.filter(journey=filters.journey)
    if filters.stage:
        rows = rows.filter(stage=filters.stage)
    match filters.only:
        case "overdue":
            rows = rows.filter(overdue=True)
        case "stalled":
            rows = rows.filter(stalled=True)
        case "aside":
            rows = set_aside(rows)
    return rows


def set_aside(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Those that were set aside, and can go on."""
    return literally(rows, "NOT (set_aside = '')").exclude(set_aside=EMPTIED)


def literally(rows: QuerySet[Any], condition: str) -> QuerySet[Any]:
    """The rows for which this fixed condition holds, as it stands in a partial index.

    SQLite uses such an index only for the very same words: a value that is bound says nothing when it plans.
    """
    return rows.filter(RawSQL(condition, (), BooleanField()))  # noqa: S611 - words of ours, no value in them


def _place(row: Case) -> str:
    begun = row.begun or datetime(1970, 1, 1, tzinfo=UTC)
    return f"{int(row.ended)}.{int(begun.timestamp())}.{begun.microsecond}.{row.key}"


def _read(text: str) -> tuple[bool, datetime, str] | None:
    """The place in the list that a page's address names; None where it names none."""
    parts = text.split(".", 3)
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts[:3]):
        return None
    try:
        at = datetime.fromtimestamp(int(parts[1]), UTC) + timedelta(microseconds=int(parts[2]))
    except (OverflowError, ValueError, OSError):
        return None
    return bool(int(parts[0])), at, parts[3]


def as_rows(found: Sequence[Case], language: str, *, people: bool = True) -> list[Row]:
    """These cases for a list: three queries, however many they are."""
    keys = [row.key for row in found]
    names = {}
    if people:
        owners = Customer.objects.filter(key__in={row.customer for row in found}).select_related("home")
        names = {one.key: one for one in owners}
    booked = {
        one.case: one
        for one in Appointment.objects.filter(case__in=keys, status=Appointment.BOOKED).select_related("technician")
    }
    tasks: dict[str, int] = {}
    for key in Task.objects.filter(case__in=keys, closed=None).values_list("case", flat=True):
        tasks[key] = tasks.get(key, 0) + 1
    titles = Titles(language)
    return [_row(row, names.get(row.customer), booked.get(row.key), tasks.get(row.key, 0), titles) for row in found]


def _row(row: Case, owner: Customer | None, booked: Appointment | None, tasks: int, titles: Titles) -> Row:
    journey, stage = titles.of(row)
    return Row(
        key=row.key,
        journey=journey,
        stage=stage,
        person=owner.name if owner else "",
        home=str(owner.home) if owner and owner.home else "",
        begun=row.begun,
        round=row.round,
        ended=row.ended,
        overdue=row.overdue,
        stalled=row.stalled,
        aside=row.set_aside,
        appointment=None if row.ended else booked,
        tasks=tasks,
    )


class Titles:
    """The names of journeys and stages for a list, whose journeys are read with one look at the organisation file."""

    def __init__(self, language: str) -> None:
        self.language, self.hash = language, designs.current_hash()

    def journey(self, row: Case | None) -> Journey | None:
        """The journey of a case; None where its version cannot be read any more (such a case is set aside)."""
        try:
            return designs.journey(row.journey, row.version, self.hash) if row else None
        except Exception:
            return None

    def of(self, row: Case) -> tuple[str, str]:
        """The names of its journey and its stage; bare ones where the version cannot be read."""
        journey = self.journey(row)
        if journey is None:
            return row.journey, row.stage or ""
        stage = journey.stages.get(row.stage or "")
        title = text_in(journey.title, self.language) or row.journey
        return title, stage_title(stage, self.language) if stage else row.stage or ""


def choices(language: str) -> list[dict[str, Any]]:
    """The journeys to filter by, each with its stages in the order of the line."""
    found = []
    for journey in designs.published():
        title = text_in(journey.title, language) or journey.name
        found.append({"name": journey.name, "title": title, "stages": _stages(journey, language)})
    return found


def _stages(journey: Journey, language: str) -> list[tuple[str, str]]:
    return [(name, stage_title(stage, language)) for name, stage in journey.stages.items()]
