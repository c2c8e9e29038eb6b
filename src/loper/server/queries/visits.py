"""A visit as its technician sees it, and the visits of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from loper.server import clock
from loper.server.clock import midnight, today
from loper.server.queries.agenda import jobs_of
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.dialogues import Line, summary
from loper.server.queries.runtime import load_case
from loper.server.queries.taps import LAST, NAMES, UNDO, Tap, heard_since, possible, reasons, taps_of
from loper.server.records.agenda import Appointment
from loper.server.records.customers import Property
from loper.server.records.dialogues import Note, StoredFile
from loper.server.records.runtime import Case as CaseRow

LOOK_BACK = timedelta(days=7)
"""So long after its day a technician can open a visit; then its address is no longer needed."""

STAND = ("planned", "under_way", "at_work", "over")
"""Where a visit can stand, in order."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the customer reported, in words: what it is, what they tell, the other answers, photographs."""

    what: str
    story: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A visit of the same case that was before."""

    start: datetime
    technician: str
    outcome: str  # fixed, not_fixed, absent; empty where nobody said
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One visit: where, what, whom, what was said of it, and which taps make sense (now, and after a tap)."""

    appointment: Appointment
    view: CaseView
    revision: int
    problem: Problem
    phone: str
    skill: str
    minutes: int
    urgent: bool
    taps: tuple[Tap, ...]
    can: Mapping[str, tuple[str, ...]]
    booked: Appointment | None  # the next one, where it is made already

    @property
    def last(self) -> Tap | None:
        return self.taps[-1] if self.taps else None

    @property
    def stands(self) -> str:
        """One of STAND, from what was said of it; what others told the case counts where nothing was."""
        names = {tap.name for tap in self.taps}
        if names & LAST or not self.can[""]:
            return "over"
        return "at_work" if "arrive" in names else "under_way" if "depart" in names else "planned"

    @property
    def undo_seconds(self) -> int:
        """How much longer the last tap can be taken back; 0: not any more."""
        if self.last is None or heard_since(self.view.case, self.last.event):
            return 0
        since = clock.now() - (self.last.event.received or self.last.at)
        return max(0, int((UNDO - since).total_seconds()))

    @property
    def over(self) -> bool:
        return self.stands == "over"

    @property
    def address(self) -> str:
        """As one tells it to a map."""
        return ", ".join(part for part in (self.street, self.town) if part)

    @property
    def street(self) -> str:
        """Street and number; where the street is not known, postcode and number."""
        home = self.home
        if home is None:
            return ""
        return f"{home.street} {home.house_number}" if home.street else f"{_spaced(home.postcode)} {home.house_number}"

    @property
    def town(self) -> str:
        """Postcode and town."""
        home = self.home
        if home is None:
            return ""
        return f"{_spaced(home.postcode)} {home.town}".strip() if home.street else home.town

    @property
    def home(self) -> Property | None:
        return self.view.customer.home if self.view.customer else None

    @property
    def name(self) -> str:
        return self.view.customer.name if self.view.customer else ""

    @property
    def reasons(self) -> tuple[str, ...]:
        return reasons(self.view.journey)


def _spaced(postcode: str) -> str:
    return f"{postcode[:4]} {postcode[4:]}"


def own(technician: str, pk: int) -> Appointment | None:
    """The appointment, if this technician comes (or comes along) and it is not long past."""
    since = clock.now() - LOOK_BACK
    rows = Appointment.objects.select_related("technician", "second").exclude(status=Appointment.CANCELLED)
    return rows.filter(Appointment.of(technician), pk=pk, start__gt=since).first()


def visit(appointment: Appointment, language: str) -> Visit | None:
    """All that a technician needs to know of a visit; None where its case is gone."""
    view = case_view(appointment.case, language)
    if view is None:
        return None
    taps = taps_of(view.case, appointment.uid)
    other = view.appointment if view.appointment is not None and view.appointment.pk != appointment.pk else None
    facts = dict(view.case.state.facts)
    return Visit(
        appointment=appointment,
        view=view,
        revision=CaseRow.objects.values_list("revision", flat=True).get(pk=appointment.case),
        problem=_problem(view, language),
        phone=_phone(view),
        skill=str(facts.get("skill") or ""),
        minutes=int(facts.get("duration") or 0),
        urgent=bool(facts.get("urgent")),
        taps=tuple(taps),
        can=_can(view, appointment, taps, other),
        booked=other,
    )


def _can(view: CaseView, row: Appointment, taps: list[Tap], other: Appointment | None) -> dict[str, tuple[str, ...]]:
    """Which taps make sense: now (""), and, for a telephone without a connection, after each that can be made now."""
    over = any(tap.name in LAST for tap in taps)

    def sensible(*after: str) -> tuple[str, ...]:
        open_ones = possible(view.journey, view.case, after)
        if over:
            return ("next",) if "next" in open_ones and _latest(row, other) else ()
        return tuple(name for name in NAMES.values() if name in open_ones and name != "next")

    found = {"": sensible()}
    if "depart" in found[""]:
        found["depart"] = sensible("depart")
        found["arrive"] = sensible("depart", "arrive")
    elif "arrive" in found[""]:
        found["arrive"] = sensible("arrive")
    return found


def _latest(row: Appointment, other: Appointment | None) -> bool:
    """Whether this technician was there last: nobody went since, and the next visit has not come yet."""
    later = Appointment.objects.filter(case=row.case, pk__gt=row.pk, status=Appointment.DONE)
    return not later.exists() and (other is None or other.start > clock.now())


def _problem(view: CaseView, language: str) -> Problem:
    """From the event that began the case, in the words of the dialogue that asked."""
    begun = [event for event in view.case.history or () if event.type in view.journey.begins]
    told = {**view.case.inherited, **(min(begun, key=lambda event: event.order).data if begun else {})}
    begin = min(begun, key=lambda event: event.order).type if begun else ""
    dialogue = next((one for one in view.journey.dialogues.values() if one.emits == begin), None)
    if dialogue is None:
        return Problem(view.title)
    lines, story = [], []
    for line in summary(dialogue, told, language):
        kind = dialogue.questions[line.name].kind
        if told.get(line.name) is None or line.photo:
            continue
        if kind == "text":
            story.append(line.answer)
        else:
            lines.append(line)
    photos = StoredFile.objects.filter(case=view.key, visit_photo=None).order_by("created").values_list("pk", flat=True)
    what = lines.pop(0).answer if lines else view.title
    return Problem(what, tuple(story), tuple(lines), tuple(photos))


def _phone(view: CaseView) -> str:
    if view.customer is None:
        return ""
    found = view.customer.addresses.filter(channel__in=("phone", "sms")).order_by("channel", "pk")
    return found.values_list("value", flat=True).first() or ""


def notes_of(case: str) -> list[Note]:
    """What colleagues wrote down, the newest first."""
    return list(Note.objects.filter(case=case).order_by("-at"))


def earlier(visit: Visit) -> list[Earlier]:
    """The visits of this case before this one, the last one first."""
    rows = Appointment.objects.filter(case=visit.view.key, status=Appointment.DONE, start__lt=visit.appointment.start)
    found = []
    for row in rows.exclude(pk=visit.appointment.pk).select_related("technician").order_by("-start"):
        last = next((tap for tap in reversed(taps_of(visit.view.case, row.uid)) if tap.name in LAST), None)
        found.append(Earlier(row.start, row.technician.name, last.name if last else "", last.reason if last else ""))
    return found


def left_today() -> timedelta:
    """How long today still lasts, where people are."""
    return midnight(today() + timedelta(days=1)) - clock.now()


def visits_on(technician: str, day: date, language: str) -> list[Visit]:
    """The visits of a technician on a day, in order."""
    return [found for row in jobs_of(technician, day) if (found := visit(row, language)) is not None]


def left_open(technician: str, language: str) -> list[Visit]:
    """Visits of the days before today that nobody said the end of."""
    begin = midnight(today())
    rows = Appointment.objects.filter(
        Appointment.of(technician), start__gt=clock.now() - LOOK_BACK, start__lt=begin
    ).exclude(status=Appointment.CANCELLED)
    running = set(CaseRow.objects.filter(key__in=rows.values("case"), ended=False).values_list("key", flat=True))
    found = []
    for row in rows.select_related("technician", "second").order_by("start", "pk"):
        case = load_case(row.case) if row.case in running else None
        if case is None or any(tap.name in LAST for tap in taps_of(case, row.uid)):
            continue
        one = visit(row, language)
        if one is not None and not one.over:
            found.append(one)
    return found
