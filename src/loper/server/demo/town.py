"""Voorbeeld Wonen before its first case: journeys, people who work there, their blocks of time, the tenants."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import transaction

from loper.server.actions import designs
from loper.server.actions.customers import find_or_make, home_of
from loper.server.demo import names
from loper.server.folders import journey_files, organisation_files
from loper.server.records.agenda import Technician
from loper.server.records.customers import Customer

PEOPLE: Mapping[str, tuple[str, str]] = {
    "dana": ("Dana Directeur", "director"),
    "arie": ("Arie Agent", "agent"),
    "alia": ("Alia Agent", "agent"),
    "sam": ("Sam de Vries", "technician"),
    "noor": ("Noor Bakker", "technician"),
    "ruud": ("Ruud Smit", "technician"),
    "meryem": ("Meryem Kaya", "technician"),
    "job": ("Job van Dijk", "technician"),
    "lars": ("Lars Postma", "technician"),
    "pim": ("Pim Planner", "planner"),
    "anna": ("Anna Analist", "analyst"),
    "ada": ("Ada Admin", "admin"),
}
"""Account -> name and role. All of them have the password of the demonstration."""

SKILLS: Mapping[str, list[str]] = {
    "sam": ["plumbing", "general"],
    "noor": ["heating", "plumbing"],
    "ruud": ["electricity", "general"],
    "meryem": ["carpentry", "general"],
    "job": ["plumbing", "carpentry"],
    "lars": ["heating", "electricity"],
}
"""Account of a technician -> what they can do."""

HOMES: Mapping[str, tuple[str, str]] = {
    "sam": ("1901CD", "14"),
    "noor": ("1851HK", "3"),
    "ruud": ("1941GH", "70"),
    "meryem": ("1906BE", "8"),
    "job": ("1911AC", "25"),
    "lars": ("1815DK", "2"),
}
"""Where their days begin and end."""

HOURS = {day: ["07:30", "16:30"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
LUNCH = {"from": "12:00", "until": "13:00", "minutes": 30}


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """Who lives and works in Voorbeeldstad."""

    tenants: tuple[Customer, ...]
    technicians: Mapping[str, User]  # key of a technician -> an account that may act for them


def examples() -> Path:
    """The folder of the examples: a demonstration shows the journeys that lie there."""
    found = Path(__file__).resolve().parents[4] / "examples"
    if not (found / "organisation.yaml").is_file():
        raise FileNotFoundError(f"the demonstration needs the folder examples/ of the source ({found})")
    return found


@transaction.atomic
def settle_town(chance: random.Random, *, password: str, tenants: int) -> Town:
    """Everything that is there before the first report; technicians are planned by route, from their homes."""
    folder = examples()
    designs.install_organisation(files=organisation_files(folder / "organisation.yaml"), by="demo")
    for name in ("complaint", "repair"):
        designs.install(files=journey_files(folder / name), by="demo")
    accounts = {}
    for account, (name, role) in PEOPLE.items():
        first, _, last = name.partition(" ")
        user = User.objects.create_user(
            account, f"{account}@voorbeeldwonen.example", password, first_name=first, last_name=last
        )
        user.groups.add(Group.objects.get(name=role))
        accounts[account] = user
    users = {}
    for account, skills in SKILLS.items():
        postcode, house = HOMES[account]
        technician = Technician.objects.create(
            name=PEOPLE[account][0],
            skills=skills,
            user=accounts[account],
            phone="+31850001234",
            hours=HOURS,
            lunch=LUNCH,
            postcode=postcode,
            house_number=house,
        )
        users[technician.key] = accounts[account]
    return Town(
        tenants=tuple(_tenant(chance, number) for number in range(tenants)),
        technicians=users,
    )


def _tenant(chance: random.Random, number: int) -> Customer:
    postcode, house, street = names.home(chance)
    home = home_of(postcode, house)
    home.street, home.town = street, names.TOWN
    home.save()
    name = names.person(chance)
    drawn = chance.random()
    email = names.mailbox(name, number) if drawn < 0.85 else ""
    phone = f"+316{chance.randint(10_000_000, 99_999_999)}" if drawn > 0.3 or not email else ""
    return find_or_make(
        home=home,
        name=name,
        email=email,
        phone=phone,
        language="en" if chance.random() < 0.1 else "nl",
        choice=chance.choice(["", "", "", "sms"]) if phone else "",
    )
