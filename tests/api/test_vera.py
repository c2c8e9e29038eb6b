"""VERA 4.3 OHD: real answers held against the specification's own schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from loper.server.actions.sources import add_source
from loper.server.records.agenda import Appointment
from tests.worlds import World

SPEC = json.loads((Path(__file__).parent / "vera_ohd_4_3.json").read_text(encoding="utf-8"))
OPTIONS, APPOINTMENTS = "/api/vera/v4/afspraak-opties", "/api/vera/v4/afspraken"


def valid(name: str, answer: Any) -> None:
    """By the schema of this name; and no field that it does not know."""
    schema = {"$ref": f"#/components/schemas/{name}", "unevaluatedProperties": False, **SPEC}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer)


class Machine:
    """A landlord's system with a token."""

    def __init__(self, token: str) -> None:
        self.client, self.token = Client(), token

    def send(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        given = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.generic(method, path, given, content_type=kind, headers=headers)


@pytest.fixture
def erp(world: World) -> Iterator[Machine]:
    cache.clear()
    yield Machine(add_source(source="erp", emitters=["agent"], scopes=["vera"]))
    cache.clear()


def options(erp: Machine, key: str) -> list[dict[str, Any]]:
    answer = erp.send("GET", f"{OPTIONS}?onderhoudsorder.id={key}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()
    return found


def wish(key: str, option: dict[str, Any]) -> dict[str, Any]:
    return {
        "onderhoudsverzoek": {"id": key},
        "bloktijdBegin": option["bloktijdBegin"],
        "bloktijdEind": option["bloktijdEind"],
    }


def test_the_options_are_the_blocks_that_the_customer_is_offered(world: World, erp: Machine) -> None:
    found = options(erp, world.report())
    assert len(found) == 40 and found[0]["bloktijdBegin"] == "2026-09-08T06:00:00Z" and found[0]["duur"] == "PT60M"
    for one in found:
        valid("AfspraakOpties-AfspraakOptiebericht", one)
    answer = erp.send("GET", f"{OPTIONS}/{found[0]['id']}")
    assert answer.json() == found[0]


def test_an_option_is_asked_for_by_its_times(world: World, erp: Machine) -> None:
    key = world.report()
    first = options(erp, key)[0]
    asked = {**wish(key, first)}
    answer = erp.send("POST", OPTIONS, asked)
    assert answer.status_code == 201 and answer.json() == first
    assert answer.headers["Location"].endswith(first["id"])
    answer = erp.send("POST", OPTIONS, {**asked, "bloktijdBegin": "2026-09-08T06:30:00Z"})
    assert answer.status_code == 409 and first in answer.json()["afspraakOpties"]


def test_an_appointment_is_made_moved_and_cancelled(world: World, erp: Machine) -> None:
    key = world.report()
    first, second, *_rest = options(erp, key)
    answer = erp.send("POST", APPOINTMENTS, wish(key, first))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    valid("Afspraken-Afspraakbericht", made)
    assert made["status"] == {"code": "GEP", "naam": "Gepland"} and made["bloktijdBegin"] == first["bloktijdBegin"]
    assert world.stage(key) == "planned"
    path = f"{APPOINTMENTS}/{made['id']}"
    assert erp.send("GET", path).json() == made
    moved = erp.send("PATCH", path, wish(key, second)).json()
    valid("Afspraken-Afspraakbericht", moved)
    assert (moved["id"], moved["bloktijdBegin"]) == (made["id"], second["bloktijdBegin"])
    gone = erp.send("PATCH", path, {"status": {"code": "ANN"}}).json()
    valid("Afspraken-Afspraakbericht", gone)
    assert gone["status"]["code"] == "ANN"
    assert erp.send("PATCH", path, wish(key, first)).status_code == 409


def test_an_appointment_is_changed_on_the_collection_by_its_id(world: World, erp: Machine) -> None:
    key = world.report()
    first, second, third, *_rest = options(erp, key)
    made = erp.send("POST", APPOINTMENTS, wish(key, first)).json()
    for method, option in (("PUT", second), ("PATCH", third)):
        moved = erp.send(method, APPOINTMENTS, {"id": made["id"], **wish(key, option)})
        assert moved.status_code == 200, moved.content
        valid("Afspraken-Afspraakbericht", moved.json())
        assert (moved.json()["id"], moved.json()["bloktijdBegin"]) == (made["id"], option["bloktijdBegin"])
    assert Appointment.objects.get().sequence == 2
    again = erp.send("PUT", APPOINTMENTS, {"id": made["id"], **wish(key, third)})
    assert again.status_code == 200 and Appointment.objects.get().sequence == 2  # sent twice, moved once
    gone = erp.send("PATCH", APPOINTMENTS, {"id": made["id"], "status": {"code": "ANN"}})
    assert gone.json()["status"]["code"] == "ANN"
    assert erp.send("PUT", APPOINTMENTS, {"id": made["id"], **wish(key, first)}).status_code == 409


def test_a_change_without_its_key_or_of_nothing_changes_nothing(world: World, erp: Machine) -> None:
    key = world.report()
    first, second, *_rest = options(erp, key)
    made = erp.send("POST", APPOINTMENTS, wish(key, first)).json()
    body = wish(key, second)
    for given, status in ((body, 422), ({"id": 7, **body}, 422), ({"id": "nobody", **body}, 404), ([], 400)):
        for method in ("PUT", "PATCH"):
            answer = erp.send(method, APPOINTMENTS, given)
            assert answer.status_code == status and answer.json()["code"] == str(status)
    other = erp.send("PUT", f"{APPOINTMENTS}/{made['id']}", {"id": "another", **body})
    assert other.status_code == 422 and other.json()["errors"][0]["at"] == "/id"
    half = erp.send("PUT", APPOINTMENTS, {"id": made["id"], "bloktijdBegin": second["bloktijdBegin"]})
    assert half.status_code == 422 and half.json()["errors"][0]["at"] == "/bloktijdEind"
    assert Appointment.objects.get().sequence == 0


def test_an_option_is_confirmed_as_it_stands_and_not_changed_from_outside(world: World, erp: Machine) -> None:
    key = world.report()
    first, second, *_rest = options(erp, key)
    for method in ("PUT", "PATCH"):
        for path in (OPTIONS, f"{OPTIONS}/{first['id']}"):
            answer = erp.send(method, path, first)
            assert answer.status_code == 200 and answer.json() == first
            valid("AfspraakOpties-AfspraakOptiebericht", answer.json())
            changed = erp.send(method, path, {**first, "duur": "PT5M", "bloktijdEind": second["bloktijdEind"]})
            assert {one["at"] for one in changed.json()["errors"]} == {"/duur", "/bloktijdEind"}
    assert erp.send("PATCH", OPTIONS, {"id": first["id"]}).json() == first
    assert erp.send("PUT", OPTIONS, {"bloktijdBegin": first["bloktijdBegin"]}).status_code == 422
    assert erp.send("PUT", OPTIONS, {**first, "id": f"{key}~x"}).status_code == 404
    for other in range(2):  # both technicians are taken
        taken = world.report(email=f"o{other}@example.nl")
        erp.send("POST", APPOINTMENTS, wish(taken, first))
    assert erp.send("PUT", OPTIONS, first).status_code == 404
    assert Appointment.objects.count() == 2


def test_the_same_appointment_again_is_one(world: World, erp: Machine) -> None:
    key = world.report()
    first, second, *_rest = options(erp, key)
    one = erp.send("POST", APPOINTMENTS, wish(key, first)).json()
    assert erp.send("POST", APPOINTMENTS, wish(key, first)).json() == one
    assert erp.send("POST", APPOINTMENTS, wish(key, second)).status_code == 409
    assert Appointment.objects.count() == 1


def test_who_is_too_late_hears_other_times(world: World, erp: Machine) -> None:
    key, other, third = world.report(), world.report(email="b@example.nl"), world.report(email="c@example.nl")
    first = options(erp, key)[0]
    assert erp.send("POST", APPOINTMENTS, wish(key, first)).status_code == 201
    assert erp.send("POST", APPOINTMENTS, wish(other, first)).status_code == 201
    answer = erp.send("POST", APPOINTMENTS, wish(third, first))
    assert answer.status_code == 409 and answer.headers["Content-Type"] == "application/problem+json"
    left = answer.json()["afspraakOpties"]
    assert left and first["bloktijdBegin"] not in {one["bloktijdBegin"] for one in left}
    valid("Foutbericht", {name: answer.json()[name] for name in ("code", "omschrijving")})


def test_all_that_is_wrong_is_said_at_once(world: World, erp: Machine) -> None:
    answer = erp.send("POST", APPOINTMENTS, {"onderhoudsverzoek": 7, "bloktijdBegin": "morgen"})
    assert answer.status_code == 422
    assert {one["at"] for one in answer.json()["errors"]} == {
        "/onderhoudsverzoek/id", "/bloktijdBegin", "/bloktijdEind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("POST", APPOINTMENTS, b"{", "application/json", 400),
        ("POST", APPOINTMENTS, [], "application/json", 400),
        ("POST", APPOINTMENTS, {}, "text/plain", 415),
        ("DELETE", APPOINTMENTS, None, "application/json", 405),
        ("GET", f"{APPOINTMENTS}/x", None, "application/json", 404),
        ("GET", f"{APPOINTMENTS}/a%00b", None, "application/json", 404),
        ("GET", f"{APPOINTMENTS}?klant=jo", None, "application/json", 422),
        ("GET", f"{APPOINTMENTS}?status.code=ZZZ&pagina=0", None, "application/json", 422),
        ("GET", OPTIONS, None, "application/json", 422),
        ("GET", f"{OPTIONS}?onderhoudsorder.id=nobody", None, "application/json", 422),
        ("GET", f"{OPTIONS}/x~y", None, "application/json", 404),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    world: World, erp: Machine, method: str, path: str, body: Any, kind: str, status: int
) -> None:
    answer = erp.send(method, path, body, kind)
    assert answer.status_code == status and answer.json()["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_token_without_the_scope_opens_nothing(world: World, erp: Machine) -> None:
    for token in (
        add_source(source="a", emitters=["planner"]),
        add_source(source="b", emitters=["technician"], scopes=["vera"]),
    ):
        assert Machine(token).send("GET", APPOINTMENTS).status_code == 403
    assert Machine("guess").send("GET", APPOINTMENTS).status_code == 401
    key = world.report()
    world.book(key)
    assert len(erp.send("GET", f"{APPOINTMENTS}?onderhoudsverzoek.id={key}&status.code=GEP").json()) == 1
    assert "Jansen" not in erp.send("GET", APPOINTMENTS).content.decode()
