"""HTML of a mail from anybody, made harmless: no script, no form, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

import nh3

TAGS = set(
    "a abbr b blockquote br center code div em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s small span strong sub sup "
    "table tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = {
    "*": {"class", "style", "align", "valign", "width", "height", "bgcolor", "role", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
STYLES = set(
    "background-color border border-bottom border-collapse border-left border-radius border-right border-spacing "
    "border-top color direction display font-family font-size font-style font-weight height letter-spacing line-height "
    "margin margin-bottom margin-left margin-right margin-top max-height max-width min-width opacity overflow padding "
    "padding-bottom padding-left padding-right padding-top text-align text-decoration text-transform vertical-align "
    "width word-break word-spacing".split()
)
POLICY = "sandbox allow-popups; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""The Content-Security-Policy under which `document` must be served."""

_LINK = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_MSO = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.IGNORECASE | re.DOTALL)


def clean(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """The body of a mail without what could do harm. `pictures`: Content-ID -> data URL of the mail's own pictures."""
    own = pictures or {}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return own.get(value[4:]) if value.startswith("cid:") else None
        if attribute == "href":
            return value if _LINK.match(value) else None
        return value

    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style", "title", "noscript", "template", "svg", "math"},
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        filter_style_properties=STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
    )


def style(html: str) -> str:
    """The style sheets of a mail, those that fetch nothing from elsewhere."""
    found = [sheet.strip() for sheet in _STYLE.findall(_MSO.sub("", html[:500_000]))]
    return "\n".join(
        sheet for sheet in found if not re.search(r"url\s*\(|@import|expression|[<\\]", sheet, re.IGNORECASE)
    )


def document(body: str, style: str, title: str) -> str:
    """A page of its own for a cleaned body, to be shown in a frame under `POLICY`."""
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><base target="_blank"><style>body{{margin:0}}{style}</style></head>'
        f"<body>{body}</body></html>"
    )
