"""What a message said, read again by an agent: with the case as it stood when it went, without its links."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loper.channels.markdown import Button, Choices, Passage, blocks, plain
from loper.define import TextError
from loper.define import render as fill_in
from loper.define.model import Journey
from loper.define.texts import read_source
from loper.run.ports import Unsayable
from loper.server.actions.texts import source_of
from loper.server.pages.desk import words
from loper.server.pages.desk.door import actor_of, case_of, opens
from loper.server.permissions import demand
from loper.server.queries.organisation import organisation
from loper.server.queries.previews import Seen, real_case
from loper.server.queries.words import context
from loper.server.records.runtime import Touch


@require_GET
@opens()
def message(request: HttpRequest, seq: int, key: str) -> HttpResponse:
    """The message that this line of the log tells of."""
    demand(actor_of(request), "customer.see", key)
    view = case_of(request, key)
    touch = Touch.objects.filter(case=key, seq=seq, kind__in=("message", "failed", "unknown")).first()
    if touch is None or touch.activity not in view.journey.touchpoints:
        raise Http404
    moment = f"{touch.activity}/{touch.cause}"
    seen = real_case(view.case.journey, key, touch.activity, moment)
    subject, wrong = "", ""
    paragraphs: list[str] = []
    try:
        if seen is not None:
            subject, paragraphs = _read(view.journey, touch.activity, touch.channel, seen)
    except (TextError, Unsayable):
        wrong = _("The text of this message cannot be made again.")
    about = {
        "view": view,
        "title": words.touchpoint(view.journey, touch.activity),
        "by": words.channel(touch.channel),
        "at": touch.at,
        "subject": subject,
        "paragraphs": paragraphs,
        "wrong": wrong,
    }
    return render(request, "desk/message.html", about)


def _read(journey: Journey, name: str, channel: str, seen: Seen) -> tuple[str, list[str]]:
    """Subject and paragraphs; a link is only its words. Raises TextError or Unsayable."""
    touchpoint, found = journey.touchpoints[name], organisation()
    source, language = source_of(journey, touchpoint, seen.case.customer, channel, seen.customer.language)
    values: dict[str, Any] = context(journey, seen.case, seen.customer, found, language)
    named = read_source(source, language, journey.timezone, found).names
    links = {path.partition(".")[2] for path, _line, _column in named if path.startswith("links.")}
    values |= {"event": dict(seen.event), "links": dict.fromkeys(links, "https://link.invalid/")}
    text = fill_in(source, values, language, journey.timezone, found)
    said = "\n\n".join(_said(block) for block in blocks(text.body))
    return text.subject, [paragraph for paragraph in said.split("\n\n") if paragraph.strip()]


def _said(block: object) -> str:
    match block:
        case Passage():
            return plain(block, addresses=False).replace("https://link.invalid/", "[…]")
        case Button(label=label):
            return f"[ {label} ]" if label != "https://link.invalid/" else "[…]"
        case Choices(buttons=buttons):
            return "  ".join(f"[ {one.label} ]" for one in buttons)
    return ""
