"""The real log: the receipt phase of permit requests at a municipality, with figures that others found too."""

from __future__ import annotations

from loper.observe.log import Log


def test_the_figures_of_the_receipt_log(receipt: Log) -> None:
    seen, rework = receipt.map(), receipt.rework()
    assert (len(receipt), receipt.contacts, len(seen.nodes), receipt.variants().count) == (1434, 8577, 27, 116)
    assert (len(seen.arcs), seen.pairs) == (99, 7143)
    assert (rework.cases, rework.events) == (91, 245)
    assert {node.activity: node.ends for node in seen.nodes}["Confirmation of receipt"] == 116


def test_its_channels(receipt: Log) -> None:
    found = {one.channel: one.cases for one in receipt.channels().shares}
    assert found == {"Internet": 1250, "Desk": 109, "Post": 53, "e-mail": 21, "Intern": 1}
    assert len(receipt.where(channel=("Desk",))) == 109
