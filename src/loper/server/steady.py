"""A process that runs for weeks: what it loaded at the start stays, and nobody need look whether it is rubbish."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""So many objects more than before before the collector looks at the young ones. A batch of cases makes many that live
for a moment and none that go round in circles.
"""


def steady() -> None:
    """Settle down after the start: a tenth less work in every transition, measured by bench/runtime.py."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
