"""Today in words: how far the technician is on the way to this customer; in an emergency, whom to expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from loper.server.queries.arrivals import Live
from loper.server.queries.cases import CaseView, Stop
from loper.server.queries.duty import SENT, goes_by_itself, is_duty
from loper.server.queries.organisation import brand
from loper.server.ui import words


def sentence(live: Live) -> str:
    """When the technician comes, where more can be said than the block that was promised; else nothing."""
    when = {"block": words.between(live.start, live.end)}
    if live.late:
        return _("It gets later than agreed, sorry. The technician is with you %(block)s.") % when
    if live.step == "driving":
        return _("The technician is with you %(block)s.") % when
    if live.kind != "block":
        return _("As it looks now, the technician is with you %(block)s.") % when
    return ""


def stretch(live: Live) -> list[Stop]:
    """Where they are, and what comes before they are with you."""
    here = {
        "begins": _("The technician's day has not begun yet"),
        "others": _("Other customers come first"),
        "next": _("One more customer, then you"),
        "driving": _("On the way to you"),
    }
    found = [Stop(live.step, here[live.step], "here", when=_away(live.away))]
    if live.step != "driving":
        found.append(Stop("driving", here["driving"], "future"))
    return [*found, Stop("there", _("With you"), "future", when=words.between(live.start, live.end))]


def _away(away: int | None) -> str:
    if away is None:
        return ""
    return _("About %(km)d km from you") % {"km": away} if away else _("Near you")


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """An emergency: what to expect, and the number to ring meanwhile."""

    headline: str
    rest: str
    why: str
    phone: str


def on_the_way(view: CaseView, now: datetime) -> Duty | None:
    """Whom to expect at once, and whom to ring; None where it is no emergency, or it is over."""
    row = view.appointment
    if row is not None and is_duty(row) and row.start <= now < row.end:
        own = row.technician.phone
        return Duty(
            headline=_("%(name)s comes to you now.") % {"name": row.technician.name},
            rest=_("They are with you before %(at)s. Please stay at home.") % {"at": words.hour(row.end)},
            why=_("Does it get worse, or do you want to know where they are? Ring them.")
            if own
            else _("Does it get worse? Ring us, day and night."),
            phone=own or brand().phone,
        )
    if row is None and goes_by_itself(view, now) and stood_still(view):
        return Duty(
            headline=_("This cannot wait. Call us now."),
            rest=_("Your report is in."),
            why=_("Nobody could be sent by itself. On the telephone we find somebody."),
            phone=brand().phone,
        )
    return None


def stood_still(view: CaseView) -> bool:
    """Whether nobody was sent to this case yet."""
    return not any(event.type == SENT for event in view.case.history or ())
