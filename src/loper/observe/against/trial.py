"""The arms of a standing trial: who was to get which variant of a touchpoint, whether it ever came to that or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from loper.define.model import Touchpoint
from loper.log.table import BadLog
from loper.observe.laid.layout import NONE
from loper.step.moments import variant

if TYPE_CHECKING:
    from loper.observe.log import Log


def trial_of(log: Log, touchpoint: Touchpoint) -> Mapping[str, Log]:
    """Variant -> the cases of the customers who were drawn for it. The draw is the runtime's own, by touchpoint and
    customer, so it holds for cases that never came so far too: compare the arms whole, with `design="randomised"`.

    Cases without a customer are in none. BadLog where the touchpoint has no variants, or the log no customers.
    """
    column = log.layout.words("customer")
    problems = []
    if not touchpoint.variants:
        problems.append(f"touchpoint “{touchpoint.name}” has no variants, so there is no trial")
    if column is None:
        problems.append("this log has no customers, so nobody knows who was drawn for what")
    if problems or column is None:
        raise BadLog(problems)
    code = column.codes[log.layout.offsets[:-1]]
    there = np.unique(code[log.rows])
    names = list(touchpoint.variants)
    arm = np.full(len(column.values) + 1, -1)
    for one in there[there != NONE]:
        arm[one] = names.index(variant(touchpoint, column.values[int(one)]))
    drawn = arm[code]  # of NONE the last place, which is no arm
    return {name: log.only(drawn == at) for at, name in enumerate(names)}
