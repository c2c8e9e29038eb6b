"""A small organisation that works: what the tests of the server, of stories and of the browser begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User

from loper.run.memory import MemoryChannel
from loper.server.actions import agenda, cases, designs, dialogues, report
from loper.server.actions.customers import find_or_make, home_of
from loper.server.folders import journey_files, organisation_files
from loper.server.permissions import Actor, staff
from loper.server.records.agenda import Block, Technician
from loper.server.records.customers import Customer
from loper.server.records.runtime import Case
from loper.server.worker import outbox, settle

EXAMPLES = Path(__file__).parent.parent / "examples"
MONDAY = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
"""Where time begins in these tests: Monday 7 September 2026, nine o'clock in Amsterdam."""

PASSWORD = "een-lang-wachtwoord"


@dataclass
class Time:
    """The server's clock in a test: it stands still until it is moved."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def move(self, **parts: float) -> datetime:
        self.at += timedelta(**parts)
        return self.at


@dataclass
class World:
    """Voorbeeld Wonen with a plumber, two weeks of blocks, people who work there, and one customer."""

    time: Time
    technician: Technician
    other_technician: Technician
    customer: Customer
    users: dict[str, User]
    email: MemoryChannel = field(default_factory=lambda: MemoryChannel("email"))
    sms: MemoryChannel = field(default_factory=lambda: MemoryChannel("sms", idempotent=True))

    def staff(self, role: str) -> Actor:
        """The actor behind the account of this role."""
        return staff(User.objects.get(pk=self.users[role].pk))

    def customer_of(self, key: str) -> Actor:
        """The customer of this case, as their link makes them."""
        owner = Case.objects.get(key=key).customer
        return Actor(roles=frozenset({"customer"}), customer=owner, cases=frozenset({key}))

    def report(self, *, email: str = "j.jansen@example.nl", phone: str = "0612345678", **answers: Any) -> str:
        """A leak, reported on the web by a customer; gives the key of the case."""
        visitor = Actor(roles=frozenset({"customer"}), cases=frozenset())
        given = {
            "problem": "leak", "severity": "drips", "room": "kitchen", "story": "Het drupt onder de kraan.",
            "photo": None, "at_home": "any", **answers,
        }  # fmt: skip
        first, *rest = given.items()
        progress = dialogues.start_report(
            actor=visitor, journey="repair", dialogue="report", question=first[0], answer=first[1]
        )
        for question, answer in rest:
            progress = dialogues.answer_question(actor=visitor, progress=progress, question=question, answer=answer)
        key, _link = report.submit_report(
            actor=visitor,
            progress=progress,
            postcode="1234 AB",
            house_number="12",
            name="Jo Jansen",
            email=email,
            phone=phone,
        )
        return key

    def blocks(self, technician: Technician | None = None) -> list[Block]:
        """The blocks that are still to be had, the first one first."""
        rows = Block.objects.filter(technician=technician or self.technician, start__gt=self.time.at)
        return [block for block in rows.order_by("start") if block.taken < block.capacity]

    def book(self, key: str, number: int = 0) -> Block:
        """The customer takes a free block; by default the first."""
        block = self.blocks()[number]
        cases.book(actor=self.customer_of(key), case=key, block=block.slot)
        return block

    def work(self) -> int:
        """The worker does what is due now; messages land in `email` and `sms`."""
        return settle(outbox({"email": self.email, "sms": self.sms}))

    def at(self, moment: datetime) -> None:
        """It becomes this time, and what is due until then happens, each at its own time to the hour."""
        while self.time.at + timedelta(hours=1) < moment:
            self.time.move(hours=1)
            self.work()
        self.time.at = moment
        self.work()

    def stage(self, key: str) -> str | None:
        return Case.objects.get(key=key).stage


def make_world(time_: Time) -> World:
    designs.install_organisation(files=organisation_files(EXAMPLES / "organisation.yaml"), by="test")
    for name in ("repair", "complaint"):
        designs.install(files=journey_files(EXAMPLES / name), by="test")
    users = {}
    for role in ("director", "agent", "technician", "planner", "analyst", "admin"):
        user = User.objects.create_user(role, f"{role}@voorbeeldwonen.example", PASSWORD, first_name=role.title())
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        users[role] = user
    technician = Technician.objects.create(
        key="t1", name="Sam de Vries", skills=["plumbing", "general"], user=users["technician"]
    )
    other = Technician.objects.create(key="t2", name="Noor Bakker", skills=["plumbing", "heating"])
    days = [(time_.at + timedelta(days=ahead)).date() for ahead in range(1, 15)]
    planner = Actor(roles=frozenset({"planner"}), name="planner")
    for one in (technician, other):
        agenda.open_blocks(
            actor=planner,
            technician=one,
            days=[day for day in days if day.weekday() < 5],
            times=[(time(8), time(10)), (time(10), time(12)), (time(13), time(15)), (time(15), time(17))],
        )
    home = home_of("1234 AB", "12")
    customer = find_or_make(home=home, name="Jo Jansen", email="j.jansen@example.nl", phone="0612345678")
    customer.key = "jo"  # the key draws the variant of a trial: this customer gets every message
    customer.save()
    return World(time=time_, technician=technician, other_technician=other, customer=customer, users=users)
