"""The Directory port of the runtime: what decides whether and how a message goes, and nothing more of a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loper.server.records.customers import Consent, ContactAddress, Customer
from loper.step import Customer as Known


class Directory:
    """Customers as `may` sees them, many at once in three queries."""

    def customers(self, keys: Sequence[str]) -> Mapping[str, Known]:
        rows = {row.key: row for row in Customer.objects.filter(key__in=keys).select_related("home")}
        by_id = {row.pk: row.key for row in rows.values()}
        reachable: dict[str, set[str]] = {key: set() for key in rows}
        for owner, channel in ContactAddress.objects.filter(customer__in=by_id, bounced=None).values_list(
            "customer_id", "channel"
        ):
            reachable[by_id[owner]].add(channel)
        said: dict[str, dict[str, bool]] = {key: {} for key in rows}
        consents = Consent.objects.filter(customer__in=by_id).order_by("at", "pk")
        for owner, subject, agrees in consents.values_list("customer_id", "subject", "agrees"):
            said[by_id[owner]][subject] = agrees  # the last one counts
        return {
            key: Known(
                key=key,
                choice=row.choice or None,
                reachable=frozenset(reachable[key] | ({"letter"} if row.home is not None else set())),
                refuses=frozenset(subject for subject, agrees in said[key].items() if not agrees),
                agrees=frozenset(subject for subject, agrees in said[key].items() if agrees),
                language=row.language,
            )
            for key, row in rows.items()
        }
