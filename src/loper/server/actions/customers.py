"""Customers: found again by address and contact, or made; what they asked for is written down."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.customers import (
    Consent,
    ContactAddress,
    Customer,
    CustomerWord,
    Property,
    tidy_house_number,
    tidy_phone,
    tidy_postcode,
    words_of,
)


def home_of(postcode: str, house_number: str) -> Property:
    """The property at this address; made when nobody asked for it before."""
    code, number = tidy_postcode(postcode), tidy_house_number(house_number)
    if not code:
        raise Refused(_("A postcode looks like 1234 AB."), field="postcode")
    if not number:
        raise Refused(_("A house number looks like 12 or 12A."), field="house_number")
    home, _new = Property.objects.get_or_create(postcode=code, house_number=number)
    return home


@transaction.atomic
def find_or_make(
    *, home: Property, name: str = "", email: str = "", phone: str = "", language: str = "nl", choice: str = ""
) -> Customer:
    """The customer at this address with this e-mail address or telephone, else a new one.

    Only who knows an address that we know already becomes that customer: a report with another address makes another
    customer, so that nobody sees somebody else's cases by typing where they live.
    """
    email, phone = email.strip().lower(), tidy_phone(phone) if phone else ""
    pairs = [(channel, value) for channel, value in (("email", email), ("sms", phone)) if value]
    found = None
    for channel, value in pairs:
        found = (
            found
            or Customer.objects.filter(home=home, addresses__channel=channel, addresses__value=value)
            .order_by("pk")
            .first()
        )
    if found is None:
        found = Customer.objects.create(home=home, name=name, language=language, choice=choice, created=clock.now())
        keep_words(found)
        for channel, value in pairs:
            ContactAddress.objects.create(customer=found, channel=channel, value=value, created=clock.now())
    return found


def keep_words(customer: Customer) -> None:
    """Let this customer be found by the name they have now."""
    customer.words.all().delete()
    CustomerWord.objects.bulk_create(CustomerWord(word=word, customer=customer) for word in words_of(customer.name))


@transaction.atomic
def set_name(*, actor: Actor, customer: str, name: str) -> None:
    """How this customer is called."""
    demand(actor, "customer.change")
    _own(actor, customer)
    if not name.strip():
        raise Refused(_("Fill in a name."), field="name")
    found = Customer.objects.get(key=customer)
    found.name = name.strip()[:120]
    found.save(update_fields=["name"])
    keep_words(found)


def set_choice(*, actor: Actor, customer: str, channel: str) -> None:
    """The channel this customer wants to hear us on; empty: no wish."""
    demand(actor, "customer.change")
    _own(actor, customer)
    Customer.objects.filter(key=customer).update(choice=channel)


def set_language(*, actor: Actor, customer: str, language: str) -> None:
    demand(actor, "customer.change")
    _own(actor, customer)
    Customer.objects.filter(key=customer).update(language=language)


def agree(*, actor: Actor, customer: str, subject: str, agrees: bool, via: str) -> None:
    """A yes or a no to a kind of message or a channel; the last one counts, also for what is queued already."""
    demand(actor, "customer.change")
    _own(actor, customer)
    Consent.objects.create(
        customer=Customer.objects.get(key=customer), subject=subject, agrees=agrees, at=clock.now(), via=via
    )


def bounced(*, channel: str, value: str, why: str) -> int:
    """Nothing arrives at this address: it is not used again until somebody mends it."""
    value = value.strip().lower() if channel == "email" else value
    return ContactAddress.objects.filter(channel=channel, value=value, bounced=None).update(
        bounced=clock.now(), why=why[:200]
    )


@transaction.atomic
def set_address(*, actor: Actor, customer: str, channel: str, value: str) -> None:
    """A customer's address on a channel, in place of the one before."""
    demand(actor, "customer.change")
    _own(actor, customer)
    value = tidy_phone(value) if channel == "sms" else value.strip().lower()
    if not value:
        raise Refused(_("This is not an address that can be used."), field=channel)
    owner = Customer.objects.get(key=customer)
    owner.addresses.filter(channel=channel).exclude(value=value).delete()
    ContactAddress.objects.update_or_create(
        customer=owner, channel=channel, value=value, defaults={"bounced": None, "why": "", "created": clock.now()}
    )


def works_again(*, actor: Actor, customer: str, address: int) -> None:
    """An address that bounced is used again."""
    demand(actor, "customer.change")
    _own(actor, customer)
    if not ContactAddress.objects.filter(pk=address, customer__key=customer).update(bounced=None, why=""):
        raise Refused(_("This is not an address that can be used."))


@transaction.atomic
def drop_address(*, actor: Actor, customer: str, channel: str) -> None:
    """This customer is not reached on this channel any more: its addresses are gone."""
    demand(actor, "customer.change")
    _own(actor, customer)
    ContactAddress.objects.filter(customer__key=customer, channel=channel).delete()


def _own(actor: Actor, customer: str) -> None:
    """A customer changes only their own."""
    from django.core.exceptions import PermissionDenied

    if actor.cases is not None and actor.customer != customer:
        raise PermissionDenied("customer.change")
