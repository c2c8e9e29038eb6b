"""Customers: who they are, where they live, how they may be reached. What the log refers to, and an erase empties."""

from __future__ import annotations

import re
import unicodedata
import uuid

from django.db import models


def new_key() -> str:
    """A reference that says nothing about whom it refers to."""
    return uuid.uuid4().hex


class Property(models.Model):
    """A home: postcode and house number as people write them on an envelope, in one form."""

    postcode = models.CharField(max_length=6)
    house_number = models.CharField(max_length=12)  # with its addition: 12, 12A, 12-2
    street = models.CharField(max_length=80, blank=True)
    town = models.CharField(max_length=80, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "property"
        constraints = [models.UniqueConstraint(fields=["postcode", "house_number"], name="one_property_an_address")]

    def __str__(self) -> str:
        postcode = f"{self.postcode[:4]} {self.postcode[4:]}"
        first = f"{self.street} {self.house_number}".strip() if self.street else f"{postcode} {self.house_number}"
        return f"{first}, {self.town}" if self.town else first


class Customer(models.Model):
    """`key` is what cases and the log know; `choice` the channel they asked for (empty: no wish)."""

    key = models.CharField(max_length=40, unique=True, default=new_key)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="nl")
    choice = models.CharField(max_length=20, blank=True)
    home = models.ForeignKey(Property, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers")
    created = models.DateTimeField()
    status = models.CharField(max_length=10, default="current", db_default="current")  # moved (out), deceased, erased
    left = models.DateTimeField(null=True, blank=True)  # since when they are a customer no more

    CURRENT, MOVED, DECEASED, ERASED = "current", "moved", "deceased", "erased"

    class Meta:
        db_table = "customer"

    def __str__(self) -> str:
        return self.name or self.key[:8]


class CustomerWord(models.Model):
    """A word of a customer's name, folded (`Müller` is `muller`): what a search by name looks up."""

    word = models.CharField(max_length=40)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="words")

    class Meta:
        db_table = "customer_word"
        constraints = [models.UniqueConstraint(fields=["word", "customer"], name="a_word_once")]


class ContactAddress(models.Model):
    """A way to reach a customer: an e-mail address, a telephone number. `bounced`: since when it fails for good."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=20)  # email, sms, letter, ...
    value = models.CharField(max_length=254)
    verified = models.DateTimeField(null=True, blank=True)
    bounced = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField()

    class Meta:
        db_table = "contact_address"
        constraints = [models.UniqueConstraint(fields=["customer", "channel", "value"], name="one_address_once")]
        indexes = [models.Index(fields=["channel", "value"])]


class Consent(models.Model):
    """A yes or a no to a kind of message or to a channel; only ever added to, the last one counts."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    subject = models.CharField(max_length=20)  # service, survey, news; email, sms, ...
    agrees = models.BooleanField()
    at = models.DateTimeField()
    via = models.CharField(max_length=20)  # unsubscribe, portal, desk, import

    class Meta:
        db_table = "consent"
        indexes = [models.Index(fields=["customer", "subject", "at"])]


def words_of(name: str) -> list[str]:
    """The words of a name as they are looked up: without accents, in small letters, each once."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return list(dict.fromkeys(word[:40] for word in re.split(r"[\W_]+", plain.casefold()) if word))


def tidy_postcode(text: str) -> str:
    """`1234 ab` -> `1234AB`; empty when it is no Dutch postcode."""
    plain = re.sub(r"\s+", "", text).upper()
    return plain if re.fullmatch(r"[1-9]\d{3}[A-Z]{2}", plain) else ""


def tidy_house_number(text: str) -> str:
    """`12 a` -> `12A`; empty when it does not begin with a number."""
    plain = re.sub(r"\s+", "", text).upper()
    return plain if re.fullmatch(r"\d{1,5}([-/]?[A-Z0-9]{1,6})?", plain) else ""


def tidy_phone(text: str) -> str:
    """`06 1234 5678` -> `+31612345678`; empty when it is no telephone number."""
    plain = re.sub(r"[^\d+]", "", text.strip())
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    elif plain.startswith("0"):
        plain = "+31" + plain[1:]
    return plain if re.fullmatch(r"\+\d{9,14}", plain) else ""
