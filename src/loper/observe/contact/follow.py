"""What customers do next: their contacts in order, whatever cases they are in. Made once for the whole log.

A selection says whose contacts are counted; what came after them is looked up in the whole log, as a customer who comes
back in another case does come back.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np

from loper.observe.contact import kernels_follow
from loper.observe.contact.incoming import Incoming, incoming_of
from loper.observe.laid import kernels
from loper.observe.laid.layout import Bools, Ints, Layout

DAY = 86_400_000_000
By = Literal["customer and reason", "customer", "case"]


class Follow:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @cached_property
    def incoming(self) -> Incoming:
        return incoming_of(self.layout)

    @property
    def by_case(self) -> tuple[Ints, Ints]:
        """The same for cases, in which contacts lie in order already."""
        return np.arange(len(self.layout), dtype=np.int32), self.layout.offsets

    @cached_property
    def by_customer(self) -> tuple[Ints, Ints]:
        """Contacts by (customer, time, seq), and where each customer's begin. Without customers: the cases."""
        layout = self.layout
        customer = layout.words("customer")
        if customer is None:
            return self.by_case
        count = len(customer.values) + layout.count
        owner = kernels_follow.owners(layout.offsets, customer.codes, len(customer.values))
        order, bounds = kernels.in_order(owner, count, layout.time, layout.seq)
        return np.arange(len(layout), dtype=np.int32) if order is None else order, bounds

    def best(self) -> By:
        """The narrowest that this log can tell contacts about one thing by."""
        if self.layout.words("customer") is None:
            return "case"
        return "customer" if self.layout.words("reason") is None else "customer and reason"

    def after(self, incoming: Incoming, by: By) -> Ints:
        """Of each contact the place of the next one that the customer made; kept for the usual ones."""
        found: Ints
        if by == "case":
            order, bounds = self.by_case
            reason, size = np.full(len(self.layout), -1, np.int16), 0
            found = kernels_follow.came_after(order, bounds, incoming.coming, reason, size)[0]
            return found
        if incoming is not self.incoming:
            found = self._came(incoming)[int(by == "customer and reason")]
            return found
        found = self._usual[int(by == "customer and reason")]
        return found

    @cached_property
    def _usual(self) -> Ints:
        return self._came(self.incoming)

    def _came(self, incoming: Incoming) -> Ints:
        order, bounds = self.by_customer
        column = self.layout.words("reason")
        reason = np.full(len(self.layout), -1, np.int16) if column is None else column.codes
        size = 0 if column is None else len(column.values)
        found: Ints = kernels_follow.came_after(order, bounds, incoming.coming, reason, size)
        return found

    def known(self, within: int) -> int:
        """Contacts until this instant were followed for that long, microseconds."""
        return int(self.layout.last.max()) - within if self.layout.count else 0

    def calls(self, calls: Bools, sent: Bools) -> Ints:
        """Of each contact that was sent the place of the next call before anything else was sent."""
        order, bounds = self.by_customer
        found: Ints = kernels_follow.called_after(order, bounds, sent, calls)
        return found
