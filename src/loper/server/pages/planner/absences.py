"""When somebody is away: reported for a span of days, or taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from loper.server import clock
from loper.server.actions import absences
from loper.server.actions.refused import Refused
from loper.server.clock import today, zone
from loper.server.pages.planner.board import after_absence
from loper.server.pages.planner.scope import for_planners, me
from loper.server.records.agenda import Absence, Technician


class AbsenceForm(forms.Form):
    """From when until when, and why. Without times it is whole days."""

    why = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=(
            (Absence.SICK, gettext_lazy("Ill")),
            (Absence.LEAVE, gettext_lazy("Leave")),
            (Absence.OTHER, gettext_lazy("Something else")),
        ),
        widget=forms.RadioSelect,
    )
    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    start = forms.TimeField(
        label=gettext_lazy("From what time?"),
        help_text=gettext_lazy("Empty: the whole day."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    end = forms.TimeField(
        label=gettext_lazy("Until what time?"),
        help_text=gettext_lazy("Empty: the whole day."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        if first and not 2000 <= first.year < 2100:
            self.add_error("first", _("These days are over."))
        if last and not 2000 <= last.year < 2100:
            self.add_error("last", _("At most a year at a time."))
        return data

    def span(self) -> tuple[datetime, datetime]:
        data = self.cleaned_data
        start, end = absences.whole_days(data["first"], data["last"])
        if data["start"]:
            start = datetime.combine(data["first"], data["start"], zone())
        if data["end"]:
            end = datetime.combine(data["last"], data["end"], zone())
        return start, end


@require_http_methods(["GET", "POST"])
@for_planners
def listing(request: HttpRequest, key: str) -> HttpResponse:
    """When somebody is away, and reporting it."""
    found = Technician.objects.filter(key=key).first()
    if found is None:
        raise Http404
    initial = {"first": today(), "last": today(), "why": Absence.SICK}
    form = AbsenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        start, end = form.span()
        try:
            away = absences.report(
                actor=me(request), technician=key, start=start, end=end, why=form.cleaned_data["why"]
            )
            return after_absence(request, away)
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    rows = Absence.objects.filter(technician=found, end__gt=clock.now() - timedelta(days=1)).order_by("start")
    context = {"technician": found, "form": form, "absences": rows, "is_over": {}}
    return render(request, "planner/absences.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
@for_planners
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """They are there after all."""
    try:
        found = absences.take_back(actor=me(request), absence=pk)
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("planner:technicians")
    messages.success(request, _("%(name)s is there after all, and can be booked.") % {"name": found.name})
    return redirect("planner:absences", found.key)
