"""The forms for who makes visits, and for a kind of work."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loper.define.organisation_keys import WEEKDAYS as NAMES
from loper.server.actions.technicians import Working
from loper.server.pages.planner.forms import WEEKDAYS
from loper.server.queries.agenda import skill_word
from loper.server.queries.designs import published
from loper.server.records.agenda import Technician, WorkKind

MOST_WORDS = 40


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def words(text: str) -> tuple[str, ...]:
    """`tap, siphon` -> those words, each once; at most forty."""
    found = (re.sub(r"\s+", " ", word).strip()[:60] for word in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(word for word in found if word))[:MOST_WORDS]


def skill_choices(more: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Every skill that a journey asks for, or that somebody has."""
    asked = [skill for one in published() if "skill" in one.facts for skill in one.facts["skill"].options]
    return [(name, skill_word(name)) for name in dict.fromkeys([*asked, *more])]


class TechnicianForm(forms.Form):
    """Who makes visits, what they can do, when and from where they work, and with which account they see their day."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("What can they do?"),
        help_text=gettext_lazy("Nothing ticked means everything."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20, required=False)
    user = forms.ModelChoiceField(
        label=gettext_lazy("Account"),
        help_text=gettext_lazy("With this account they see their jobs on their telephone."),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("No account yet"),
    )
    lunch_from = _time(gettext_lazy("Lunch begins between"))
    lunch_until = _time(gettext_lazy("and"))
    lunch_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes of lunch"), min_value=5, max_value=180, required=False
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode where the day begins"), max_length=8, required=False)
    house_number = forms.CharField(label=gettext_lazy("House number there"), max_length=12, required=False)
    area = forms.CharField(
        label=gettext_lazy("Area"),
        help_text=gettext_lazy("The first digits of postcodes, like 35, 36. Nothing means everywhere."),
        max_length=400,
        required=False,
    )
    van = forms.CharField(
        label=gettext_lazy("What lies in the van"),
        help_text=gettext_lazy("Material, with a comma in between."),
        max_length=2000,
        required=False,
    )
    on_duty = forms.BooleanField(label=gettext_lazy("Is called in an emergency outside working hours"), required=False)
    partner = forms.BooleanField(label=gettext_lazy("Is a co-maker: another firm, with agreed blocks"), required=False)
    active = forms.BooleanField(label=gettext_lazy("Can be booked"), required=False, initial=True)

    def __init__(self, *args: Any, technician: Technician | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {**_initial(technician), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name in NAMES:
            self.fields[f"from_{name}"] = _time(_("from"))
            self.fields[f"until_{name}"] = _time(_("to"))
        self.fields["skills"].choices = skill_choices(tuple(technician.skills if technician else ()))  # type: ignore[attr-defined]
        mine = Q(technician=None) | Q(technician=technician) if technician else Q(technician=None)
        accounts = User.objects.filter(mine, is_active=True, groups__name="technician").order_by("username")
        self.fields["user"].queryset = accounts  # type: ignore[attr-defined]
        self.fields["user"].label_from_instance = (  # type: ignore[attr-defined]
            lambda user: user.get_full_name() or user.get_username()
        )

    @property
    def week(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """The days with their two fields."""
        return [
            (label, self[f"from_{name}"], self[f"until_{name}"])
            for name, (_number, label) in zip(NAMES, WEEKDAYS, strict=True)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        hours = {}
        for name in NAMES:
            pair = self._pair(data, f"from_{name}", f"until_{name}")
            if pair:
                hours[name] = pair
        lunch: dict[str, str | int] = {}
        pair = self._pair(data, "lunch_from", "lunch_until")
        if pair:
            lunch = {"from": pair[0], "until": pair[1], "minutes": data.get("lunch_minutes") or 30}
        area = words(data.get("area", ""))
        if wrong := [one for one in area if not re.fullmatch(r"[1-9]\d{0,3}", one, re.ASCII)]:
            self.add_error("area", _("This is not the beginning of a postcode: %(which)s.") % {"which": wrong[0]})
        if hours and data.get("partner"):
            self.add_error("partner", _("A co-maker has agreed blocks. Leave the working hours empty."))
        data["working"] = Working(
            hours=hours,
            lunch=lunch,
            postcode=data.get("postcode", ""),
            house_number=data.get("house_number", ""),
            area=area,
            van=words(data.get("van", "")),
            partner=bool(data.get("partner")),
            on_duty=bool(data.get("on_duty")),
        )
        return data

    def _pair(self, data: dict[str, Any], first: str, last: str) -> tuple[str, str] | None:
        start, end = data.get(first), data.get(last)
        if start is None and end is None:
            return None
        if start is None or end is None:
            self.add_error(last if end is None else first, _("Fill in both times, or none."))
        elif end <= start:
            self.add_error(last, _("This is not after the time before it."))
        else:
            return f"{start:%H:%M}", f"{end:%H:%M}"
        return None

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("name", "skills", "phone", "user", "active", "working")}


def _initial(one: Technician | None) -> dict[str, Any]:
    if one is None:
        return {}
    found: dict[str, Any] = {
        "name": one.name,
        "skills": one.skills,
        "phone": one.phone,
        "user": one.user,
        "active": one.active,
        "postcode": one.postcode,
        "house_number": one.house_number,
        "area": ", ".join(one.area),
        "van": ", ".join(one.van),
        "partner": one.partner,
        "on_duty": one.on_duty,
    }
    for name, (start, end) in one.hours.items():
        found |= {f"from_{name}": time.fromisoformat(start), f"until_{name}": time.fromisoformat(end)}
    if one.lunch:
        found |= {
            "lunch_from": time.fromisoformat(one.lunch["from"]),
            "lunch_until": time.fromisoformat(one.lunch["until"]),
            "lunch_minutes": one.lunch.get("minutes", 30),
        }
    return found


class KindForm(forms.Form):
    """What a kind of work asks for."""

    title = forms.CharField(label=gettext_lazy("What we call it"), max_length=120)
    name = forms.SlugField(
        label=gettext_lazy("Name in the journey"),
        help_text=gettext_lazy("What the question about the problem calls it, like leak."),
        max_length=60,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes does it take?"), min_value=5, max_value=600, initial=60
    )
    people = forms.TypedChoiceField(
        label=gettext_lazy("How many people?"),
        choices=((1, gettext_lazy("One")), (2, gettext_lazy("Two, together"))),
        coerce=int,
        initial=1,
        widget=forms.RadioSelect,
    )
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("What must they be able to do?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    material = forms.CharField(
        label=gettext_lazy("Material"),
        help_text=gettext_lazy("What must lie in the van, with a comma in between."),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, kind: WorkKind | None = None, **kwargs: Any) -> None:
        if kind is not None:
            kwargs["initial"] = {
                "title": kind.title or kind.name,
                "name": kind.name,
                "minutes": kind.minutes,
                "people": kind.people,
                "skills": kind.skills,
                "material": ", ".join(kind.material),
            }
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = skill_choices(tuple(kind.skills if kind else ()))  # type: ignore[attr-defined]

    def clean_material(self) -> tuple[str, ...]:
        return words(self.cleaned_data["material"])
