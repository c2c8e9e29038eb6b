"""What the runtime keeps of a case, read through its store."""

from __future__ import annotations

from datetime import datetime

from loper.step import Case


def load_case(key: str) -> Case | None:
    """The case with its history; None where there is none."""
    from loper.server.records.store import load

    return load(key)


def moves_of(key: str) -> list[tuple[str, datetime]]:
    """The stages a case came into, in order: (stage, when)."""
    from loper.server.records.runtime import moves

    return moves(key)


def cases_of(customer: str) -> list[str]:
    """The keys of a customer's cases: open ones first, then the newest."""
    from loper.server.records.runtime import cases

    return cases(customer)
