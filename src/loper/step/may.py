"""May this message go to this customer, now, and by which channel (language, rule 10)?

Sees all cases of the customer through `recent`; the caller asks for one customer at a time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from loper.define.model import Window
from loper.define.organisation import Policy
from loper.step.case import Customer, Go, Message, Recent, Skip, Wait
from loper.step.when import opens

BUNDLED = "bundled with the rest of this hour"

RECHECK = timedelta(hours=1)
"""How long a message waits before it is asked again whether what holds it is still open."""


def may(message: Message, customer: Customer, policy: Policy, recent: Recent, now: datetime) -> Go | Wait | Skip:
    """Go(channel) | Wait(until, why) | Skip(why): refusals first, then holds, caps, quiet hours, bundling."""
    if message.kind in customer.refuses:
        return Skip("refused")
    if message.kind == "news" and "news" not in customer.agrees:
        return Skip("no consent")
    channel = _channel(message, customer)
    if channel is None:
        return Skip("no channel")
    for hold in policy.holds:
        if hold.kind == message.kind and hold.journey in recent.open:
            return Wait(now + RECHECK, f"hold: {hold.journey} is open")
    waits = [wait for wait in (_capped(message, policy, recent, now), _quiet(message, policy, now)) if wait]
    if waits:
        return max(waits, key=lambda wait: wait.until)
    return _bundled(message, policy, now) or channel


def _channel(message: Message, customer: Customer) -> Go | None:
    """The customer's own choice if the touchpoint has it, else the touchpoint's order; reachable and not yet tried."""
    can = [
        c for c in message.channels if c in customer.reachable and c not in customer.refuses and c not in message.tried
    ]
    if customer.choice in can:
        return Go(customer.choice, "the customer's own choice")
    if not can:
        return None
    first = can[0]
    passed = message.channels[: message.channels.index(first)]
    if not passed:
        return Go(first, "first of the touchpoint")
    reasons = ", ".join(f"{c} {'failed' if c in message.tried else 'cannot be reached'}" for c in passed)
    return Go(first, f"next of the touchpoint: {reasons}")


def _capped(message: Message, policy: Policy, recent: Recent, now: datetime) -> Wait | None:
    """Until the oldest message that fills a cap is long enough ago."""
    until: datetime | None = None
    for cap in policy.caps:
        if cap.kind != message.kind:
            continue
        sent = sorted(one.at for one in recent.sent if one.kind == cap.kind and one.at > now - cap.per)
        if len(sent) >= cap.most:
            free = sent[-cap.most] + cap.per if cap.most else now + cap.per
            until = free if until is None else max(until, free)
    return None if until is None else Wait(until, f"cap: enough of {message.kind} for now")


def _quiet(message: Message, policy: Policy, now: datetime) -> Wait | None:
    """Until quiet hours end; `urgent` passes them. The end itself is not quiet any more."""
    if policy.quiet is None or message.urgent or policy.quiet.start == policy.quiet.end:
        return None
    local = now.astimezone(policy.timezone).time()
    if local not in policy.quiet or local == policy.quiet.end:
        return None
    loud = Window(policy.quiet.end, policy.quiet.start)
    just_after = now + timedelta(microseconds=1)  # the instant at which they begin is quiet already
    return Wait(opens(just_after, loud, policy.timezone), "quiet hours")


def _bundled(message: Message, policy: Policy, now: datetime) -> Wait | None:
    """Kinds that are bundled go on the full hour, all of that hour together."""
    if message.kind not in policy.bundle or message.urgent or message.gathered:
        return None
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if now - hour < timedelta(minutes=1):
        return None
    return Wait(hour + timedelta(hours=1), BUNDLED)
