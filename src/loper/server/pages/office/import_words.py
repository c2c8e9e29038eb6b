"""Kinds, fields, states and reasons of files that were brought in, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loper.server.records.imports import Import
from loper.server.ui.words import day as day_in_words

KINDS = {
    "customers": gettext_noop("Customers"), "homes": gettext_noop("Homes"),
    "technicians": gettext_noop("Technicians"), "absences": gettext_noop("Absences"),
}  # fmt: skip
FIELDS = {
    "ident": gettext_noop("Number"),
    "name": gettext_noop("Name"),
    "first": gettext_noop("First name or initials"),
    "prefix": gettext_noop("Prefix"),
    "last": gettext_noop("Last name"),
    "email": gettext_noop("E-mail address"),
    "mobile": gettext_noop("Mobile telephone"),
    "phone": gettext_noop("Telephone"),
    "postcode": gettext_noop("Postcode"),
    "house_number": gettext_noop("House number"),
    "addition": gettext_noop("Addition"),
    "street": gettext_noop("Street"),
    "town": gettext_noop("Town"),
    "language": gettext_noop("Language"),
    "choice": gettext_noop("Wished channel"),
    "status": gettext_noop("Status"),
    "left": gettext_noop("Left on"),
    "deceased": gettext_noop("Died on"),
    "skills": gettext_noop("Skills"),
    "partner": gettext_noop("Firm of its own"),
    "technician": gettext_noop("Number of the technician"),
    "start": gettext_noop("From"),
    "end": gettext_noop("Last day"),
    "why": gettext_noop("Reason"),
}
WHY = {
    "needed": gettext_noop("is missing"),
    "too_long": gettext_noop("is too long"),
    "not_a_name": gettext_noop("is no name"),
    "bsn": gettext_noop("holds a burgerservicenummer, which may not be kept here"),
    "not_an_email": gettext_noop("is no e-mail address"),
    "not_a_phone": gettext_noop("is no telephone number"),
    "not_a_postcode": gettext_noop("is no postcode; one looks like 1234 AB"),
    "not_a_house_number": gettext_noop("is no house number; one looks like 12 or 12A"),
    "half_an_address": gettext_noop("is missing: an address has a postcode and a house number"),
    "not_a_language": gettext_noop("is no language that we write"),
    "not_a_channel": gettext_noop("is no channel that we know"),
    "not_a_status": gettext_noop("is no state that we know: current, moved or deceased"),
    "not_a_day": gettext_noop("is no day; one looks like 1-9-2026"),
    "day_out_of_range": gettext_noop("is a day that cannot be"),
    "ends_before": gettext_noop("lies before the beginning"),
    "not_yes_or_no": gettext_noop("is neither yes nor no"),
    "unknown_technician": gettext_noop("is no technician that we know: bring those in first"),
    "no_column": gettext_noop("this column is not in the file"),
    "twice": gettext_noop("this column was chosen twice"),
    "unknown": gettext_noop("is not a field"),
}
STATES = {
    Import.NEW: gettext_noop("say which column is what"),
    Import.LOOK: gettext_noop("is being looked at"),
    Import.SEEN: gettext_noop("looked at; nothing is changed yet"),
    Import.GO: gettext_noop("is being put in force"),
    Import.DONE: gettext_noop("in force"),
    Import.FAILED: gettext_noop("could not be read"),
    Import.UNDONE: gettext_noop("taken back"),
}
SAID = (
    (re.compile(r"read as (?P<name>.+)"), gettext_noop("Written in %(name)s.")),
    (re.compile(r"columns apart by '(?P<name>.+)'"), gettext_noop("Columns are kept apart by %(name)s")),
    (re.compile(r"sheet '(?P<name>.+)' was read"), gettext_noop("Sheet %(name)s was read.")),
    (re.compile(r"sheet '(?P<name>.+)' was not read"), gettext_noop("Sheet %(name)s was not read.")),
    (
        re.compile(r"more than one column is called '(?P<name>.+)'"),
        gettext_noop("More than one column is called %(name)s."),
    ),
)
"""What `intake.sheet` says of a file, and the same for people."""

RAGGED = re.compile(r"(?P<has>\d+) columns where the header has (?P<wanted>\d+)")
CHANGES = {"new": gettext_noop("new"), "changed": gettext_noop("changes")}


def kind(name: str) -> str:
    return _(KINDS.get(name, name))


def field(name: str) -> str:
    return _(FIELDS[name]) if name in FIELDS else name


def state(row: Import) -> str:
    return _(STATES[row.state])


def change(name: str) -> str:
    return _(CHANGES.get(name, name))


def why(reason: str, value: str = "") -> str:
    """Why a cell cannot come in, with the cell as it stood."""
    name, _colon, more = reason.partition(":")
    if name == "twice" and more:
        text = _("stands in row %(n)s too") % {"n": more}
    elif name in WHY:
        text = _(WHY[name])
    else:
        found = RAGGED.match(reason)
        text = _("%(has)s columns where %(wanted)s were expected") % found.groupdict() if found else reason
        return f"{text}: {value}" if value else text
    return f"“{value}” {text}" if value else text


def mapping(part: str) -> str:
    """`field: reason`, of a mapping, in words."""
    name, _colon, reason = part.partition(": ")
    return f"{field(name)}: {why(reason)}" if reason else part


def note(given: Sequence[str]) -> tuple[str, str]:
    """(how grave, sentence)"""
    name, more = given[0], given[1] if len(given) > 1 else ""
    if name == "bsn":
        return "eye", _("Column %(name)s holds burgerservicenummers. It is not read, and may not be kept.") % {
            "name": more
        }
    if name == "same_file":
        at = day_in_words(datetime.fromisoformat(more))
        return "eye", _("This very file was put in force before, on %(day)s. It changes nothing.") % {"day": at}
    for form, words in SAID:
        found = form.match(more)
        if found:
            return "", _(words) % found.groupdict()
    return "", more
