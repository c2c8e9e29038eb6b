"""Who hears what happens: made, changed, tried, switched off and on, its secret replaced, sent again what it missed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.out import egress, signature, vera
from loper.server.actions.out.hand_out import queue
from loper.server.actions.out.messages import ping
from loper.server.actions.out.send import go, message, rules, secrets_of
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.out import Delivery, Subscriber
from loper.server.records.runtime import Touch

BOTH = timedelta(hours=24)
"""So long a secret that was replaced holds beside the new one."""

FORMS = (Subscriber.EVENTS, Subscriber.BINARY, Subscriber.VERA)
MANY = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants a subscriber to be. Empty `types`, `journeys`, `regions`: all there are."""

    name: str
    owner: str
    address: str
    form: str = Subscriber.EVENTS
    types: Sequence[str] = ()
    journeys: Sequence[str] = ()
    regions: Sequence[str] = ()
    facts: bool = False
    token: str = ""


@transaction.atomic
def subscribe(*, actor: Actor, wish: Wish) -> tuple[Subscriber, str]:
    """A new subscriber, and its secret, shown now and never again. Raises Refused with what is to be mended."""
    demand(actor, "out.change")
    row = Subscriber(**_checked(wish), seeds=[_seed()], created=clock.now(), by=actor.name)
    row.save()
    return row, signature.secret_of(row.seeds[0]["seed"], settings.SECRET_KEY)


@transaction.atomic
def change(*, actor: Actor, key: str, wish: Wish) -> Subscriber:
    """As it is wanted now; what waits for it goes to the new address. An empty token leaves the old one."""
    demand(actor, "out.change")
    row = _row(key)
    values = _checked(wish)
    if not wish.token:
        values.pop("token")
    for name, value in values.items():
        setattr(row, name, value)
    row.failures, row.rests = 0, None
    row.save(update_fields=[*values, "failures", "rests"])
    return row


@transaction.atomic
def replace_secret(*, actor: Actor, key: str) -> str:
    """A new secret, shown now and never again. For a day each message is signed with both."""
    demand(actor, "out.change")
    row, now = _row(key), clock.now()
    kept = [one for one in row.seeds if not one.get("until") or datetime.fromisoformat(one["until"]) > now][:1]
    old = [{**one, "until": one.get("until") or (now + BOTH).isoformat()} for one in kept]
    row.seeds = [_seed(), *old]
    row.save(update_fields=["seeds"])
    return signature.secret_of(row.seeds[0]["seed"], settings.SECRET_KEY)


@transaction.atomic
def switch(*, actor: Actor, key: str, on: bool, why: str = "") -> Subscriber:
    """On or off. Off, nothing new is kept for it; what waits goes when it is on again."""
    demand(actor, "out.change")
    row = _row(key)
    row.state, row.why = (Subscriber.ON, "") if on else (Subscriber.OFF, why[:200])
    row.failures, row.rests = 0, None
    row.save(update_fields=["state", "why", "failures", "rests"])
    return row


@transaction.atomic
def remove(*, actor: Actor, key: str) -> None:
    """It is gone, with the list of what went to it."""
    demand(actor, "out.change")
    _row(key).delete()


def try_it(*, actor: Actor, key: str) -> egress.Answer:
    """A message about nothing, sent now; gives what came back. A VERA system is asked for its /ping."""
    demand(actor, "out.change")
    row = _row(key)
    if row.form == Subscriber.VERA:
        return vera.try_it(row, rules())
    ident = f"ping_{secrets.token_hex(12)}"
    now = clock.now()
    return go([message(row, ident, ping(ident, now), secrets_of(row, now))], rules())


@transaction.atomic
def send_again(*, actor: Actor, key: str, ident: str) -> int:
    """One delivery once more, under the same id."""
    demand(actor, "out.change")
    return one(_row(key), ident)


def send_since(*, actor: Actor, key: str, ident: str) -> int:
    """Everything that was recorded after the line with this id, once more; gives how much."""
    demand(actor, "out.change")
    return since(_row(key), ident)


def send_period(*, actor: Actor, key: str, start: datetime, end: datetime) -> int:
    """Everything that was recorded in this time, once more, also what was before the subscriber was; gives how much."""
    demand(actor, "out.change")
    return period(_row(key), start, end)


def ask_again(*, key: str, headers: Mapping[str, str], body: bytes, asked: Mapping[str, object], at: datetime) -> int:
    """The subscriber itself asks to get something once more, and signed that with its secret; gives how much.

    `asked` is what the body says: `since_id`, `id`, or `from` and perhaps `until`. Raises Forged, or Refused.
    """
    row = Subscriber.objects.filter(key=key).first()
    signature.verify(secrets_of(row, clock.now()) if row is not None else [], headers, body, at)
    if row is None or set(asked) not in ({"since_id"}, {"id"}, {"from"}, {"from", "until"}):
        raise Refused(_("Ask for one of since_id, id, and from (with until)."))
    given = {name: str(value)[:100] for name, value in asked.items()}
    if "id" in given:
        return one(row, given["id"])
    if "since_id" in given:
        return since(row, given["since_id"])
    return period(row, _instant(given["from"]), _instant(given["until"]) if "until" in given else clock.now())


def one(row: Subscriber, ident: str) -> int:
    """This delivery waits again."""
    count = _again(Delivery.objects.filter(subscriber=row, ident=ident))
    if not count:
        raise Refused(_("There is no delivery with this id."), field="ident")
    return count


def since(row: Subscriber, ident: str) -> int:
    """What was recorded after the line with this id waits again."""
    last = Delivery.objects.filter(subscriber=row, ident=ident).first()
    touch = Touch.objects.filter(case=last.case, seq=last.seq).first() if last else None
    if touch is None:
        raise Refused(_("There is no delivery with this id."), field="ident")
    return _period(row, touch.recorded, clock.now(), after=(touch.case, touch.seq))


def period(row: Subscriber, start: datetime, end: datetime) -> int:
    """What was recorded in this time waits again."""
    if start >= end:
        raise Refused(_("The end of the time must lie after its start."), field="end")
    return _period(row, start, end)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1990 < found.year < 2200:
        raise Refused(_("A time with its zone was expected, like 2026-09-01T00:00+02:00."))
    return found


def _period(row: Subscriber, start: datetime, end: datetime, after: tuple[str, int] | None = None) -> int:
    """A part at a time, each its own transaction; of `after` and what its case had before only what came later."""
    found = Touch.objects.filter(recorded__gte=start, recorded__lt=end).order_by("recorded", "case", "seq")
    keys = (
        key
        for key in found.values_list("case", "seq").iterator(MANY)
        if after is None or key[0] != after[0] or key[1] > after[1]
    )
    count = 0
    while some := list(islice(keys, MANY)):
        with transaction.atomic():
            queue([row], some, clock.now())
            wanted = set(some)
            rows = Delivery.objects.filter(subscriber=row, case__in={case for case, _seq in some})
            these = [pk for pk, case, seq in rows.values_list("pk", "case", "seq") if (case, seq) in wanted]
            count += _again(Delivery.objects.filter(pk__in=these))
    return count


def _again(rows: object) -> int:
    count: int = rows.update(state=Delivery.WAITING, attempts=0, not_before=clock.now())  # type: ignore[attr-defined]
    return count


def _row(key: str) -> Subscriber:
    row = Subscriber.objects.select_for_update().filter(key=key).first() if _inside() else None
    row = row or Subscriber.objects.filter(key=key).first()
    if row is None:
        raise Refused(_("There is no subscriber of this name."))
    return row


def _inside() -> bool:
    return bool(transaction.get_connection().in_atomic_block)


def _seed() -> dict[str, str]:
    return {"seed": secrets.token_urlsafe(24)}


def _checked(wish: Wish) -> dict[str, object]:
    """The columns of a subscriber; raises Refused at the first that is wrong."""
    if not wish.name.strip() or len(wish.name) > 120 or not wish.name.isprintable():
        raise Refused(_("Give it a name of at most 120 characters."), field="name")
    try:
        validate_email(wish.owner)
    except ValidationError:
        raise Refused(_("Say who answers for it: an e-mail address."), field="owner") from None
    if wish.form not in FORMS:
        raise Refused(_("Choose a form."), field="form")
    try:
        if len(wish.address) > 500:
            raise egress.Refusing("an address has at most 500 characters")
        _scheme, host, port, _path = egress.check_address(wish.address, rules())
        egress.reachable(host, port, rules())
    except egress.Refusing as wrong:
        raise Refused(str(wrong), field="address") from None
    except (OSError, UnicodeError):
        raise Refused(_("This name is not known. Look at the address again."), field="address") from None
    for names, pattern, field in (
        (wish.types, r"[A-Za-z_*][\w.*-]{0,119}", "types"),
        (wish.journeys, r"[\w.-]{1,80}", "journeys"),
        (wish.regions, r"[1-9]\d{0,3}[A-Z]{0,2}", "regions"),
    ):
        if len(names) > 100 or any(not re.fullmatch(pattern, one, re.ASCII) for one in names):
            raise Refused(_("Write names with commas in between, or nothing for all of them."), field=field)
    if wish.form == Subscriber.VERA and wish.facts:
        raise Refused(_("A VERA system gets states alone."), field="facts")
    if not wish.token.isprintable() or len(wish.token) > 500:
        raise Refused(_("A token is one line of at most 500 characters."), field="token")
    return {
        "name": wish.name.strip(),
        "owner": wish.owner,
        "address": wish.address,
        "form": wish.form,
        "types": list(wish.types),
        "journeys": list(wish.journeys),
        "regions": list(wish.regions),
        "facts": wish.facts,
        "token": wish.token,
    }
