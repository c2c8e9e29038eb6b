"""The pages of a demonstration. All of them answer 404 where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from loper.channels.email.clean import POLICY
from loper.channels.email.mailbox import Mail, Mailbox, MailSummary
from loper.channels.sms import Sms, SmsBox
from loper.server.demo import PEOPLE, advance
from loper.server.pages.common import safe_next

View = Callable[..., HttpResponse]

HOURS = {"1": 1, "4": 4, "24": 24}
MOST, SHOWN = 1000, 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_demo(view: View) -> View:
    """This page is there in a demonstration only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **named: str) -> HttpResponse:
        if not settings.LOPER_DEMO:
            raise Http404
        return view(request, *args, **named)

    return guarded


def folder() -> Path:
    """Where the demonstration keeps what was sent."""
    return Path(settings.DATA) / "mailbox"


def mail_of(key: str) -> Mail:
    try:
        return Mailbox(folder()).read(key)
    except LookupError:
        raise Http404 from None


@require_GET
@in_demo
def start(request: HttpRequest) -> HttpResponse:
    work = {
        "technician": _("technician: the visits of today"),
        "agent": _("agent: cases and tasks"),
        "planner": _("planner: blocks of time"),
        "director": _("journey director: the journeys"),
    }
    staff = [
        {"account": account, "name": name, "work": work[role]}
        for account, (name, role) in PEOPLE.items()
        if role in work and account != "alia"
    ]
    return render(request, "demo/start.html", {"staff": staff})


@require_POST
@in_demo
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the people of the demonstration, without a password."""
    user = get_user_model().objects.filter(username=request.POST.get("account", "")).first()
    if user is None or user.get_username() not in PEOPLE:
        raise Http404
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("home")


@require_POST
@in_demo
def move(request: HttpRequest) -> HttpResponse:
    """Move the clock forward; what comes due on the way happens, each at its own time."""
    hours = HOURS.get(request.POST.get("hours", ""))
    if hours is None:
        return HttpResponse(status=400)
    advance(timedelta(hours=hours))
    return redirect(safe_next(request))


@require_GET
@in_demo
def mail(request: HttpRequest) -> HttpResponse:
    """All that went to tenants, newest first; `to` narrows it to a name, an address or a number."""
    to = request.GET.get("to", "").strip()[:100]
    rows = messages(Mailbox(folder()).list(MOST), SmsBox(folder()).list()[:MOST], to)
    return render(request, "demo/mail.html", {"rows": rows[:SHOWN], "to": to})


@require_GET
@in_demo
def read(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "demo/read.html", {"mail": mail_of(key), "key": key})


@require_GET
@in_demo
@xframe_options_sameorigin
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The mail as a page of its own, shown in a frame: it brings its own style, and runs nothing."""
    policy = POLICY.replace("allow-popups", "allow-popups allow-popups-to-escape-sandbox")  # links lead to our pages
    return HttpResponse(mail_of(key).page, headers={"Content-Security-Policy": policy})


def messages(mails: Iterable[MailSummary], texts: Iterable[Sms], to: str) -> list[dict[str, Any]]:
    """Mails and SMS in one list, newest first, those that `to` occurs in."""
    rows: list[dict[str, Any]] = [
        {"key": one.id, "subject": one.subject, "to": one.to, "at": one.at or EPOCH, "channel": "e-mail"}
        for one in mails
    ]
    rows += [{"text": one.text, "to": one.to, "at": datetime.fromisoformat(one.at), "channel": "sms"} for one in texts]
    wanted = to.casefold()
    found = [row for row in rows if wanted in " ".join(str(part) for part in row.values()).casefold()]
    return sorted(found, key=lambda row: row["at"], reverse=True)
