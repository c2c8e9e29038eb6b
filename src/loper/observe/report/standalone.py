"""A report as one file that stands alone: what stands out, then every question; no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from loper.observe.report.questions import GROUPS
from loper.observe.report.section import Cell, Context, Section

if TYPE_CHECKING:
    from loper.observe.log import Log

STYLE = """
:root { color-scheme: light; --ink: #1d2330; --muted: #5b6475; --hair: #dde1e8; --red: #c8102e; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.5rem; margin: 3rem 0 .8rem; }
h3 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; } p { max-width: 46rem; margin: .4rem 0; }
.muted, .note { color: var(--muted); } .note { font-size: .9rem; }
nav ul { columns: 16rem; column-gap: 2.5rem; padding-left: 1.2rem; } a { color: inherit; }
.findings { padding: 0; list-style: none; display: grid; gap: .9rem;
  grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); }
.findings li { border-left: 5px solid var(--red); padding: .2rem 0 .2rem 1rem; } .findings h3 { margin: 0; }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-variant-numeric: tabular-nums;
  font-size: .94rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--hair); }
th { border-bottom-width: 2px; } .number { text-align: right; } section { break-inside: auto; }
.part { display: block; height: 5px; background: var(--red); border-radius: 3px; margin-top: .25rem; min-width: 1px; }
@media print { body { max-width: none; padding: 0; font-size: .85rem; } h2 { break-after: avoid; }
  tr, .findings li { break-inside: avoid; } nav { display: none; } }
"""


def report(log: Log, context: Context, *, title: str, read_as: str = "") -> Iterator[str]:
    """The file, piece by piece, so that whoever writes it can say how far it is; `read_as`: how the log was read."""
    say = context.say
    yield (
        f'<!doctype html>\n<html lang="{escape(context.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><header><h1>{escape(title)}</h1>"
        f'<p class="muted">{escape(context.named(log.map().summary(context.language)))}</p>'
        f'<p class="muted">{escape(read_as)}</p></header>\n'
    )
    yield _contents(context)
    yield _findings(log, context)
    for name, questions in GROUPS:
        for question in questions:
            sections = [one for one in question.build(log, context) if one.words or one.rows]
            if question.key == "compare":
                continue  # a file asks nothing
            yield f'<h2 id="{question.key}">{escape(say(*name))}: {escape(question.asked(context.language))}</h2>\n'
            yield from (_section(one) for one in sections)
    yield "</body></html>\n"


def _contents(context: Context) -> str:
    links = "".join(
        f'<li><a href="#{question.key}">{escape(question.asked(context.language))}</a></li>'
        for _, questions in GROUPS
        for question in questions
        if question.key != "compare"
    )
    return f'<nav aria-label="{escape(context.say("Questions", "Vragen"))}"><ul>{links}</ul></nav>\n'


def _findings(log: Log, context: Context) -> str:
    say, found = context.say, log.findings().found
    title = escape(say("What stands out", "Wat opvalt"))
    if not found:
        words = say("Nothing here is more than usual.", "Niets is hier meer dan gewoon.")
        return f"<h2>{title}</h2><p>{escape(words)}</p>\n"
    cards = "".join(
        f'<li><h3><a href="#{one.question}">{escape(context.named(one.title.said(context.language)))}</a></h3>'
        f"<p>{escape(context.named(one.words(context.language)))}</p></li>"
        for one in found
    )
    return f'<h2>{title}</h2><ol class="findings">{cards}</ol>\n'


def _section(section: Section) -> str:
    """The picture as it is drawn, every word in it escaped by the drawing (`loper.draw.ink`)."""
    picture = f'<div class="scroll" tabindex="0">{section.draw(False)}</div>' if section.draw else ""
    title = "" if section.draw else f"<h3>{escape(section.title)}</h3>"
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    return f"<section>{title}{picture}<p>{escape(section.words)}</p>{_table(section)}{note}</section>\n"


def _table(section: Section) -> str:
    if not section.rows:
        return ""
    numbers = [head.number for head in section.heads]
    heads = "".join(f'<th scope="col"{_right(head.number)}>{escape(head.text)}</th>' for head in section.heads)
    rows = "".join(
        f"<tr>{''.join(_cell(cell, number) for cell, number in zip(row, numbers, strict=False))}</tr>"
        for row in section.rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: Cell, number: bool) -> str:
    bar = f'<span class="part" style="width:{100 * min(1.0, cell.part):.0f}%"></span>' if cell.part else ""
    return f"<td{_right(number)}>{escape(cell.text)}{bar}</td>"


def _right(number: bool) -> str:
    return ' class="number"' if number else ""
