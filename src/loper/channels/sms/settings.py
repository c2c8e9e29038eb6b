"""What the SMS channel needs to know: the gateway, our pass to it, who the message is from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class SmsSettings:
    """One gateway that speaks our contract (docs/reference/channels.md). Raises ValueError with all that is wrong.

    sender: what the telephone shows, at most 11 letters and digits, or a number. Times are in seconds.
    country: what a number that begins with one 0 is in (31: the Netherlands).
    most: a text of more segments than this is not sent, because each is paid for.
    """

    url: str
    token: str = field(repr=False)
    sender: str
    ca_file: str = ""
    connect_timeout: float = 10.0
    answer_timeout: float = 30.0
    rest: float = 5.0  # after the gateway could not be reached, it is left alone for so long
    most: int = 6
    country: str = "31"

    def __post_init__(self) -> None:
        wrong = []
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme not in ("https", "http") or not host or parts.username or parts.fragment:
            wrong.append(f"url: the address of the gateway, https://..., was expected, not '{self.url}'")
        elif parts.scheme == "http" and host not in LOOPBACK:
            wrong.append("url: https was expected, because telephone numbers and our token go over it")
        elif not re.fullmatch(r"[\x21-\x7e]+", self.url):
            wrong.append("url: only visible ASCII signs were expected")
        if not re.fullmatch(r"[\x21-\x7e]+", self.token):
            wrong.append("token: visible ASCII signs without spaces were expected")
        if not re.fullmatch(r"[A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15}", self.sender):
            wrong.append(f"sender: at most 11 letters and digits, or a number, was expected, not '{self.sender}'")
        if not re.fullmatch(r"[1-9][0-9]{0,2}", self.country):
            wrong.append(f"country: digits like 31 were expected, not '{self.country}'")
        for name in ("connect_timeout", "answer_timeout", "most"):
            if getattr(self, name) <= 0:
                wrong.append(f"{name}: more than 0 was expected")
        if self.ca_file and not Path(self.ca_file).is_file():
            wrong.append(f"ca_file: there is no file {self.ca_file}")
        if wrong:
            raise ValueError("SMS settings: " + "; ".join(wrong))
