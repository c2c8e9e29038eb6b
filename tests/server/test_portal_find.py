"""A lost link found again; and somebody who tries to find out who lives where, or guesses codes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loper.server.actions import codes, lost
from loper.server.records.links import CodeChallenge
from tests.server.portal import nothing_changes, text_of
from tests.worlds import World

JO, NOBODY = {"postcode": "1234 ab", "house_number": "12"}, {"postcode": "9999 ZZ", "house_number": "1"}


def code_in(world: World) -> str:
    return re.findall(r"\b\d{6}\b", world.email.sent[-1].body)[0]


def test_a_lost_link_is_found_by_a_code_sent_to_where_we_know_the_customer(asked: World, client: Client) -> None:
    key = asked.report()
    page = client.post("/find", JO, follow=True)
    assert "Vul de code in" in text_of(page)
    assert asked.email.sent[-1].to == "j.jansen@example.nl" and asked.sms.sent[-1].to == "+31612345678"
    code = code_in(asked)
    assert code in asked.sms.sent[-1].body
    found = client.post("/find/code", {"code": f"{code[:3]} {code[3:]}"}, follow=True)
    assert found.redirect_chain[-1][0] == f"/case/{key}"
    assert "Uw melding is binnen." in text_of(found)


def test_more_than_one_case_gives_a_list(asked: World, client: Client) -> None:
    keys = {asked.report(), asked.report()}
    client.post("/find", JO)
    page = client.post("/find/code", {"code": code_in(asked)}, follow=True)
    assert all(key in page.content.decode() for key in keys)


def test_the_answer_is_the_same_whether_somebody_is_known_or_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same page, same cookies, same work: who is known is looked up after the page has answered."""
    world.report()
    put_off: list[object] = []
    monkeypatch.setattr(codes, "later", put_off.append)
    seen = []
    for address in (JO, NOBODY):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/find", address)
        shapes = [re.sub(r"'[^']*'|\bs\d+_x\d+\b|\b\d+\b", "?", query["sql"]) for query in queries]
        page = client.get(response.headers["Location"])
        seen.append(
            (response.status_code, response.headers["Location"], sorted(response.cookies), shapes, text_of(page))
        )
    assert seen[0] == seen[1]
    assert len(put_off) == 2


def test_a_wrong_code_says_the_same_whether_somebody_is_known_or_not(asked: World) -> None:
    asked.report()
    seen = []
    for address in (JO, NOBODY):
        client = Client()
        client.post("/find", address)
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/find/code", {"code": "000000"})
        seen.append((response.status_code, text_of(response), len(queries)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 422 and "Deze code klopt niet" in seen[0][1]


def test_after_five_guesses_even_the_right_code_is_no_good(asked: World, client: Client) -> None:
    asked.report()
    client.post("/find", JO)
    code = code_in(asked)
    wrong = [f"{number:06d}" for number in range(6) if f"{number:06d}" != code][:5]
    for guess in wrong:
        assert client.post("/find/code", {"code": guess}).status_code == 422
    assert client.post("/find/code", {"code": code}).status_code == 422


def test_a_code_works_once_and_for_a_quarter_of_an_hour(asked: World) -> None:
    key = asked.report()
    client = Client()
    client.post("/find", JO)
    waiting = client.cookies["loper_session"].value
    code = code_in(asked)
    assert client.post("/find/code", {"code": code}).status_code == 302
    again = Client()
    again.cookies["loper_session"] = waiting
    again.post("/find/code", {"code": code})
    assert again.get(f"/case/{key}").status_code == 403
    late = Client()
    late.post("/find", JO)
    asked.time.move(minutes=16)
    assert late.post("/find/code", {"code": code_in(asked)}).status_code == 422


def test_a_code_of_somebody_else_opens_nothing(asked: World) -> None:
    asked.report()
    client, thief = Client(), Client(REMOTE_ADDR="203.0.113.9")
    client.post("/find", JO)
    code = code_in(asked)
    thief.post("/find", NOBODY)
    assert thief.post("/find/code", {"code": code}).status_code == 422
    thief.cookies["loper_session"] = client.cookies["loper_session"].value  # the session, from another network
    assert thief.post("/find/code", {"code": code}).status_code == 422


def test_one_network_address_asks_ten_times_an_hour(asked: World, client: Client) -> None:
    for number in range(10):
        assert client.post("/find", {"postcode": "1234 AB", "house_number": str(100 + number)}).status_code == 302
    refused = client.post("/find", {"postcode": "1234 AB", "house_number": "200"})
    assert refused.status_code == 422 and "een paar keer om een code gevraagd" in text_of(refused)
    assert Client(REMOTE_ADDR="203.0.113.9").post("/find", NOBODY).status_code == 302
    asked.time.move(hours=1, seconds=1)
    assert client.post("/find", NOBODY).status_code == 302


def test_one_home_is_asked_for_four_times_an_hour_and_eight_a_day(asked: World) -> None:
    """Known or not: a home that nobody knows is guarded just the same."""
    for address in (JO, NOBODY):
        for hour in range(2):
            for number in range(4):
                client = Client(REMOTE_ADDR=f"203.0.113.{hour * 10 + number}")
                assert client.post("/find", address).status_code == 302
            assert Client(REMOTE_ADDR="203.0.113.99").post("/find", address).status_code == 422
            asked.time.move(minutes=61)
        assert Client(REMOTE_ADDR="203.0.113.99").post("/find", address).status_code == 422
        asked.time.move(days=1)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"postcode": "1234", "house_number": "12"},
        {"postcode": "1234AB", "house_number": ""},
        {"postcode": "1234AB", "house_number": "12' OR 1=1 --"},
    ],
)
def test_a_mistyped_address_is_said_and_stays(asked: World, client: Client, typed: dict[str, str]) -> None:
    response = client.post("/find", typed)
    assert response.status_code == 422
    if "postcode" in typed:
        assert f'value="{typed["postcode"]}"' in response.content.decode()
    assert not CodeChallenge.objects.exists()


def test_a_code_is_not_stored_as_it_is(asked: World, client: Client) -> None:
    client.post("/find", JO)
    code = code_in(asked)
    assert all(code not in str(vars(row)) for row in CodeChallenge.objects.all())


def test_everyone_at_an_address_gets_a_code_of_their_own(asked: World, client: Client) -> None:
    asked.report()
    key = asked.report(email="huisgenoot@example.nl", phone="")
    asked.email.sent.clear()
    client.post("/find", JO)
    assert {message.to for message in asked.email.sent} == {"j.jansen@example.nl", "huisgenoot@example.nl"}
    theirs = next(message for message in asked.email.sent if message.to == "huisgenoot@example.nl")
    page = client.post("/find/code", {"code": re.findall(r"\d{6}", theirs.body)[0]}, follow=True)
    assert page.redirect_chain[-1][0] == f"/case/{key}"


def test_an_address_that_bounced_gets_no_code(asked: World, client: Client) -> None:
    asked.customer.addresses.update(bounced=asked.time.at)
    assert client.post("/find", JO).status_code == 302
    assert not asked.email.sent and not asked.sms.sent


def test_without_having_asked_there_is_no_page_for_a_code(world: World, client: Client) -> None:
    assert client.get("/find/code").headers["Location"] == "/find"
    assert client.post("/find/code", {"code": "123456"}).headers["Location"] == "/find"


def test_looking_at_the_pages_asks_for_nothing(asked: World, client: Client) -> None:
    with nothing_changes():
        client.get("/find")
    client.post("/find", JO)
    with nothing_changes():
        client.get("/find/code")
    assert CodeChallenge.objects.filter(customer="").count() == 1


def test_old_asks_are_swept(asked: World, client: Client) -> None:
    client.post("/find", JO)
    asked.time.move(days=3)
    client.post("/find", NOBODY)
    lost.sweep_codes(older=timedelta(days=2))
    assert CodeChallenge.objects.get().postcode == "9999ZZ"
