"""Who makes visits: a list, and a form for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loper.server.actions.planning import keep_technician
from loper.server.actions.refused import Refused
from loper.server.pages.planner.forms import TechnicianForm
from loper.server.pages.planner.scope import for_planners, me
from loper.server.queries.agenda import skill_word
from loper.server.records.agenda import Technician


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
    initial = (
        {"name": found.name, "skills": found.skills, "phone": found.phone, "user": found.user, "active": found.active}
        if found
        else None
    )
    form = TechnicianForm(request.POST or None, technician=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_technician(actor=me(request), technician=found.pk if found else None, **form.cleaned_data)
            messages.success(request, _("%(name)s is kept.") % {"name": kept.name})
            return redirect("planner:technicians")
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    context = {"form": form, "technician": found}
    return render(request, "planner/technician.html", context, status=422 if form.errors else 200)
