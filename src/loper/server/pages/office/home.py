"""The office's first page: its subjects, those that this person may open."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

SUBJECTS: tuple[tuple[str, str, str, str], ...] = (
    (
        _("Files of other systems"),
        _("Customers, homes, technicians and absences: see what a file would change, put it in force, mend its rows."),
        "office:imports",
        "import",
    ),
    (
        _("What goes out"),
        _("Which systems hear what happens, and whether they have it. What happened as a file, tables for analysts."),
        "office:out",
        "out",
    ),
    (
        _("Health"),
        _("Does everything run: the worker, what waits to go, what bounces, the last backup."),
        "office:health",
        "health",
    ),
    (
        _("Accounts"),
        _("Who works here and what they may do; who has no second step; what was changed."),
        "office:accounts",
        "accounts.change",
    ),
    (
        _("Privacy"),
        _("One person whole: give it out, hold it, erase it. What there is and why, who looked, what goes and when."),
        "office:privacy",
        "privacy",
    ),
)
"""Title, what one does there in a sentence, name of the page, permission that opens it."""


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """A row a subject; nothing at all for whom none of them is meant."""
    found = [(title, what, name) for title, what, name, permission in SUBJECTS if request.user.has_perm(permission)]
    if not found and not request.user.has_perm("office"):
        raise PermissionDenied("office")
    return render(request, "office/home.html", {"subjects": found})
