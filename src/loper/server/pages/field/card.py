"""One visit, ready to be drawn: its words, its buttons, the times that can be chosen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.utils import timezone

from loper.server.clock import today
from loper.server.pages.field import words
from loper.server.queries.agenda import skill_word
from loper.server.queries.fieldwork import Done, access_of, done_at, known_parts
from loper.server.queries.followups import materials, skills_of_all, waits_for_part
from loper.server.queries.offers import Day, free_days
from loper.server.queries.visits import Earlier, Visit, earlier, notes_of
from loper.server.queries.work import Work, work_of
from loper.server.records.agenda import Technician
from loper.server.records.dialogues import Note
from loper.server.records.fieldwork import AccessNotes

NOTICE = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """The times for the next visit, one's own and those of colleagues. `waits`: for a part without a day."""

    own: tuple[Day, ...] = ()
    others: tuple[Day, ...] = ()
    waits: bool = False
    minutes: int = 0
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    visit: Visit
    beside: Technician | None  # who comes along
    stops: list[words.Stop]
    standing: str
    skill: str
    reasons: list[tuple[str, str]]
    outcome_reason: str
    notes: list[Note]
    earlier: list[tuple[Earlier, str]]
    times: Times
    skills: list[tuple[str, str]]  # of a specialist
    materials: list[str]
    access: AccessNotes | None
    done: Done
    parts: list[str]  # names of parts to choose from
    acts: bool  # has buttons: today's, and what was left open
    key: str

    @property
    def can(self) -> tuple[str, ...]:
        return self.visit.can[""] if self.acts else ()

    @property
    def number(self) -> int:
        """Which visit of its case this is."""
        return len(self.earlier) + 1

    @property
    def after(self) -> dict[str, str]:
        """Which buttons there are after a tap that could not be sent yet."""
        return {tap: " ".join(names) for tap, names in self.visit.can.items() if tap and self.acts}

    @property
    def forms(self) -> tuple[str, ...]:
        """The taps that have a form on the page, shown or waiting."""
        return tuple({name: None for names in self.visit.can.values() for name in names}) if self.acts else ()

    @property
    def part_rows(self) -> tuple[tuple[str, int | str], ...]:
        """The parts used, and room for more."""
        return (*self.done.parts, *([("", "")] * 3))

    @property
    def minutes(self) -> tuple[int, ...]:
        return words.MINUTES

    @property
    def longer(self) -> tuple[int, ...]:
        """Minutes to choose from for what is left to do."""
        return words.LONGER

    @property
    def map(self) -> str:
        """The address for the telephone's own map program: goes to no server of ours or anybody's."""
        return f"geo:0,0?q={quote(self.visit.address)}" if self.visit.address else ""


def card(visit: Visit, technician: str) -> Card:
    """A visit with its buttons. Times are offered where one of them makes a next appointment."""
    acts = timezone.localtime(visit.appointment.start).date() <= today()
    wanted = acts and any({"not_fixed", "next"} & set(names) for names in visit.can.values())
    next_times = times(visit, technician, work_of(visit.view), waits_for_part(visit.view.key)) if wanted else Times()
    before = [(one, _how(one)) for one in earlier(visit)]
    return Card(
        visit=visit,
        beside=visit.appointment.beside(technician),
        stops=words.stops(visit),
        standing=words.standing(visit),
        skill=skill_word(visit.skill) if visit.skill else "",
        reasons=words.reasons(visit.reasons),
        outcome_reason=words.reason(visit.last.reason) if visit.last and visit.last.reason else "",
        notes=notes_of(visit.view.key),
        earlier=before,
        times=next_times,
        skills=[(name, skill_word(name)) for name in skills_of_all()] if wanted else [],
        materials=materials(visit.appointment) if wanted else [],
        access=access_of(visit.home),
        done=done_at(visit.appointment, visit.taps),
        parts=known_parts(visit.appointment),
        acts=acts,
        key=secrets.token_hex(16),
    )


def times(visit: Visit, technician: str, work: Work, waits: bool = False) -> Times:
    """When the next visit can be, for what it asks for."""
    return Times(
        own=tuple(free_days(work, technician=technician, notice=NOTICE, leaving=visit.booked)),
        others=tuple(free_days(work, notice=NOTICE, leaving=visit.booked)),
        waits=waits,
        minutes=work.minutes,
        kind=", ".join(skill_word(name) for name in sorted(work.skills)),
    )


def _how(one: Earlier) -> str:
    """How an earlier visit ended, in words."""
    parts = [words.outcome(one.outcome), words.reason(one.reason) if one.reason else ""]
    return ": ".join(part for part in parts if part)
