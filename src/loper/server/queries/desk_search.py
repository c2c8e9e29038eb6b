"""What an agent types into the one box, understood: a case number, an address, an e-mail address, a phone, a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from loper.server.queries.organisation import text_in
from loper.server.records.customers import (
    ContactAddress,
    Customer,
    tidy_house_number,
    tidy_phone,
    tidy_postcode,
    words_of,
)
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.runtime import Case

LONGEST = 100
MOST = 200
"""So many customers at most are looked up: who gets more must say more."""

_TITLES = frozenset({"dhr", "mevr", "mw", "mevrouw", "meneer", "heer", "mr", "mrs", "ms"})
_POSTCODE = re.compile(r"(?<!\d)([1-9]\d{3})\s?([A-Za-z]{2})(?![A-Za-z])")
_NUMBER = re.compile(r"\W*(\d{1,5}(?:[-/]?[A-Za-z0-9]{1,4}\b|\s[A-Za-z]\b)?)")
_CASE = re.compile(r"[2-9A-HJKMNP-Z]{4}-?[2-9A-HJKMNP-Z]{4}")
_PHONE = re.compile(r"\+?[\d\s().-]{9,20}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """What was typed, in its parts. Parts of a person go together: a name *and* a postcode."""

    text: str = ""
    number: str = ""  # a case number as we write it
    key: str = ""  # the same as typed: cases of other systems have keys of their own
    postcode: str = ""
    house_number: str = ""
    email: str = ""
    phone: str = ""
    words: tuple[str, ...] = ()

    @property
    def person(self) -> bool:
        return bool(self.postcode or self.email or self.phone or self.words)


def understand(typed: str) -> Sought:
    """The parts of what was typed."""
    text = " ".join(typed.split())[:LONGEST]
    if not text:
        return Sought()
    if "@" in text:
        return Sought(text=text, email=next(word for word in text.split() if "@" in word).strip("<>,;()").lower())
    if _PHONE.fullmatch(text) and tidy_phone(text):
        return Sought(text=text, phone=tidy_phone(text), key=text)
    key = "" if " " in text else text
    plain = text.replace(" ", "").upper()
    number = f"{plain.replace('-', '')[:4]}-{plain[-4:]}" if _CASE.fullmatch(plain) else ""
    postcode = house_number = ""
    rest = text
    found = _POSTCODE.search(text)
    if found:
        postcode = tidy_postcode(found[0])
        after = _NUMBER.match(text, found.end())
        if after:
            house_number = tidy_house_number(after[1])
        rest = text[: found.start()] + " " + text[after.end() if after and house_number else found.end() :]
    words = tuple(word for word in words_of(rest) if word not in _TITLES)[:6]
    return Sought(text=text, number=number, key=key, postcode=postcode, house_number=house_number, words=words)


def case_called(sought: Sought) -> str | None:
    """The key of the case of this very number; None where there is none."""
    keys = [key for key in (sought.number, sought.key) if key]
    return Case.objects.filter(key__in=keys).values_list("key", flat=True).first() if keys else None


def people(sought: Sought, most: int = MOST) -> list[Customer]:
    """The customers that this fits, by name: at most so many, and one more when there are more."""
    if not sought.person:
        return []
    if sought.email:
        rows = _at("email", sought.email)
    elif sought.phone:
        rows = Customer.objects.filter(
            Q(addresses__channel__in=("sms", "phone", "whatsapp"), addresses__value=sought.phone)
        )
    else:
        rows = _living(sought)
    return list(rows.select_related("home").distinct().order_by("name", "pk")[: most + 1])


def _at(channel: str, value: str) -> QuerySet[Customer]:
    """Who has this address; else whose address begins so."""
    known = ContactAddress.objects.filter(channel=channel, value=value)
    if known.exists():
        return Customer.objects.filter(addresses__in=known)
    begun = list(
        ContactAddress.objects.filter(channel=channel, value__startswith=value).values_list("customer", flat=True)[
            :MOST
        ]
    )
    return Customer.objects.filter(pk__in=begun)


def _living(sought: Sought) -> QuerySet[Customer]:
    rows = Customer.objects.all()
    if sought.postcode:
        rows = rows.filter(home__postcode=sought.postcode)
    if sought.house_number:
        exact = rows.filter(home__house_number=sought.house_number)
        rows = exact if exact.exists() else rows.filter(home__house_number__startswith=sought.house_number)
    for word in sorted(sought.words, key=len, reverse=True):
        rows = rows.filter(_begins(word))
    return rows


def _begins(word: str) -> Q:
    """A word of the name begins so. A range, for LIKE finds no index on every database."""
    if not word.isascii() or len(word) < 2:
        return Q(words__word=word)
    return Q(words__word__gte=word, words__word__lte=word + "z" * 20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A customer as a search shows them."""

    key: str
    name: str
    home: str
    phone: str
    email: str
    open_cases: int
    cases: int


def as_people(customers: Sequence[Customer]) -> list[Person]:
    """These customers with how they are reached and how many cases they have; two queries."""
    ways: dict[int, dict[str, str]] = {}
    for owner, channel, value in (
        ContactAddress.objects.filter(customer__in=customers, bounced=None)
        .order_by("pk")
        .values_list("customer", "channel", "value")
    ):
        ways.setdefault(owner, {}).setdefault(channel, value)
    count: dict[str, list[bool]] = {}
    for owner_key, ended in Case.objects.filter(customer__in=[one.key for one in customers]).values_list(
        "customer", "ended"
    ):
        count.setdefault(owner_key, []).append(ended)
    return [
        Person(
            key=one.key,
            name=one.name,
            home=str(one.home) if one.home else "",
            phone=ways.get(one.pk, {}).get("sms", "") or ways.get(one.pk, {}).get("phone", ""),
            email=ways.get(one.pk, {}).get("email", ""),
            open_cases=count.get(one.key, []).count(False),
            cases=len(count.get(one.key, [])),
        )
        for one in customers
    ]


def begun_by(sought: Sought, customers: Iterable[Customer] = (), most: int = 10) -> list[DialogueProgress]:
    """Half-filled forms of whoever this is: by what they typed of themselves so far, or who they turned out to be."""
    fits = Q(customer__in=[one.pk for one in customers])
    if sought.postcode:
        code = sought.postcode  # kept as it was typed: with a space or without
        where = Q(contact__postcode__iexact=code) | Q(contact__postcode__iexact=f"{code[:4]} {code[4:]}")
        if sought.house_number:
            where &= Q(contact__house_number__iexact=sought.house_number)
        fits |= where
    if sought.email:
        fits |= Q(contact__email__iexact=sought.email)
    if sought.phone:
        fits |= Q(contact__phone__in=_phones(sought.phone))
    if sought.words and not sought.postcode:
        named = Q()
        for word in sought.words:
            named &= Q(contact__name__icontains=word)
        fits |= named
    return list(DialogueProgress.objects.filter(fits, submitted=None).order_by("-changed")[:most])


def begun_of(customer: Customer) -> list[DialogueProgress]:
    """Half-filled forms of this customer: begun with a colleague, or with their address as typed."""
    found = begun_by(Sought(email=_first(customer, "email"), phone=_first(customer, "sms")), [customer])
    return [row for row in found if not row.stopped]


def _first(customer: Customer, channel: str) -> str:
    return customer.addresses.filter(channel=channel).values_list("value", flat=True).first() or ""


def _phones(phone: str) -> list[str]:
    local = "0" + phone.removeprefix("+31")
    return [phone, local, f"{local[:2]} {local[2:]}", f"{local[:2]}-{local[2:]}"]


def title_of(row: DialogueProgress, language: str) -> str:
    """What a half-filled form is about: its dialogue's title."""
    from loper.server.queries import designs

    dialogue = designs.journey(row.journey, row.version).dialogues[row.dialogue]
    return text_in(dialogue.title, language) or row.dialogue
