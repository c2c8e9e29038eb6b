"""From any number to the cases behind it: a name in an address selects the very cases that were counted."""

from __future__ import annotations

import pytest

from loper.log.table import BadLog
from loper.observe.filter import Filter, of_query, to_query
from loper.observe.log import Log


def test_the_cases_behind_a_number_are_as_many_as_it_says(receipt: Log) -> None:
    for log in (receipt, receipt.where(channel=("Internet",))):
        for stay in log.stuck().stays[:5]:
            part = log.where(behind=(f"stopped:{stay.activity}",))
            assert len(part) == stay.stopped, stay.activity
        for one in log.dropping().channels[:3]:
            assert len(log.where(behind=(f"dropped:{one.place}:{one.channel}",))) == one.stopped


def test_it_goes_through_an_address(receipt: Log) -> None:
    filter = Filter(channel=("Desk",), behind=("stopped:Confirmation of receipt",))
    assert of_query(to_query(filter)) == filter
    assert 0 < len(receipt.where(filter)) < len(receipt.where(channel=("Desk",)))


def test_a_name_that_means_nothing_is_an_error(receipt: Log) -> None:
    for wrong in ("stopped:nowhere", "nonsense", "left:x:y"):
        with pytest.raises(BadLog, match="names no cases"):
            receipt.where(behind=(wrong,))
