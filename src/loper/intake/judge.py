"""A row judged: what it says, tidied; or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loper.intake.clean import Wrong
from loper.intake.kinds import Kind
from loper.intake.sheet import Row, Sheet


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell: the field, the value as it stood, the reason by name."""

    field: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row: its number, its values by field (all of them texts), and its problems; with any it is a reject."""

    number: int
    values: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)  # as they stood, of a reject


def judge_all(kind: Kind, mapping: Mapping[str, str], sheet: Sheet) -> Iterator[Judged]:
    """Every row of a file, in order; an identity that came before in it is a reject. Rows that could not be taken apart
    are in `sheet.ragged` afterwards."""
    places = [(name, sheet.columns.index(column)) for name, column in mapping.items() if column]
    seen: dict[str, int] = {}
    for row in sheet.rows():
        yield judge(kind, places, row, sheet.columns, seen)


def judge(
    kind: Kind, places: Sequence[tuple[str, int]], row: Row, columns: Sequence[str], seen: dict[str, int]
) -> Judged:  # fmt: skip
    """One row. `seen`: identity -> the row it came in first."""
    return judge_cells(kind, {name: row.cells[at] for name, at in places}, row.number, seen)


def judge_cells(kind: Kind, cells: Mapping[str, str], number: int, seen: dict[str, int]) -> Judged:
    """The cells of a row by field."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name, cell in cells.items():
        try:
            values[name] = kind.field(name).read(cell.replace("\x00", "")) if cell else ""
        except Wrong as wrong:
            problems.append(Problem(name, cell[:200], str(wrong)))
    wrong_ones = {one.field for one in problems}
    problems += [
        Problem(name, "", "needed") for name in kind.needed if not values.get(name) and name not in wrong_ones
    ]  # fmt: skip
    if not problems and kind.name in WHOLE:
        values, problems = WHOLE[kind.name](values)
    ident = values.get("ident", "")
    if ident and not problems:
        if ident in seen:
            problems.append(Problem("ident", ident, f"twice:{seen[ident]}"))
        else:
            seen[ident] = number
    return Judged(number, values, tuple(problems), dict(cells) if problems else {})


def _customer(values: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """A customer's parts put together: one name, one number of the house, one state."""
    found = {
        name: values.get(name, "") for name in ("ident", "email", "postcode", "street", "town", "language", "choice")
    }
    parts = [values.get(name, "") for name in ("first", "prefix", "last")]
    found["name"] = values.get("name", "") or " ".join(part for part in parts if part)
    found["phone"] = values.get("mobile", "") or values.get("phone", "")
    found["house_number"] = values.get("house_number", "") + _added(values)
    found["status"], found["left"] = values.get("status", "") or "current", values.get("left", "")
    deceased = values.get("deceased", "")
    if deceased:
        found["status"], found["left"] = "deceased", deceased if deceased != "yes" else found["left"]
    elif found["left"] and found["status"] == "current":
        found["status"] = "moved"
    problems = []
    if not found["name"]:
        problems.append(Problem("name", "", "needed"))
    if bool(found["postcode"]) != bool(found["house_number"]):
        name = "postcode" if not found["postcode"] else "house_number"
        problems.append(Problem(name, "", "half_an_address"))
    return found, problems


def _home(values: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    found = {name: values.get(name, "") for name in ("ident", "postcode", "street", "town")}
    found["house_number"] = values.get("house_number", "") + _added(values)
    return found, []


def _absence(values: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    found = dict(values)
    end = found.get("end") or found["start"]
    if end < found["start"]:
        return found, [Problem("end", end, "ends_before")]
    return {**found, "end": end, "ident": f"{found['technician']}/{found['start']}"}, []


def _added(values: Mapping[str, str]) -> str:
    """What comes after the number, unless the number has it already."""
    more = values.get("addition", "")
    return more if more and not values.get("house_number", "").endswith(more) else ""


WHOLE = {"customers": _customer, "homes": _home, "absences": _absence}
