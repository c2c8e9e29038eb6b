"""Who makes visits, and which kinds of work there are: lists, and a form for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loper.server.actions.refused import Refused
from loper.server.actions.technicians import drop_kind, keep_kind, keep_technician
from loper.server.pages.planner.scope import for_planners, me
from loper.server.pages.planner.technician_form import KindForm, TechnicianForm
from loper.server.queries.agenda import skill_word
from loper.server.records.agenda import Technician, WorkKind


@require_GET
@for_planners
def listing(request: HttpRequest) -> HttpResponse:
    people = [
        {"technician": one, "skills": ", ".join(skill_word(skill) for skill in one.skills)}
        for one in Technician.objects.select_related("user").order_by("-active", "name", "pk")
    ]
    return render(request, "planner/technicians.html", {"people": people})


@require_http_methods(["GET", "POST"])
@for_planners
def technician(request: HttpRequest, key: str = "") -> HttpResponse:
    """A new technician, or changes to one."""
    found = Technician.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise Http404
    form = TechnicianForm(request.POST or None, technician=found)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_technician(actor=me(request), technician=found.pk if found else None, **form.given())
            messages.success(request, _("%(name)s is kept.") % {"name": kept.name})
            return redirect("planner:technicians")
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    context = {"form": form, "technician": found}
    return render(request, "planner/technician.html", context, status=422 if form.errors else 200)


@require_GET
@for_planners
def kinds(request: HttpRequest) -> HttpResponse:
    """All kinds of work that ask for something of their own."""
    found = [
        {
            "kind": one,
            "skills": ", ".join(skill_word(skill) for skill in one.skills),
            "material": ", ".join(one.material),
        }
        for one in WorkKind.objects.order_by("title", "name")
    ]
    return render(request, "planner/kinds.html", {"kinds": found})


@require_http_methods(["GET", "POST"])
@for_planners
def kind(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """A new kind of work, or changes to one."""
    found = WorkKind.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise Http404
    if found and request.method == "POST" and request.POST.get("do") == "drop":
        drop_kind(actor=me(request), kind=found.pk)
        messages.success(request, _("%(name)s is taken out.") % {"name": found})
        return redirect("planner:kinds")
    form = KindForm(request.POST or None, kind=found)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_kind(actor=me(request), kind=found.pk if found else None, **form.cleaned_data)
            messages.success(request, _("%(name)s is kept.") % {"name": kept})
            return redirect("planner:kinds")
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    return render(request, "planner/kind.html", {"form": form, "kind": found}, status=422 if form.errors else 200)
