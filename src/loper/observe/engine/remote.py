"""A log that stays where it is, in Parquet, and is asked there: the methods and the answers of a log in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from loper.define.model import Journey
from loper.observe.channel.channels import Channels, Switches
from loper.observe.contact.follow import By
from loper.observe.contact.repeat import Repeats
from loper.observe.engine import customers as by_customers
from loper.observe.engine import going, ways
from loper.observe.engine.connect import connect
from loper.observe.engine.contacts import Contacts
from loper.observe.engine.fetch import MOST, fetch, sample
from loper.observe.engine.where import where
from loper.observe.filter import Filter
from loper.observe.log import Log
from loper.observe.stuck.funnel import Funnel
from loper.observe.stuck.outcome import Outcomes
from loper.observe.stuck.stuck import Stuck
from loper.observe.way.map import Map
from loper.observe.way.pace import Throughput
from loper.observe.way.rework import Rework
from loper.observe.way.variants import Variants


def open(
    source: str | Path | Any,
    *,
    engine: str = "duckdb",
    names: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Remote:
    """A log to ask by `engine`: duckdb, spark (all of this machine), local[2], or spark://HOST:PORT.

    `source`: a Parquet file or a folder of them, an address that Spark knows, or a table of Ibis. It has the columns of
    `loper.log.table`, or `names` says which are which (`{"case": "Zaaknummer"}`); its times are instants. Without a
    column `seq` a row's number is its place in its file, files in the order of their names.
    `options`: settings of the engine, such as {"memory_limit": "4GB"} or {"spark.driver.memory": "4g"}.

    Raises BadLog with all that is wrong, and where the engine is not there.
    """
    found = connect(source, engine, options)
    try:
        return Remote(Contacts(found, names))
    except BaseException:
        found.close()
        raise


class Remote:
    """Close it, or use it in a `with`: then what was put aside for it is gone."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.reading = contacts  # its columns and its rejects

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._contacts.engine.close()

    def __len__(self) -> int:
        """How many cases there are."""
        return self._contacts.count[0]

    @property
    def contacts(self) -> int:
        """How many contacts there are."""
        return self._contacts.count[1]

    def where(self, filter: Filter | None = None, **wanted: Any) -> Remote:
        """The cases of this selection that the filter wants; see `Filter`. It is put aside too, until `close`."""
        return Remote(where(self._contacts, filter or Filter(**wanted)))

    def sample(self, one_in: int) -> Remote:
        """One case in so many; the same ones each time."""
        return Remote(sample(self._contacts, one_in))

    def fetch(self, *, most: int = MOST) -> Log:
        """The selected cases as a log in memory, with all their columns: for the questions that an engine is not
        asked. BadLog where they are more than `most` contacts."""
        return fetch(self._contacts, most)

    def ties(self) -> dict[str, int]:
        """Contacts at the very time of another one of their case, and cases with such."""
        return ways.ties_of(self._contacts)

    def map(self, *, most: int | None = None) -> Map:
        return ways.map_of(self._contacts, most=most)

    def variants(self, *, most: int = 20) -> Variants:
        return ways.variants_of(self._contacts, most=most)

    def throughput(self) -> Throughput:
        """The mean may differ in its last digits, as an engine adds in any order."""
        return ways.throughput_of(self._contacts)

    def stuck(self, *, ends: Collection[str] | None = None, journey: Journey | None = None) -> Stuck:
        """The counts, without which cases they are: the `filter` of each stay selects those."""
        return going.stuck_of(self._contacts, ends=ends, journey=journey)

    def funnel(self, steps: Sequence[str] | None = None, **how: Any) -> Funnel:
        """The counts, without which cases they are."""
        return going.funnel_of(self._contacts, steps, **how)

    def outcomes(self, **how: Any) -> Outcomes:
        return going.outcomes_of(self._contacts, **how)

    def rework(self) -> Rework:
        return ways.rework_of(self._contacts)

    def channels(self) -> Channels:
        return by_customers.channels_of(self._contacts)

    def switches(self, *, customers: bool | None = None) -> Switches:
        return by_customers.switches_of(self._contacts, customers=customers)

    def repeat_contact(self, *, days: float = 7, by: By | None = None, activities: Collection[str] = ()) -> Repeats:
        return by_customers.repeats_of(self._contacts, days=days, by=by, activities=activities)
