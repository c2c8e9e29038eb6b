"""The phone, held against plain Python and against call records that were read; and how much of all a log sees."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.log import calls
from loper.log.table import BadLog, table_of
from loper.observe.log import Log
from loper.observe.result import quantile, wilson
from tests.observe.conftest import MONDAY, log_of, table

COLUMNS = "case activity hours channel direction outcome customer queue wait_s"
rows = st.lists(
    st.tuples(
        st.sampled_from("xyz"),
        st.sampled_from(["call answered", "call abandoned", "call transferred", "call out of hours", "letter"]),
        st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.5, 3.0, 3.2]),
        st.sampled_from(["phone", "phone", "web"]),
        st.sampled_from(["in", "in", "out"]),
        st.sampled_from([None, None, "handled", "opgehangen", "doorverbonden"]),
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["rent", "repair", None]),
        st.sampled_from([5.0, 20.0, 90.0, None]),
    ),
    min_size=1,
    max_size=40,
)


def with_waits(events: list[Any]) -> Log:
    made = table(*(row[:8] for row in events), columns=COLUMNS.removesuffix(" wait_s"))
    return Log.of(made.append_column("wait_s", pa.array([row[8] for row in events], pa.float64())))


@given(rows)
@settings(max_examples=150, deadline=None)
def test_calls_are_what_one_counts_by_hand(events: list[Any]) -> None:
    whole = with_waits(events)
    if not any(row[4] == "in" for row in events):
        return
    line = sorted((row[2], seq, row) for seq, row in enumerate(events))
    phone = [(seq, row) for _, seq, row in line if row[3] == "phone" and row[4] == "in"]
    mine = [(seq, row) for seq, row in phone if row[1] != "call transferred"]
    end = max(row[2] for row in events)
    for kept in ({row[0] for row in events}, {events[0][0]}):
        log = whole.only(np.array([whole.layout.cases[i] in kept for i in range(whole.layout.count)]))
        found = log.telephony()
        of_mine = [(place, seq, row) for place, (seq, row) in enumerate(mine) if row[0] in kept]
        offered = [one for one in of_mine if one[2][1] != "call out of hours"]
        gone = [one for one in offered if one[2][1] == "call abandoned" or one[2][5] == "opgehangen"]
        answered = [one for one in offered if one not in gone]
        assert (found.calls, found.offered, found.abandoned.n) == (len(of_mine), len(offered), len(offered))
        assert found.abandoned.low == wilson(len(gone), len(offered)).low
        waits = np.array([one[2][8] for one in offered if one[2][8] is not None], float)
        assert found.wait.n == len(waits)
        assert not len(waits) or (found.wait, found.wait_p90) == (quantile(waits, 0.5), quantile(waits, 0.9))
        soon = sum(one[2][8] is not None and one[2][8] <= 20 for one in answered)
        assert found.in_time.low == wilson(soon, len(waits)).low
        put_through = 0
        for _, seq, row in answered:
            behind = [(s, r) for _, s, r in line if r[0] == row[0]]
            behind = behind[[s for s, _ in behind].index(seq) + 1 :]
            until = next((i for i, (s, _) in enumerate(behind) if any(s == one[0] for one in mine)), len(behind))
            handed = [1 for s, r in behind[:until] if any(s == one[0] for one in phone) and r[1] == "call transferred"]
            put_through += bool(handed) or row[5] == "doorverbonden"
        if any(r[1] == "call transferred" for _, r in phone) or any(r[5] == "doorverbonden" for _, r in mine):
            assert found.transferred.low == wilson(put_through, len(answered)).low
        else:
            assert not found.transferred.n, "a log that has no word for it does not say that nobody was put through"
        known = []
        for place, _, row in of_mine:
            who = row[6] or f"case {row[0]}"
            later = [r[2] for _, r in mine[place + 1 :] if (r[6] or f"case {r[0]}") == who]
            if row[2] + 1 <= end:
                known.append(bool(later) and later[0] - row[2] <= 1)
        assert (found.again.n, found.too_late) == (len(known), len(of_mine) - len(known))
        assert found.again.low == wilson(sum(known), len(known)).low
        for queue in found.queues:
            assert queue.contacts == sum(one[2][7] == queue.name for one in offered)
            assert queue.repeated == sum(one[2][7] == queue.name for one in gone)
            cases = {one[2][0] for one in gone if one[2][7] == queue.name}
            assert set(found.cases_of(log, "abandoned", queue.name).names()) == cases
        assert set(found.cases_of(log, "abandoned").names()) == {one[2][0] for one in gone}


def test_call_records_of_an_exchange_are_told_of(tmp_path: Path) -> None:
    lines = ["call,caller,queue,offered,answered,ended,transferred to"]
    for number in range(40):
        minute = f"2026-03-02 09:{number:02d}"
        answered = "" if number % 4 == 0 else f"{minute}:20"
        to = "complaints" if number % 4 == 1 else ""
        lines.append(f"{number},06123456{number // 2:02d},repair,{minute}:00,{answered},{minute}:50,{to}")
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines), "utf-8")
    reading = calls.read(path, names={}, lifecycle=None, zone=ZoneInfo("Europe/Amsterdam"), key=b"0123456789abcdef")
    found = Log.of(table_of(reading)).telephony()
    assert (found.calls, round(found.abandoned.estimate * found.offered)) == (40, 10)
    assert (found.wait.estimate, found.transferred.estimate) == (20, 1 / 3)
    assert "given up before anybody did" in found.summary() and "opgehangen" in found.summary("nl")
    assert found.queues[0].name == "repair"


def test_a_log_without_calls_says_so() -> None:
    for log in (Log.of(table()), with_waits([]), log_of(("1", "a", 0))):
        found = log.telephony()
        assert found.calls == 0
        assert "no telephone calls" in found.summary() and "geen telefoon" in found.summary("nl")
        assert found._repr_html_() and not len(found.cases_of(log, "abandoned"))


def test_how_much_of_all_contacts_the_log_sees_is_said() -> None:
    log = log_of(
        *((f"{i}", "call", i, "phone", "in") for i in range(8)),
        ("1", "mail", 0, "e-mail", "in"),
        ("1", "answer", 1, "e-mail", "out"),
        columns="case activity hours channel direction",
    )
    found = log.coverage({"phone": 10, "chat": 5})
    assert [(one.channel, one.seen, one.counted) for one in found.channels] == [
        ("phone", 8, 10),
        ("chat", 0, 5),
        ("e-mail", 1, None),
    ]
    assert found.share == 8 / 15
    assert "8 of 10 by “phone” (80 %)" in found.summary() and "Of “e-mail” nobody counted them" in found.summary()
    assert "8 van 10 via “phone” (80 %)" in found.summary("nl")
    since = datetime(2026, 3, 2, MONDAY.hour + 4, tzinfo=UTC)
    assert log.coverage({"phone": 4}, since=since).share == 1
    assert "counts something else" in log.coverage({"phone": 4}).summary()
    assert log.coverage({"e-mail": 4}, customers=False).channels[0].seen == 2
    assert "not known" in log.coverage({}).summary() and "niet bekend" in log.coverage({}).summary("nl")
    with pytest.raises(BadLog, match="no number of contacts"):
        log.coverage({"phone": -1})
