"""A lost link found again: by address, with a code sent to where we already reach the customer.

Asking does the same work whether the address is known or not; who lives there is looked up after the page has
answered (`make_codes`), so neither the answer nor its speed tells who is known. Asks and guesses are counted.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.links import visit_link
from loper.server.actions.refused import Refused
from loper.server.queries.runtime import cases_of
from loper.server.records.customers import Customer, tidy_house_number, tidy_postcode
from loper.server.records.links import CodeChallenge, Link

MINUTES, TRIES = 15, 5
ASKS_EACH_HOUR, ASKS_HOME_HOUR, ASKS_HOME_DAY = 10, 4, 8
"""Asks of one network address, and for one home. Eight asks of five guesses a day: 4 in 100,000 to hit one code."""

MOST_PEOPLE = 6


def _keyed(text: str) -> str:
    """A code has little randomness of its own, so its hash is keyed."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), "sha256").hexdigest()


@transaction.atomic
def ask_code(*, postcode: str, house_number: str, asker: str) -> CodeChallenge:
    """A challenge for this address, known or not. Raises Refused: mistyped address, too many asks."""
    code, number = tidy_postcode(postcode), tidy_house_number(house_number)
    if not code:
        raise Refused(_("A postcode looks like 1234 AB."), field="postcode")
    if not number:
        raise Refused(_("A house number looks like 12 or 12A."), field="house_number")
    now, who = clock.now(), _keyed(asker)
    if _asked_too_often(code, number, who, now):
        raise Refused(_("You asked for a code several times. Wait an hour, or call us."))
    return CodeChallenge.objects.create(
        postcode=code, house_number=number, asker=who, created=now, expires=now + timedelta(minutes=MINUTES)
    )


def _asked_too_often(postcode: str, house_number: str, asker: str, now: datetime) -> bool:
    asks = CodeChallenge.objects.filter(customer="")
    home = asks.filter(postcode=postcode, house_number=house_number)
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    return (
        asks.filter(asker=asker, created__gt=hour).count() >= ASKS_EACH_HOUR
        or home.filter(created__gt=hour).count() >= ASKS_HOME_HOUR
        or home.filter(created__gt=day).count() >= ASKS_HOME_DAY
    )


@transaction.atomic
def make_codes(*, challenge_id: int) -> dict[str, str]:
    """A code for each customer of the address that was asked for: customer key -> code."""
    asked = CodeChallenge.objects.get(pk=challenge_id)
    living = Customer.objects.filter(home__postcode=asked.postcode, home__house_number=asked.house_number)
    keys = list(living.order_by("pk").values_list("key", flat=True)[:MOST_PEOPLE])
    codes: set[str] = set()
    while len(codes) < len(keys):
        codes.add(f"{secrets.randbelow(10**6):06d}")
    found = dict(zip(keys, codes, strict=True))
    CodeChallenge.objects.bulk_create(
        CodeChallenge(
            postcode=asked.postcode,
            house_number=asked.house_number,
            customer=key,
            hash=_keyed(f"{asked.pk}/{code}"),
            asker=asked.asker,
            created=asked.created,
            expires=asked.expires,
        )
        for key, code in found.items()
    )
    return found


def answer_code(*, challenge_id: int, code: str, asker: str) -> str | None:
    """The customer whose code this is, once; None for a wrong, used or expired one, or after five tries."""
    now = clock.now()
    counted = CodeChallenge.objects.filter(
        pk=challenge_id, customer="", asker=_keyed(asker), tries__lt=TRIES, expires__gt=now, used=None
    ).update(tries=F("tries") + 1)
    typed = _keyed(f"{challenge_id}/{''.join(code.split())}")
    found = CodeChallenge.objects.filter(hash=typed, used=None, expires__gt=now).exclude(customer="").first()
    if not counted or found is None or not CodeChallenge.objects.filter(pk=found.pk, used=None).update(used=now):
        return None
    CodeChallenge.objects.filter(pk=challenge_id).update(used=now)
    return found.customer


def links_of(*, customer: str) -> list[Link]:
    """Links to the cases of a customer who proved to be it: the open ones first, at most ten."""
    cases = cases_of(customer)[:10]
    return [visit_link(purpose=Link.CASE, customer=customer, case=case, typed=False) for case in reversed(cases)]


def sweep_codes(*, older: timedelta = timedelta(days=2)) -> int:
    """Take out codes and asks that no count needs any more."""
    deleted, _each = CodeChallenge.objects.filter(created__lt=clock.now() - older).delete()
    return deleted
