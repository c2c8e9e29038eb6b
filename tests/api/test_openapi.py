"""The OpenAPI document says what is so: every answer is held against it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator

from loper.channels.sms import sign
from tests.api.conftest import Door


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def says(document: dict[str, Any], path: str, answer: Any) -> None:
    """This answer is one that the document promises."""
    promised = document["paths"][path]["post"]["responses"][str(answer.status_code)]
    if not promised.get("content"):
        assert answer.content == b""
        return
    kind = answer.headers["Content-Type"]
    validator(document, promised["content"][kind]["schema"]).validate(answer.json())
    if kind == "application/problem+json":
        assert answer.json()["status"] == answer.status_code


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_address_is_in_it(document: dict[str, Any]) -> None:
    patterns = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/").url_patterns
    assert {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/{one.pattern}") for one in patterns} == set(document["paths"])


def test_every_answer_is_as_it_says(document: dict[str, Any], door: Door, settings: Any, monkeypatch: Any) -> None:
    good = door.event()
    seen = set()
    for answer in (
        door.post(good),
        door.post([good, door.event("B", type="note.added")]),
        door.post([]),
        door.post([good, {"specversion": "0"}, door.event(source="x"), door.event(id="9", type="nothing")]),
        door.post(b"{"),
        door.post(door.event(source="x")),
        door.post(door.event(id="9", type="nothing")),
        door.post(good, token="nobody"),
        door.post(good, kind="text/plain"),
        door.post(b"x" * (settings.LOPER_EVENT_BYTES + 1)),
        *[door.post(good, token="nobody") for _ in range(25)],
        door.client.put("/api/events"),
    ):
        if answer.request["REQUEST_METHOD"] == "POST":
            says(document, "/api/events", answer)
        seen.add(answer.status_code)
    assert seen == {200, 400, 401, 403, 405, 413, 415, 422, 429}


def test_what_the_schema_of_an_event_allows_is_taken_and_what_it_forbids_is_not(
    document: dict[str, Any], door: Door
) -> None:
    schema = validator(document, document["components"]["schemas"]["CloudEvent"])
    for number, change in enumerate(
        (
            {}, {"id": ""}, {"id": "x" * 255}, {"id": "x" * 256}, {"id": 3}, {"type": ""}, {"subject": None},
            {"subject": "x" * 200}, {"subject": "x" * 201}, {"specversion": "1.1"}, {"emitter": "agent"},
            {"emitter": "king"}, {"data": []}, {"data": {}}, {"sequence": 3}, {"sequence": "3"}, {"sequence": 1.5},
            {"customer": 7}, {"journey": "repair"}, {"time": None}, {"time": 3}, {"extra": "thing"},
        )
    ):  # fmt: skip
        event = door.event(f"case {number}", **change)
        taken = door.post(event).status_code == 200
        assert taken == schema.is_valid(event), change


def test_reports_of_the_sms_gateway_are_as_it_says(document: dict[str, Any], door: Door, settings: Any) -> None:
    def post(body: Any, secret: str = "gedeeld") -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return door.client.post(
            "/api/sms/reports", content, content_type="application/json", headers={"X-Signature": sign(content, secret)}
        )

    settings.LOPER_SMS = {**settings.LOPER_SMS, "secret": ""}
    assert post({"state": "delivered", "key": "x"}).status_code == 503
    settings.LOPER_SMS = {**settings.LOPER_SMS, "secret": "gedeeld"}
    answers = [
        post({"state": "delivered", "key": "A/received/x/sms", "id": "1"}),
        post({"state": "lost"}),
        post(b"x" * 20_000),
        *[post({"state": "failed", "id": "1"}, secret="geraden") for _ in range(25)],
    ]
    for answer in answers:
        says(document, "/api/sms/reports", answer)
    assert {answer.status_code for answer in answers} == {204, 400, 401, 413, 429}
    assert door.client.get("/api/sms/reports").status_code == 405
