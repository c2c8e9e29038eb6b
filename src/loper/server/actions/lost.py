"""A lost link found again: by address, with a code sent to where we already reach the customer.

The answer is the same whether the address is known or not; guesses and questions are counted.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.links import new_link
from loper.server.actions.refused import Refused
from loper.server.queries.runtime import cases_of
from loper.server.records.customers import Customer, tidy_house_number, tidy_postcode
from loper.server.records.links import CodeChallenge, Link

MINUTES, TRIES, ASKS_EACH, ASKS_HOME = 15, 5, 10, 4


def _keyed(text: str) -> str:
    """A code has little randomness of its own, so its hash is keyed."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), "sha256").hexdigest()


@transaction.atomic
def ask_code(*, postcode: str, house_number: str, asker: str) -> tuple[CodeChallenge, dict[str, str]]:
    """A challenge, and the codes to send: customer key -> code. Raises Refused: mistyped address, too many asks."""
    code_, number = tidy_postcode(postcode), tidy_house_number(house_number)
    if not code_:
        raise Refused(_("A postcode looks like 1234 AB."), field="postcode")
    if not number:
        raise Refused(_("A house number looks like 12 or 12A."), field="house_number")
    now, who = clock.now(), _keyed(asker)
    hour = CodeChallenge.objects.filter(created__gt=now - timedelta(hours=1))
    if (
        hour.filter(asker=who).count() >= ASKS_EACH
        or hour.filter(postcode=code_, house_number=number).values("created").distinct().count() >= ASKS_HOME
    ):
        raise Refused(_("You asked for a code several times. Wait an hour, or call us."))
    customers = list(Customer.objects.filter(home__postcode=code_, home__house_number=number).order_by("pk")[:6])
    challenge = CodeChallenge.objects.create(
        postcode=code_, house_number=number, asker=who, created=now, expires=now + timedelta(minutes=MINUTES)
    )
    codes = {customer.key: f"{secrets.randbelow(10**6):06d}" for customer in customers}
    for key, code in codes.items():
        CodeChallenge.objects.create(
            postcode=code_,
            house_number=number,
            customer=key,
            hash=_keyed(f"{challenge.pk}/{code}"),
            asker=who,
            created=now,
            expires=challenge.expires,
        )
    return challenge, codes


def answer_code(*, challenge_id: int, code: str, asker: str) -> str | None:
    """The customer whose code this is, once; None for a wrong, used or expired one, or after five tries."""
    now = clock.now()
    counted = CodeChallenge.objects.filter(
        pk=challenge_id, customer="", asker=_keyed(asker), tries__lt=TRIES, expires__gt=now, used=None
    ).update(tries=F("tries") + 1)
    if not counted:
        return None
    typed = _keyed(f"{challenge_id}/{''.join(code.split())}")
    asked = CodeChallenge.objects.get(pk=challenge_id)
    found = CodeChallenge.objects.filter(
        hash=typed, postcode=asked.postcode, house_number=asked.house_number, created=asked.created, used=None
    ).first()
    if found is None or not CodeChallenge.objects.filter(pk=found.pk, used=None).update(used=now):
        return None
    CodeChallenge.objects.filter(pk=challenge_id).update(used=now)
    return found.customer


def links_of(*, customer: str) -> list[Link]:
    """New links to the cases of a customer who proved to be it: the open ones first, at most ten."""
    cases = cases_of(customer)[:10]
    return [new_link(purpose=Link.CASE, customer=customer, case=case, days=7)[0] for case in reversed(cases)]
