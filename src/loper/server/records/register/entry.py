"""What the register says of a table and of each of its fields: whose it is, what for, on which ground, how long.

The words are those of the General Data Protection Regulation: purpose and basis (art. 5 and 6), retention (art. 5.1.e),
access (art. 15), erasure (art. 17). The register is read by the export, the erase, the retention and the pages: what
stands here is what happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Basis(StrEnum):
    """Article 6.1 of the GDPR."""

    CONSENT = "a"
    CONTRACT = "b"
    LEGAL = "c"
    INTEREST = "f"  # of the organisation, or of its staff


class Erase(StrEnum):
    """What an erase does to the rows of a person."""

    ROW = "row"  # the row goes
    EMPTY = "empty"  # the row stands, without what it says of the person
    STANDS = "stands"  # nothing: it says nothing of a person by itself


class Kind(StrEnum):
    """What a field holds."""

    PERSON = "person"  # says something of the customer; goes along in the export of their data
    TRACE = "trace"  # of what happened to them: goes along in the export, and stands after an erase, by reference
    HIDDEN = "hidden"  # of the customer, but no use to them: hashes, search words
    STAFF = "staff"  # says who of the organisation did it
    REFERENCE = "reference"  # stands after an erase, because ...
    PLAIN = "plain"  # says nothing of anybody


class Of(StrEnum):
    """What the path of a table leads to."""

    CUSTOMER = "customer"  # the key of a customer
    CASE = "case"  # the key of a case
    HOME = "home"  # the number of a property
    ACCOUNT = "account"  # the number of an account of the staff
    TECHNICIAN = "technician"  # the number of a technician


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """How a row belongs to somebody: `lookup` (as the ORM writes it) is the `of`."""

    of: Of
    lookup: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table. `purpose` names one of PURPOSES, `keep` one of RULES; `since`: the time from which a row's days count.

    `fields` is field -> kind; `because`: why a reference stands.
    """

    model: str  # records.Customer
    purpose: str
    basis: Basis | None
    keep: str
    paths: tuple[Path, ...] = ()
    erase: Erase = Erase.STANDS
    since: str = ""
    fields: Mapping[str, Kind] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)

    def names(self, *kinds: Kind) -> tuple[str, ...]:
        """The fields of these kinds, as they stand in the table."""
        return tuple(name for name, kind in self.fields.items() if kind in kinds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """A kind of file on the disk, or of what is kept outside of the tables. `place` is below LOPER_DATA."""

    name: str
    place: str
    purpose: str
    basis: Basis | None
    keep: str
    erase: str  # what an erase does with it, in a sentence
    fields: Mapping[str, Kind] = field(default_factory=dict)


def table(
    model: str,
    *,
    purpose: str,
    keep: str,
    basis: Basis | None = None,
    customer: str = "",
    case: str = "",
    home: str = "",
    account: str = "",
    technician: str = "",
    erase: Erase = Erase.ROW,
    since: str = "",
    person: str = "",
    trace: str = "",
    hidden: str = "",
    staff: str = "",
    plain: str = "",
    stands: Mapping[str, str] | None = None,
) -> Table:
    """A line of the register; the names of fields stand in one text. Raises ValueError for a field that is twice."""
    ways = {
        Of.CUSTOMER: customer, Of.CASE: case, Of.HOME: home, Of.ACCOUNT: account, Of.TECHNICIAN: technician
    }  # fmt: skip
    groups = {
        Kind.PERSON: person, Kind.TRACE: trace, Kind.HIDDEN: hidden, Kind.STAFF: staff, Kind.PLAIN: plain
    }  # fmt: skip
    pairs = [(name, kind) for kind, names in groups.items() for name in names.split()]
    pairs += [(name, Kind.REFERENCE) for name in stands or ()]
    if len({name for name, _kind in pairs}) < len(pairs):
        raise ValueError(f"{model}: a field is named twice")
    paths = tuple(Path(of=of, lookup=lookup) for of, lookup in ways.items() if lookup)
    return Table(
        model=model,
        purpose=purpose,
        basis=basis,
        keep=keep,
        paths=paths,
        erase=erase if paths else Erase.STANDS,
        since=since,
        fields=dict(pairs),
        because=dict(stands or {}),
    )


def nobody(model: str, plain: str, *, staff: str = "", purpose: str = "run") -> Table:
    """A table that says nothing of a customer; `staff`: fields that say who of the organisation did it."""
    return table(model, purpose=purpose, keep="always", plain=plain, staff=staff)
