"""Complex-wide work: from a list of addresses a case each, and each its own block on the days that were given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loper.define.model import EventType, Journey
from loper.server import clock
from loper.server.actions import cases
from loper.server.actions.customers import find_or_make
from loper.server.actions.dialogues import new_case_key
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.queries.cases import case_view
from loper.server.queries.offers import offers
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Block, Slot, WorkKind
from loper.server.records.complexes import ComplexHome, ComplexWork
from loper.server.records.customers import Customer, Property, tidy_house_number, tidy_postcode

MOST_HOMES = 300
MOST_DAYS = 60
AT_ONCE = 40
"""So many homes get their block in one go: a page must not wait for longer."""


def read_homes(text: str) -> list[tuple[str, str]]:
    """Addresses, one a line (`1234 AB 12`). Raises Refused with every line that is none."""
    found, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        plain = " ".join(line.replace(",", " ").replace(";", " ").replace("\t", " ").split())
        if not plain:
            continue
        squeezed = plain.replace(" ", "")
        postcode, rest = tidy_postcode(squeezed[:6]), tidy_house_number(squeezed[6:])
        if postcode and rest:
            found.append((postcode, rest))
        else:
            wrong.append(_("line %(number)d: %(line)s") % {"number": number, "line": plain[:40]})
    if wrong:
        sentence = _("These lines are no address like 1234 AB 12: %(lines)s.")
        raise Refused(sentence % {"lines": "; ".join(wrong[:10])}, field="homes")
    if not found:
        raise Refused(_("Fill in the addresses, one a line."), field="homes")
    homes = list(dict.fromkeys(found))
    if len(homes) > MOST_HOMES:
        raise Refused(_("These are too many addresses at once: at most 300."), field="homes")
    return homes


def journeys() -> list[Journey]:
    """The journeys in which somebody comes to the customer's home."""
    return [one for one in designs.published() if "appointment.made" in one.events]


@transaction.atomic
def begin(
    *, actor: Actor, title: str, journey: str, kind: str, homes: Sequence[tuple[str, str]], days: Sequence[date]
) -> ComplexWork:
    """A case for each of these homes, begun and told by its own journey; blocks come with `place`."""
    demand(actor, "complex.begin")
    if not title.strip():
        raise Refused(_("Give it a name."), field="title")
    today = timezone.localdate(clock.now())
    if not days or len(days) > MOST_DAYS or min(days) < today:
        raise Refused(_("Choose days from today on, sixty at most."), field="days")
    design = next((one for one in journeys() if one.name == journey), None)
    if design is None:
        raise Refused(_("Choose a journey."), field="journey")
    event, role = _beginning(design, actor)
    data = _data(design, event, WorkKind.objects.filter(name=kind).first(), title.strip())
    work = ComplexWork.objects.create(
        title=title.strip()[:120],
        journey=journey,
        days=sorted(day.isoformat() for day in set(days)),
        by=actor.name,
        at=clock.now(),
    )
    for postcode, number in homes:
        key = new_case_key()
        home, _new = Property.objects.get_or_create(postcode=postcode, house_number=number)
        lives = Customer.objects.filter(home=home).order_by("-created", "-pk").first() or find_or_make(home=home)
        tell(case=key, type=event.name, emitter=role, data=data, customer=lives.key, journey=journey)
        ComplexHome.objects.create(work=work, postcode=postcode, house_number=number, case=key)
    return work


def place(*, actor: Actor, work: int) -> int:
    """A block for the homes that have none yet, at most `AT_ONCE`; gives how many got one. Each stands by itself.

    The block that costs the least travel goes first, so that neighbours come together. What has no place is told why.
    """
    demand(actor, "complex.begin")
    found = ComplexWork.objects.filter(pk=work).first()
    if found is None:
        raise Refused(_("This work is not there."))
    days = [date.fromisoformat(day) for day in found.days]
    booked = set(
        Appointment.objects.filter(case__in=found.homes.values("case"))
        .exclude(status=Appointment.CANCELLED)
        .values_list("case", flat=True)
    )
    todo = [home for home in found.homes.order_by("why", "postcode", "pk") if home.case not in booked]
    return sum(_place_one(actor, home, days) for home in todo[:AT_ONCE])


def _place_one(actor: Actor, home: ComplexHome, days: Sequence[date]) -> bool:
    view = case_view(home.case)
    why = "ended"
    if view is not None and not view.ended:
        found = offers(work_of(view), days=days, notice=timedelta())
        free = sorted((one for one in found if one.free), key=lambda one: (one.extra, one.span.start))
        why = next(iter(Counter(one.why or "" for one in found).most_common(1)), ("full", 0))[0]
        if why == "hours" and Block.objects.filter(start__date__in=list(days)).exists():
            why = "full"  # agreed blocks there are, but all are taken
        for one in free[:5]:
            try:
                cases.book(actor=actor, case=home.case, block=Slot(one.span.start, one.span.end))
            except Refused:
                why = "full"  # somebody was quicker: the next best
                continue
            why = ""
            break
    ComplexHome.objects.filter(pk=home.pk).update(why=why)
    return not why


def _beginning(design: Journey, actor: Actor) -> tuple[EventType, str]:
    """The event that begins this journey, and the role in which this person may say it."""
    for name in design.begins:
        event = design.events[name]
        role = next((one for one in ("planner", "agent") if one in actor.roles and one in event.from_), "")
        if role:
            return event, role
    raise Refused(_("This journey is not begun by somebody of your role. Ask an agent."), field="journey")


def _data(design: Journey, event: EventType, kind: WorkKind | None, title: str) -> dict[str, object]:
    """What the begin tells of the kind of work, as far as the journey has facts for it."""
    said: dict[str, object] = {"story": title, "urgent": False}
    if kind is not None:
        said |= {"work": kind.name, "problem": kind.name, "duration": kind.minutes}
        if kind.skills:
            said["skill"] = kind.skills[0]
    return {
        name: value
        for name, value in said.items()
        if name in event.sets and (not design.facts[name].options or value in design.facts[name].options)
    }
