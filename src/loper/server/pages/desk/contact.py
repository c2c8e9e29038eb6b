"""Whose report it is: somebody we know at this address, or somebody new."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from loper.server.pages.desk.asking import clean
from loper.server.queries.desk_search import Person, Sought, as_people, people
from loper.server.records.customers import tidy_house_number, tidy_phone, tidy_postcode

FIELDS = ("postcode", "house_number", "name", "email", "phone")


def contact_of(post: Mapping[str, str]) -> dict[str, str]:
    """Name and address as typed."""
    return {name: clean(str(post.get(name, "")))[:254] for name in FIELDS}


def wrong_contact(contact: Mapping[str, str]) -> dict[str, str]:
    """What must still be filled in, or cannot be right."""
    wrong: dict[str, str] = {}
    if not tidy_postcode(contact.get("postcode", "")):
        wrong["postcode"] = _("A postcode looks like 1234 AB.")
    if not tidy_house_number(contact.get("house_number", "")):
        wrong["house_number"] = _("A house number looks like 12 or 12A.")
    if not contact.get("name", "").strip():
        wrong["name"] = _("Fill in a name.")
    email, phone = contact.get("email", ""), contact.get("phone", "")
    if email and ("@" not in email or " " in email):
        wrong["email"] = _("An e-mail address looks like name@example.nl.")
    if phone and not tidy_phone(phone):
        wrong["phone"] = _("A telephone number has ten digits, like 06 12345678.")
    if not email and not phone:
        wrong["phone"] = _("Fill in a mobile number or an e-mail address: there we tell how it goes on.")
    return wrong


def neighbours(contact: Mapping[str, str]) -> list[Person]:
    """Whom we know at this address: then nobody has to spell a name again."""
    postcode, number = tidy_postcode(contact.get("postcode", "")), tidy_house_number(contact.get("house_number", ""))
    if not (postcode and number):
        return []
    return as_people(people(Sought(postcode=postcode, house_number=number), 6)[:6])
