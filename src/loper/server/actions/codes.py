"""Codes on their way to customers: after the page has answered, so that its speed tells nobody who is known."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from django.core.mail import EmailMessage
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from loper.server.queries.organisation import brand, organisation
from loper.server.records.customers import Customer

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")
log = logging.getLogger("loper.codes")


def send_codes(codes: Mapping[str, str]) -> Future[None]:
    """Send each customer their code, in the background; what fails is in the log, without code or address."""
    return _pool.submit(_send_all, dict(codes))


def _send_all(codes: Mapping[str, str]) -> None:
    try:
        for key, code in codes.items():
            try:
                _send(Customer.objects.get(key=key), code)
            except Exception as wrong:
                log.warning("a code for customer %s did not go: %s", key, type(wrong).__name__)
    finally:
        connection.close()


def _send(customer: Customer, code: str) -> None:
    address = customer.addresses.filter(channel="email", bounced=None).order_by("-verified", "pk").first()
    if address is None:
        return
    with translation.override(customer.language):
        name, sender = brand().name, organisation().sender
        subject = _("Your code: %(code)s") % {"code": code}
        body = _(
            "Your code is %(code)s. Type it on the page that you have open. It is good for a quarter of an hour.\n\n"
            "Did you not ask for a code? Then you need do nothing.\n\n%(name)s"
        ) % {"code": code, "name": name}
    EmailMessage(subject, body, from_email=sender.email or None, to=[address.value]).send()
