"""What goes out: who hears what happens, how it goes, what became of each delivery; and what happened as a file."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loper.server import clock
from loper.server.actions.out import csv_file
from loper.server.actions.out import subscribers as act
from loper.server.actions.refused import Refused
from loper.server.clock import midnight, today
from loper.server.pages.office.scope import me, opens
from loper.server.queries.designs import published
from loper.server.queries.out import deliveries, subscriber, subscribers
from loper.server.records.out import Delivery, Subscriber
from loper.server.records.tables import VIEWS

STATES = ("", Delivery.WAITING, Delivery.GIVEN_UP, Delivery.DONE)


def names(text: str) -> tuple[str, ...]:
    """`job.*, loper.message` -> those names, each once."""
    return tuple(dict.fromkeys(one for one in re.split(r"[\s,;]+", text) if one))


class SubscriberForm(forms.Form):
    """Who hears, where, and what of it."""

    name = forms.CharField(label=gettext_lazy("What is it called?"), max_length=120)
    owner = forms.EmailField(
        label=gettext_lazy("Who answers for it?"), help_text=gettext_lazy("An e-mail address of a colleague.")
    )
    address = forms.CharField(
        label=gettext_lazy("To which address?"),
        help_text=gettext_lazy("It begins with https://. Of a VERA system: the address that ends in /v4."),
        max_length=500,
    )
    form = forms.ChoiceField(
        label=gettext_lazy("In which form?"),
        choices=(
            (Subscriber.EVENTS, gettext_lazy("CloudEvents, all in the message")),
            (Subscriber.BINARY, gettext_lazy("CloudEvents, with headers")),
            (Subscriber.VERA, gettext_lazy("VERA: the state of the appointment and the order")),
        ),
        widget=forms.RadioSelect,
        initial=Subscriber.EVENTS,
    )
    token = forms.CharField(
        label=gettext_lazy("The key that the VERA system asks for"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    types = forms.CharField(
        label=gettext_lazy("Which events?"),
        required=False,
        help_text=gettext_lazy("With commas, like job.*, loper.message. Nothing: all of them."),
    )
    journeys = forms.MultipleChoiceField(
        label=gettext_lazy("Of which journeys?"),
        required=False,
        help_text=gettext_lazy("Nothing ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.CharField(
        label=gettext_lazy("Of which region?"),
        required=False,
        help_text=gettext_lazy("First digits of postcodes with commas, like 10, 11. Nothing: everywhere."),
    )
    facts = forms.BooleanField(
        label=gettext_lazy("With what people told"),
        required=False,
        help_text=gettext_lazy(
            "Only where the other system needs it. It can be personal data; without it there are references alone."
        ),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["journeys"].choices = [  # type: ignore[attr-defined]
            (one.name, one.title.get(get_language() or "nl", one.name)) for one in published()
        ]

    def wish(self) -> act.Wish:
        given = self.cleaned_data
        return act.Wish(
            name=given["name"],
            owner=given["owner"],
            address=given["address"].strip(),
            form=given["form"],
            types=names(given["types"]),
            journeys=tuple(given["journeys"]),
            regions=names(given["regions"].upper()),
            facts=given["facts"],
            token=given["token"],
        )


@require_safe
@opens("out")
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody who hears what happens."""
    first = today() - timedelta(days=7)
    more = {"since": first, "changes": me(request).may("out.change"), "tables": _tables()}
    return render(request, "office/out.html", {"subscribers": subscribers(), **more})


@require_http_methods(["GET", "HEAD", "POST"])
@opens("out.change")
def new(request: HttpRequest) -> HttpResponse:
    """One more; its secret is on the page that follows, and never again."""
    form = SubscriberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = act.subscribe(actor=me(request), wish=form.wish())
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        else:
            return _secret(request, row, secret)
    return render(request, "office/out_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@opens("out.change")
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Another address, other events."""
    row = _row(key).row
    stands = {
        **{name: getattr(row, name) for name in ("name", "owner", "address", "form", "journeys", "facts")},
        "types": ", ".join(row.types),
        "regions": ", ".join(row.regions),
    }
    form = SubscriberForm(request.POST or None, initial=stands)
    if request.method == "POST" and form.is_valid():
        try:
            act.change(actor=me(request), key=key, wish=form.wish())
        except Refused as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        else:
            messages.success(request, _("From now on it is so."))
            return redirect("office:out_one", key)
    return render(request, "office/out_form.html", {"form": form, "row": row}, status=422 if form.errors else 200)


@require_safe
@opens("out")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """How it goes with this one, and what went to it."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    return render(
        request,
        "office/out_one.html",
        {
            "one": _row(key),
            "deliveries": deliveries(key, state),
            "state": state,
            "states": _states(),
            "changes": me(request).may("out.change"),
            "first": today() - timedelta(days=1),
        },
    )


@require_POST
@opens("out.change")
def do(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """Try it, switch it, replace its secret, send again."""
    row, actor = _row(key).row, me(request)
    try:
        if what == "try":
            answer = act.try_it(actor=actor, key=key)
            said = answer.text or _("no words")
            if answer.good:
                messages.success(
                    request, _("It answered %(status)s: %(text)s") % {"status": answer.status, "text": said}
                )
            else:
                code = answer.status or _("nothing")
                messages.error(request, _("It answered %(status)s: %(text)s") % {"status": code, "text": said})
        elif what == "secret":
            return _secret(request, row, act.replace_secret(actor=actor, key=key))
        elif what in ("on", "off"):
            act.switch(actor=actor, key=key, on=what == "on", why=_("by %(name)s") % {"name": actor.name})
        elif what == "remove":
            act.remove(actor=actor, key=key)
            messages.success(request, _("%(name)s is taken out.") % {"name": row.name})
            return redirect("office:out")
        elif what == "again":
            count = _send_again(request, key)
            messages.success(request, _("%(count)s go again.") % {"count": count})
        else:
            raise Http404
    except Refused as wrong:
        messages.error(request, wrong.sentence)
    return redirect("office:out_one", key)


def _send_again(request: HttpRequest, key: str) -> int:
    given, actor = request.POST, me(request)
    if given.get("ident"):
        return act.send_again(actor=actor, key=key, ident=given["ident"])
    if given.get("since"):
        return act.send_since(actor=actor, key=key, ident=given["since"])
    start = _day(given.get("day", ""))
    return act.send_period(actor=actor, key=key, start=start, end=clock.now())


@require_safe
@opens("out")
def file(request: HttpRequest) -> HttpResponseBase:
    """What happened since a day, as CSV."""
    try:
        since = _day(request.GET.get("since", ""))
    except Refused as wrong:
        messages.error(request, wrong.sentence)
        return redirect("office:out")
    language = "nl" if get_language() == "nl" else "en"
    pieces = csv_file.lines(since, csv_file.horizon(), language)
    answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="loper.csv"'
    return answer


def _day(text: str) -> datetime:
    try:
        return midnight(datetime.strptime(text, "%Y-%m-%d").date())  # noqa: DTZ007 - a day, there
    except (ValueError, OverflowError):
        raise Refused(_("Choose a day.")) from None


def _row(key: str) -> Any:
    found = subscriber(key)
    if found is None:
        raise Http404
    return found


def _secret(request: HttpRequest, row: Subscriber, secret: str) -> HttpResponse:
    answer = render(request, "office/out_secret.html", {"row": row, "secret": secret})
    answer["Cache-Control"] = "no-store"
    return answer


def _states() -> list[tuple[str, str]]:
    return [("", _("all")), ("waiting", _("waiting")), ("given_up", _("given up")), ("done", _("arrived"))]


def _tables() -> list[tuple[str, str]]:
    return [(view.view, _(view.says).replace("`", "")) for view in VIEWS]
