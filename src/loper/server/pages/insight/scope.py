"""Which log a page is about, which of its cases, and how its numbers lead on; shared by all pages of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from loper.log.table import BadLog
from loper.observe import behind
from loper.observe.filter import Filter, of_query, to_query
from loper.observe.laid.layout import Words
from loper.observe.log import Log
from loper.observe.report import GROUPS, Context
from loper.server import clock
from loper.server.pages.insight.words import column, said
from loper.server.permissions import Actor, staff
from loper.server.queries.logs import coverage, design_of, held_against, names, opened
from loper.server.queries.organisation import brand
from loper.server.records.logs import ContactLog

View = Callable[..., HttpResponseBase]
CHOICES = ("most", "days", "activity", "split")
"""Words of an address that are no filter, but a choice of the page."""
ALL_HOLD = ("with_", "without", "pair")
"""Fields of a filter of which several words must all hold, so that two filters are put together by their words."""


def for_analysts(view: View) -> View:
    """Only signed in, only with this permission."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return login_required(permission_required("insight", raise_exception=True)(guarded))


def me(request: HttpRequest) -> Actor:
    return staff(request.user)


def log_of(pk: int) -> ContactLog:
    return get_object_or_404(ContactLog, pk=pk)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scope:
    """A log that is ready, the part of it that the address asks for, and what pages need to show it."""

    row: ContactLog
    whole: Log
    part: Log
    filter: Filter
    choices: dict[str, str]
    language: str

    def link(self, filter: Filter) -> str:
        """To the cases that are in this selection and in that filter."""
        return self.url("cases", both(self.filter, filter))

    def url(self, page: str, /, filter: Filter | None = None, **words: Any) -> str:
        asked = to_query(self.filter if filter is None else filter)
        query = urlencode([*asked, *((name, value) for name, value in words.items() if name != "key")])
        args = [self.row.pk, words["key"]] if "key" in words else [self.row.pk]
        return reverse(f"insight:{page}", args=args) + (f"?{query}" if query else "")

    @property
    def context(self) -> Context:
        return Context(
            language=self.language, link=self.link, asked=self.choices, names=self.names, colour=brand().primary
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What activities are called."""
        return names(self.row, self.language)

    def page(self, **more: Any) -> dict[str, Any]:
        """What every template of this folder wants."""
        return {
            "log": self.row,
            "menu": self.menu(),
            "chips": self.chips(),
            "filtered": bool(self.filter),
            "everything": self.url("first", Filter()),
            "selected": len(self.part),
            "total": self.whole.layout.count,
            "form": self.form(),
            "query": urlencode(to_query(self.filter)),
            "sees": coverage(self.row, self.whole).summary(self.language),
            **more,
        }

    def menu(self) -> list[dict[str, Any]]:
        return [
            {
                "title": self.context.say(*title),
                "links": [
                    {"key": one.key, "title": one.title(self.language), "url": self.url("question", key=one.key)}
                    for one in questions
                ],
            }
            for title, questions in GROUPS
        ]

    def chips(self) -> list[dict[str, str]]:
        """Each thing that is asked, in words, with the address without it."""
        asked = to_query(self.filter)
        found = []
        for at, (name, value) in enumerate(asked):
            rest = of_query([pair for i, pair in enumerate(asked) if i != at])
            found.append(
                {
                    "text": self.context.named(said(name, value, self.whole, self.context.say)),
                    "url": self.url("first", rest),
                }
            )
        return found

    def form(self) -> dict[str, Any]:
        """What can be chosen, and what is chosen now."""
        layout = self.whole.layout
        channel = layout.words("channel")
        attributes = [
            {
                "name": f"attr.{name}",
                "title": column(name),
                "values": list(found.values),
                "chosen": self.filter.attributes.get(name, ()),
            }
            for name, found in layout.attributes.items()
            if isinstance(found, Words) and 1 < len(found.values) <= 40
        ]
        return {
            "activities": sorted(
                ({"name": one, "title": self.context.label(one)} for one in layout.activities),
                key=lambda one: one["title"].casefold(),
            )
            if len(layout.activities) <= 500
            else [],
            "channels": list(channel.values) if channel else [],
            "attributes": attributes[:8],
            "filter": self.filter,
            "since": clock.day_of(self.filter.since).isoformat() if self.filter.since else "",
            "until": clock.day_of(self.filter.until).isoformat() if self.filter.until else "",
            "begins": layout.first.min() if layout.count else None,
        }


def both(one: Filter, other: Filter) -> Filter:
    """The cases of `other` among those of `one`, as a page that shows `one` counted them.

    Two filters become one where that says the same; else the second is worked out within the cases of the first.
    """
    plain = replace(other, behind=())
    if one.behind or _clash(one, plain):
        within = (behind.within(plain),) if plain else ()
        return replace(one, behind=(*one.behind, *within, *other.behind))
    found: dict[str, Any] = {}
    for part in fields(Filter):
        a, b = getattr(one, part.name), getattr(other, part.name)
        if part.name in ALL_HOLD:
            found[part.name] = tuple(dict.fromkeys((*a, *b)))
        elif part.name == "attributes":
            found[part.name] = {**a, **b}
        else:
            found[part.name] = b or a
    return replace(one, **found)


def _clash(one: Filter, other: Filter) -> bool:
    """Whether both ask something of a field that cannot hold both."""
    for part in fields(Filter):
        a, b = getattr(one, part.name), getattr(other, part.name)
        if part.name == "attributes":
            if any(b[name] != a[name] for name in a.keys() & b.keys()):
                return True
        elif part.name not in ALL_HOLD and a and b and a != b:
            return True
    return False


def scoped(view: View) -> View:
    """The view gets a Scope in place of the number of a log; a log that is not ready, or a wrong filter, is said."""

    @wraps(view)
    def within(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        row = log_of(pk)
        if not row.laid:
            return redirect("insight:first", pk)
        try:
            whole = opened(row)
            filter = of_query(_pairs(request), clock.zone())
            part = whole.where(replace(filter, behind=()))
            part.design = design_of(row, filter.attributes.get("journey", ()))
            part.against = held_against(row)
            part.finals = tuple(one for one in row.options.get("ends", ()) if one in whole.layout.activities)
            part = part.where(behind=filter.behind) if filter.behind else part
        except BadLog as wrong:
            context = {"log": row, "problems": wrong.problems, "everything": reverse("insight:first", args=[pk])}
            return render(request, "insight/wrong.html", context, status=422)
        choices = {name: request.GET[name] for name in CHOICES if request.GET.get(name)}
        language = get_language() or "nl"
        scope = Scope(row=row, whole=whole, part=part, filter=filter, choices=choices, language=language)
        return view(request, scope, *args, **kwargs)

    return for_analysts(within)


def _pairs(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]
