"""What pages and texts read of the runtime."""

from __future__ import annotations

from loper.server.actions.intake import take_in
from loper.server.queries.runtime import event_of
from tests.run.worlds import told
from tests.worlds import World


def test_a_message_is_about_its_own_event_and_not_about_one_whose_name_it_begins_with(world: World) -> None:
    key = world.report()
    long = "x" * 200
    events = [told(key, "complaint.made", world.time.at, ident, about=ident[:9]) for ident in ("1", "10", "1~2", long)]
    take_in(events)
    found = {one: event_of(key, one) for one in ("test#1", "test#10", "test#1~2", "test#1~7", "test#10~3", "test#100")}
    ids = {occasion: event.id if event else None for occasion, event in found.items()}
    assert ids == {
        "test#1": "1", "test#10": "10", "test#1~2": "1~2", "test#1~7": "1", "test#10~3": "10", "test#100": None,
    }  # fmt: skip
    assert found["test#10"].data["about"] == "10"  # type: ignore[union-attr]
    from loper.step.fold import short

    assert event_of(key, short(f"test#{long}")).id == long  # type: ignore[union-attr]
