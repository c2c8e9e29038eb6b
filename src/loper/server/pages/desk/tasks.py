"""The list of work, and one task: take it, try, done. Two people never get the same one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loper.define.model import Calendar
from loper.run.receipts import RESTORED
from loper.server import clock
from loper.server.actions import tasks
from loper.server.actions.refused import Refused
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, opens, sees_people
from loper.server.permissions import Actor, demand
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.desk_acts import acts
from loper.server.queries.desk_tasks import TOPICS, chore, chores, stuck, tries
from loper.server.records.runtime import Task


@require_GET
@opens()
def listing(request: HttpRequest) -> HttpResponse:
    """What there is to do: now, later, and cases that need a look."""
    actor, see = actor_of(request), sees_people(request)
    topic = request.GET.get("topic", "")
    topic = topic if topic in TOPICS else ""
    work = chores(roles=actor.roles, user=actor.user.pk, topic=topic, language=words.language(), people=see)
    context = {
        "work": work,
        "topic": topic,
        "topics": [(name, work.topics.get(name, 0), name == topic) for name in TOPICS],
        "all": sum(work.topics.values()),
        "stuck": {} if topic else stuck(words.language(), people=see),
        "can_do": actor.may("task.do"),
        "now": clock.now(),
    }
    return render(request, "desk/tasks.html", context)


@require_GET
@opens()
def show(request: HttpRequest, task: int) -> HttpResponse:
    return page(request, task)


def page(
    request: HttpRequest, task: int, *, status: int = 200, wrong: dict[str, str] | None = None, note: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    found = chore(task, user=actor.user.pk, language=words.language(), people=sees_people(request))
    if found is None:
        raise Http404
    demand(actor, "case.see", found.case)
    view = _view(found.case)
    named = _events(view, actor) if view else []
    context = {
        "task": found,
        "view": view,
        "can_do": actor.may("task.do"),
        "taker": Task.objects.filter(pk=task).values_list("taken_by", flat=True).first(),
        "tries": [{"what": words.tried(one.outcome), "row": one} for one in tries(task)],
        "left": tasks.MOST_TRIES - found.attempts,
        "outcomes": [(name, words.tried(name)) for name in tasks.TRIES],
        "times": [(at.isoformat(), label) for at, label in _again(view.journey.calendar if view else Calendar())],
        "why": words.reason(found.why),
        "unsure": found.why == RESTORED,
        "can": acts(view, actor) if view else None,
        "events": [name for name in named if name[2]],
        "plain": [name for name in named if not name[2]],
        "wrong": wrong or {},
        "note": note,
    }
    return render(request, "desk/task.html", context, status=status)


def _view(key: str) -> CaseView | None:
    """The case of a task; None where its version of the journey is gone."""
    try:
        return case_view(key, words.language())
    except LookupError:
        return None


def _events(view: CaseView, actor: Actor) -> list[tuple[str, str, bool]]:
    """What can be said of this case: name, words, and whether it tells facts and so needs a page of its own."""
    events = view.journey.events
    return [(name, words.event(view.journey, name), bool(events[name].sets)) for name in acts(view, actor).events]


def _again(calendar: Calendar) -> list[tuple[datetime, str]]:
    """When to try again: in an hour, this afternoon, tomorrow."""
    zone = ZoneInfo(settings.TIME_ZONE)
    now = clock.now().astimezone(zone).replace(second=0, microsecond=0)
    found = [(now + timedelta(hours=1), _("in an hour"))]
    if now.time() < time(13):
        found.append((datetime.combine(now.date(), time(15), zone), _("this afternoon")))
    days = (now.date() + timedelta(days=ahead) for ahead in range(1, 15))
    tomorrow = next((day for day in days if calendar.works(day)), now.date() + timedelta(days=1))
    found.append((datetime.combine(tomorrow, time(9), zone), _("the next working day, in the morning")))
    found.append((datetime.combine(tomorrow, time(14), zone), _("the next working day, in the afternoon")))
    return found


@require_POST
@opens()
def claim(request: HttpRequest, task: int) -> HttpResponse:
    """Take it; `instead_of` names the colleague whose work is taken over."""
    holder = request.POST.get("instead_of", "")
    instead = int(holder) if holder.isascii() and holder.isdigit() and len(holder) < 12 else None
    return _do(request, task, lambda: tasks.claim(actor=actor_of(request), task=task, instead_of=instead))


@require_POST
@opens()
def give_back(request: HttpRequest, task: int) -> HttpResponse:
    done = _do(request, task, lambda: tasks.give_back(actor=actor_of(request), task=task))
    return redirect("desk:tasks") if done.status_code == 302 else done


@require_POST
@opens()
def attempt(request: HttpRequest, task: int) -> HttpResponse:
    """Tried, and not reached."""
    demand(actor_of(request), "task.do")
    try:
        again = datetime.fromisoformat(request.POST.get("again", ""))
        again = again if again.tzinfo else again.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        return page(request, task, status=422, wrong={"again": _("Choose when to try again.")})
    try:
        came = tasks.attempt(actor=actor_of(request), task=task, outcome=request.POST.get("outcome", ""), again=again)
    except Refused as refused:
        if refused.field:
            return page(request, task, status=422, wrong={refused.field: refused.sentence})
        messages.error(request, refused.sentence)
        return redirect("desk:task", task)
    if not came.ended:
        messages.success(
            request, _("Written down. It comes back in the list at %(when)s.") % {"when": words.when(again)}
        )
    elif came.told:
        messages.success(request, _("That was the last try. The journey goes on by itself: look below what follows."))
    else:
        messages.success(request, _("That was the last try: the task is closed."))
    case = Task.objects.filter(pk=task).values_list("case", flat=True).first()
    return redirect("desk:case", case) if came.ended and case else redirect("desk:tasks")


@require_POST
@opens()
def close(request: HttpRequest, task: int) -> HttpResponse:
    """Done, with a note for colleagues where there is one."""
    note = request.POST.get("note", "").replace("\x00", "")[:4000]
    event = request.POST.get("event", "")[:120]
    return _do(
        request,
        task,
        lambda: tasks.close(actor=actor_of(request), task=task, note=note, event=event),
        done=_("Done. Was that a mistake? Open the task again from the case."),
        then="desk:tasks",
    )


@require_POST
@opens()
def reopen(request: HttpRequest, task: int) -> HttpResponse:
    return _do(
        request, task, lambda: tasks.reopen(actor=actor_of(request), task=task), done=_("The task is open again.")
    )


def _do(request: HttpRequest, task: int, deed: Callable[[], object], done: str = "", then: str = "") -> HttpResponse:
    """Do it; what cannot be done is said on the page of the task."""
    try:
        deed()
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:task", task)
    if done:
        messages.success(request, done)
    return redirect(then) if then else redirect("desk:task", task)
