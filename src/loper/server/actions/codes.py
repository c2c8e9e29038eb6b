"""Mail outside journeys, asked for on a page: a code for a lost link, a link to go on with a report elsewhere.

It goes after the page has answered, so that the page's speed tells nobody who is known. What fails is in the log,
without code, link or address.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from loper.run.ports import Channel, Outgoing
from loper.run.ports import Link as Button
from loper.server import post
from loper.server.actions.lost import make_codes
from loper.server.queries.organisation import brand
from loper.server.records.customers import Customer

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")
log = logging.getLogger("loper.codes")


def later(work: Callable[[], object]) -> None:
    """Do this in a thread of its own, with a database connection of its own."""

    def whole() -> None:
        try:
            work()
        except Exception as wrong:
            log.error("a message that was asked for did not go: %s", type(wrong).__name__)
        finally:
            connection.close()

    _pool.submit(whole)


def send_codes(*, challenge_id: int) -> None:
    """Send everyone at the address that was asked for their code, soon."""
    later(partial(_send_codes, challenge_id))


def send_way_back(*, to: str, url: str, language: str) -> None:
    """Send the link by which somebody goes on with their answers, soon."""
    later(partial(_send_way_back, to, url, language))


def _send_codes(challenge_id: int) -> None:
    channels = post.channels()
    for key, code in make_codes(challenge_id=challenge_id).items():
        customer = Customer.objects.get(key=key)
        with translation.override(customer.language):
            subject = _("Your code: %(code)s") % {"code": code}
            body = _("Your code is %(code)s. Type it on the page that you have open. The code works for 15 minutes.")
            nothing = _("Did you not ask for a code? Then you need do nothing.")
            text = f"{body % {'code': code}}\n\n{nothing}\n\n{brand().name}"
        for name, address in _reached(customer):
            message = Outgoing(key=_key(), to=address, language=customer.language, subject=subject, body=text)
            if name in channels:
                _hand_over(channels[name], message)


def _send_way_back(to: str, url: str, language: str) -> None:
    with translation.override(language):
        name = brand().name
        subject = _("Go on with your report")
        body = _("Your answers are kept. With this link you go on, on any device, for 30 days.")
        label = _("Go on")
    text = f"{body}\n\n{name}"
    message = Outgoing(
        key=_key(), to=to, language=language, subject=subject, body=text, links=(Button("dialogue", label, url),)
    )
    channel = post.channels().get("email")
    if channel is None:
        log.error("no e-mail channel is set up: a link to go on did not go")
    else:
        _hand_over(channel, message)


def _reached(customer: Customer) -> list[tuple[str, str]]:
    """Where this customer is reached now: their e-mail and their mobile number."""
    found: dict[str, str] = {}
    for row in customer.addresses.filter(bounced=None, channel__in=("email", "sms")).order_by("-verified", "pk"):
        found.setdefault(row.channel, row.value)
    return list(found.items())


def _hand_over(channel: Channel, message: Outgoing) -> None:
    receipt = channel.send(message)
    if receipt.outcome != "sent":
        log.warning("a message that was asked for did not go by %s: %s", channel.name, receipt.outcome)


def _key() -> str:
    return f"asked/{secrets.token_hex(16)}"
