"""CJML 2.0: an actual journey is a case, and what is written is read back."""

import gzip
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given

from loper.log import cjml, cjml_write
from loper.log.table import NEEDED, BadLog, Reading, table_of
from tests.log.every_column import logs, told

PARCEL = """<CJML version="2.0">
 <plannedJourney><journeyID>PJ1</journeyID><touchpoints>
  <plannedCommunicationPoint><touchpointID>T1</touchpointID></plannedCommunicationPoint></touchpoints></plannedJourney>
 <actualJourney><journeyID>AJ1</journeyID><journeyTitle>A book</journeyTitle><plannedReference>PJ1</plannedReference>
  <journeyPhases><journeyPhase phaseID="P1"><phaseName>Buying</phaseName></journeyPhase></journeyPhases>
  <actors><endUser actorID="Carl"><actorName>Carl C.</actorName></endUser><serviceProvider actorID="Shop"/></actors>
  <touchpoints>
   <actualCommunicationPoint><touchpointID>TP1</touchpointID><belongsTo phaseIDref="P1"/>
    <compliance>completed</compliance>
    <initiator><refersTo actorIDref="Carl"/><initiatorLabel>Orders &amp; pays</initiatorLabel></initiator>
    <receiver><refersTo actorIDref="Shop"/><receiverLabel>Order received</receiverLabel></receiver>
    <channel><channelName>Web</channelName></channel><comment>Carl lives at 1 Street</comment>
    <timestamps><timeOriginated>2026-01-05T09:00:00+01:00</timeOriginated>
     <timeCompleted>2026-01-05T09:05:00+01:00</timeCompleted></timestamps>
    <touchpointExperience><experienceRating>4</experienceRating></touchpointExperience></actualCommunicationPoint>
   <actualCommunicationPoint><touchpointID>D1</touchpointID><compliance>failing</compliance>
    <initiator><refersTo actorIDref="Shop"/><initiatorLabel>Says that it is late</initiatorLabel></initiator>
    <receiver><refersTo actorIDref="Carl"/></receiver><channel><channelName>SMS</channelName></channel>
    <timestamps><timeConsumed>2026-01-06T10:00:00Z</timeConsumed></timestamps></actualCommunicationPoint>
   <actualCommunicationPoint><touchpointID>TP2</touchpointID><compliance>missing</compliance>
    <initiator><refersTo actorIDref="Shop"/><initiatorLabel>Tracks</initiatorLabel></initiator>
   </actualCommunicationPoint>
   <actualAction><touchpointID>TP3</touchpointID>
    <initiator><refersTo actorIDref="Carl"/><initiatorLabel>Reads</initiatorLabel></initiator></actualAction>
  </touchpoints></actualJourney>
</CJML>"""


def opened(folder: Path, content: str | bytes, name: str = "log.cjml", names: dict[str, str] | None = None) -> Reading:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return cjml.read(path, names=names or {}, lifecycle=None, zone=UTC)


def test_a_touchpoint_of_an_actual_journey_is_a_contact(tmp_path: Path) -> None:
    reading = opened(tmp_path, PARCEL)
    rows = [{name: str(value) for name, value in row.items()} for row in told(table_of(reading))]
    same = {"case": "AJ1", "journey": "PJ1", "customer": "Carl", "case:journeyTitle": "A book"}
    assert rows == [
        {**same, "activity": "Orders & pays", "time": "2026-01-05 08:00:00+00:00", "end": "2026-01-05 08:05:00+00:00",
         "channel": "Web", "stage": "Buying", "score": "4.0", "direction": "in", "initiator": "customer",
         "compliance": "completed"},
        {**same, "activity": "Says that it is late", "time": "2026-01-06 10:00:00+00:00", "channel": "SMS",
         "direction": "out", "initiator": "Shop", "compliance": "failing", "outcome": "failed"},
    ]  # fmt: skip
    assert [(one.row, one.why) for one in reading.rejects.rows] == [(3, "time is empty")]
    assert [note.text for note in reading.rejects.notes] == [
        "1 planned journeys are no log and were left out",
        "1 touchpoints did not happen (missing) and were left out",
    ]
    assert "comment" in reading.columns.left_out


def test_a_touchpoint_can_be_called_by_its_number(tmp_path: Path) -> None:
    table = table_of(opened(tmp_path, gzip.compress(PARCEL.encode()), names={"activity": "touchpointID"}))
    assert table["activity"].to_pylist() == ["TP1", "D1"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (PARCEL[: PARCEL.index("<comment>")], "the XML is not whole here"),
        (PARCEL.replace("actual", "planned"), "it has no touchpoints of an actual journey (2 planned journeys)"),
        ("<log/>", "this is no CJML: it begins with <log>"),
        ('<!DOCTYPE CJML [<!ENTITY x SYSTEM "file:///etc/passwd">]><CJML>&x;</CJML>', "refused"),
    ],
)
def test_what_is_no_cjml_is_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(BadLog) as refused:
        opened(tmp_path, content)
    assert says in str(refused.value)


@given(log=logs())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, log: pa.Table) -> None:
    path = tmp_path_factory.mktemp("cjml") / "log.cjml.gz"
    cjml_write.write(log.to_batches(), log.schema, path)
    reading = cjml.read(path, names={}, lifecycle=None, zone=UTC)
    assert told(table_of(reading)) == told(log)
    assert not reading.rejects.reasons and not reading.rejects.notes


def test_other_programs_find_who_said_what_to_whom_by_which_channel(tmp_path: Path) -> None:
    schema = pa.schema({**NEEDED, "customer": pa.string(), "channel": pa.string(), "direction": pa.string(),
                        "initiator": pa.string(), "stage": pa.string()}.items())  # fmt: skip
    row = {"case": "C1", "activity": "Reminder", "time": 0, "seq": 1, "customer": "K-1", "channel": "sms",
           "direction": "out", "initiator": "system", "stage": "Visit"}  # fmt: skip
    log = pa.Table.from_pylist([row], schema)
    cjml_write.write(log.to_batches(), schema, tmp_path / "log.cjml")
    text = (tmp_path / "log.cjml").read_text()
    for expected in (
        '<CJML version="2.0"', "<journeyID>C1</journeyID>", '<endUser actorID="K-1"/>',
        '<serviceProvider actorID="system"/>', "<actualCommunicationPoint>",
        '<initiator><refersTo actorIDref="system"/><initiatorLabel>Reminder</initiatorLabel></initiator>',
        '<receiver><refersTo actorIDref="K-1"/>', "<channelName>sms</channelName>", "<phaseName>Visit</phaseName>",
        "<timeOriginated>1970-01-01T00:00:00+00:00</timeOriginated>",
    ):  # fmt: skip
        assert expected in text
    assert "loper:column" not in text
