"""What keeps the whole running: a case that was set aside goes on again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loper.run.deliver import release
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries.journeys import Journeys
from loper.server.records.runtime import EMPTIED, Case
from loper.server.records.store import SqlStore


def release_case(*, actor: Actor, case: str) -> None:
    """Go on with a case that was set aside, with all that came for it meanwhile. Raises Refused when it fails again."""
    demand(actor, "case.release", case)
    if not Case.objects.filter(key=case).exclude(set_aside__in=("", EMPTIED)).exists():
        raise Refused(_("This case is not set aside."))
    journeys = Journeys()
    release(SqlStore(journeys), journeys, case, clock.ServerClock())
    wrong = Case.objects.filter(key=case).values_list("set_aside", flat=True).first()
    if wrong:
        raise Refused(_("It went wrong again: %(why)s. The log of the server says more.") % {"why": wrong})
