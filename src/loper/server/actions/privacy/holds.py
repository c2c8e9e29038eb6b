"""Legal hold: a customer of whom nothing may go, and why."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries.privacy import person
from loper.server.records.privacy import Hold


def hold(*, actor: Actor, customer: str, why: str, until: date | None = None) -> Hold:
    """Nothing of this customer goes until it is lifted, or this day is over. LookupError: there is nobody."""
    demand(actor, "privacy.hold")
    person(customer)
    if not why.strip():
        raise Refused(_("Say why: a hold has to be answered for."), field="why")
    if until is not None and until < clock.today():
        raise Refused(_("That day is over. Choose one that is to come, or none."), field="until")
    return Hold.objects.create(
        customer=customer, why=why.strip()[:300], by=actor.name[:150], at=clock.now(), until=until
    )


def lift(*, actor: Actor, hold: int) -> None:
    """It is over: what was kept long enough goes again."""
    demand(actor, "privacy.hold")
    rows = Hold.objects.filter(pk=hold, lifted=None)
    if not rows.update(lifted=clock.now(), lifted_by=actor.name[:150]):
        raise Refused(_("This hold was lifted already."))
