"""The planner's form for blocks in a span of days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loper.server.clock import today
from loper.server.queries.organisation import organisation
from loper.server.queries.week import technicians
from loper.server.records.agenda import Technician

USUAL = ((time(8), time(10)), (time(10), time(12)), (time(13), time(15)), (time(15), time(17)))
LONGEST = timedelta(days=92)

WEEKDAYS = (
    ("0", gettext_lazy("Monday")),
    ("1", gettext_lazy("Tuesday")),
    ("2", gettext_lazy("Wednesday")),
    ("3", gettext_lazy("Thursday")),
    ("4", gettext_lazy("Friday")),
    ("5", gettext_lazy("Saturday")),
    ("6", gettext_lazy("Sunday")),
)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class BlocksForm(forms.Form):
    """Which blocks, of whom, on which days. Opening needs at least one time; closing without times means whole days."""

    technicians = forms.MultipleChoiceField(
        label=gettext_lazy("For whom?"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("Up to and including"))
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On which days?"), widget=forms.CheckboxSelectMultiple, choices=WEEKDAYS
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("How many customers in one block?"), min_value=1, max_value=20, initial=1
    )
    skip_holidays = forms.BooleanField(label=gettext_lazy("Leave out public holidays"), required=False, initial=True)

    either = tuple(f"{side}_{number}" for number in range(6) for side in ("start", "end"))  # not marked as optional

    def __init__(self, *args: Any, closing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closing = closing
        people = technicians()
        self.fields["technicians"].choices = [(one.key, one.name) for one in people]  # type: ignore[attr-defined]
        for number in range(6):
            start, end = USUAL[number] if number < len(USUAL) else (None, None)
            for side, usual in (("start", start), ("end", end)):
                label = _("from") if side == "start" else _("to")
                widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                self.fields[f"{side}_{number}"] = forms.TimeField(
                    label=label, required=False, initial=usual, widget=widget
                )

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"start_{number}"], self[f"end_{number}"]) for number in range(6)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if last < first:
                self.add_error("last", _("This is before the first day."))
            elif last - first > LONGEST:
                self.add_error("last", _("At most three months at a time."))
            elif last < today():
                self.add_error("last", _("These days are over."))
        data["times"] = self._times(data)
        if not data["times"] and not self.closing and not any(name in self.errors for name in self.either):
            self.add_error(None, _("Fill in at least one part of the day, for instance from 08:00 to 10:00."))
        return data

    def _times(self, data: dict[str, Any]) -> list[tuple[time, time]]:
        found: list[tuple[time, time]] = []
        for number in range(6):
            start, end = data.get(f"start_{number}"), data.get(f"end_{number}")
            if start is None and end is None:
                continue
            if start is None or end is None:
                self.add_error(f"end_{number}" if end is None else f"start_{number}", _("Fill in both times, or none."))
            elif end <= start:
                self.add_error(f"end_{number}", _("This is not after the time before it."))
            elif any(start < other_end and other_start < end for other_start, other_end in found):
                self.add_error(f"start_{number}", _("This overlaps with another part of the day."))
            else:
                found.append((start, end))
        return found

    def days(self) -> list[date]:
        """The days that are meant, from today on."""
        data = self.cleaned_data
        first = max(data["first"], today())
        span = (data["last"] - first).days + 1
        every = [first + timedelta(days=number) for number in range(max(0, span))]
        holidays = frozenset[date]()
        if data["skip_holidays"]:
            for calendar in organisation().calendars.values():
                holidays |= calendar.holidays
        return [day for day in every if str(day.weekday()) in data["weekdays"] and day not in holidays]

    def people(self) -> list[Technician]:
        return list(Technician.objects.filter(key__in=self.cleaned_data["technicians"]).order_by("name", "pk"))


def next_open(last: datetime | None) -> tuple[date, date]:
    """What is most likely meant: the week after the last one that has blocks, or the next one."""
    begin = max(last.date() if last else today(), today())
    monday = begin + timedelta(days=7 - begin.weekday())
    return monday, monday + timedelta(days=4)
