"""Complex-wide work: from a list of addresses a case each, and each its own block on the days that were given.

The cases begin all at once, or not at all. The blocks are sought by the worker, home by home, each in a transaction of
its own: it can be left, goes on where it was, and no home gets two.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
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
from loper.server.queries.complexes import waiting
from loper.server.queries.offers import offers
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Block, Slot, WorkKind
from loper.server.records.complexes import ComplexHome, ComplexWork
from loper.server.records.customers import Customer, Property, tidy_house_number, tidy_postcode
from loper.server.records.runtime import Case

MOST_HOMES = 300
MOST_DAYS = 60

logger = logging.getLogger("loper.complexes")


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
    *,
    actor: Actor,
    title: str,
    journey: str,
    kind: str,
    homes: Sequence[tuple[str, str]],
    days: Sequence[date],
    once: str = "",
) -> ComplexWork:
    """A case for each of these homes, begun and told by its own journey; blocks are sought from now on (`go_on`).

    `once` names the form that was sent: sent twice, it is one work.
    """
    demand(actor, "complex.begin")
    known = ComplexWork.objects.filter(once=once).first() if once else None
    if known is not None:
        return known
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
    work = ComplexWork(
        title=title.strip()[:120],
        journey=journey,
        days=sorted(day.isoformat() for day in set(days)),
        by=actor.name,
        at=clock.now(),
        role=role,
        looking=clock.now(),
        once=once or None,
    )
    try:
        with transaction.atomic():
            work.save()
    except IntegrityError:  # both presses came at once
        return ComplexWork.objects.get(once=once)
    for postcode, number in homes:
        key = new_case_key()
        home, _new = Property.objects.get_or_create(postcode=postcode, house_number=number)
        lives = Customer.objects.filter(home=home).order_by("-created", "-pk").first() or find_or_make(home=home)
        tell(case=key, type=event.name, emitter=role, data=data, customer=lives.key, journey=journey)
        ComplexHome.objects.create(work=work, postcode=postcode, house_number=number, case=key)
    return work


@transaction.atomic
def look(*, actor: Actor, work: int) -> None:
    """Seek a block for every home that has none, also where there was none before. Pressed twice, it is sought once."""
    demand(actor, "complex.begin")
    role = demand(actor, "case.book")
    if not ComplexWork.objects.filter(pk=work).exists():
        raise Refused(_("This work is not there."))
    rows = ComplexWork.objects.filter(pk=work, looking=None)
    if rows.update(looking=clock.now(), role=role, by=actor.name):
        ComplexHome.objects.filter(work=work).update(why="")


def go_on() -> bool:
    """The next home of a work for which blocks are sought; False where there is none. The worker's to call."""
    work = ComplexWork.objects.exclude(looking=None).order_by("looking", "pk").first()
    if work is None:
        return False
    home = waiting(work).order_by("postcode", "pk").first()
    if home is None:
        ComplexWork.objects.filter(pk=work.pk, looking=work.looking).update(looking=None)
        return True
    try:
        why = _place(home, Actor(roles=frozenset({work.role}), name=work.by), [*map(date.fromisoformat, work.days)])
    except Exception:  # this home stays without a block, and the others go on
        logger.exception("a block for case %s", home.case)
        why = "wrong"
    ComplexHome.objects.filter(pk=home.pk).update(why=why)
    return True


def _place(home: ComplexHome, actor: Actor, days: Sequence[date]) -> str:
    """Give it the block that costs the least travel, so that neighbours come together; gives why there is none."""
    view = case_view(home.case)
    if view is None or view.ended:
        return "ended"
    found = offers(work_of(view), days=days, notice=timedelta())
    free = sorted((one for one in found if one.free), key=lambda one: (one.extra, one.span.start))
    for one in free[:5]:
        try:
            _book(actor, home.case, Slot(one.span.start, one.span.end))
        except Refused:
            continue  # somebody was quicker: the next best
        return ""
    why = next(iter(Counter(one.why or "full" for one in found).most_common(1)), ("full", 0))[0]
    if why == "hours" and Block.objects.filter(start__date__in=list(days)).exists():
        return "full"  # agreed blocks there are, but all are taken
    return why


@transaction.atomic
def _book(actor: Actor, case: str, block: Slot) -> None:
    """Under the lock of its case: who chose a time meanwhile keeps it."""
    list(Case.objects.select_for_update().filter(key=case).values_list("key", flat=True))
    if not Appointment.objects.filter(case=case).exclude(status=Appointment.CANCELLED).exists():
        cases.book(actor=actor, case=case, block=block)


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
