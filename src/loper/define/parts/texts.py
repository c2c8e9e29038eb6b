"""Texts by language."""

from __future__ import annotations

from typing import Any

from loper.define.names import Names
from loper.define.problem import nearest
from loper.define.tree import Word


def texts(read: Any, names: Names) -> dict[str, str]:
    """A plain text is in the first language of the journey."""
    if read is None:
        return {}
    if isinstance(read, Word):
        return {names.languages[0]: str(read)}
    for language in read:
        if names.strict_languages and language not in names.languages:
            hint = nearest(language, names.languages) or f"languages has {', '.join(names.languages)}"
            names.report.add(language, f"language '{language}' is not one of this journey's", hint)
    return {str(language): str(text) for language, text in read.items()}


def reasons(read: dict[Word, Word] | None, names: Names) -> dict[str, str]:
    """Accepted findings: rule -> reason."""
    from loper.define.rules import RULES

    for rule in read or {}:
        if rule not in RULES:
            names.report.add(rule, f"there is no rule '{rule}'", nearest(rule, RULES) or f"rules: {', '.join(RULES)}")
    return {str(rule): str(reason) for rule, reason in (read or {}).items()}
