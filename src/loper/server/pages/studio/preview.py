"""A text as a customer gets it: rendered with a case, by the channel's own hand, with what is wrong beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from html import escape
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from loper.channels.email import EmailSettings, Look
from loper.channels.email.message import compose as compose_mail
from loper.channels.markdown import Button, Choices, Passage, blocks, plain
from loper.channels.sms import segments
from loper.channels.sms.text import text_of
from loper.define import TextError, render
from loper.define.model import Journey, Touchpoint
from loper.define.rules.reading import b1
from loper.define.text_files import check_text, name_of
from loper.define.texts import read_source
from loper.run.ports import Link, Outgoing
from loper.server import clock
from loper.server.actions.texts import LABELS
from loper.server.pages.studio import said, words
from loper.server.post import email_settings
from loper.server.queries.organisation import brand, organisation, text_in
from loper.server.queries.previews import Seen, example_case
from loper.server.queries.words import context

LONG_SUBJECT = 60
"""More signs than a telephone shows of a subject."""

NOBODY = "voorbeeld@loper.invalid"

PLACEHOLDER = "voorbeeld-van-een-link-van-32-nu"
"""As long as a real one, so that an SMS is as long as it will be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the preview shows. `remarks` are for the eye, `wrongs` must be mended."""

    channel: str
    real: bool
    case: str
    wrongs: Sequence[said.Wrong]
    remarks: Sequence[str]
    subject: str = ""
    body: str = ""
    html: str = ""
    segments: int = 0
    signs: int = 0
    sender: str = ""


def show(
    journey: Journey,
    touchpoint: Touchpoint,
    key: str,
    channel: str,
    language: str,
    source: str,
    seen: Seen | None,
) -> Shown:
    """The text with this case (none: an example). Whatever is wrong with it is said, nothing is raised."""
    seen = seen or example_case(journey, touchpoint.name, clock.now(), "Jo Jansen")
    file = name_of(key, channel, language)
    problems = check_text(journey, (key, channel, language), source, file, organisation()) if source.strip() else []
    common: dict[str, Any] = {
        "channel": channel,
        "real": seen.real,
        "case": seen.case.key,
        "sender": organisation().sender.sms or brand().name,
    }
    wrongs = said.wrongs(problems)
    remarks = [said.sentence(one) for one in b1(source)] if language == "nl" and source.strip() else []
    if not source.strip():
        return Shown(**common, wrongs=wrongs, remarks=[_("There is no text yet. Write it here.")])
    try:
        message = compose(journey, touchpoint, language, source, seen)
    except TextError as wrong:
        if not problems:
            hint = said.sentence(wrong.hint)
            wrongs = [said.Wrong(file, file, wrong.line, wrong.column, said.sentence(wrong.message), hint)]
        return Shown(**common, wrongs=wrongs, remarks=remarks)
    if channel == "email":
        if len(message.subject) > LONG_SUBJECT:
            size = len(message.subject)
            remarks.append(_("The subject is long (%(n)d signs): a telephone shows about 40.") % {"n": size})
        return Shown(
            **common, wrongs=wrongs, remarks=remarks, subject=message.subject, html=_html(message), body=message.body
        )
    if channel == "sms":
        text = text_of(message)
        count = segments(text).count
        if count > 1:
            remarks.append(_("This goes as %(n)d messages, and each is paid for.") % {"n": count})
        return Shown(**common, wrongs=wrongs, remarks=remarks, body=text, segments=count, signs=len(text))
    return Shown(**common, wrongs=wrongs, remarks=remarks, subject=message.subject, body=message.body)


def compose(journey: Journey, touchpoint: Touchpoint, language: str, source: str, seen: Seen) -> Outgoing:
    """The message as the runtime would make it, with links that lead nowhere. Raises TextError."""
    found = organisation()
    values: dict[str, Any] = context(journey, seen.case, seen.customer, found, language)
    values = {**seen.more, **values, "event": dict(seen.event)}
    wanted = _links(source, language, journey)
    link = f"{settings.LOPER_URL}/l/{PLACEHOLDER}"
    unsubscribe = f"{settings.LOPER_URL}/u/{PLACEHOLDER}" if touchpoint.kind != "service" else ""
    values["links"] = dict.fromkeys(wanted, link) | ({"unsubscribe": unsubscribe} if unsubscribe else {})
    text = render(source, values, language, journey.timezone, found)
    return Outgoing(
        key="preview",
        to="",
        language=language,
        subject=text.subject,
        body=text.body,
        links=_buttons(journey, touchpoint, wanted, language, link),
        marketing=touchpoint.kind == "news",
        unsubscribe=unsubscribe,
    )


def _links(source: str, language: str, journey: Journey) -> set[str]:
    named = read_source(source, language, journey.timezone, organisation()).names
    return {path.partition(".")[2] for path, _line, _column in named if path.startswith("links.")}


def _buttons(journey: Journey, touchpoint: Touchpoint, named: set[str], language: str, link: str) -> list[Link]:
    """What the touchpoint offers and its text does not name itself."""
    found = []
    for offer in touchpoint.offers:
        if offer.name not in named:
            own: Mapping[str, str] = LABELS.get(offer.name, {})
            if offer.name in journey.dialogues:
                own = journey.dialogues[offer.name].title
            found.append(Link(offer.name, text_in(own, language) or offer.name, link))
    return found


def _html(message: Outgoing) -> str:
    """The page of the mail, as the channel of this installation makes it. Its links open nothing."""
    try:
        settings = email_settings()
    except ValueError:  # the installation is not set up for mail yet
        settings = EmailSettings(host="localhost", sender=NOBODY, look=Look(name=brand().name))
    mail = compose_mail(replace(message, to=NOBODY), settings, clock.now())
    body = message_from_bytes(mail.content, policy=default).get_body(("html",))
    html = str(body.get_content()) if body is not None else ""
    html = re.sub(r"cid:[^\"']+", escape(brand().logo), html)
    return html.replace("<head>", '<head><base target="_blank">', 1)


def readable(shown: Shown) -> str:
    """The message as plain words for who reads along: a button is a button, a link is a link."""
    link = f"{settings.LOPER_URL}/l/{PLACEHOLDER}"
    if shown.channel == "sms":
        return shown.body.replace(link, f"{settings.LOPER_URL.partition('//')[2]}/…")
    parts = []
    for block in blocks(shown.body):
        match block:
            case Passage():
                parts.append(plain(block).replace(f" ({link})", ""))
            case Button(label):
                parts.append(f"[ {label} ]")
            case Choices(buttons):
                parts.append("\n".join(f"[ {one.label} ]" for one in buttons))
    return "\n\n".join(parts).replace(link, "…")


def blank(shown: Shown) -> str:
    """What the frame shows while there is no mail."""
    why = shown.wrongs[0].message if shown.wrongs else _("There is no text yet. Write it here.")
    return (
        "<!doctype html><html><head><style>body{font:16px sans-serif;color:#5b6475;padding:2rem;text-align:center}"
        f"</style></head><body><p>{escape(why)}</p></body></html>"
    )


def names(journey: Journey, touchpoint: Touchpoint, language: str) -> list[tuple[str, str]]:
    """What can be named in a text: (how to write it, what it is), to be put in with one click."""
    found = [
        ("{{ customer.name }}", _("the customer's name")),
        ("{{ customer.first_name }}", _("first name")),
        ("{{ organisation.name }}", _("your organisation")),
        ("{{ organisation.phone }}", _("your telephone number")),
        ("{{ case.number }}", _("the number of the case")),
        ("{{ links.status }}", _("link to the status")),
    ]
    filters = {"appointment": "block", "time": "time", "date": "date", "money": "money", "minutes": "minutes"}
    for name, kind in journey.facts.items():
        if kind.kind == "appointment":
            found.append((f"{{{{ {name}.start | day }}}}", _("day of the appointment")))
        found.append(
            (f"{{{{ {name}{f' | {filters[kind.kind]}' if kind.kind in filters else ''} }}}}", words.readable(name))
        )
    for offer in touchpoint.offers:
        what = words.offer(journey, offer, language)
        found.append((f"{{{{ links.{offer.name} }}}}", _("link: %(what)s") % {"what": what}))
    for block in sorted({name for name, _code in organisation().blocks}):
        found.append((f"{{% render '{block}' %}}", _("shared text: %(name)s") % {"name": words.readable(block)}))
    return found
