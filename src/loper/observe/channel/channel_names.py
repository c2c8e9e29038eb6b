"""What kind of channel a name stands for. Lists, in Dutch and English, that every question takes another one for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from loper.observe.laid.layout import Bools

SELF_SERVICE = frozenset(
    "web website internet portal portaal app online webform webformulier formulier form selfservice selfserviceportal"
    " klantportaal klantenportaal mijnomgeving chatbot bot push ivr site".split()
)
"""Where the customer is helped by no person."""

DIGITAL = (SELF_SERVICE - {"ivr"}) | frozenset(
    "email mail chat livechat whatsapp messenger sms text tekstbericht telegram signal social socialmedia facebook"
    " instagram twitter linkedin digital digitaal".split()
)
"""Phone, desk, letter and visit are not; neither is a name that stands in no list. “mail” is e-mail, as in Dutch."""

PHONE = frozenset("phone telephone telefoon call calls bellen telefonisch ivr voice callcenter callcentre".split())


LIVE = PHONE | frozenset(
    "desk counter balie loket receptie reception chat livechat visit bezoek spreekuur inloop videobellen video".split()
)
"""Where somebody must be there at that moment."""


def is_one(name: str, listed: Collection[str]) -> bool:
    """Whether a channel's name, or a word of it, is in a list: “E-mail” is, and so is “My portal (web)”."""
    plain = name.casefold()
    words = re.findall(r"[^\W_]+", plain)
    return plain in listed or "".join(words) in listed or any(word in listed for word in words)


def which(names: Sequence[str], listed: Collection[str]) -> Bools:
    """Of each channel whether it is in the list; one place more, false, for contacts without a channel."""
    return np.array([*(is_one(name, listed) for name in names), False], np.bool_)
