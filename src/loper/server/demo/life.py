"""Weeks of an ordinary life: tenants report, choose, are not at home; technicians come, fix, or lack a part.

Nothing is written by hand: each thing that happens is the same action that a page calls, at its own time on the
demonstration's clock, and the worker does in between what the journeys say.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from loper.server import clock
from loper.server.actions import cases, dialogues, report, tasks, visits
from loper.server.actions.refused import Refused
from loper.server.demo import names
from loper.server.demo.town import Town
from loper.server.permissions import Actor, staff
from loper.server.queries.cases import case_view
from loper.server.queries.offers import free_days
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Slot
from loper.server.records.customers import Customer
from loper.server.records.runtime import Case, Task

ZONE = ZoneInfo("Europe/Amsterdam")
VISITOR = Actor(roles=frozenset({"customer"}), cases=frozenset())
PROBLEMS = {"leak": 34, "blocked": 18, "heating": 18, "electricity": 12, "door": 10, "other": 8}
ROOMS = ["kitchen", "bathroom", "toilet", "living", "bedroom", "hall"]

Happening = Callable[[], None]


@dataclass(slots=True)
class Life:
    """What is still to happen, in order of time; `move` brings the clock there and lets the worker work."""

    town: Town
    chance: random.Random
    until: datetime
    move: Callable[[datetime], None]
    todo: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    number: int = 0

    def later(self, at: datetime, happening: Happening) -> None:
        """This happens then, if then is before the end."""
        self.number += 1
        if at < self.until:
            heapq.heappush(self.todo, (at, self.number, happening))

    def run(self) -> None:
        self._soon(2, 2, self.works_desk)
        while self.todo:
            at, _, happening = heapq.heappop(self.todo)
            self.move(at)
            try:
                happening()
            except Refused:
                continue  # somebody else was first, or it is over by now: such is life
        self.move(self.until)

    # -- a tenant ------------------------------------------------------------------------------------------------

    def reports(self, tenant: Customer) -> None:
        """A tenant reports something; most choose a time at once."""
        answers = self._answers()
        (first, given), *rest = answers.items()
        progress = dialogues.start_report(
            actor=VISITOR, journey="repair", dialogue="report", question=first, answer=given
        )
        if self.chance.random() < 0.04:  # closed the page, and comes back: an agent sees the unfinished report
            self._soon(0.3, 3, lambda: self.reports(tenant))
            return
        for question, answer in rest:
            progress = dialogues.answer_question(actor=VISITOR, progress=progress, question=question, answer=answer)
        home = tenant.home
        key, _link = report.submit_report(
            actor=VISITOR,
            progress=progress,
            postcode=home.postcode if home else "",
            house_number=home.house_number if home else "",
            name=tenant.name,
            customer=tenant,
        )
        drawn = self.chance.random()
        if drawn < 0.78:
            self._soon(0.05, 0.4, lambda: self.books(key))
        elif drawn < 0.93:
            self._soon(4, 40, lambda: self.books(key))
        if self.chance.random() < 0.06:
            self._soon(5, 60, lambda: self.asks_call(key))
        if self.chance.random() < 0.04:
            self._soon(10, 90, lambda: self.withdraws(key))

    def _answers(self) -> dict[str, Any]:
        problem = self.chance.choices(list(PROBLEMS), list(PROBLEMS.values()))[0]
        found: dict[str, Any] = {"problem": problem}
        if problem == "leak":
            found["severity"] = self.chance.choice(["drips", "drips", "runs"])
        if problem == "heating":
            found["vulnerable"] = self.chance.random() < 0.15
        found |= {
            "room": self.chance.choice(ROOMS),
            "story": self.chance.choice(names.STORIES[problem]),
            "photo": None,
            "at_home": self.chance.choice(["morning", "afternoon", "any", "any"]),
        }
        return found

    def books(self, key: str) -> None:
        """The tenant takes one of the first free times; some move it later, and late in the evening."""
        block = self._free(key)
        cases.book(actor=self._customer(key), case=key, block=block)
        made = Appointment.objects.get(case=key, status=Appointment.BOOKED)
        self._visit(key, made)
        if self.chance.random() < 0.12:
            evening = clock.now().astimezone(ZONE).replace(hour=23, minute=self.chance.randint(0, 20))
            if evening + timedelta(hours=12) < made.start:
                self.later(evening, lambda: self.moves(key))

    def moves(self, key: str) -> None:
        if not self._in(key, "planned"):
            return
        cases.reschedule(actor=self._customer(key), case=key, block=self._free(key, skip=6))
        self._visit(key, Appointment.objects.get(case=key, status=Appointment.BOOKED))

    def withdraws(self, key: str) -> None:
        cases.withdraw(actor=self._customer(key), case=key)

    def asks_call(self, key: str) -> None:
        start = (clock.now().astimezone(ZONE) + timedelta(days=1)).replace(hour=13, minute=0, second=0, microsecond=0)
        cases.ask_call(
            actor=self._customer(key),
            case=key,
            start=start,
            end=start + timedelta(hours=4),
            phone="+31612345678",
            about="Kan het ook op een zaterdag?",
        )

    def complains(self, key: str) -> None:
        """A complaint from inside the case: a journey of its own."""
        customer = self._customer(key)
        about = self.chance.choice(["waiting", "work", "contact"])
        progress = dialogues.start_offered(
            actor=customer, case=key, dialogue="complain", question="about", answer=about
        )
        progress = dialogues.answer_question(
            actor=customer, progress=progress, question="wish", answer="Dat iemand mij belt en luistert."
        )
        report.submit_offered(actor=customer, progress=progress)

    def answers(self, key: str, rounds: int) -> None:
        """The survey: less effort where it went in one go."""
        effort = min(5, max(1, round(self.chance.gauss(1.3 + 1.2 * (rounds - 1), 0.8))))
        given: dict[str, Any] = {"effort": effort, "satisfaction": max(1, 11 - 2 * effort - self.chance.randint(0, 1))}
        if self.chance.random() < 0.5:
            given["remark"] = self.chance.choice(names.REMARKS[effort])
        cases.answer_survey(actor=self._customer(key), case=key, touchpoint="survey", answers=given)

    # -- a technician ----------------------------------------------------------------------------------------------

    def _visit(self, key: str, made: Appointment) -> None:
        """The technician of this appointment sets out, if by then it still stands."""
        drive = self.chance.randint(8, 25)
        late = self.chance.randint(-5, 12)
        begins = made.planned or made.start + timedelta(minutes=self.chance.randint(10, 70))
        self.later(begins + timedelta(minutes=late - drive), lambda: self.departs(key, made.pk, made.sequence, drive))

    def departs(self, key: str, appointment: int, sequence: int, drive: int) -> None:
        stands = Appointment.objects.filter(pk=appointment, sequence=sequence, status=Appointment.BOOKED)
        made = stands.select_related("technician").first()
        if made is None or not self._in(key, "planned"):
            return
        if made.planned is not None and made.planned - timedelta(minutes=drive + 15) > clock.now():
            self._visit(key, made)  # the route changed since
            return
        technician = self._technician(made)
        visits.depart(actor=technician, case=key, eta=clock.now() + timedelta(minutes=drive))
        self.later(clock.now() + timedelta(minutes=drive), lambda: self.arrives(key, technician))

    def arrives(self, key: str, technician: Actor) -> None:
        if self.chance.random() < 0.05:
            visits.nobody_home(actor=technician, case=key)
            self._soon(2, 30, lambda: self.books(key))
            return
        visits.arrive(actor=technician, case=key)
        self.later(clock.now() + timedelta(minutes=self.chance.randint(20, 75)), lambda: self.finishes(key, technician))

    def finishes(self, key: str, technician: Actor) -> None:
        """Fixed in one go, mostly; else the next appointment is made at the kitchen table, mostly."""
        rounds = Case.objects.get(key=key).round
        drawn = self.chance.random()
        if drawn < (0.82 if rounds == 1 else 0.93):
            visits.fixed(actor=technician, case=key)
            if self.chance.random() < 0.42:
                self._soon(2.2, 30, lambda: self.answers(key, rounds))
            return
        reason = self.chance.choices(["material", "expertise", "time"], [51, 25, 13])[0]
        on_the_spot = self.chance.random() < 0.85
        visits.not_fixed(
            actor=technician, case=key, reason=reason, block=self._free(key, skip=8) if on_the_spot else None
        )
        if on_the_spot:
            self._visit(key, Appointment.objects.get(case=key, status=Appointment.BOOKED))
        else:
            self._soon(20, 60, lambda: self.books(key))
            if self.chance.random() < 0.5:
                self._soon(3, 30, lambda: self.complains(key))

    # -- an agent ----------------------------------------------------------------------------------------------------

    def works_desk(self) -> None:
        """Every two hours somebody at the desk calls those who wait for it; the newest are left for the visitor."""
        self._soon(2, 2, self.works_desk)
        now = clock.now()
        if not 9 <= now.astimezone(ZONE).hour < 17 or now + timedelta(hours=20) > self.until:
            return
        agent = staff(User.objects.get(username=self.chance.choice(["arie", "alia"])))
        waiting = Task.objects.filter(closed=None, who="agent", taken_by=None).exclude(not_before__gt=now)
        for task in waiting.order_by("opened")[:6]:
            tasks.claim(actor=agent, task=task.pk)
            if self.chance.random() < 0.2:
                tasks.attempt(actor=agent, task=task.pk, outcome="no_answer", again=now + timedelta(hours=3))
            else:
                tasks.close(actor=agent, task=task.pk, note=self.chance.choice(names.NOTES))

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _soon(self, least: float, most: float, happening: Happening) -> None:
        self.later(clock.now() + timedelta(hours=self.chance.uniform(least, most)), happening)

    def _free(self, key: str, skip: int = 0) -> Slot:
        view = case_view(key)
        if view is None:
            raise Refused("the case is gone")
        blocks = [choice.slot for day in free_days(work_of(view)) for choice in day.choices]
        if not blocks:
            raise Refused("no block is free")
        return self.chance.choice(blocks[min(skip, len(blocks) - 1) :][:10])

    def _customer(self, key: str) -> Actor:
        owner = Case.objects.values_list("customer", flat=True).get(key=key)
        return Actor(roles=frozenset({"customer"}), customer=owner, cases=frozenset({key}))

    def _technician(self, made: Appointment) -> Actor:
        account = staff(self.town.technicians[made.technician.key], channel="field")
        return Actor(roles=account.roles, name=made.technician.name, technician=made.technician.key, channel="field")

    def _in(self, key: str, *stages: str) -> bool:
        return Case.objects.filter(key=key, stage__in=stages).exists()


def live(
    town: Town,
    chance: random.Random,
    *,
    since: datetime,
    until: datetime,
    reports: int,
    move: Callable[[datetime], None],
) -> None:
    """So many reports between two times, and all that follows from them. `move(at)` sets the clock and works."""
    life = Life(town, chance, until, move)
    span = (until - since).total_seconds()
    for number in range(reports):
        # More of them lately, and in the day: so that there are cases in all stages at the end.
        day = (since + timedelta(seconds=span * (number / reports) ** 0.8)).astimezone(ZONE)
        hour = chance.choices(range(7, 24), [3, 6, 9, 9, 8, 7, 6, 6, 6, 6, 5, 4, 5, 6, 5, 3, 2])[0]
        at = day.replace(hour=hour, minute=chance.randint(0, 59), second=chance.randint(0, 59))
        tenant = town.tenants[number % len(town.tenants)]
        life.later(min(at, until - timedelta(minutes=chance.randint(3, 90))), lambda who=tenant: life.reports(who))  # type: ignore[misc]
    life.run()
