"""Call records of a telephone exchange brought in: understood by themselves, and without a number in anything kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loper.server.actions import logs
from loper.server.queries.logs import folder_of, opened
from loper.server.records.logs import ContactLog
from tests.worlds import World

CALLS = """call_id,caller,queue,offered,answered,ended,agent
1,0612345678,Reparaties,2026-03-02 09:00:00,2026-03-02 09:01:00,2026-03-02 09:05:00,anna
2,0612345678,Reparaties,2026-03-02 09:20:00,,2026-03-02 09:23:00,
3,0687654321,Huur,2026-03-02 10:00:00,2026-03-02 10:00:10,2026-03-02 10:02:00,bob
4,0687654321,Huur,op 0687654321 gebeld,2026-03-02 11:00:10,2026-03-02 11:02:00,bob
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    settings.LOPER_LOGS = tmp_path / "logs"


def test_call_records_become_contacts_by_phone_without_their_numbers(world: World) -> None:
    upload = SimpleUploadedFile("centrale.csv", CALLS.encode())
    row = logs.bring_in(actor=world.staff("analyst"), name="De centrale", upload=upload)
    assert row.state == ContactLog.WAITING
    assert logs.read_next()
    row.refresh_from_db()
    assert (row.state, row.said) == (ContactLog.READY, "")
    log = opened(row)
    assert {one.channel for one in log.channels().shares} == {"phone"}
    assert log.telephony().calls == 3
    for file in folder_of(row).rglob("*"):
        if file.is_file() and not file.name.startswith("source"):
            kept = file.read_bytes()
            assert b"12345678" not in kept and b"87654321" not in kept, file.name
