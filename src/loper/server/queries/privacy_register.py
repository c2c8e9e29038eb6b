"""The register as lines that one can read, print, or put in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loper.server.records.register import PILES, PURPOSES, RULES, TABLES, Basis, Erase, Kind, Table

COLUMNS = ("where", "field", "kind", "purpose", "basis", "kept", "days", "export", "erase")

BASES = {
    Basis.CONSENT: gettext_noop("consent (art. 6.1.a)"),
    Basis.CONTRACT: gettext_noop("contract (art. 6.1.b)"),
    Basis.LEGAL: gettext_noop("legal obligation (art. 6.1.c)"),
    Basis.INTEREST: gettext_noop("legitimate interest (art. 6.1.f)"),
}

KINDS = {
    Kind.PERSON: gettext_noop("of the customer"),
    Kind.TRACE: gettext_noop("of what happened to them"),
    Kind.HIDDEN: gettext_noop("of the customer, technical"),
    Kind.STAFF: gettext_noop("of who works here"),
    Kind.REFERENCE: gettext_noop("a reference"),
    Kind.PLAIN: gettext_noop("of nobody"),
}


def lines() -> Iterator[tuple[str, ...]]:
    """A line a field (COLUMNS), then a line a kind of file."""
    for table in TABLES.values():
        for name, kind in table.fields.items():
            personal = kind in (Kind.PERSON, Kind.TRACE, Kind.HIDDEN)
            yield (
                table.model.partition(".")[2],
                name,
                _(KINDS[kind]),
                _(PURPOSES[table.purpose]),
                _(BASES[table.basis]) if table.basis and kind not in (Kind.PLAIN, Kind.REFERENCE) else "",
                _(RULES[table.keep].why),
                str(RULES[table.keep].days or ""),
                _("yes") if personal and kind != Kind.HIDDEN else _("no"),
                what_goes(table, name),
            )
    for pile in PILES:
        yield (_(pile.name), pile.place, "", _(PURPOSES[pile.purpose]), _(BASES[pile.basis]) if pile.basis else "",
               _(RULES[pile.keep].why), str(RULES[pile.keep].days or ""), _("no"), _(pile.erase))  # fmt: skip


def what_goes(table: Table, name: str) -> str:
    """What an erase does to a field, in words."""
    kind = table.fields[name]
    if table.erase == Erase.ROW:
        return _("the row goes")
    if table.erase == Erase.EMPTY and kind in (Kind.PERSON, Kind.HIDDEN):
        return _("is emptied")
    if name in table.because:
        return _("stands: %(because)s") % {"because": table.because[name]}
    return _("stands") if kind != Kind.PLAIN else ""
