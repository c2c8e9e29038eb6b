"""Children, their parents, and cases that were one and the same (language, rule 12); campaigns (rule 14)."""

from loper.run.cloudevents import Told
from loper.run.replay import Replay
from loper.step import Event, born, child_key
from tests.step.lives import Life, at, journey, local

PARENT = """
facts: {color: [red, blue], note: text, size: number}
events:
  said: {from: [agent], sets: [color, note, size]}
  opened: {from: [agent], sets: [note]}
  named: {from: [agent]}
begins: {start: a}
opens: {opened: child, named: child}
stages:
  a: {within: 60 days, on: {go: b, child.ended: a, named: a}}
  b: {within: 60 days, on: {stop: z}}
  z: {final: true}
touchpoints:
  back: {when: child.ended, channels: [email]}
"""

CHILD = """
facts: {color: [red, blue], note: number, other: text}
events:
  opened: {from: [agent], sets: [other]}
  done: {from: [agent]}
  undone: {from: [agent]}
begins: {opened: told}
stages:
  told: {within: 60 days, on: {done: solved}}
  solved: {final: true, on: {undone: told}}
touchpoints:
  heard: {when: opened, channels: [email]}
"""


class Family(Replay):
    """A parent and its children in memory, told in local times."""

    def __init__(self, parent: str = PARENT, child: str = CHILD) -> None:
        self.child = journey(child, "stop", name="child")
        super().__init__(journey(parent, name="parent"), lambda name: self.child if name == "child" else None)
        self.count = 0
        self.told: list[Told] = []

    def tell(self, when: str, type: str, data: dict[str, object] | None = None, case: str = "P", id: str = "") -> None:
        self.count += 1
        event = Event(type=type, time=at(when), source="/x", id=id or str(self.count), data=data or {})
        self.told.append(Told(case=case, event=event, customer="C"))

    def go(self, until: str = "10-30 00:00") -> "Family":
        self.run(self.told, at(until))
        return self

    def rows(self, kind: str) -> list[tuple[str, str | None, str]]:
        return [(line.case, line.touchpoint or line.event, local(line.at)) for line in self.lines if line.kind == kind]


def test_a_child_has_the_key_of_its_parent_and_event_the_same_customer_and_the_facts_of_the_same_name_and_type():
    family = Family()
    family.tell("09-01 09:00", "start")
    family.tell("09-01 09:10", "said", {"color": "red", "size": 3, "note": "text"})
    family.tell("09-01 10:00", "opened", {"note": "angry", "other": "own"}, id="7")
    family.go()
    child = family.cases["P/7"]
    assert child.customer == "C" and child.parent == "P" and child.state.stage == "told"
    assert child.state.facts == {"color": "red", "other": "own"}  # its note is a number
    assert ("P/7", "heard", "09-01 10:00") in family.rows("message")


def test_at_its_end_the_parent_hears_in_which_stage():
    family = Family()
    family.tell("09-01 09:00", "start")
    family.tell("09-01 10:00", "opened", id="7")
    family.tell("09-02 10:00", "done", case="P/7")
    family.go()
    assert ("P", "back", "09-02 10:00") in family.rows("message")
    ended = next(event for event in family.cases["P"].history or () if event.type == "child.ended")
    assert ended.data == {"stage": "solved", "case": "P/7"}


def test_a_child_that_turns_out_not_to_have_ended_takes_that_back_and_can_end_again():
    family = Family()
    family.tell("09-01 09:00", "start")
    family.tell("09-01 10:00", "opened", id="7")
    family.tell("09-02 10:00", "done", case="P/7", id="d")
    family.tell("09-02 11:00", "event.retracted", {"source": "/x", "id": "d"}, case="P/7")
    family.go("09-02 12:00")
    assert family.cases["P/7"].state.stage == "told" and family.cases["P"].state.visit == 1
    again = Family()
    again.told = family.told
    again.tell("09-03 10:00", "done", case="P/7", id="d2")
    again.go()
    assert again.cases["P/7"].state.stage == "solved" and again.cases["P"].state.visit == 2


def test_a_retracted_event_takes_the_begin_of_the_child_back():
    family = Family()
    family.tell("09-01 09:00", "start")
    family.tell("09-01 10:00", "opened", id="7")
    family.tell("09-01 11:00", "event.retracted", {"source": "/x", "id": "7"})
    family.go()
    assert family.cases["P/7"].state.stage is None


def test_an_event_that_was_unexpected_opens_nothing():
    family = Family()
    family.tell("09-01 09:00", "start")
    family.tell("09-01 10:00", "go")
    family.tell("09-01 11:00", "named", id="7")
    family.go()
    assert list(family.cases) == ["P"]


def test_one_that_becomes_expected_only_later_opens_the_child_then():
    life = Life.of(journey(PARENT, name="parent"))
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "go", id="g")
    assert not [e for e in life.tell("09-01 11:00", "named", id="7") if e.kind == "open"]
    effects = life.tell("09-01 12:00", "event.retracted", {"source": "/x", "id": "g"})
    assert [effect.key for effect in effects if effect.kind == "open"] == ["K/7"]
    effects = life.tell("09-01 10:30", "go", now="09-01 13:00")
    assert not [effect for effect in effects if effect.kind == "open"]


def test_a_child_begins_with_its_own_event_where_the_parents_is_another():
    parent = journey(PARENT, name="parent")
    life = Life.of(parent)
    life.tell("09-01 09:00", "start")
    effect = next(e for e in life.tell("09-01 10:00", "named", {"other": "x"}, id="7") if e.kind == "open")
    case, begin = born(journey(CHILD, "stop", name="child"), life.case, effect)
    assert begin.type == "opened" and case.key == "K/7" and begin.data == {"other": "x"}


def test_a_key_that_would_be_too_long_is_hashed():
    life = Life.of(journey(PARENT, name="parent"), key="K" * 190)
    event = Event(type="opened", time=at("09-01 09:00"), source="/x", id="y" * 100)
    key = child_key(life.case, event)
    assert len(key) <= 200 and key.startswith("K" * 150) and key == child_key(life.case, event)


def test_a_case_without_a_parent_tells_nobody():
    life = Life.of(PARENT)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "go")
    effects = life.tell("09-01 11:00", "stop")
    assert "ended" in [effect.kind for effect in effects] and not life.kinds("forward")


# -- merged -------------------------------------------------------------------------------------------------------


def test_a_merged_case_ends_silently_and_sends_its_later_events_on():
    family = Family()
    for case in ("P", "Q"):
        family.tell("09-01 09:00", "start", case=case)
    family.tell("09-01 10:00", "case.merged", {"into": "Q"})
    family.tell("09-01 11:00", "go")
    family.go()
    assert family.cases["P"].state.ended and family.cases["P"].state.into == "Q"
    assert family.cases["Q"].state.stage == "b" and family.cases["P"].state.stage == "a"
    assert not [row for row in family.rows("overdue") if row[0] == "P"]


def test_a_merge_that_is_known_late_sends_on_what_came_after_it():
    life = Life.of(PARENT)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 11:00", "go")
    effects = life.tell("09-01 10:00", "case.merged", {"into": "Q"}, now="09-01 12:00", emitter="agent")
    assert [(e.key, e.event.type) for e in effects if e.kind == "forward" and e.event] == [("Q", "go")]
    assert life.stage == "a"


def test_an_event_from_before_the_merge_still_counts_here():
    life = Life.of(PARENT)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 11:00", "case.merged", {"into": "Q"})
    effects = life.tell("09-01 10:00", "go", now="09-01 12:00")
    assert life.stage == "b" and not [effect for effect in effects if effect.kind == "forward"]


def test_what_was_sent_on_is_taken_back_there_too():
    life = Life.of(PARENT)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "case.merged", {"into": "Q"})
    life.tell("09-01 11:00", "go", id="g")
    effects = life.tell("09-01 12:00", "event.retracted", {"source": "/x", "id": "g"})
    assert [(e.key, e.event.type) for e in effects if e.kind == "forward" and e.event] == [("Q", "event.retracted")]


def test_a_merge_that_was_a_mistake_can_be_taken_back():
    life = Life.of(PARENT)
    life.tell("09-01 09:00", "start")
    life.tell("09-01 10:00", "case.merged", {"into": "Q"}, id="m")
    life.tell("09-01 11:00", "event.retracted", {"source": "/x", "id": "m"})
    assert not life.case.state.ended and life.case.state.into is None
    life.tell("09-01 12:00", "go")
    assert life.stage == "b"


def test_two_cases_merged_into_each_other_do_not_send_events_round_for_ever():
    family = Family()
    for case, into in (("P", "Q"), ("Q", "P")):
        family.tell("09-01 09:00", "start", case=case)
        family.tell("09-01 10:00", "case.merged", {"into": into}, case=case)
    family.tell("09-01 11:00", "go")
    family.go()
    assert family.cases["P"].state.stage == "a"


# -- campaigns ----------------------------------------------------------------------------------------------------

CAMPAIGN = """
runs: 2026-09-01..2026-09-30
begins: {audience.joined: invited}
stages:
  invited: {within: 60 days, on: {go: joined, journey.ended: over}}
  joined: {within: 60 days, on: {stop: joined}}
  over: {final: true}
touchpoints:
  invitation: {when: audience.joined, channels: [email]}
  bye: {when: journey.ended, channels: [email]}
"""


def test_at_the_end_of_a_campaign_every_open_case_is_told_once():
    life = Life.of(CAMPAIGN)
    life.tell("09-02 09:00", "audience.joined")
    life.sleep("12-01 00:00")
    assert life.stage == "over" and life.messages == [("invitation", "09-02 09:00"), ("bye", "10-01 00:00")]
    assert life.types("move").count("journey.ended") == 1


def test_a_stage_that_does_not_take_the_end_goes_on():
    life = Life.of(CAMPAIGN)
    life.tell("09-02 09:00", "audience.joined")
    life.tell("09-03 09:00", "go")
    life.sleep("10-02 00:00")
    assert life.stage == "joined" and life.types("unexpected") == ["journey.ended"]
    life.tell("10-03 09:00", "stop")
    assert life.sleep("10-20 00:00").types("unexpected") == ["journey.ended"]


def test_before_and_after_its_season_a_campaign_begins_for_nobody():
    for when in ("08-31 23:59", "10-01 00:00"):
        life = Life.of(CAMPAIGN)
        (effect,) = life.tell(when, "audience.joined")
        assert effect.kind == "refused" and "runs from 2026-09-01" in effect.why
    assert Life.of(CAMPAIGN).tell("09-30 23:59", "audience.joined")[0].kind == "accepted"


def test_an_event_before_the_end_that_is_known_after_it_goes_before_it():
    life = Life.of(CAMPAIGN)
    life.tell("09-02 09:00", "audience.joined")
    life.sleep("10-02 00:00")
    life.tell("09-15 09:00", "go", now="10-03 09:00")
    assert life.stage == "joined" and life.types("move").count("journey.ended") == 1
