"""An event of the journey itself, said by somebody who works here: heard, solved, whatever the journey names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import case_view
from loper.server.queries.desk_acts import acts, speaker
from loper.step import Event


@transaction.atomic
def say(*, actor: Actor, case: str, event: str, facts: Mapping[str, Any]) -> Event:
    """It happened. Only an event that leads on from here, only the facts that it sets; anything else is refused."""
    demand(actor, "case.tell", case)
    view = case_view(case)
    if view is None or event not in acts(view, actor).events:
        raise Refused(_("This cannot be done now. Look at the case again."))
    sets = view.journey.events[event].sets
    data = {name: value for name, value in facts.items() if name in sets and value is not None}
    return tell(case=case, type=event, emitter=speaker(view.journey, event, actor), data=data)
