"""What pages and texts read of the runtime."""

from __future__ import annotations

from loper.server.actions.intake import take_in
from loper.server.queries.runtime import events_about
from loper.step.fold import short
from tests.run.worlds import told
from tests.worlds import World


def test_a_message_is_about_its_own_event_and_not_about_one_whose_name_it_begins_with(world: World) -> None:
    key = world.report()
    long = "x" * 200
    events = [told(key, "complaint.made", world.time.at, ident, about=ident[:9]) for ident in ("1", "10", "1~2", long)]
    take_in(events)
    hashed = short(f"test#{long}")
    occasions = ("test#1", "test#10", "test#1~2", "test#1~7", "test#10~3", "test#100", hashed)
    found = events_about([(key, one) for one in occasions])
    assert {occasion: event.id for (_case, occasion), event in found.items()} == {
        "test#1": "1", "test#10": "10", "test#1~2": "1~2", "test#1~7": "1", "test#10~3": "10", hashed: long,
    }  # fmt: skip
    assert found[key, "test#10"].data["about"] == "10"
    assert events_about([("another", "test#1")]) == {}
