"""Whether the times that customers are told are honest, by how far away their turn was."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loper.plan.calibrate import DAYS
from loper.server.queries.coverage import AIM, Covered, covered


@require_safe
@login_required
@permission_required("arrivals.see", raise_exception=True)
def arrivals(request: HttpRequest) -> HttpResponse:
    """A line a horizon: the share with its interval and number, the width, what it means."""
    context = {"lines": [_line(one) for one in covered()], "days": DAYS, "aim": round(100 * AIM)}
    return render(request, "planner/arrivals.html", context)


def _line(one: Covered) -> dict[str, object]:
    share = one.share
    return {
        "title": _horizons()[one.horizon],
        "share": round(100 * share.estimate),
        "low": round(100 * share.low),
        "high": round(100 * share.high),
        "n": share.n,
        "width": one.width,
        "exact": round(100 * one.exact),
        "stands": one.stands,
        "few": bool(share.warnings),
    }


def _horizons() -> dict[str, str]:
    return {
        "driving": _("On the way to the customer"),
        "previous": _("At the customer before"),
        "one before": _("Two customers before"),
        "earlier today": _("Earlier on the day"),
        "before the day": _("Before the day begins"),
    }
