"""A layout on disk, and back: a folder of arrays that are mapped into memory, not read, so that opening takes no time.

The folder is written beside its place and then put there in one move: half a log is never opened.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loper.log.table import BadLog
from loper.observe.laid.layout import Column, Layout, Names, Numbers, Words
from loper.observe.laid.steps import Steps

FORM = 1
"""The number of this form; a folder of another one is made again from its source."""

MANY = 10_000
"""So many words stay in the file; fewer become Python's own."""


def save(layout: Layout, folder: Path, *, steps: Steps | None = None) -> None:
    """The layout, and its steps with their waits in order where they are given, into `folder`; what lay there is"
    " replaced."""
    made = folder.with_name(folder.name + ".new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    for name in ("offsets", "activity", "time", "seq"):
        np.save(made / f"{name}.npy", getattr(layout, name))
    _save_words(made / "cases.arrow", layout.cases)
    _save_words(made / "activities.arrow", layout.activities)
    about: dict[str, Any] = {"form": FORM, "cases": layout.count, "contacts": len(layout)}
    for kind, columns in (("contacts", layout.contacts), ("attributes", layout.attributes)):
        about[f"{kind} columns"] = [
            _save_column(made / f"{kind}-{number}", name, column)
            for number, (name, column) in enumerate(columns.items())
        ]
    if steps is not None:
        for name, array in steps.arrays().items():
            np.save(made / f"steps-{name}.npy", array)
    (made / "about.json").write_text(json.dumps(about), "utf-8")
    put(made, folder)


def put(made: Path, folder: Path) -> None:
    """A finished folder to its place, in one move."""
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    made.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def load(folder: Path) -> tuple[Layout, Steps | None]:
    """What `save` wrote. BadLog where there is no such folder, or one of another form."""
    try:
        about = json.loads((folder / "about.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadLog([f"{folder.name}: no laid-out log here ({error}); read the log again"]) from None
    if about["form"] != FORM:
        raise BadLog(
            [f"{folder.name}: laid out in form {about['form']}, this version reads {FORM}; read the log again"]
        )
    layout = Layout(
        offsets=_mapped(folder / "offsets.npy"),
        activity=_mapped(folder / "activity.npy"),
        time=_mapped(folder / "time.npy"),
        seq=_mapped(folder / "seq.npy"),
        cases=_words(folder / "cases.arrow"),
        activities=_words(folder / "activities.arrow"),
        contacts=dict(_column(folder / f"contacts-{n}", one) for n, one in enumerate(about["contacts columns"])),
        attributes=dict(_column(folder / f"attributes-{n}", one) for n, one in enumerate(about["attributes columns"])),
    )
    if not (folder / "steps-of.npy").exists():
        return layout, None
    return layout, Steps(layout, {name: _mapped(folder / f"steps-{name}.npy") for name in Steps.NAMES})


def _save_column(place: Path, name: str, column: Column) -> dict[str, str]:
    np.save(place.with_suffix(".npy"), column.codes if isinstance(column, Words) else column.values)
    if isinstance(column, Words):
        _save_words(place.with_suffix(".arrow"), column.values)
    return {"name": name, "kind": "words" if isinstance(column, Words) else "numbers"}


def _column(place: Path, about: Mapping[str, str]) -> tuple[str, Column]:
    array = _mapped(place.with_suffix(".npy"))
    if about["kind"] == "numbers":
        return about["name"], Numbers(values=array)
    return about["name"], Words(codes=array, values=_words(place.with_suffix(".arrow")))


def _save_words(place: Path, words: Sequence[str]) -> None:
    array = words.array if isinstance(words, Names) else pa.array(list(words), pa.string())
    table = pa.table({"word": array})
    with pa.OSFile(str(place), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _words(place: Path) -> Sequence[str]:
    with pa.memory_map(str(place)) as file:
        column = pa.ipc.open_file(file).read_all()["word"]
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return Names(array) if len(array) > MANY else tuple(array.to_pylist())


def _mapped(place: Path) -> NDArray[Any]:
    """Copy on write: nothing is ever written, but a loop compiled for arrays that may be need not be compiled anew."""
    array: NDArray[Any] = np.load(place, mmap_mode="c", allow_pickle=False).view(np.ndarray)
    return array
