"""The stretch of today in words: how far the technician is on the way to this customer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loper.server.queries.arrivals import Live
from loper.server.queries.cases import Stop
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
