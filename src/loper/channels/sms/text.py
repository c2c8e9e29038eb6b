"""The text of an SMS: plain words, the address of a link behind its words."""

from __future__ import annotations

import re

from loper.channels.markdown import Break, Button, Choices, Passage, allowed, blocks, plain
from loper.channels.sms.gsm import simplify
from loper.run.ports import Outgoing


def text_of(message: Outgoing) -> str:
    """Short lines, no empty ones: every sign is paid for."""
    lines: list[str] = []
    for block in blocks(message.body):
        match block:
            case Passage():
                lines.append(plain(block, "\n"))
            case Button() as one:
                lines.append(_line(one))
            case Choices(buttons):
                lines += [_line(one) for one in buttons]
            case Break():
                pass
    lines += [_line(Button(one.label, one.url)) for one in message.links if allowed(one.url)]
    if message.marketing and message.unsubscribe not in message.body:
        lines.append(f"Stop: {message.unsubscribe}")
    text = simplify("\n".join(lines)).encode("utf-8", "ignore").decode("utf-8")
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable() or ord(sign) > 0x9F)
    return re.sub(r"\n{2,}", "\n", re.sub(r" +", " ", text)).strip()


def _line(button: Button) -> str:
    return f"{button.label.rstrip(':')}: {button.url}"
