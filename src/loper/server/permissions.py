"""Who may do what: one table, read by pages, actions and templates alike.

A line is a permission and the roles that have it. Whoever works here gets roles as groups of those names. A customer
has no account: a link gives them a scope of cases (`Actor.cases`), and within it what the table says of "customer".
`demand` is the one door: every action calls it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rules
from django.core.exceptions import PermissionDenied

STAFF = ("director", "agent", "technician", "planner", "analyst", "admin", "partner", "privacy")

PERMISSIONS: dict[str, tuple[str, ...]] = {
    # what               who
    "desk": ("agent", "planner", "director"),
    "field": ("technician",),
    "partner": ("partner",),  # a co-maker: own visits and blocks
    "planning": ("planner",),
    "studio": ("director", "agent", "planner", "analyst"),
    "insight": ("analyst", "director"),
    "log.bring": ("analyst", "director"),  # a log of contacts from elsewhere, to ask questions of
    "arrivals.see": ("analyst", "planner", "director"),
    "case.see": ("customer", "agent", "planner", "director", "technician"),
    "case.report": ("customer", "agent"),
    "case.book": ("customer", "agent", "planner", "technician"),
    "case.withdraw": ("customer", "agent"),
    "case.ask_call": ("customer", "agent"),
    "case.note": ("agent", "planner", "technician", "director"),
    "case.visit": ("technician", "partner"),
    "home.access": ("technician", "agent", "planner"),  # how to get in: key box, dog, asbestos
    "parts.order": ("agent", "planner"),  # a technician says it with "not fixed"
    "complex.begin": ("planner", "agent"),  # the same work on many homes
    "case.retract": ("agent", "director"),
    "case.tell": ("agent", "planner"),  # the journey's own events, as far as it lets this role say them
    "case.release": ("agent", "admin"),
    "link.send": ("agent",),
    "survey.answer": ("customer", "agent"),
    "customer.see": ("agent", "planner"),
    "customer.change": ("customer", "agent"),
    "task.do": ("agent", "planner"),
    "engine.see": ("agent", "admin"),
    "journey.draft": ("director",),
    "journey.sign": ("director", "agent", "analyst"),
    "journey.publish": ("director",),
    "journey.check": ("director", "agent", "analyst", "planner"),
    "technicians.change": ("planner", "admin"),
    "organisation.change": ("director", "admin"),
    # What is connected, kept in order, answered for; each of its subjects asks for its own.
    "office": ("admin", "director", "privacy", "planner", "analyst"),
    "health": ("admin", "director"),  # how the machine stands
    "import": ("admin", "planner"),  # customers, homes, technicians of other systems
    "privacy": ("admin", "privacy"),  # the register, who looked, what is kept: the privacy officer
    "privacy.export": ("admin", "privacy"),
    "privacy.erase": ("admin", "privacy"),
    "privacy.hold": ("admin", "privacy"),
    "out": ("admin", "director", "analyst"),  # who hears what happens, and what went to them
    "out.change": ("admin",),
    "promises": ("analyst", "director", "agent", "planner"),
    "accounts.change": ("admin",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts, and how far they reach. `cases` None: no limit by case (staff); else only these."""

    roles: frozenset[str]
    name: str = ""
    user: Any = None
    customer: str | None = None
    cases: frozenset[str] | None = None
    technician: str | None = None
    channel: str = "web"

    def may(self, permission: str, case: str | None = None) -> bool:
        """Whether the table gives them this, and this case lies within their reach."""
        if not self.roles.intersection(PERMISSIONS[permission]):
            return False
        return case is None or self.cases is None or case in self.cases

    def role_for(self, permission: str) -> str:
        """The role in which they do this: the emitter of the event that follows."""
        return next(role for role in PERMISSIONS[permission] if role in self.roles)


SYSTEM = Actor(roles=frozenset({"system"}), name="loper")


def demand(actor: Actor, permission: str, case: str | None = None) -> str:
    """The role in which this actor may do this; raises PermissionDenied, saying no more than that."""
    if not actor.may(permission, case):
        raise PermissionDenied(permission)
    return actor.role_for(permission)


def staff(user: Any, *, channel: str = "desk") -> Actor:
    """The actor behind a signed-in account. A technician who is nothing else reaches only own appointments."""
    if not user.is_authenticated or not user.is_active:
        return Actor(roles=frozenset())
    roles = roles_of(user)
    technician = getattr(user, "technician", None)
    return Actor(
        roles=roles,
        name=user.get_full_name() or user.get_username(),
        user=user,
        technician=technician.key if technician else None,
        channel=channel,
    )


def roles_of(user: Any) -> frozenset[str]:
    """The names of this account's roles; a superuser has them all.

    Asked once a request, for which an account is always loaded anew.
    """
    known: frozenset[str] | None = getattr(user, "_roles", None)
    if known is None:
        everything = frozenset(STAFF)
        known = everything if user.is_superuser else everything & set(user.groups.values_list("name", flat=True))
        user._roles = known
    return known


def _holds(permission: str) -> Any:
    def holds(user: Any) -> bool:
        return bool(
            user and user.is_authenticated and user.is_active and roles_of(user).intersection(PERMISSIONS[permission])
        )

    return rules.predicate(holds, name=f"holds {permission}")


for _permission in PERMISSIONS:
    if not rules.perm_exists(_permission):
        rules.add_perm(_permission, _holds(_permission))
