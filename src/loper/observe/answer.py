"""What every answer can do: be a table, be shown in a notebook, be said in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pyarrow as pa


class Answer(ABC):
    """An answer to a question about a log. Answers are frozen."""

    @abstractmethod
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The answer as rows of plain values; times that last are in seconds, in columns that end in `_s`."""

    @abstractmethod
    def summary(self, language: str = "en") -> str:
        """The answer in a sentence or two, as one would tell it to somebody who never saw the log."""

    def to_arrow(self) -> pa.Table:
        return pa.Table.from_pylist([dict(row) for row in self.rows()])

    def to_pandas(self) -> Any:
        """A DataFrame, where pandas is there."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        rows = list(self.rows())
        if not rows:
            return f"<p>{escape(self.summary())}</p>"
        cell = "".join
        head = cell(f"<th>{escape(name)}</th>" for name in rows[0])
        body = cell(f"<tr>{cell(f'<td>{escape(shown(value))}</td>' for value in row.values())}</tr>" for row in rows)
        return f"<p>{escape(self.summary())}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return " › ".join(str(one) for one in value)
    return str(value)
