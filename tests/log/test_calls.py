"""The telephone in the log: records of an exchange as contacts of customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.log.calls_columns import is_yes, result_of, seconds_of
from loper.log.calls_fold import SECOND, Leg, contacts
from loper.log.calls_numbers import international
from loper.log.table import BadLog, Reading, table_of
from tests.log.reading import read, rows, said

KEY = b"of the tests, sixteen or more"
SHOWN = ("activity", "time", "wait_s", "outcome", "queue")

DUTCH = (
    "Gespreksnummer;Beller;Wachtrij;Aangeboden;Beantwoord;Einde;Doorverbonden naar;Medewerker;Resultaat\n"
    "1;06-12345678;Reparaties;13-01-2025 10:00:00;13-01-2025 10:01:30;13-01-2025 10:05:00;;Sam;Beantwoord\n"
    "2;+31 6 12345678;Huur;13-01-2025 11:00:00;;13-01-2025 11:02:00;;;Verlaten\n"
    "3;0031612345678;Huur;13-01-2025 21:00:00;;13-01-2025 21:00:20;;;Gesloten\n"
    "4;0501234567;Huur;14-01-2025 09:00:00;14-01-2025 09:00:05;14-01-2025 09:03:00;Reparaties;Kim;Beantwoord\n"
)


def opened(folder: Path, content: str, **more: Any) -> Reading:
    return read(folder, content, **{"kind": "calls", "key": KEY, "name": "calls.csv", **more})


def test_a_dutch_export_becomes_contacts(tmp_path: Path) -> None:
    reading = opened(tmp_path, DUTCH)
    assert rows(reading, *SHOWN, "to") == [
        ("call answered", "2025-01-13T09:00:00", 90.0, "answered", "Reparaties", None),
        ("call abandoned", "2025-01-13T10:00:00", 120.0, "abandoned", "Huur", None),
        ("call out of hours", "2025-01-13T20:00:00", None, "closed", "Huur", None),
        ("call answered", "2025-01-14T08:00:00", 5.0, "answered", "Huur", None),
        ("call transferred", "2025-01-14T08:03:00", None, None, "Huur", "Reparaties"),
    ]
    assert reading.columns.left_out == frozenset()


def test_three_ways_to_write_a_number_are_one_customer_and_no_number_is_in_the_log(tmp_path: Path) -> None:
    reading = opened(tmp_path, DUTCH)
    table = table_of(reading)
    first, second, third, *others = table["customer"].to_pylist()
    assert first == second == third and len({first, *others}) == 2
    assert table["case"].to_pylist() == table["customer"].to_pylist()
    everything = str(table.to_pydict())
    assert "12345678" not in everything and "1234567" not in everything and "Sam" not in everything


def test_another_key_makes_other_codes_and_without_one_nothing_is_read(tmp_path: Path) -> None:
    codes = [rows(opened(tmp_path, DUTCH, key=key), "customer") for key in (KEY, KEY, b"another key, as long")]
    assert codes[0] == codes[1] != codes[2]
    with pytest.raises(BadLog, match="key of at least 16 bytes"):
        opened(tmp_path, DUTCH, key=b"short")


def test_a_customer_whose_number_is_known_is_the_customer_of_the_other_channels(tmp_path: Path) -> None:
    reading = opened(tmp_path, DUTCH, customers={"06 1234 5678": "K-17"})
    assert rows(reading, "customer")[0] == ("K-17",)


def test_legs_of_one_call_are_one_contact_and_a_transfer_after_it(tmp_path: Path) -> None:
    reading = opened(
        tmp_path,
        "call_id,caller,queue,agent,start,answer,end\n"
        "7,0612345678,menu,a,2025-01-13 10:00:00,,2025-01-13 10:00:20\n"  # rang at a, who did not answer
        "7,0612345678,menu,b,2025-01-13 10:00:20,2025-01-13 10:00:30,2025-01-13 10:02:00\n"
        "7,0612345678,repairs,c,2025-01-13 10:02:00,2025-01-13 10:02:15,2025-01-13 10:09:00\n",
    )
    assert rows(reading, *SHOWN, "to", "end") == [
        ("call answered", "2025-01-13T09:00:00", 30.0, "answered", "menu", None, "2025-01-13T09:02:00"),
        ("call transferred", "2025-01-13T09:02:00", 15.0, "answered", "repairs", "repairs", "2025-01-13T09:09:00"),
    ]


def test_a_leg_that_a_colleague_made_is_of_the_call_of_the_customer(tmp_path: Path) -> None:
    reading = opened(
        tmp_path,
        "linkedid,src,dst,start,answer,end,disposition,dstchannel\n"
        "7,0612345678,900,2025-01-13 10:00:00,2025-01-13 10:00:10,2025-01-13 10:02:00,ANSWERED,PJSIP/204-0000001a\n"
        "7,204,205,2025-01-13 10:01:30,2025-01-13 10:01:40,2025-01-13 10:09:00,ANSWERED,PJSIP/205-0000001b\n"
        "8,204,205,2025-01-13 11:00:00,2025-01-13 11:00:10,2025-01-13 11:02:00,ANSWERED,PJSIP/205-0000001c\n",
    )
    assert rows(reading, "activity", "direction") == [("call answered", "in"), ("call transferred", "in")]
    assert len({code for (code,) in rows(reading, "customer")}) == 1 and said(reading)["inner"] == 1


def test_a_withheld_number_is_a_customer_of_its_own(tmp_path: Path) -> None:
    reading = opened(
        tmp_path,
        "call,caller,start,end,status\n1,anonymous,2025-01-13 10:00,2025-01-13 10:01,answered\n"
        "2,,2025-01-13 11:00,2025-01-13 11:01,answered\n",
    )
    assert rows(reading, "case", "customer") == [("call 1", None), ("call 2", None)]
    assert said(reading)["withheld"] == 2


def test_calls_of_the_organisation_are_to_the_customer(tmp_path: Path) -> None:
    reading = opened(
        tmp_path,
        "src;dst;start;answer;end;disposition\n"
        "204;0612345678;2025-01-13 10:00:00;2025-01-13 10:00:09;2025-01-13 10:01:00;ANSWERED\n"
        "204;0612345678;2025-01-13 11:00:00;;2025-01-13 11:01:00;NO ANSWER\n"
        "204;205;2025-01-13 12:00:00;;2025-01-13 12:01:00;ANSWERED\n"
        "0612345678;900;2025-01-13 13:00:00;2025-01-13 13:00:05;2025-01-13 13:01:00;ANSWERED\n",
    )
    assert rows(reading, "activity", "direction", "initiator") == [
        ("call made", "out", "agent"), ("call not reached", "out", "agent"), ("call answered", "in", "customer"),
    ]  # fmt: skip
    assert len({code for (code,) in rows(reading, "customer")}) == 1
    assert (reading.rejects.left_out, said(reading)["inner"]) == (1, 1)


def test_master_csv_of_asterisk_is_known_without_its_header(tmp_path: Path) -> None:
    def line(app: str, data: str, to: str, start: str, answer: str, end: str, lasts: int, bills: int, how: str) -> str:
        return (
            f'"","0612345678","900","from-trunk","""Jansen"" <0612345678>","PJSIP/trunk-0000001a",'
            f'"{to}","{app}","{data}",'
            f'"2025-01-13 {start}","{answer and "2025-01-13 " + answer}","2025-01-13 {end}",{lasts},{bills},"{how}",'
            '"DOCUMENTATION","1736759999.12",""\n'
        )

    reading = opened(
        tmp_path,
        line("BackGround", "welcome", "", "10:00:00", "10:00:00", "10:00:20", 20, 20, "ANSWERED")
        + line("Queue", "repairs,t,,", "PJSIP/204-0000001b", "10:00:20", "", "10:00:40", 20, 0, "NO ANSWER")
        + line("Queue", "repairs,t,,", "PJSIP/205-0000001c", "10:00:20", "10:00:50", "10:03:00", 160, 130, "ANSWERED"),
        name="Master.csv",
    )
    assert rows(reading, *SHOWN) == [("call answered", "2025-01-13T09:00:00", 50.0, "answered", "repairs")]
    assert reading.columns.names["caller"] == "src" and "clid" in reading.columns.left_out


QUEUE_LOG = """1736759990|NONE|NONE|NONE|QUEUESTART|
1736760000|1736759999.1|repairs|NONE|DID|0501234567
1736760000|1736759999.1|repairs|NONE|ENTERQUEUE||0612345678|1
1736760010|1736759999.1|repairs|PJSIP/204|RINGNOANSWER|9000
1736760045|1736759999.1|repairs|PJSIP/205|CONNECT|45|1736760040.3|5
1736760100|1736760099.7|repairs|NONE|ENTERQUEUE||0698765432|2
1736760130|1736760099.7|repairs|NONE|ABANDON|1|2|30
1736760300|1736759999.1|repairs|PJSIP/205|BLINDTRANSFER|rent|from-queue|45|255|1
1736760301|1736759999.1|rent|NONE|ENTERQUEUE||0612345678|1
1736760311|1736759999.1|rent|PJSIP/301|CONNECT|10|1736760305.9|4
this is no line
1736760400|1736759999.1|rent|PJSIP/301|COMPLETECALLER|10|89|1
1736760500|1736760499.1|rent|NONE|ENTERQUEUE||0501112233|1
"""


def test_a_queue_log_is_known_by_its_lines(tmp_path: Path) -> None:
    reading = read(tmp_path, QUEUE_LOG, name="queue_log", key=KEY)
    assert rows(reading, *SHOWN, "to") == [
        ("call answered", "2025-01-13T09:20:00", 45.0, "answered", "repairs", None),
        ("call abandoned", "2025-01-13T09:21:40", 30.0, "abandoned", "repairs", None),
        ("call transferred", "2025-01-13T09:25:01", 10.0, "answered", "rent", "rent"),
        ("call abandoned", "2025-01-13T09:28:20", None, "abandoned", "rent", None),
    ]
    assert [(one.row, one.value) for one in reading.rejects.rows] == [(11, "this is no line")]
    assert len({code for (code,) in rows(reading, "case")}) == 3


def test_waits_and_talks_may_be_lengths_of_time(tmp_path: Path) -> None:
    reading = opened(
        tmp_path,
        "beller;datum;tijd;wachttijd;gespreksduur;status\n"
        "0612345678;13-01-2025;10:00;0:01:30;4:10;afgehandeld\n0612345678;13-01-2025;11:00;45;;gemist\n",
    )
    assert rows(reading, *SHOWN[:3], "end") == [
        ("call answered", "2025-01-13T09:00:00", 90.0, "2025-01-13T09:05:40"),
        ("call abandoned", "2025-01-13T10:00:00", 45.0, "2025-01-13T10:00:45"),
    ]


def test_calls_may_be_in_parquet(tmp_path: Path) -> None:
    times = pa.array([1736759999, 1736760999], pa.timestamp("s", "UTC"))
    table = pa.table({"caller": ["0612345678"] * 2, "start": times, "answered": [True, False], "wait": [12.5, 60.0]})
    pq.write_table(table, tmp_path / "calls.parquet")
    content = (tmp_path / "calls.parquet").read_bytes()
    reading = read(tmp_path, content, name="calls.parquet", kind="calls", key=KEY)
    assert rows(reading, "activity", "wait_s") == [("call answered", 12.5), ("call abandoned", 60.0)]


def test_rows_whose_time_cannot_be_read_are_rejected(tmp_path: Path) -> None:
    reading = opened(tmp_path, DUTCH.replace("13-01-2025 11:00:00", "gisteren"))
    assert len(rows(reading, "case")) == 4
    assert [(one.row, one.column, one.value) for one in reading.rejects.rows] == [(3, "Aangeboden", "gisteren")]


def test_columns_that_cannot_be_found_are_all_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match=r"'callr'.*did you mean 'caller'(.|\n)*offered=(.|\n)*caller=(.|\n)*'a', 'b'"):
        opened(tmp_path, "a,b\n1,2\n", names={"callr": "b"})


def test_call_records_read_as_a_log_say_how_they_are_to_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="call records"):
        read(tmp_path, DUTCH)


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("ANSWERED", "answered"), ("NO ANSWER", "abandoned"), ("Niet beantwoord", "abandoned"),
        ("Afgehandeld", "answered"),
        ("Gemist", "abandoned"), ("BUSY", "abandoned"), ("Buiten openingstijden", "closed"), ("out_of_hours", "closed"),
        ("Doorverbonden", "answered"), ("Unanswered", "abandoned"), ("COMPLETECALLER", "answered"), ("?", None),
    ],
)  # fmt: skip
def test_words_of_exchanges_are_known(word: str, result: str | None) -> None:
    assert result_of(word) == result


@pytest.mark.parametrize(
    ("number", "whole"),
    [
        ("0612345678", "31612345678"), ("+31612345678", "31612345678"), ("0031 6 1234 5678", "31612345678"),
        ('"Jansen, A." <06-12345678>', "31612345678"), ("sip:+31612345678@exchange", "31612345678"),
        ('"+31" <+32 2 123 45 67>', "3221234567"),
        ("+32 2 123 45 67", "3221234567"), ("31612345678", "31612345678"), ("anonymous", ""), ("204", "204"),
    ],
)  # fmt: skip
def test_numbers_are_brought_to_one_form(number: str, whole: str) -> None:
    assert international(number) == whole


def test_lengths_and_answers_in_words() -> None:
    assert [seconds_of(one) for one in ("90", "1:30", "0:01:30", "12,5", "-3", "x")] == [90, 90, 90, 12.5, None, None]
    assert [is_yes(one) for one in ("ja", "1", "true", "nee", "0", "")] == [True] * 3 + [False] * 3


MOMENTS = st.integers(0, 500)


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    offered = draw(MOMENTS)
    answered = draw(st.none() | st.integers(offered, offered + 60))
    return Leg(
        row=draw(MOMENTS), call="1", number="0612345678", offered=offered * SECOND,
        answered=None if answered is None else answered * SECOND,
        result="abandoned" if answered is None else "answered",
        ended=(answered or offered) * SECOND + draw(MOMENTS) * SECOND, agent=draw(st.sampled_from("ab")),
        queue=draw(st.sampled_from(["", "x"])), to=draw(st.sampled_from(["", "", "y"])), inbound=True,
    )  # fmt: skip


@given(st.lists(legs(), min_size=1, max_size=8))
def test_a_call_is_one_contact_and_then_only_transfers_in_order(given: list[Leg]) -> None:
    in_order = sorted(given, key=lambda leg: (leg.offered, leg.row))
    first, *others = list(contacts(in_order))
    assert first.time == in_order[0].offered
    assert (first.activity == "call answered") == any(leg.result == "answered" for leg in given)
    assert all(one.activity == "call transferred" for one in others)
    assert not others or first.activity == "call answered"
    assert [one.time for one in others] == sorted(one.time for one in others)
    assert all(one.wait is None or one.wait >= 0 for one in (first, *others))
