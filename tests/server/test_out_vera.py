"""What happened, told to a system that speaks VERA: a real server that takes only what the specification allows."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from loper.server.actions import visits
from loper.server.actions.out import subscribers
from loper.server.actions.out.hand_out import hand_out
from loper.server.actions.out.send import send_all
from loper.server.actions.out.subscribers import Wish
from loper.server.records.agenda import Appointment
from loper.server.records.out import Delivery, Subscriber
from tests.server.receiver import Got, Receiver, answer, receiver
from tests.worlds import World

SPEC = json.loads((Path(__file__).parent / "vera_orders_4_3.json").read_text("utf-8"))
SCHEMAS = {"afspraken": "Afspraken-Afspraakbericht", "onderhoudsorders": "Onderhoudsorders-Onderhoudsorderbericht"}


def valid(path: str, body: bytes) -> str:
    """Why the document is none of the specification's; empty: it is one."""
    schema = {"$ref": f"#/components/schemas/{SCHEMAS[path.split('/')[2]]}", "unevaluatedProperties": False, **SPEC}
    found = list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(body)))
    return "; ".join(one.message for one in found)


class Ohd:
    """A system of the specification: it refuses a wrong key (401) and a wrong document (400), and keeps the rest."""

    def __init__(self, other: Receiver) -> None:
        self.visits: dict[str, Any] = {}
        self.orders: dict[str, list[Any]] = {}
        self.wrong: list[str] = []
        other.usual = self.act

    def act(self, handler: Any, got: Got) -> None:
        if got.headers.get("x-api-key") != "sleutel":
            return answer(401)(handler, got)
        if got.path == "/v4/ping":
            return answer(200, "pong")(handler, got)
        if why := valid(got.path, got.body):
            self.wrong.append(why)
            return answer(400, why)(handler, got)
        document = json.loads(got.body)
        assert got.path.endswith("/" + document["id"])
        if got.method == "PUT":
            self.visits[document["id"]] = document
        else:
            self.orders.setdefault(document["id"], []).append(document)
        return answer(200, "{}")(handler, got)


def test_a_repair_as_a_vera_system_hears_it(world: World, settings: Any) -> None:
    settings.LOPER_OUT = {"private": ["127.0.0.0/8"], "ca": "", "seconds": 5.0}
    settings.LOPER_DEMO = True
    with receiver() as other:
        ohd = Ohd(other)
        wish = Wish(
            name="ERP", owner="ict@x.example", address=other.url.replace("/hook", "/v4"), form="vera", token="nee"
        )
        admin = world.staff("admin")
        row, _secret = subscribers.subscribe(actor=admin, wish=wish)
        assert subscribers.try_it(actor=admin, key=row.key).status == 401
        subscribers.change(actor=admin, key=row.key, wish=Wish(**{**_of(wish), "token": "sleutel"}))
        assert subscribers.try_it(actor=admin, key=row.key).status == 200
        other.plan = [answer(503)]
        key = world.report()
        world.book(key)
        go(row)
        world.time.move(seconds=10)
        go(row)
        visit = Appointment.objects.get(case=key)
        assert ohd.visits[visit.uid]["status"]["code"] == "GEP"
        assert ohd.visits[visit.uid]["onderhoudsorder"] == {"id": key}
        world.time.at = visit.start
        sam = world.staff("technician")
        visits.depart(actor=sam, case=key)
        world.time.move(minutes=10)
        visits.arrive(actor=sam, case=key)
        world.time.move(minutes=10)
        visits.not_fixed(actor=sam, case=key, reason="material")
        go(row)
        stood = [(one["status"]["code"], one["onderhoudstaken"][0]["status"]["code"]) for one in ohd.orders[key]]
        assert stood == [("PLN", "GEP"), ("INB", "REI"), ("INB", "UIT"), ("INB", "OND")]
        assert ohd.orders[key][-1]["onderhoudstaken"][0]["detailStatus"]["code"] == "MAT"
        assert ohd.visits[visit.uid]["status"]["code"] == "AFG"
        assert not ohd.wrong and not Delivery.objects.exclude(state="done").exists()
        sent = b"".join(other.bodies())
        assert b"Jansen" not in sent and b"drupt" not in sent and b"example.nl" not in sent


def go(row: Subscriber) -> None:
    while hand_out():
        pass
    send_all(row.pk)


def _of(wish: Wish) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in wish.__slots__}


def test_a_document_that_is_none_is_refused_by_the_test_itself() -> None:
    assert valid("/v4/afspraken/x", b'{"id": 3}') and valid("/v4/afspraken/x", b'{"bloktijd": "x"}')
    with pytest.raises(KeyError):
        valid("/v4/iets/x", b"{}")
