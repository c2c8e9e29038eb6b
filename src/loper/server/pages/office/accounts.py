"""Accounts of those who work here: made, changed, stopped; each change is written down."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loper.server.actions import people
from loper.server.actions.refused import Refused
from loper.server.pages.office.scope import me, opens
from loper.server.permissions import PERMISSIONS, STAFF
from loper.server.records.access import AccountChange

ROLES = {
    "director": (
        gettext_noop("Director of journeys"),
        gettext_noop("designs journeys, publishes them, sees how they run"),
    ),
    "agent": (gettext_noop("Agent"), gettext_noop("helps customers: sees them, their cases and messages")),
    "technician": (gettext_noop("Technician"), gettext_noop("sees own visits, and the homes they are at")),
    "planner": (gettext_noop("Planner"), gettext_noop("plans visits, technicians and their days")),
    "analyst": (gettext_noop("Analyst"), gettext_noop("reads the log; sees no names")),
    "admin": (gettext_noop("Administrator"), gettext_noop("accounts, connections, files of other systems")),
    "partner": (gettext_noop("Co-maker"), gettext_noop("a firm of its own: its own visits and times")),
    "privacy": (gettext_noop("Privacy officer"), gettext_noop("the register, who looked, gives out and erases")),
}
CHANGES = {
    "made": gettext_noop("account made"), "roles": gettext_noop("roles changed"), "stopped": gettext_noop("stopped"),
    "begun": gettext_noop("opened again"), "second_step": gettext_noop("second step taken away"),
    "invited": gettext_noop("invited"),
}  # fmt: skip


@require_safe
@opens("accounts.change")
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; who has no second step; the last changes."""
    with_step = set(Authenticator.objects.values_list("user_id", flat=True))
    rows: list[dict[str, Any]] = [
        {
            "user": user,
            "roles": [_(ROLES[group.name][0]) for group in user.groups.all() if group.name in ROLES],
            "step": user.pk in with_step,
        }
        for user in User.objects.prefetch_related("groups").order_by("-is_active", "first_name", "username")[:500]
    ]
    context = {
        "rows": rows,
        "without": sum(not one["step"] and one["user"].is_active for one in rows),
        "changes": _changes(),
    }
    return render(request, "office/accounts.html", context)


def _changes(account: str = "") -> list[tuple[AccountChange, str]]:
    rows = AccountChange.objects.order_by("-at", "-pk")
    rows = rows.filter(account=account) if account else rows
    return [(one, _(CHANGES.get(one.what, one.what))) for one in rows[:20]]


@require_http_methods(["GET", "HEAD", "POST"])
@opens("accounts.change")
def new(request: HttpRequest) -> HttpResponse:
    """A new account; its owner gets a mail in which they choose a password."""
    given, wrong, field = request.POST, "", ""
    if request.method == "POST":
        try:
            user = people.invite(
                actor=me(request),
                account=_typed(request, "account"),
                email=_typed(request, "email"),
                name=_typed(request, "name"),
                roles=given.getlist("roles"),
            )
            _mail(request, user)
            messages.success(request, _("A mail is on its way to %(who)s, to choose a password.") % {"who": user.email})
            return redirect("office:account", user.pk)
        except Refused as refused:
            wrong, field = refused.sentence, refused.field or ""
    context = {"given": given, "wrong": wrong, "field": field, "roles": _roles(set(given.getlist("roles")))}
    return render(request, "office/account_new.html", context, status=422 if wrong else 200)


@require_safe
@opens("accounts.change")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, get_object_or_404(User, pk=pk))


def _show(request: HttpRequest, user: User, wrong: str = "") -> HttpResponse:
    has = set(user.groups.values_list("name", flat=True))
    context: dict[str, Any] = {
        "person": user,
        "roles": _roles(has),
        "may": sorted(name for name, roles in PERMISSIONS.items() if has & set(roles)),
        "step": Authenticator.objects.filter(user=user).exists(),
        "changes": _changes(user.username),
        "wrong": wrong,
        "self": request.user.pk == user.pk,
    }
    return render(request, "office/account.html", context, status=422 if wrong else 200)


@require_POST
@opens("accounts.change")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Other roles, stop, open again, a new second step, the mail once more."""
    user, actor = get_object_or_404(User, pk=pk), me(request)
    try:
        match what:
            case "roles":
                people.set_roles(actor=actor, user=pk, roles=request.POST.getlist("roles"))
                messages.success(request, _("It is changed, from now on."))
            case "stop":
                people.stop(actor=actor, user=pk)
                messages.success(request, _("This account opens nothing any more."))
            case "again":
                people.begin_again(actor=actor, user=pk)
                user.refresh_from_db()
                _mail(request, user)
                messages.success(
                    request, _("A mail is on its way to %(who)s, to choose a password.") % {"who": user.email}
                )
            case "second-step":
                people.drop_second_step(actor=actor, user=pk)
                messages.success(request, _("They set up a new second step when they sign in."))
            case "mail":
                _mail(request, user)
                messages.success(
                    request, _("A mail is on its way to %(who)s, to choose a password.") % {"who": user.email}
                )
            case _:
                raise Http404
    except Refused as refused:
        return _show(request, user, refused.sentence)
    return redirect("office:account", pk)


def _mail(request: HttpRequest, user: User) -> None:
    """The mail of a lost password, which is that of a new account too: a link with an end."""
    form = ResetPasswordForm({"email": user.email})
    if user.email and form.is_valid():
        form.save(request)


def _roles(has: set[str]) -> list[dict[str, Any]]:
    return [{"name": name, "title": _(ROLES[name][0]), "what": _(ROLES[name][1]), "on": name in has} for name in STAFF]


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
