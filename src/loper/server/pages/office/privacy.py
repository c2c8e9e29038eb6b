"""The privacy officer's pages: what there is and why, one person whole, who looked, what goes and when."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from io import StringIO
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from loper.server import clock
from loper.server.actions.privacy import access, erase, holds, looks, retain
from loper.server.actions.refused import Refused
from loper.server.pages.office.scope import me, opens
from loper.server.queries.out import told_facts
from loper.server.queries.privacy import Person, fates, find, hold_of, person
from loper.server.queries.privacy_register import COLUMNS, lines
from loper.server.queries.privacy_words import page_of, title_of, word_of
from loper.server.records.customers import Customer
from loper.server.records.privacy import AccessExport, Erasure, Hold, Look, Retained
from loper.server.records.register import Erase

PAGE = 50
AHEAD = timedelta(days=31)


@require_safe
@opens("privacy")
def overview(request: HttpRequest) -> HttpResponse:
    """A person sought; what waits, what is on hold, what went and what goes next; whether the list is whole."""
    actor, text = me(request), request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = find(text) if text else []
    now, soon = retain.due(actor=actor), retain.due(actor=actor, now=clock.now() + AHEAD)
    context = {
        "q": text,
        "found": found,
        "exports": AccessExport.objects.order_by("-asked")[:20],
        "holds": [(one, _name(one.customer)) for one in Hold.objects.filter(lifted=None).order_by("-at")[:50]],
        "erasures": Erasure.objects.order_by("-at")[:10],
        "due": [(title_of(name), now.get(name, 0), number) for name, number in sorted(soon.items())],
        "gone": [(day, [(title_of(one.table), one.count) for one in rows]) for day, rows in _gone()],
        "chain": looks.verify(),
        "can_erase": actor.may("privacy.erase"),
        "outside": told_facts(),
    }
    return render(request, "office/privacy.html", context)


def _gone() -> list[tuple[date, list[Retained]]]:
    rows = Retained.objects.order_by("-day", "table")[:60]
    return [(day, list(group)) for day, group in groupby(rows, key=lambda one: one.day)][:10]


@require_safe
@opens("privacy")
def register(request: HttpRequest) -> HttpResponse:
    """Every field, whose, what for, how long, what an erase does; as CSV with `?csv`."""
    if "csv" in request.GET:
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows(lines())
        name = f"attachment; filename=loper-register-{clock.today():%Y-%m-%d}.csv"
        content = "\ufeff" + out.getvalue()
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
    groups = [
        (name, title_of(f"records.{name}"), list(rows)) for name, rows in groupby(lines(), key=lambda one: one[0])
    ]
    return render(request, "office/privacy_register.html", {"groups": groups})


@require_safe
@opens("privacy")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One person: how much there is of them, what an erase would do, who looked; and what can be done."""
    who, customer = _whole(key)
    looks.looked(actor=me(request), customer=key, page="office:privacy_person")
    return _show(request, who, customer)


def _show(
    request: HttpRequest, who: Person, customer: Customer | None, wrong: str = "", status: int = 200
) -> HttpResponse:
    found = [
        {
            "title": title_of(fate.table.model),
            "rows": fate.rows,
            "goes": fate.table.erase != Erase.STANDS,
            "row": fate.table.erase == Erase.ROW,
            "fields": [word_of(name) for name in fate.goes],
        }
        for fate in fates(who)
    ]
    context = {
        "who": who,
        "customer": customer,
        "fates": found,
        "hold": hold_of(who.customer),
        "exports": AccessExport.objects.filter(customer=who.customer).order_by("-asked")[:5],
        "looks": _said(Look.objects.filter(customer=who.customer).order_by("-number")[:10]),
        "can_erase": me(request).may("privacy.erase"),
        "erased": customer is not None and customer.status == Customer.ERASED,
        "wrong": wrong,
        "today": clock.today(),
    }
    return render(request, "office/privacy_person.html", context, status=status)


@require_POST
@opens("privacy")
def act(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """Give it all out, hold it, lift that, or erase it; an erase asks for the word that the page shows."""
    who, customer = _whole(key)
    actor, given = me(request), request.POST
    try:
        match what:
            case "export":
                access.ask(actor=actor, customer=key, language=given.get("language") or get_language() or "nl")
                messages.success(request, _("It is being made; it stands here as soon as it is there."))
            case "hold":
                until = date.fromisoformat(given["until"]) if given.get("until") else None
                holds.hold(actor=actor, customer=key, why=given.get("why", "").replace("\x00", ""), until=until)
                messages.success(request, _("Nothing of this customer goes until you lift it."))
            case "lift":
                found = hold_of(key)
                if found is not None:
                    holds.lift(actor=actor, hold=found.pk)
                messages.success(request, _("It is lifted."))
            case "erase":
                if given.get("sure", "").strip().lower() != _("erase"):
                    raise Refused(
                        _("Type the word 'erase' to say that you are sure: it cannot be undone."), field="sure"
                    )
                row = erase.erase(actor=actor, customer=key)
                messages.success(request, _("Erased: %(n)d rows.") % {"n": sum(row.counts.values())})
            case _:
                raise Http404
    except (Refused, ValueError) as refused:
        sentence = refused.sentence if isinstance(refused, Refused) else _("Choose a day.")
        return _show(request, who, customer, wrong=sentence, status=422)
    return redirect("office:privacy_person", key)


@require_GET
@opens("privacy.export")
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The ZIP that was made."""
    row = get_object_or_404(AccessExport, pk=pk, state=AccessExport.READY)
    place = access.file_of(row)
    if not place.is_file():
        raise Http404
    looks.looked(actor=me(request), customer=row.customer, page="office:privacy_download")
    response = FileResponse(place.open("rb"), as_attachment=True, filename="gegevens.zip")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@opens("privacy")
def looked(request: HttpRequest) -> HttpResponse:
    """Who looked at whom, the newest first; of one customer, or by one colleague."""
    rows = Look.objects.order_by("-number")
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:200] for name in ("customer", "who")}
    for name, text in asked.items():
        if text:
            rows = rows.filter(**{name: text})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "office/privacy_looks.html", {"page": page, "rows": _said(page), "asked": asked})


def _whole(key: str) -> tuple[Person, Customer | None]:
    if not key.isprintable():
        raise Http404
    try:
        who = person(key)
    except LookupError:
        raise Http404 from None
    return who, Customer.objects.select_related("home").filter(key=key).first()


def _said(rows: Iterable[Look]) -> list[tuple[Look, str]]:
    return [(row, page_of(row.page)) for row in rows]


def _name(key: str) -> str:
    return Customer.objects.filter(key=key).values_list("name", flat=True).first() or key[:8]
