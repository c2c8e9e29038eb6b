"""The link to a case, sent once more: only to an address that we know already."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from loper.run.ports import Link as Button
from loper.run.ports import Outgoing, Receipt
from loper.server import clock, post
from loper.server.actions.links import new_link, revoke_links
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries.organisation import brand
from loper.server.records.customers import ContactAddress
from loper.server.records.dialogues import Note
from loper.server.records.links import Link
from loper.server.records.runtime import Case

CHANNELS = ("email", "sms")


def known_ways(customer: str) -> list[ContactAddress]:
    """The addresses to which a link of this customer may go."""
    found = ContactAddress.objects.filter(customer__key=customer, channel__in=CHANNELS, bounced=None)
    return list(found.order_by("channel", "-verified", "pk"))


def send_link_again(*, actor: Actor, case: str, address: int, alone: bool = False) -> Receipt:
    """Send it now and say what came of it; raises Refused when it did not go. `alone`: older links open nothing more.

    The message is handed over outside any transaction: a mail server that is slow must not hold the database.
    """
    demand(actor, "link.send", case)
    owner = Case.objects.filter(key=case).values_list("customer", flat=True).first()
    way = next((one for one in known_ways(owner or "") if one.pk == address), None)
    if way is None or owner is None:
        raise Refused(_("Choose one of the addresses that we know."))
    channel = post.channels().get(way.channel)
    if channel is None:
        raise Refused(_("This installation cannot send that way. Choose another address."))
    link, url = new_link(purpose=Link.CASE, customer=owner, case=case)
    try:
        receipt = channel.send(_message(way, url))
    finally:
        channel.close()
    if receipt.outcome in ("failed", "later"):
        Link.objects.filter(pk=link.pk).update(revoked=clock.now())
        raise Refused(_("It did not go: the mail server or the SMS centre refused it. Try again, or another address."))
    if alone:
        revoke_links(case=case, but=link)
    _write_down(actor, case, way, sure=receipt.outcome == "sent")
    return receipt


def _message(way: ContactAddress, url: str) -> Outgoing:
    customer = way.customer
    with translation.override(customer.language):
        subject = _("Your link")
        body = _("With this link you see how it stands, and you can change it. At any hour.")
        label = _("To my case")
    return Outgoing(
        key=f"asked/{secrets.token_hex(16)}",
        to=way.value,
        language=customer.language,
        subject=subject,
        body=f"{body}\n\n{brand().name}",
        links=(Button("case", label, url),),
    )


@transaction.atomic
def _write_down(actor: Actor, case: str, way: ContactAddress, *, sure: bool) -> None:
    """A note for colleagues: outside a journey there is no line in the log."""
    text = _("Sent the link again to %(to)s.") if sure else _("Sent the link again to %(to)s; unknown whether it went.")
    Note.objects.create(case=case, author=actor.name, text=text % {"to": way.value}, at=clock.now())
