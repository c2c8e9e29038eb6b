"""Do we keep what we promise? The share that was kept, week by week, and what broke and why; each number leads on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loper.draw.charts import Moment, Trend, draw_trend
from loper.draw.png import png
from loper.observe.result import Result
from loper.server import clock
from loper.server.actions.out.csv_file import safe
from loper.server.clock import midnight, today
from loper.server.queries.designs import published
from loper.server.queries.organisation import brand
from loper.server.queries.promises import (
    BY,
    OWN,
    Asked,
    Part,
    parts,
    rows_of,
    sorry_lead,
    technician_names,
    weeks,
    whole,
)
from loper.server.records.promises import Promise

SPANS = (4, 12, 26, 52)
SHOWN = 30
STATES = (Promise.KEPT, Promise.BROKEN, Promise.MOVED, Promise.WITHDRAWN, Promise.OPEN)
COLUMNS = (
    "case", "kind", "journey", "region", "technician", "given", "start", "due", "state", "why", "settled", "sorry",
    "called",
)  # fmt: skip

View = Callable[..., HttpResponse]


def for_those_who_promise(view: View) -> View:
    """Only signed in, only with this permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return login_required(permission_required("promises", raise_exception=True)(guarded))


@require_safe
@for_those_who_promise
def promises(request: HttpRequest) -> HttpResponse:
    """The whole page, of all promises or of the part that the address asks for."""
    asked, span = _asked(request)
    total, trend = whole(asked), _trend(asked, span)
    reasons = [one for one in parts(_with(asked, state=Promise.BROKEN), "why") if one.broken]
    called, lead = sorry_lead(asked)
    rows = list(rows_of(asked)[:SHOWN])
    names = technician_names([row.technician for row in rows])
    context = {
        "total": total,
        "share": percent(total.share),
        "between": between(total.share),
        "picture": mark_safe(_drawn(trend)),  # noqa: S308 - drawn by us, its words are escaped there
        "narrow": mark_safe(_drawn(trend, narrow=True)),  # noqa: S308
        "groups": [
            {"title": title, "by": by, "rows": [_row(one, by, asked, span) for one in parts(asked, by)]}
            for by, title in _titles()
            if by not in asked.only
        ],
        "reasons": [
            {"what": why(one.key), "n": one.broken, "url": _url(asked, span, why=one.key, state=Promise.BROKEN)}
            for one in reasons
        ],
        "called": called,
        "lead": round(lead.total_seconds() / 60) if lead is not None else None,
        "rows": [
            {"row": row, "kind": kind(row.kind), "state": state(row.state), "why": why(row.why),
             "who": names.get(row.technician, "")} for row in rows
        ],
        "many": total.kept + total.broken + total.others,
        "chips": _chips(asked, span),
        "spans": [(weeks_, _url(asked, weeks_), weeks_ == span) for weeks_ in SPANS],
        "query": request.GET.urlencode(),
        "may_open": request.user.has_perm("desk"),
    }  # fmt: skip
    return render(request, "insight/promises.html", context)


@require_safe
@for_those_who_promise
def table(request: HttpRequest) -> HttpResponse:
    """Every promise that is asked for, as CSV."""
    asked, _span = _asked(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="promises.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer, delimiter=";")
    writer.writerow(COLUMNS)
    for row in rows_of(asked).iterator(2000):
        values = [getattr(row, name) for name in COLUMNS]
        writer.writerow([safe(one.isoformat() if hasattr(one, "isoformat") else str(one or "")) for one in values])
    return answer


@require_safe
@for_those_who_promise
def picture(request: HttpRequest, form: str) -> HttpResponse:
    """The picture of the weeks, for a text or a wall."""
    asked, span = _asked(request)
    svg = _drawn(_trend(asked, span, linked=False))
    kinds = {"svg": "image/svg+xml", "png": "image/png"}
    answer = HttpResponse(svg if form == "svg" else png(svg), content_type=kinds[form])
    answer["Content-Disposition"] = f'attachment; filename="promises.{form}"'
    return answer


# -- what is asked -----------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> tuple[Asked, int]:
    """What the address asks for; what it cannot mean is left away."""
    given = request.GET
    span = next((one for one in SPANS if given.get("weeks") == str(one)), 12)
    only = {name: given[name][:80].replace("\x00", "") for name in (*BY, "state") if name in given}
    monday = today() - timedelta(days=today().weekday())
    since, until = midnight(monday - timedelta(weeks=span - 1)), clock.now()
    week = _day(given.get("week", ""))
    if week is not None:
        since, until = midnight(week), min(until, midnight(week + timedelta(days=7)))
        until = max(until, since)
    return Asked(since=since, until=until, only=only), span


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1990 < found.year < 2200 else None


def _with(asked: Asked, **more: str) -> Asked:
    return Asked(since=asked.since, until=asked.until, only={**asked.only, **more})


def _url(asked: Asked, span: int, **more: str) -> str:
    query = {"weeks": str(span), **asked.only, **more}
    return f"{reverse('insight:promises')}?{urlencode(query)}"


def _chips(asked: Asked, span: int) -> list[dict[str, str]]:
    """What is asked, each with the way to ask it no more."""
    names = {**dict(_titles()), "why": _("Why"), "state": _("What came of it")}
    return [
        {
            "what": f"{names[name]}: {said(name, value)}",
            "url": _url(Asked(since=asked.since, until=asked.until, only=_without(asked.only, name)), span),
        }
        for name, value in asked.only.items()
    ]


def _without(only: Mapping[str, str], name: str) -> dict[str, str]:
    return {one: value for one, value in only.items() if one != name}


# -- in words ----------------------------------------------------------------------------------------------------------


def _titles() -> list[tuple[str, str]]:
    return [
        ("kind", _("What was promised")),
        ("journey", _("Journey")),
        ("region", _("Region")),
        ("technician", _("Technicians")),
    ]


def said(by: str, key: str) -> str:
    """A group in words."""
    if by == "kind":
        return kind(key)
    if by == "journey":
        names = {one.name: one.title.get(get_language() or "nl", one.name) for one in published()}
        return names.get(key, key)
    if by == "region":
        return _("postcode %(digits)s") % {"digits": key} if key else _("not known")
    if by == "technician":
        return _("our own") if key == OWN else technician_names([key]).get(key, key)
    return state(key) if by == "state" else why(key)


def kind(key: str) -> str:
    words = {
        "block": _("a block of time"), "arrival": _("an arrival time"), "call": _("a call-back"),
        "answer": _("an answer in time"),
    }  # fmt: skip
    return words.get(key, key)


def state(key: str) -> str:
    words = {
        "kept": pgettext("a promise", "kept"), "broken": _("broken"), "moved": _("moved by the customer"),
        "withdrawn": _("withdrawn by the customer"), "open": _("still open"),
    }  # fmt: skip
    return words.get(key, key)


def why(key: str) -> str:
    words = {
        "late": _("too late"), "early": _("too early"), "nobody_came": _("nobody came"), "no_call": _("nobody called"),
        "no_answer": _("no answer yet"), "moved_by_us": _("moved by us"), "cancelled_by_us": _("cancelled by us"),
        "by_customer": _("by the customer"), "with_customer": _("agreed with the customer"),
        "not_home": _("nobody was home"), "not_reached": _("called, not reached"),
    }  # fmt: skip
    return words.get(key, key)


def percent(share: Result) -> str:
    """`93%`; a dash of none."""
    return f"{100 * share.estimate:.0f}%" if share.n else "–"


def between(share: Result) -> str:
    """`89% – 96%`: where the share lies in 19 of 20 cases."""
    return f"{100 * share.low:.0f}% – {100 * share.high:.0f}%" if share.n else ""


def _row(one: Part, by: str, asked: Asked, span: int) -> dict[str, Any]:
    return {
        "what": said(by, one.key),
        "share": percent(one.share),
        "between": between(one.share),
        "part": one.share.estimate if one.share.n else 0,
        "kept": one.kept,
        "broken": one.broken,
        "others": one.others,
        "sorry": one.sorry_first,
        "url": _url(asked, span, **{by: one.key}),
        "broken_url": _url(asked, span, **{by: one.key, "state": Promise.BROKEN}),
    }


def _trend(asked: Asked, span: int, *, linked: bool = True) -> Trend:
    """The weeks, as what the picture shows."""
    moments = []
    for monday, one in weeks(asked):
        share = one.share
        known = bool(share.n)
        moments.append(
            Moment(
                title=formats.date_format(monday, "j b"),
                value=share.estimate if known else None,
                low=share.low if known else None,
                high=share.high if known else None,
                href=f"{_url(asked, span)}&week={monday.isoformat()}" if linked and known else "",
            )
        )
    return Trend(title=_("Promises kept, by week"), moments=tuple(moments), percent=True)


def _drawn(trend: Trend, *, narrow: bool = False) -> str:
    language = "en" if get_language() == "en" else "nl"
    return draw_trend(trend, language=language, vertical=narrow, colour=brand().primary)
