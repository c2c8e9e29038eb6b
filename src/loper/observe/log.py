"""A log to ask questions of, or the part of it that a filter leaves: all answers begin here.

Selecting never copies: a part shares the layout and the steps of the whole, and knows which cases it keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loper.define.model import Journey, Touchpoint
from loper.log.table import Reading
from loper.observe import behind
from loper.observe.against.compare import Comparison, compare_of
from loper.observe.against.conform import Conformance, conform_of
from loper.observe.against.trial import trial_of
from loper.observe.channel.channels import Channels, Switches, channels_of, switches_of
from loper.observe.channel.digital import Digital, digital_of
from loper.observe.channel.dropping import Dropping, dropping_of
from loper.observe.channel.switching import Switching, switching_of
from loper.observe.contact.calls_after import CallsAfter, calls_after_of
from loper.observe.contact.coverage import Coverage, coverage_of
from loper.observe.contact.effort import Effort, effort_of
from loper.observe.contact.failed_visits import FailedVisits, failed_visits_of
from loper.observe.contact.failure import FailureDemand, failure_demand_of
from loper.observe.contact.follow import Follow
from loper.observe.contact.hours import Hours, hours_of
from loper.observe.contact.repeat import Repeats, repeats_of
from loper.observe.contact.telephony import Telephony, telephony_of
from loper.observe.filter import Filter
from loper.observe.findings import Findings, findings_of
from loper.observe.laid import kernels
from loper.observe.laid.build import lay_out
from loper.observe.laid.layout import Bools, Layout
from loper.observe.laid.steps import Steps
from loper.observe.laid.store import load, save
from loper.observe.stuck.after import After, after_of
from loper.observe.stuck.ends import guess
from loper.observe.stuck.funnel import Funnel, funnel_of
from loper.observe.stuck.outcome import Outcomes, outcomes_of
from loper.observe.stuck.stuck import Stuck, stuck_of
from loper.observe.trust.cut import Cut, cut_of
from loper.observe.trust.quality import Quality, quality_of
from loper.observe.way.map import Map, map_of
from loper.observe.way.pace import Throughput, throughput_of
from loper.observe.way.representatives import Representatives, representatives_of
from loper.observe.way.rework import Rework, rework_of
from loper.observe.way.stages import Stages, stages_of
from loper.observe.way.variants import Variants, Which, variants_of
from loper.observe.way.waits import Waits, waits_of


class Log:
    """`keep` says of each case whether it is in this selection; None: all of them are."""

    def __init__(self, layout: Layout, *, whole: Log | None = None, keep: Bools | None = None) -> None:
        self.layout = layout
        self.whole: Log = self if whole is None else whole  # a log without cases is false
        self.keep = keep
        self.reading: Reading | None = None  # of the whole: how it was read, and what could not be
        self.design: Journey | None = None if whole is None else whole.design  # how it was meant to go, where one knows
        self.against: Journey | None = None if whole is None else whole.against  # another to hold it against
        self.finals: tuple[str, ...] = (
            () if whole is None else whole.finals
        )  # by which a case is over, as somebody said

    @classmethod
    def of(cls, table: pa.Table) -> Log:
        """A log of a table with the columns of `loper.log.table`."""
        return cls(lay_out(table))

    @classmethod
    def open(cls, folder: Path) -> Log:
        """A log that `save` laid down; mapped into memory, so that it is there at once."""
        layout, steps = load(folder)
        log = cls(layout)
        if steps is not None:
            log.__dict__["steps"] = steps
        return log

    def save(self, folder: Path) -> None:
        """The whole log laid down in a folder, its steps put in order with it."""
        save(self.layout, folder, steps=self.whole.steps)

    # -- the selection

    def __len__(self) -> int:
        """How many cases are selected."""
        return len(self.rows)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of the selected cases."""
        return np.arange(self.layout.count) if self.keep is None else np.flatnonzero(self.keep)

    @property
    def contacts(self) -> int:
        """How many contacts the selected cases have."""
        return int(self.layout.lengths[self.rows].sum())

    @cached_property
    def steps(self) -> Steps:
        return self.whole.steps if self.whole is not self else Steps(self.layout)

    @cached_property
    def which(self) -> Which:
        """Which variant each case of the whole log is."""
        return self.whole.which if self.whole is not self else Which(self.layout)

    @cached_property
    def follow(self) -> Follow:
        """What customers did next, whatever case it was in."""
        return self.whole.follow if self.whole is not self else Follow(self.layout)

    @cached_property
    def guessed_ends(self) -> Bools:
        """Which activities look like the end of a case, by the whole log."""
        return self.whole.guessed_ends if self.whole is not self else guess(self)

    def where(self, filter: Filter | None = None, **wanted: Any) -> Log:
        """The cases of this selection that the filter wants; see `Filter` for what can be asked."""
        asked = filter or Filter(**wanted)
        part = self.only(asked.cases(self.whole))
        for name in asked.behind:
            part = part.only(behind.keep(part, name))
        return part

    def only(self, keep: Bools) -> Log:
        """The cases of this selection for which `keep` is true; one truth for each case of the whole log."""
        part = Log(self.layout, whole=self.whole, keep=keep if self.keep is None else keep & self.keep)
        part.design, part.against, part.finals = self.design, self.against, self.finals
        return part

    def names(self, most: int = 100) -> list[str]:
        """The names of the first `most` selected cases: from any number to the cases behind it."""
        return [self.layout.cases[row] for row in self.rows[:most]]

    def case(self, name: str) -> list[Mapping[str, Any]]:
        """The contacts of one case, in order; empty when there is no such case."""
        for row in self.rows:
            if self.layout.cases[row] == name:
                return [self._contact(place) for place in range(self.layout.offsets[row], self.layout.offsets[row + 1])]
        return []

    def _contact(self, place: int) -> Mapping[str, Any]:
        layout = self.layout
        return {
            "activity": layout.activities[layout.activity[place]],
            "time": layout.time[place].item(),
            "seq": layout.seq[place].item(),
            **{name: column.at(place) for name, column in layout.contacts.items()},
        }

    def ties(self) -> dict[str, int]:
        """Contacts at the very time of another one of their case, and cases with such: the order of the file tells."""
        contacts, cases = kernels.tied(self.layout.offsets, self.layout.time, self.rows)
        return {"events": int(contacts), "cases": int(cases)}

    def _designed(self, how: dict[str, Any]) -> dict[str, Any]:
        """The design that this log is held against, unless the caller names another, or the ends."""
        return how if "journey" in how or how.get("ends") is not None else {"journey": self.design, **how}

    def _ended(self, how: dict[str, Any], *, designed: bool = False) -> dict[str, Any]:
        """The ends that somebody said, unless the caller names others; else (`designed`) those of the design."""
        if self.finals and "journey" not in how and how.get("ends") is None:
            return {**how, "ends": self.finals}
        return self._designed(how) if designed else how

    # -- the questions

    def findings(self, *, most: int = 8) -> Findings:
        """What stands out, the most cases first."""
        return findings_of(self, most=most)

    def map(self, *, most: int | None = None) -> Map:
        return map_of(self, most=most)

    def variants(self, *, most: int = 20) -> Variants:
        return variants_of(self, most=most)

    def throughput(self) -> Throughput:
        return throughput_of(self)

    def rework(self) -> Rework:
        return rework_of(self)

    def channels(self) -> Channels:
        return channels_of(self)

    def switches(self, *, customers: bool | None = None) -> Switches:
        return switches_of(self, customers=customers)

    def digital(self, **how: Any) -> Digital:
        return digital_of(self, **how)

    def switching(self, **how: Any) -> Switching:
        return switching_of(self, **how)

    def dropping(self, **how: Any) -> Dropping:
        return dropping_of(self, **self._ended(how, designed=True))

    def hours(self, **how: Any) -> Hours:
        """When customers come, by hour of the week, and how many try outside opening hours."""
        return hours_of(self, **how)

    def telephony(self, **how: Any) -> Telephony:
        """The phone: given up, waits, put through, rung again."""
        return telephony_of(self, **how)

    def coverage(self, counted: Mapping[str, int], **how: Any) -> Coverage:
        """Which share of all contacts the log sees."""
        return coverage_of(self, counted=counted, **how)

    def stages(self) -> Stages:
        """How many cases were in each stage, and how long, where the log says so."""
        return stages_of(self)

    def stuck(self, **how: Any) -> Stuck:
        """Where cases stop for ever; `ends` or `journey` say where they are meant to."""
        return stuck_of(self, **self._ended(how, designed=True))

    def waits(self, *, most: int = 20) -> Waits:
        """Waiting before and after each activity and on each way, as distributions."""
        return waits_of(self, most=most)

    def funnel(self, steps: Sequence[str] | None = None, **how: Any) -> Funnel:
        """How far cases come along steps in their order, given or guessed."""
        return funnel_of(self, steps, **self._ended(how))

    def after(self, activity: str, *, days: float = 30, **how: Any) -> After:
        """Where the customers went who dropped off at this activity."""
        return after_of(self, activity, days=days, **how)

    def outcomes(self, **how: Any) -> Outcomes:
        """How it ends from each activity on, and where that is decided."""
        return outcomes_of(self, **self._ended(how))

    def representatives(self, *, count: int = 5) -> Representatives:
        """A few journeys that stand for all."""
        return representatives_of(self, count=count)

    def repeat_contact(self, *, days: float = 7, **how: Any) -> Repeats:
        return repeats_of(self, days=days, **self._designed(how))

    def calls_after(self, *, days: float = 3, **how: Any) -> CallsAfter:
        return calls_after_of(self, days=days, **self._designed(how))

    def failure_demand(self, **how: Any) -> FailureDemand:
        return failure_demand_of(self, **self._designed(how))

    def failed_visits(self, **how: Any) -> FailedVisits:
        return failed_visits_of(self, **how)

    def effort(self, **how: Any) -> Effort:
        return effort_of(self, **self._ended(how))

    def conform(self, journey: Journey, **how: Any) -> Conformance:
        return conform_of(self, journey, **how)

    def compare(self, other: Log, **how: Any) -> Comparison:
        """This selection less the other one of the same log."""
        return compare_of(self, other, **how)

    def trial(self, touchpoint: Touchpoint) -> Mapping[str, Log]:
        """The arms of a standing trial, by variant."""
        return trial_of(self, touchpoint)

    def cut(self, **how: Any) -> Cut:
        """These contacts cut into journeys anew, by customer."""
        return cut_of(self, **how)

    def quality(self, **how: Any) -> Quality:
        """What is to be known of the log before one believes its answers."""
        return quality_of(self, **how)
