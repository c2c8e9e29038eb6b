"""The HTML of a mail: a frame made from mail.mjml once, filled for each mail.

mrml turns the template into tables that Outlook and telephones show alike; here it is cut into pieces (text, button,
choice), so that a mail costs no more than putting pieces in a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template

import mrml
import nh3

from loper.channels.email.colours import VISIBLE, contrast, ink_on, until_readable
from loper.channels.email.settings import Look
from loper.channels.markdown import Block, Break, Button, Choices, Passage, plain, reader

_CUT = re.compile(r"<!--cut:(\w+)-->")
_HOLE = re.compile(r"%%(\w+)%%")
_DARK = "#1f2329"
MUTED = "#5b5f66"
WORDS = {
    "nl": {"unsubscribe": "Wilt u deze berichten niet meer? Meld u af."},
    "en": {"unsubscribe": "No more of these messages? Unsubscribe."},
}
TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h1", "h2", "h3", "h4", "blockquote"}
STYLES = {
    "p": "margin:0 0 20px;",
    "ul": "margin:0 0 20px;padding:0 0 0 24px;",
    "ol": "margin:0 0 20px;padding:0 0 0 28px;",
    "li": "margin:0 0 8px;",
    "h1": "margin:8px 0 12px;font-size:24px;line-height:32px;",
    "h2": "margin:8px 0 12px;font-size:22px;line-height:30px;",
    "h3": "margin:8px 0 12px;font-size:19px;line-height:28px;",
    "h4": "margin:8px 0 12px;font-size:18px;line-height:28px;",
    "blockquote": "margin:0 0 20px;padding:0 0 0 16px;border-left:4px solid #d9d6cf;",
}


class Piece:
    """HTML with holes in it; every hole is filled in one pass, so what is filled in is never read again."""

    def __init__(self, source: str) -> None:
        self.parts = _HOLE.split(source)

    def __call__(self, **values: str) -> str:
        return "".join(values[part] if n % 2 else part for n, part in enumerate(self.parts))


@dataclass(frozen=True, slots=True)
class Frame:
    """The pieces of a mail in one look and language."""

    start: Piece
    end: Piece
    pieces: Mapping[str, Piece]


def page(
    *, subject: str, body: Sequence[Block], look: Look, language: str, logo: str = "", unsubscribe: str = ""
) -> str:
    """The whole HTML page. `logo` is the address of the picture, empty for the name in letters."""
    frame = frame_of(look, language)
    piece = frame.pieces
    name = escape(look.name)
    rows = [piece["logo"](src=escape(logo), name=name)] if logo else [piece["name"](name=name)] if name else []
    rows.append(piece["title"](title=escape(subject)))
    first = True
    for block in body:
        match block:
            case Passage():
                rows.append(piece["text"](text=_text(block, look)))
            case Button(label, url):
                rows.append(piece["go" if first else "also"](label=escape(label), url=escape(url)))
                first = False
            case Choices(buttons):
                rows += [piece["pick"](label=escape(one.label), url=escape(one.url)) for one in buttons]
                rows.append(piece["text"](text="&nbsp;"))
                first = False
            case Break():
                rows.append(piece["rest"]())
                first = True
    start = frame.start(title=escape(subject), preview=escape(preview(body)))
    return start + "".join(rows) + frame.end(foot=_foot(look, language, unsubscribe))


def preview(body: Sequence[Block]) -> str:
    """What an inbox shows beside the subject: the first words after the greeting."""
    words = next((plain(block, addresses=False) for block in body if isinstance(block, Passage)), "").split("\n\n")
    if len(words) > 1 and words[0].rstrip().endswith(","):
        words = words[1:]
    text = " ".join(" ".join(words).split())
    return text if len(text) <= 120 else text[:120].rsplit(" ", 1)[0] + "…"


def frame_link(look: Look) -> str:
    """The colour of links on paper."""
    return until_readable(look.primary, "#ffffff")


@lru_cache(maxsize=64)
def frame_of(look: Look, language: str) -> Frame:
    """The frame of this look and language, rendered once."""
    link, link_dark = frame_link(look), until_readable(look.primary, _DARK)
    go = look.primary if contrast(look.primary, "#ffffff") >= VISIBLE else until_readable(look.primary, "#ffffff")
    go_dark = until_readable(look.primary, _DARK, VISIBLE)
    source = files(__package__).joinpath("mail.mjml").read_text(encoding="utf-8")
    mjml = Template(source).substitute(
        lang=escape(language),
        ink=look.text,
        primary=look.primary,
        link=link,
        link_dark=link_dark,
        go=go,
        go_ink=ink_on(go),
        go_dark=go_dark,
        go_ink_dark=ink_on(go_dark),
    )
    start, *cuts = _CUT.split(mrml.to_html(mjml, render_options=mrml.RenderOptions(fonts={})).content)
    pieces = dict(zip(cuts[::2], cuts[1::2], strict=True))
    end = pieces.pop("end")
    return Frame(Piece(start), Piece(end), {name: Piece(html) for name, html in pieces.items()})


def _text(passage: Passage, look: Look) -> str:
    """Running text as HTML that mail programs show alike: what is allowed, with its style on each tag."""
    markdown = reader()
    raw = markdown.renderer.render(list(passage.tokens), markdown.options, {})
    html = nh3.clean(
        raw,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    for tag, style in STYLES.items():
        html = html.replace(f"<{tag}>", f'<{tag} style="{style}">')
    html = html.replace("<ol start=", f'<ol style="{STYLES["ol"]}" start=')
    link = frame_link(look)
    html = html.replace("<a href=", f'<a style="color:{link};text-decoration:underline;" href=')
    if look.phone:
        # Whoever reads this on a telephone taps to call; and a number is not broken over two lines.
        shown = re.escape(escape(look.phone))
        html = re.sub(rf"(?<![\w/:=-]){shown}(?![\w-])(?![^<]*</a>)", lambda _: _call(look.phone, link), html)
    return html


def _call(phone: str, colour: str) -> str:
    number = re.sub(r"[^\d+]", "", phone)
    style = f"color:{colour};text-decoration:underline;white-space:nowrap;"
    return f'<a style="{style}" href="tel:{number}">{escape(phone)}</a>'


def _foot(look: Look, language: str, unsubscribe: str) -> str:
    lines = [f"<strong>{escape(look.name)}</strong>"] if look.name else []
    if look.address:
        lines.append(escape(look.address))
    links = []
    if look.phone:
        links.append(_call(look.phone, MUTED))
    if look.website:
        site = look.website if look.website.startswith(("http://", "https://")) else f"https://{look.website}"
        links.append(_link(site, look.website))
    if links:
        lines.append(" &nbsp;·&nbsp; ".join(links))
    if unsubscribe:
        lines.append(_link(unsubscribe, WORDS.get(language[:2], WORDS["en"])["unsubscribe"]))
    return "<br>".join(lines) or "&nbsp;"


def _link(url: str, label: str) -> str:
    return f'<a href="{escape(url)}" style="color:{MUTED};text-decoration:underline;">{escape(label)}</a>'
