"""The light Markdown of a message: passages, buttons, choices. Each channel draws them in its own way.

A paragraph that is one link becomes a button; a list in which every item is one link becomes a set of choices.
HTML is text here, pictures and code are not known, and a link goes to http(s), mailto or tel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BARE = re.compile(r"(?<![(<\[\w])https?://[^\s<>]*[^\s<>.,;:!?)'\"*]")
_ALLOWED = re.compile(r"(https?://[^/\s]|mailto:[^\s]|tel:[+\d])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text: paragraphs, lists, headings."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A paragraph that is nothing but a link."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of links to choose one from: the scale of a survey."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A line between two messages that go as one."""


Block = Passage | Button | Choices | Break


def blocks(body: str) -> list[Block]:
    """The body, block by block."""
    found: list[Block] = []
    text: list[Token] = []
    for group in _groups(reader().parse(_BARE.sub(r"<\g<0>>", body))):
        block = _special(group)
        if block is None:
            text += group
            continue
        if text:
            found.append(Passage(tuple(text)))
            text = []
        found.append(block)
    if text:
        found.append(Passage(tuple(text)))
    return found


@lru_cache(maxsize=1)
def reader() -> MarkdownIt:
    """The Markdown reader, set to what a message may have."""
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    markdown.disable(["code", "fence", "html_block", "html_inline", "image", "reference", "lheading", "backticks"])
    markdown.validateLink = allowed  # type: ignore[method-assign]
    return markdown


def allowed(url: str) -> bool:
    """Whether a message may link to this address."""
    return bool(_ALLOWED.match(url.strip()))


def plain(passage: Passage, separator: str = "\n\n", addresses: bool = True) -> str:
    """The passage as plain text; the addresses of links follow their words in brackets."""
    return separator.join(_paragraphs(passage.tokens, addresses))


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block at the top."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _special(group: Sequence[Token]) -> Block | None:
    if group[0].type == "hr":
        return Break()
    if group[0].type == "paragraph_open":
        return _only_link(group[1])
    if group[0].type == "bullet_list_open":
        buttons = []
        for item in _items(group[1:-1]):
            inner = [token for token in item if token.type not in ("paragraph_open", "paragraph_close")]
            button = _only_link(inner[1]) if len(inner) == 3 and inner[1].type == "inline" else None
            if button is None:
                return None
            buttons.append(button)
        return Choices(tuple(buttons)) if len(buttons) > 1 else None
    return None


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    item: list[Token] = []
    for token in tokens:
        item.append(token)
        if token.type == "list_item_close" and token.level == 1:
            yield item
            item = []


def _only_link(inline: Token) -> Button | None:
    children = [token for token in inline.children or () if token.type != "text" or token.content.strip()]
    if len(children) < 3 or children[0].type != "link_open" or children[-1].type != "link_close":
        return None
    if sum(token.type == "link_open" for token in children) != 1 or children[0].markup == "autolink":
        return None
    label = " ".join(_words(children[1:-1]).split())
    return Button(label, str(children[0].attrs.get("href", ""))) if label else None


def _paragraphs(tokens: Sequence[Token], addresses: bool) -> Iterator[str]:
    """Each paragraph of running text; the items of a list stand under each other."""
    lists: list[int | None] = []  # the next number of each list that is open; None: bullets
    bullet = ""
    together: list[str] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
        elif token.type == "list_item_open":
            number = lists[-1]
            bullet = "- " if number is None else f"{number}. "
            if number is not None:
                lists[-1] = number + 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                yield "\n".join(together)
                together = []
        elif token.type == "inline":
            text = _words(token.children or (), addresses)
            if lists:
                bullet = "  " * (len(lists) - 1) + bullet
                together.append(bullet + text.replace("\n", "\n" + " " * len(bullet)))
                bullet = "  "
            else:
                yield text


def _words(children: Sequence[Token], addresses: bool = True) -> str:
    """Inline tokens as plain words."""
    found: list[str] = []
    url, start = "", 0
    for token in children:
        if token.type == "link_open":
            url, start = str(token.attrs.get("href", "")), len(found)
        elif token.type == "link_close":
            label = "".join(found[start:])
            address = url.split(":", 1)[1] if url.startswith(("mailto:", "tel:")) else url
            if token.markup == "autolink":
                found[start:] = [address]
            elif addresses and _differs(label, address):
                found.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            found.append("\n")
        else:
            found.append(token.content)
    return "".join(found)


def _differs(label: str, address: str) -> bool:
    """Whether an address says more than its words do: a telephone number is the same in any spelling."""
    if not address.strip("+0123456789"):
        return re.sub(r"\D", "", label) != re.sub(r"\D", "", address)
    return label.strip() != address
