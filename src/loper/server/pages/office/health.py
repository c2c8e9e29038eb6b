"""Does everything run? Each line says how it stands, and what to do where it does not."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from loper.server.pages.office.scope import opens
from loper.server.queries.health import BACKUP, BOUNCES, LATE, Health, health


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """`state`: good, eye or bad; `todo`: the way out."""

    title: str
    state: str
    text: str
    todo: str = ""


@require_safe
@opens("health")
def show(request: HttpRequest) -> HttpResponse:
    found = health()
    lines = lines_of(found)
    worst = next((state for state in ("bad", "eye") if any(one.state == state for one in lines)), "good")
    return render(request, "office/health.html", {"lines": lines, "worst": worst, "found": found})


def lines_of(one: Health) -> list[Line]:
    """What a person wants to know of it, the gravest things first."""
    late, queue = LATE.total_seconds(), one.queue_age
    age = _ago(one.worker_age)
    bounces, backup, kept = one.bounce_share, one.backup_age, one.kept
    lines = [
        Line(
            title=_("The worker"),
            state="bad" if one.worker_stands else "good",
            text=_("was never heard of") if one.worker_age is None else _("last heard of %(ago)s ago") % {"ago": age},
            todo=_("Start it: loper work. Until then nothing goes, and nothing is lost.") if one.worker_stands else "",
        ),
        Line(
            title=_("Messages that wait"),
            state="bad" if queue > late * 6 else "eye" if queue > late else "good",
            text=_("%(n)d; the oldest that is due waits %(ago)s")
            % {"n": one.outbox.get("queued", 0), "ago": _ago(queue)},
            todo=_("Does the mail server answer? Look at the log of the worker.") if queue > late else "",
        ),
        Line(
            title=_("Timers"),
            state="bad" if one.timer_age > late * 6 else "eye" if one.timers_late else "good",
            text=ngettext("one is late", "%(n)d are late", one.timers_late) % {"n": one.timers_late}
            if one.timers_late
            else _("all in time"),
            todo=_("The worker cannot keep up: on PostgreSQL another one can be added.") if one.timers_late else "",
        ),
        Line(
            title=_("Cases set aside"),
            state="eye" if one.cases["set_aside"] else "good",
            text=ngettext("one", "%(n)d", one.cases["set_aside"]) % {"n": one.cases["set_aside"]}
            if one.cases["set_aside"]
            else _("none"),
            todo=_("Technical says why; release them there.") if one.cases["set_aside"] else "",
        ),
        Line(
            title=_("Messages of unknown outcome, this week"),
            state="eye" if one.unknown else "good",
            text=str(one.unknown) if one.unknown else _("none"),
            todo=_("They are tasks at the desk.") if one.unknown else "",
        ),
        Line(
            title=_("Addresses that failed, this week"),
            state="eye" if bounces is not None and bounces > BOUNCES else "good",
            text=_("%(n)d of %(all)d messages") % {"n": one.bounced, "all": sum(one.sent.values())},
            todo=_("So many make providers refuse all your mail: mend the addresses.")
            if bounces is not None and bounces > BOUNCES
            else "",
        ),
        Line(
            title=_("Promises kept, this week"),
            state="good" if kept is None or kept >= 0.9 else "eye",
            text=_("%(share)s %% of %(n)d") % {"share": round(100 * kept), "n": one.promises}
            if kept is not None
            else _("none was due"),
        ),
        Line(
            title=_("The last backup"),
            state="bad" if backup is None else "eye" if backup > BACKUP.total_seconds() else "good",
            text=_("none was made") if backup is None else _("%(ago)s ago") % {"ago": _ago(backup)},
            todo=_("Make one a day: loper backup FOLDER") if backup is None or backup > BACKUP.total_seconds() else "",
        ),
        Line(
            title=_("Rows of files to mend"),
            state="eye" if one.rejects else "good",
            text=str(one.rejects) if one.rejects else _("none"),
        ),
        Line(title=_("The database"), state="good", text=filesizeformat(one.database)),
    ]
    return sorted(lines, key=lambda line: ("bad", "eye", "good").index(line.state))


def _ago(seconds: float | None) -> str:
    """Seconds, minutes, hours or days, in words."""
    whole = int(seconds or 0)
    for size, one, many in (
        (86_400, _("one day"), _("%(n)d days")), (3_600, _("one hour"), _("%(n)d hours")),
        (60, _("one minute"), _("%(n)d minutes")),
    ):  # fmt: skip
        if whole >= size:
            return one if whole // size == 1 else many % {"n": whole // size}
    return _("%(n)d seconds") % {"n": whole}
