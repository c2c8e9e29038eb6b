"""What an address asks of a log, each thing as a person says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loper.observe.against.conform import SAID as DEVIATED
from loper.observe.contact.failure import SAID as SPARED
from loper.observe.log import Log
from loper.observe.words import Say


def said(name: str, value: str, log: Log, say: Say) -> str:
    """One thing that is asked. Activities stand between “ and ”, so that they can be called by their names."""
    if name.startswith("attr."):
        return f"{column(name.removeprefix('attr.'))}: {value}"
    if name == "variant":
        return _("one variant of %(length)s contacts") % {"length": _length(value, log)}
    if name == "behind":
        return behind(value, log, say)
    if name == "pair":
        source, _arrow, target = value.partition(" > ")
        return _("straight from “%(source)s” to “%(target)s”") % {"source": source, "target": target}
    words = {
        "since": _("began from %(value)s"),
        "until": _("began before %(value)s"),
        "quiet_since": _("no contact after %(value)s"),
        "channel": _("contact by %(value)s"),
        "first_channel": _("began by %(value)s"),
        "with": _("with “%(value)s”"),
        "without": _("without “%(value)s”"),
        "begins": _("begins with “%(value)s”"),
        "ends": _("ends with “%(value)s”"),
    }
    if name in ("since", "until"):
        value = formats.date_format(timezone.localtime(datetime.fromisoformat(value)).date(), "j F Y")
    if name == "quiet_since":
        value = formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "j F Y, H:i")
    return words[name] % {"value": value}


def behind(value: str, log: Log, say: Say) -> str:
    """The cases behind a number, by the name of that number (`loper.observe.behind`)."""
    word, _colon, about = value.partition(":")
    one, _colon, other = about.partition(":")
    nl = say.language.startswith("nl")
    if word == "in":
        return say.listed([said(name, inner, log, say) for name, inner in parse_qsl(about)])
    if word == "went":
        asked = dict(parse_qsl(about))
        words = (
            _("stopped after “%(activity)s”, then “%(then)s” by %(by)s")
            if "by" in asked
            else _("stopped after “%(activity)s”, then “%(then)s”")
        )
        return words % asked
    if word == "failure":
        return _("contact that could have been spared: %(ground)s") % {
            "ground": next((texts[nl] for ground, texts in SPARED.items() if ground == one), one)
        }
    if word == "deviation":
        what = DEVIATED[one][nl] if one in DEVIATED else one
        return _("“%(touchpoint)s” %(what)s") % {"touchpoint": other, "what": what}
    sets: Mapping[str, str] = {
        "stopped": _("stopped after “%(one)s”"),
        "again": _("“%(one)s” more than once"),
        "elsewhere": _("begun digitally, ended elsewhere"),
        "left": _("went on by %(one)s after “%(other)s”"),
        "dropped:first": _("began by %(other)s and stopped"),
        "dropped:last": _("stopped after contact by %(other)s"),
        "funnel:came": _("came to step %(step)s"),
        "funnel:instead": _("came as far as step %(step)s, then something else"),
        "funnel:ended": _("came as far as step %(step)s and ended there"),
        "funnel:stopped": _("came as far as step %(step)s and stopped"),
        "funnel:under_way": _("came as far as step %(step)s and is under way"),
    }
    key = {"dropped": f"dropped:{one}", "funnel": f"funnel:{other}"}.get(word, word)
    if word in ("stopped", "again"):
        one = about  # an activity may have a colon in its name
    step = int(one) + 1 if one.isdecimal() else one
    return sets[key] % {"one": one, "other": other, "step": step}


def column(name: str) -> str:
    """What a column that Loper knows is called; others are called as their log calls them."""
    words = {
        "activity": pgettext("column", "what happened"),
        "cause": pgettext("column", "brought about by"),
        "channel": pgettext("column", "channel"),
        "customer": pgettext("column", "customer"),
        "direction": pgettext("column", "in or out"),
        "initiator": pgettext("column", "by whom"),
        "journey": pgettext("column", "journey"),
        "kind": pgettext("column", "kind"),
        "outcome": pgettext("column", "outcome"),
        "reason": pgettext("column", "about"),
        "recorded": pgettext("column", "recorded"),
        "round": pgettext("column", "round"),
        "score": pgettext("column", "mark"),
        "stage": pgettext("column", "stage"),
        "version": pgettext("column", "version"),
    }
    return words.get(name, name)


def _length(variant: str, log: Log) -> int:
    try:
        return len(log.which.activities(log.which.number(variant)))
    except KeyError:
        return 0
