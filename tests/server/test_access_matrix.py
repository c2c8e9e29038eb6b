"""Every role at every address, with numbers of what is there: who may not, may not; and to look changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loper.server.actions.links import new_link, revoke_links
from loper.server.actions.sources import add_source
from loper.server.permissions import PERMISSIONS, STAFF
from loper.server.records.links import Link
from loper.server.records.runtime import Case
from tests.server.access_gates import ALSO, GATE, GATES
from tests.server.access_world import ROLES, Everything, addresses
from tests.worlds import World

SHUT = (401, 403, 404, 405, 410)
WRITES = ("INSERT", "UPDATE", "DELETE")
KEPT = ("look", "django_session", "event_source", "code_challenge")
"""Tables that a look may write in: that somebody looked, and that they are there."""

BY_STATE = {"desk:duty", "desk:happened", "desk:ask"}
"""Pages that are there only for cases of which they can say something; then for these roles too they are shut."""


@pytest.fixture
def everything(world: World, tmp_path: Path, settings: Any) -> Everything:
    settings.LOPER_LOGS, settings.LOPER_IMPORTS = tmp_path / "logs", tmp_path / "imports"
    settings.LOPER_EXPORTS, settings.LOPER_ERASED = tmp_path / "exports", tmp_path / "erased.jsonl"
    return Everything(world)


DESK = ("desk:book", "desk:access")
"""Of these a technician has the permission too, and does it on pages of their own."""


def allowed(name: str) -> set[str]:
    """The roles that the gate of this address lets in."""
    gate = GATE[name]
    found = set(ALSO.get(gate, PERMISSIONS.get(gate, ())))
    return found & set(PERMISSIONS["desk"]) if name in DESK else found


def state() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if table not in KEPT:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    return found


def to_login(answer: Any) -> bool:
    return answer.status_code == 302 and configured.LOGIN_URL.replace("account_", "/account/") in answer.url


def test_every_address_stands_behind_a_gate() -> None:
    names = {name for name, _route in addresses()}
    assert not names - GATE.keys(), f"who may open these? {sorted(names - GATE.keys())}"
    assert not GATE.keys() - names, f"not there any more: {sorted(GATE.keys() - names)}"
    assert sum(len(names.split()) for names in GATES.values()) == len(GATE), "an address stands behind one gate"
    assert not GATES.keys() - PERMISSIONS.keys() - ALSO.keys() - {"public", "scope", "token", "login", "demo"}


def test_who_may_not_may_not_at_any_address_and_nothing_changes(everything: Everything) -> None:
    before, wrong = state(), []
    for name, route in addresses():
        gate = GATE[name]
        if gate in ("public", "scope", "token", "login", "demo"):
            continue
        url = everything.url(name, route)
        for who, client in everything.clients.items():
            if who in allowed(name):
                continue
            for method in (client.get, client.post):
                answer = method(url)
                shut = answer.status_code in SHUT or (who == "nobody" and to_login(answer))
                if not shut:
                    wrong.append(f"{who} {method.__name__} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert state() == before


def test_who_may_is_let_in_and_a_look_writes_nothing(everything: Everything) -> None:
    wrong = []
    for name, route in addresses():
        gate = GATE[name]
        if gate in ("token", "demo") or name in ("insight:columns", "studio:studio"):
            continue
        url = everything.url(name, route)
        roles = set(ROLES) if gate in ("public", "login", "scope") else allowed(name)
        for who in sorted(roles & everything.clients.keys()):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                answer = everything.clients[who].get(url)
            if gate != "scope" and ((answer.status_code == 403 and name not in BY_STATE) or to_login(answer)):
                wrong.append(f"{who} is kept out of {name}: {answer.status_code}")
            wrong += [
                f"{who} looks at {name}: {one['sql'][:90]}"
                for one in seen.captured_queries
                if one["sql"].lstrip().upper().startswith(WRITES)
                and not any(f'"{table}"' in one["sql"] for table in KEPT)
            ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_a_case_opens_for_its_own_link_alone(everything: Everything, world: World) -> None:
    """Nobody, who works here without a link, another customer, a link that was revoked or is over: all alike."""
    other = world.report(email="p.pieters@example.nl", phone="0687654321")
    theirs = Case.objects.get(key=other)
    _link, address = new_link(purpose="case", customer=theirs.customer, case=other)
    stranger = Client()
    assert stranger.get(address).status_code == 302
    own = Client()
    assert own.get(reverse("portal:open", args=[everything.token])).status_code == 302
    assert own.get(reverse("portal:case", args=[everything.case])).status_code == 200
    before = state()
    for name, route in addresses():
        if GATE[name] != "scope":
            continue
        url = everything.url(name, route)
        for who, client in {**everything.clients, "stranger": stranger}.items():
            for method in (client.get, client.post):
                answer = method(url)
                found = answer.status_code in SHUT or (
                    answer.status_code == 302 and not answer.url.startswith(f"/case/{everything.case}")
                )
                assert found, f"{who} {method.__name__} {name}: {answer.status_code}"
    assert state() == before
    revoke_links(case=everything.case)
    late = Client()
    assert late.get(reverse("portal:open", args=[everything.token])).status_code in (302, 404, 410)
    assert late.get(reverse("portal:case", args=[everything.case])).status_code != 200
    Link.objects.filter(case=other).update(expires=world.time.at)
    world.time.move(days=1)
    later = Client()
    later.get(address)
    assert later.get(reverse("portal:case", args=[other])).status_code != 200


def test_systems_come_in_with_their_own_token_alone(everything: Everything) -> None:
    """No token, one that was made up, one of another scope, one of a source that was stopped."""
    plain = add_source(source="erp.example.nl", emitters=["system"])
    for name, route in addresses():
        if GATE[name] != "token" or name in ("api:sms_reports", "metrics"):  # with ways of their own
            continue
        url = everything.url(name, route)
        for token in ("", "made-up", plain[::-1]):
            head = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
            for method in ("get", "post"):
                answer = getattr(Client(), method)(url, content_type="application/json", **head)
                assert answer.status_code in (401, 403, 404, 405), f"{name} {method} {token}: {answer.status_code}"
        if name.startswith("api:vera"):
            answer = Client().get(url, HTTP_AUTHORIZATION=f"Bearer {plain}")
            assert answer.status_code == 403, name


def test_a_role_that_is_taken_away_is_gone_at_once(everything: Everything) -> None:
    client, user = everything.clients["agent"], everything.world.users["agent"]
    url = reverse("desk:case", args=[everything.case])
    assert client.get(url).status_code == 200
    user.groups.clear()
    assert client.get(url).status_code == 403
    user.is_active = False
    user.save()
    assert to_login(client.get(url))


def test_no_form_goes_without_its_own_page(everything: Everything) -> None:
    """A page of somebody else that sends a form in our name: refused, whoever is signed in."""
    for name, route in addresses():
        if GATE[name] in ("token", "demo") or name in ("portal:opt_out", "portal:unsubscribe"):
            continue
        url = everything.url(name, route)
        for who in allowed(name) & everything.clients.keys():
            client = Client(enforce_csrf_checks=True)
            client.cookies = everything.clients[who].cookies
            assert client.post(url).status_code in (403, 405), f"{who} {name}"
            break


def test_the_page_about_it_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/access.md").read_text(encoding="utf-8")
    roles = [*STAFF, "customer"]
    for permission, who in PERMISSIONS.items():
        row = f"| `{permission}` | " + " | ".join("x" if role in who else "" for role in roles) + " |"
        assert row in page, f"docs/reference/access.md does not say: {row}"
    assert page.count("| `") == len(PERMISSIONS)
