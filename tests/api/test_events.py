"""Events over HTTP: taken once, in three forms, by whom they are from, and what is wrong said of each."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from loper.server.records.runtime import Case, Event, Waiting
from tests.api.conftest import Door


def results(answer: Any) -> list[str]:
    return [one["result"] for one in answer.json()["results"]]


def test_an_event_is_taken_once_however_often_it_is_sent(door: Door) -> None:
    event = door.event()
    first = door.post(event)
    assert (first.status_code, first.json()["taken"], results(first)) == (200, 1, ["accepted"])
    again = door.post(event)
    assert (again.status_code, results(again)) == (200, ["duplicate"])
    assert Event.objects.filter(case="A", type="job.reported").count() == 1
    assert Case.objects.get(key="A").customer == "jo"
    door.world.work()
    assert [message.subject for message in door.world.email.sent] == ["Uw melding is binnen"]


def test_a_batch_is_taken_in_its_order(door: Door) -> None:
    visit = {"start": "2026-09-10T08:00:00+02:00", "end": "2026-09-10T10:00:00+02:00"}
    answer = door.post(
        [
            door.event(),
            door.event(type="appointment.made", data={"appointment": visit}),
            door.event("B", type="appointment.cancelled"),
        ]
    )
    assert answer.status_code == 200
    assert results(answer) == ["accepted", "accepted", "waiting"]
    assert Case.objects.get(key="A").stage == "planned"
    assert Waiting.objects.get().case == "B"
    assert door.post([]).json() == {"taken": 0, "results": []}


def test_an_event_may_come_with_its_attributes_in_headers(door: Door) -> None:
    event = door.event(id="naam%20met é")
    headers = {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}
    headers["ce-id"] = "naam%2520met%20%C3%A9"
    answer = door.post({"problem": "leak"}, kind="application/json", **headers)
    assert results(answer) == ["accepted"]
    assert Event.objects.get(case="A", type="job.reported").ident == "naam%20met é"
    headers["ce-id"] = "2"
    assert results(door.post(b"", kind="application/json", **headers)) == ["accepted"]
    assert door.post(b"<x/>", kind="text/xml", **headers).status_code == 415


def test_of_a_batch_what_is_wrong_is_named_and_the_rest_is_durable(door: Door) -> None:
    answer = door.post(
        [
            door.event("A"),
            door.event("B", data={"problem": "sharks"}),
            {"specversion": "0.3", "type": "", "time": "yesterday"},
            "nonsense",
            door.event("C", source="elsewhere"),
            door.event("D", emitter="technician"),
            door.event("E"),
        ]
    )
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["taken"] == 2
    assert results(answer) == ["accepted", "refused", "refused", "refused", "refused", "refused", "accepted"]
    wrong: dict[str, list[str]] = {}
    for error in document["errors"]:
        wrong.setdefault(error["at"], []).append(error["why"])
    assert wrong.keys() == {"/1", "/2", "/3", "/4", "/5"}
    assert "sharks" in wrong["/1"][0] and "leak" in wrong["/1"][0]
    assert len(wrong["/2"]) >= 5  # version, id, source, type, subject, time: all at once
    assert wrong["/4"] == ["source: this token speaks for 'erp'"]
    assert wrong["/5"] == ["emitter: this token speaks for agent, planner, not for technician"]
    assert set(Case.objects.values_list("key", flat=True)) == {"A", "E"}


def test_what_is_wrong_with_one_event_decides_the_status(door: Door) -> None:
    assert door.post(door.event(id=None)).status_code == 400
    assert door.post(door.event(source="elsewhere")).status_code == 403
    assert door.post(door.event(emitter="customer")).status_code == 403
    assert door.post(door.event(type="job.fixed", data={}, subject="new")).status_code == 200  # it waits for its case
    door.post(door.event())
    assert door.post(door.event(id="2", type="no.such.event")).status_code == 422
    corrected = door.post(door.event(id="2", type="note.added", data={}))
    assert results(corrected) == ["accepted"]


def test_a_token_of_one_role_need_not_say_it_and_one_of_more_must(door: Door) -> None:
    door.post(door.event())
    tap = door.event(source="app", type="technician.arrived", emitter=None, data={})
    assert results(door.post(tap, token=door.app)) == ["accepted"]
    assert Event.objects.get(type="technician.arrived").emitter == "technician"
    answer = door.post(door.event(id="3", type="note.added", emitter=None))
    assert answer.status_code == 403
    assert answer.json()["errors"] == [{"at": "/0", "why": "emitter: say who says so: agent, planner"}]


def test_without_a_time_it_happened_now_and_far_ahead_counts_as_now(door: Door) -> None:
    door.post(door.event(time=None))
    assert Event.objects.get(type="job.reported").time == door.world.time.at
    ahead = (door.world.time.at + timedelta(days=400)).isoformat()
    assert results(door.post(door.event(id="2", type="note.added", data={}, time=ahead))) == ["accepted"]
    assert Event.objects.get(ident="2").time == door.world.time.at
    assert results(door.post(door.event("P", time="1999-12-31T23:59:60Z".replace(":60", ":59")))) == ["accepted"]


# -- who may come in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic ZXJwOng=", "Bearer nobodys", "bearer \x7f"])
def test_without_a_token_of_somebody_nothing_comes_in(door: Door, header: str) -> None:
    answer = door.post(door.event(), token="", Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert not Case.objects.exists()


def test_a_source_that_was_stopped_or_got_a_new_token_is_out(door: Door) -> None:
    from loper.server.actions.sources import add_source, stop_source

    new = add_source(source="erp", emitters=["agent"])
    assert door.post(door.event()).status_code == 401
    assert door.post(door.event(), token=new).status_code == 200
    assert stop_source(source="erp")
    assert door.post(door.event(), token=new).status_code == 401


@pytest.mark.parametrize("source", ["loper", "loper/A", "loper.web", "Loper.x", "", "x" * 201, "a\nb"])
def test_nobody_gets_a_token_for_loper_itself(door: Door, source: str) -> None:
    from loper.server.actions.sources import add_source

    with pytest.raises(ValueError, match="source"):
        add_source(source=source, emitters=["agent"])


@pytest.mark.parametrize("source", ["loper", "loper/A", "loper.web", "ERP", "erp ", "app"])
def test_a_source_that_is_not_the_tokens_own_is_refused(door: Door, source: str) -> None:
    answer = door.post(door.event(source=source))
    assert answer.status_code in (400, 403)
    assert not Case.objects.exists()


def test_the_runtimes_own_events_cannot_be_sent(door: Door) -> None:
    door.post(door.event())
    for number, kind in enumerate(
        ("received.sent", "received.skipped", "stage.overdue", "journey.ended", "case.moved")
    ):
        answer = door.post(door.event(id=str(number), type=kind, data={"moment": "received/x", "state": "{}"}))
        assert answer.status_code == 422, kind


def test_many_bad_tokens_have_to_wait_and_good_ones_go_on(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    statuses = [door.post(door.event(), token=f"guess-{n}").status_code for n in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    assert door.post(door.event()).status_code == 200


def test_no_token_reaches_a_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        door.post(door.event())
        door.post(door.event(), token="geheim-geraden-token")
        door.post(b"{", token=door.erp)
        door.post(door.event(source="elsewhere"))
    assert door.erp not in caplog.text
    assert "geheim-geraden-token" not in caplog.text


# -- bodies that are not what they should be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b"null", 400),
        (b"7", 400),
        (b'"text"', 400),
        (b'{"data": NaN}', 400),
        (b'{"data": Infinity}', 400),
        (b"9" * 5000, 400),
    ],
)
def test_a_body_that_is_no_event_is_said_to_be_so(door: Door, body: bytes, status: int) -> None:
    answer = door.post(body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_batch_must_be_a_list(door: Door) -> None:
    assert door.post(door.event(), kind="application/cloudevents-batch+json").status_code == 400
    assert door.post([door.event()], kind="application/cloudevents+json").status_code == 400


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/json", "multipart/form-data", "application/cloudevents+xml", "application/x", " "],
)
def test_another_content_type_is_not_taken(door: Door, kind: str) -> None:
    assert door.post(door.event(), kind=kind).status_code == 415


def test_only_utf_8_is_taken(door: Door) -> None:
    assert door.post(door.event(), kind='application/cloudevents+json; charset="UTF-8"').status_code == 200
    assert door.post(door.event(), kind="application/cloudevents+json; charset=utf-16").status_code == 415


def test_a_body_or_batch_that_is_too_large_is_refused_before_it_is_read(door: Door, settings: Any) -> None:
    assert door.post(b"x" * (settings.LOPER_EVENT_BYTES + 1)).status_code == 413
    settings.LOPER_EVENT_BATCH = 3
    assert door.post([door.event(id=str(n)) for n in range(4)]).status_code == 413
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"story": "nul \x00 byte"},
        {"story": "\ud800"},
        {"nul\x00": 1},
        {"big": 2**70},
        {"much": 1e308 * 10},
        [1, 2],
        "text",
        {"deep": json.loads("[" * 60 + "]" * 60)},
    ],
)
def test_data_that_cannot_be_kept_is_refused(door: Door, data: Any) -> None:
    answer = door.post(door.event(data=data))
    assert answer.status_code in (400, 422)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "nul\x00"},
        {"id": "x" * 256},
        {"id": 7},
        {"subject": "x" * 201},
        {"subject": " "},
        {"type": "x" * 101},
        {"time": "tomorrow"},
        {"time": "2026-09-07T09:00:00"},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"time": "9999-12-31T23:59:59-14:00"},
        {"time": 7},
        {"sequence": "seven"},
        {"sequence": 10**30},
        {"sequence": True},
        {"emitter": ["agent"]},
        {"customer": {"key": "jo"}},
        {"journey": "x" * 81},
        {"specversion": 1.0},
        {"data_base64": "AAAA"},
        {"subject": "half \ud83d"},
    ],
)
def test_an_attribute_that_cannot_be_is_named(door: Door, wrong: dict[str, Any]) -> None:
    answer = door.post(door.event(**wrong))
    assert answer.status_code in (400, 403)
    assert any(next(iter(wrong)) in error["why"] for error in answer.json()["errors"])


def test_long_keys_fit_everywhere(door: Door) -> None:
    case, ident = "C" * 200, "i" * 255
    assert door.post(door.event(case, id=ident)).status_code == 200
    opened = door.event(case, id=ident[:-1], type="complaint.made", data={"about": "waiting"})
    assert door.post(opened).status_code == 200
    door.world.work()
    assert Case.objects.filter(parent=case).count() == 1


# -- when the store does not answer ------------------------------------------------------------------------------------


def test_a_store_that_does_not_answer_asks_to_come_back(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    from loper.server.records import store

    sound = store.SqlUnit.write

    def full(*_: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(store.SqlUnit, "write", full)
    answer = door.post(door.event())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    monkeypatch.setattr(store.SqlUnit, "write", sound)
    assert results(door.post(door.event())) == ["accepted"]


def test_only_post_is_taken(door: Door) -> None:
    for method in ("get", "put", "patch", "delete", "head", "options"):
        answer = getattr(door.client, method)("/api/events")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
