"""From any number to the cases behind it: a name in an address selects the very cases that were counted."""

from __future__ import annotations

import pytest

from loper.log.table import BadLog
from loper.observe.behind import within
from loper.observe.filter import Filter, of_query, to_query
from loper.observe.log import Log
from tests.observe.planted import planted
from tests.observe.test_conform import REPAIR


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


def test_names_are_worked_out_one_within_the_other(receipt: Log) -> None:
    desk = receipt.where(channel=("Desk",))
    stay = desk.stuck().stays[0]
    stopped = desk.where(behind=(f"stopped:{stay.activity}",))
    narrow = Filter(channel=("Desk",), behind=(f"stopped:{stay.activity}", within(Filter(channel=("Internet",)))))
    assert of_query(to_query(narrow)) == narrow
    assert receipt.where(narrow).names() == stopped.where(channel=("Internet",)).names()


def test_a_part_of_a_log_was_meant_to_go_as_the_log_was() -> None:
    part = Log.of(planted(300)).where(with_=("job.reported",))
    part.design = REPAIR
    (deviation,) = part.conform(REPAIR).deviations
    found = part.where(behind=(f"deviation:{deviation.kind}:{deviation.touchpoint}",))
    assert 0 < len(found) == deviation.cases < len(part)


def test_who_came_to_a_step_of_the_funnel_came_there_in_its_order(receipt: Log) -> None:
    part = receipt.where(channel=("Desk",))
    for number, step in enumerate(part.funnel().steps):
        assert len(part.where(behind=(f"funnel:{number}:came",))) == step.came


def test_a_name_that_means_nothing_is_an_error(receipt: Log) -> None:
    for wrong in (
        "stopped:nowhere",
        "nonsense",
        "left:x:y",
        "in:",
        "in:colour=red",
        "in:behind=elsewhere",
        "went:activity=nowhere&days=9",
    ):
        with pytest.raises(BadLog, match="names no cases"):
            receipt.where(behind=(wrong,))
