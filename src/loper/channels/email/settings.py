"""What the e-mail channel needs to know: the server, the sender, how a mail looks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]{1,255}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The organisation as its mails show it. `logo`: a web address (https), or the path of a PNG, JPEG or GIF file."""

    name: str = ""
    logo: str = ""
    primary: str = "#c8102e"
    text: str = "#1d2330"
    address: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailSettings:
    """One SMTP server and one sender. Raises ValueError with everything that is wrong.

    tls: `implicit` from the first byte (port 465), `must` and `may` by STARTTLS, `no`. A certificate is always checked,
    against `ca_file` where given. Times are in seconds; `whole` is the most that one message may take.
    return_path: where bounces go; with `{token}` in it each message has its own. secret: makes Message-IDs that
    nobody can guess, so that nobody can forge a bounce.
    """

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Literal["no", "may", "must", "implicit"] = "may"
    ca_file: str = ""
    helo: str = ""
    connect_timeout: float = 10.0
    answer_timeout: float = 30.0
    whole: float = 60.0
    rest: float = 5.0  # after a server could not be reached, it is left alone for so long
    sender: str
    sender_name: str = ""
    reply_to: str = ""
    return_path: str = ""
    secret: str = field(default="", repr=False)
    look: Look = field(default_factory=Look)

    def __post_init__(self) -> None:
        wrong = []
        if not self.host:
            wrong.append("host: the name of an SMTP server was expected")
        if self.tls not in ("no", "may", "must", "implicit"):
            wrong.append(f"tls: no, may, must or implicit was expected, not '{self.tls}'")
        if self.user and self.tls in ("no", "may") and self.host not in LOOPBACK:
            wrong.append("tls: must or implicit was expected, because a password goes over it")
        for name in ("sender", "reply_to", "return_path"):
            value = getattr(self, name).replace("{token}", "token")
            if (value or name == "sender") and not (ADDRESS.fullmatch(value) and value.split("@")[0].isascii()):
                wrong.append(f"{name}: an e-mail address, in ASCII before the @, was expected, not '{value}'")
        for name in ("connect_timeout", "answer_timeout", "whole"):
            if getattr(self, name) <= 0:
                wrong.append(f"{name}: more than 0 seconds was expected")
        if self.ca_file and not Path(self.ca_file).is_file():
            wrong.append(f"ca_file: there is no file {self.ca_file}")
        for name in ("primary", "text"):
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", getattr(self.look, name)):
                wrong.append(f"look.{name}: a colour like #0b6e5f was expected, not '{getattr(self.look, name)}'")
        logo = self.look.logo
        if logo and not logo.startswith("https://") and logo_type(logo) is None:
            wrong.append(f"look.logo: https://... or a PNG, JPEG or GIF file was expected, not '{logo}'")
        if wrong:
            raise ValueError("e-mail settings: " + "; ".join(wrong))

    @property
    def domain(self) -> str:
        """The domain of the sender, as it stands in Message-IDs."""
        return ascii_domain(self.sender.rpartition("@")[2])


def logo_type(path: str) -> str | None:
    """`png`, `jpeg` or `gif` of a picture file; None where it is none of these or not there."""
    try:
        start = Path(path).read_bytes()[:8]
    except OSError:
        return None
    kinds = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
    return next((kind for magic, kind in kinds.items() if start.startswith(magic)), None)


def ascii_domain(domain: str) -> str:
    """The domain as mail servers write it (IDNA); raises ValueError where it cannot be one."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as wrong:
        raise ValueError(f"'{domain}' is not a domain") from wrong
