"""Message texts: Liquid with its limits set, for authors who are not programmers and are not trusted with code.

Few tags, few filters, plain values. What a text needs and is not there (a fact not known yet) is an error, so that
nobody gets a message with a hole in it: write `{% if eta %}...{% endif %}` around it. Whatever goes wrong comes out as
TextError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from liquid import Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, TemplateNotFoundError, UndefinedError, UnknownFilterError
from liquid.span import Span
from liquid.static_analysis import TemplateAnalysis
from liquid.template import BoundTemplate

from loper.define import filters
from loper.define.organisation import Organisation
from loper.define.problem import nearest

CONTEXT: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "first_name", "last_name", "salutation"),
    "case": ("number", "journey", "stage", "round"),
    "organisation": ("name", "email", "phone", "address", "website"),
    "links": (),
    "event": (),
    "technician": ("name", "first_name"),
}
"""What a text can name besides facts. `links` has one link for each offer and dialogue, `status` and `unsubscribe`;
`event` has the data of the event that the message is about."""

TAGS = ("if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "raw", "#", "render")

PLAIN_FILTERS = (
    "default", "upcase", "downcase", "capitalize", "strip", "size", "first", "last", "join", "plus", "minus", "times",
    "round", "url_encode",
)  # fmt: skip
"""Of the filters of Liquid those that cannot make a long text of a short one."""

_MARKUP = ("literal", "output", "illegal", "content")
"""What the parser itself calls tags."""

MOST_TAG = 1000
"""Characters between `{{` and `}}`."""

_CLOSES = {"{{": "}}", "{%": "%}"}

MOST_OUTPUT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as it goes: `subject` may be empty; `body` is as written (for e-mail: light Markdown)."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed text, and what it names from outside: (path, line, column)."""

    template: BoundTemplate
    names: tuple[tuple[str, int, int], ...]


class TextError(ValueError):
    """A text that cannot be read or rendered, at line:column (from 1)."""

    def __init__(self, message: str, hint: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {message}" + (f" ({hint})" if hint else ""))
        self.message, self.hint, self.line, self.column = message, hint, line, column


def render(
    source: str,
    context: Mapping[str, Any],
    language: str,
    timezone: ZoneInfo,
    organisation: Organisation | None = None,
) -> Rendered:
    """The text for one customer; `context` has the facts and the names of CONTEXT. Raises TextError only."""
    head, body = split(source)
    values = {name: plain(value) for name, value in context.items() if value is not None}
    if organisation is not None and "organisation" not in values:
        values["organisation"] = about(organisation, language)
    made = [
        _filled(read_source(part, language, timezone, organisation), values) if part else "" for part in (head, body)
    ]
    return Rendered(" ".join(made[0].split()), made[1].strip() + "\n")


def about(organisation: Organisation, language: str) -> dict[str, str]:
    """What a text can say of the organisation."""
    sender = organisation.sender
    name = organisation.title.get(language) or sender.name or organisation.name
    known = {"email": sender.email, "phone": sender.phone, "address": sender.address, "website": sender.website}
    return {"name": name, **{key: value for key, value in known.items() if value}}


def split(source: str) -> tuple[str, str]:
    """Source of the subject and of the body; the body keeps its line numbers."""
    source = source.replace("\r\n", "\n")
    first, newline, rest = source.partition("\n")
    if not first.startswith("Subject:"):
        return "", source
    return first.removeprefix("Subject:").strip(), newline + rest


def read_source(
    source: str, language: str, timezone: ZoneInfo, organisation: Organisation | None = None, *, block: bool = False
) -> Source:
    """The parsed text (or shared `block`, with no blocks in it); raises TextError with the place of the trouble."""
    if block:
        return _parsed(source, language, timezone.key, None, True)
    blocks = organisation.blocks if organisation is not None else {}
    own = tuple(sorted((name, block) for (name, tongue), block in blocks.items() if tongue == language))
    return _parsed(source, language, timezone.key, own, organisation is not None)


def plain(value: Any) -> Any:
    """Plain data of a fact: no object of ours reaches a text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, str | bool | int | float | Decimal | date | datetime):
        return value
    if hasattr(value, "start") and hasattr(value, "end"):
        block = {name: getattr(value, name, None) for name in ("start", "end", "technician")}
        return {name: inner for name, inner in block.items() if inner is not None}
    return str(value)


class _Texts(Environment):
    """Liquid for texts: limits set, and only the tags and filters that a text needs."""

    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = 200
    local_namespace_limit = 64 * 1024
    output_stream_limit = MOST_OUTPUT

    def __init__(self, language: str, zone: str, blocks: tuple[tuple[str, str], ...] | None) -> None:
        super().__init__(undefined=FalsyStrictUndefined, strict_filters=True, autoescape=False)
        tags = TAGS if blocks is not None else TAGS[:-1]  # a shared block has no blocks in it: no recursion
        self.tags = {name: tag for name, tag in self.tags.items() if name in (*tags, *_MARKUP)}
        self.filters = {name: self.filters[name] for name in PLAIN_FILTERS} | filters.for_language(language, zone)
        self.blocks = dict(blocks or ())
        self.read: dict[str, BoundTemplate] = {}
        self.inner = _Texts(language, zone, None) if blocks is not None else None

    def get_template(self, name: str, **_: Any) -> BoundTemplate:
        if name not in self.blocks or self.inner is None:
            raise TemplateNotFoundError(name, token=None)
        read = self.read.get(name)
        if read is None:
            read = self.read[name] = self.inner.from_string(self.blocks[name], name=name)
        return read


@lru_cache(maxsize=64)
def _environment(language: str, zone: str, blocks: tuple[tuple[str, str], ...] | None) -> _Texts:
    return _Texts(language, zone, blocks)


@lru_cache(maxsize=4096)
def _parsed(
    source: str, language: str, zone: str, blocks: tuple[tuple[str, str], ...] | None, blocks_known: bool
) -> Source:
    environment = _environment(language, zone, blocks)
    _closed(source)
    try:
        template = environment.from_string(source)
        used = template.analyze(include_partials=blocks_known)
    except (LiquidError, RecursionError) as wrong:
        raise _error(wrong, source) from None
    for name, spans in used.filters.items():
        if name not in environment.filters:
            raise _no_filter(name, *_place(source, spans[0]))
    return Source(template, _names(source, used))


def _closed(source: str) -> None:
    """Raises TextError at a `{{` or `{%` that is not closed before the next one opens, or too far away. The library
    looks for the end from each of them, through all that may be space: minutes, for a text that was made to hurt.
    """
    opened: re.Match[str] | None = None
    for mark in re.finditer(r"\{\{|\{%|\}\}|%\}", source):
        if opened is not None and mark[0] == _CLOSES[opened[0]]:
            if mark.start() - opened.start() > MOST_TAG:
                raise TextError("this is too long to fill in", "make it simpler", *_at(source, opened.start()))
            opened = None
        elif mark[0] in _CLOSES:
            if opened is not None:
                break
            opened = mark
    if opened is not None:
        hint = f"write '{_CLOSES[opened[0]]}' after it"
        raise TextError(f"'{opened[0]}' is not closed", hint, *_at(source, opened.start()))
    for name in ("raw", "doc"):
        begins = [found.start() for found in re.finditer(rf"\{{%-?\s*{name}\b", source)]
        if len(begins) > len(re.findall(rf"\{{%-?\s*end{name}\b", source)):
            raise TextError(f"'{name}' is not closed", f"write 'end{name}' after it", *_at(source, begins[-1]))


def _at(source: str, index: int) -> tuple[int, int]:
    """Line and column (from 1) of a place in a text."""
    before = source[: max(index, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _names(source: str, used: TemplateAnalysis) -> tuple[tuple[str, int, int], ...]:
    found = set()
    for uses in used.globals.values():
        for use in uses:
            words = list(takewhile(lambda segment: isinstance(segment, str), use.segments))
            found.add((".".join(map(str, words)), *_place(source, use.span)))
    return tuple(sorted(found, key=lambda one: (one[1], one[2], one[0])))


def _filled(source: Source, values: Mapping[str, Any]) -> str:
    try:
        return filters.tidy(source.template.render(values))
    except LiquidError as wrong:
        raise _error(wrong) from None
    except Exception as wrong:  # whatever a text makes of its values, the worker sees a TextError
        raise TextError(f"cannot be rendered: {wrong}", "look at the values and filters of this text") from None


def _error(wrong: Exception, source: str = "") -> TextError:
    """Our words for an error of the library, with its place; one that has none is at the end of the text."""
    if not isinstance(wrong, LiquidError):
        return TextError("nested too deep", "make the text simpler")
    line, column = source.count("\n") + 1, 1
    try:
        where = wrong.context()
    except ValueError:
        where = None
    if where is not None:
        line, column = where[0], where[1] + 1
    message = str(wrong.message or wrong)
    if isinstance(wrong, TemplateNotFoundError):
        return TextError(f"there is no shared text block {message}", "put it in the folder blocks/", line, column)
    if isinstance(wrong, UndefinedError):
        name = message.replace(" is undefined", "").strip("'")
        hint = f"write {{% if {name} %}}...{{% endif %}} around it"
        return TextError(f"'{name}' is not known at this moment", hint, line, column)
    if isinstance(wrong, UnknownFilterError):
        return _no_filter(message.split("'")[1] if "'" in message else message, line, column)
    hint = "close every {% if %} with {% endif %}, and so on" if message.startswith("expected tag") else ""
    return TextError(message, hint, line, column)


def _no_filter(name: str, line: int, column: int) -> TextError:
    known = [*PLAIN_FILTERS, *filters.NAMES]
    hint = nearest(name, known) or f"filters: {', '.join(sorted(known))}"
    return TextError(f"there is no filter '{name}'", hint, line, column)


def _place(source: str, span: Span) -> tuple[int, int]:
    """Line and column (from 1); what is in a shared block has no place in this text."""
    if span.template_name:
        return 1, 1
    return _at(source, span.index)
