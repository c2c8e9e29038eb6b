"""Links: what opens, what does not, and what somebody who should not be here finds."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.test import Client

from loper.server.actions.links import make_link, revoke_links
from loper.server.queries.directory import Directory
from loper.server.records.links import Link, hash_of
from loper.server.security import Line
from tests.server.portal import link_to, nothing_changes, opened, path_of, reported, text_of, told
from tests.worlds import World


def test_a_link_opens_its_case_and_leaves_no_token_in_the_address(world: World, client: Client) -> None:
    key = world.report()
    response = client.get(link_to(key))
    assert response.headers["Location"] == f"/case/{key}"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    cookie = response.cookies["loper_scope"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert "Uw melding is binnen." in text_of(client.get(f"/case/{key}"))


def test_only_a_hash_of_a_token_is_stored_and_it_holds_192_bits(world: World) -> None:
    token = link_to(world.report()).rpartition("/")[2]
    assert len(token) == 32
    row = Link.objects.get(hash=hash_of(token))
    assert token not in str(vars(row))


def test_looking_changes_nothing(world: World, client: Client) -> None:
    """A mail scanner that opens every link, and every page behind it, does no harm."""
    key = world.report()
    world.work()
    world.book(key)
    world.work()
    links = [
        link_to(key),
        link_to(key, detail={"page": "withdraw"}),
        link_to(key, detail={"dialogue": "complain"}),
        link_to(key, purpose="survey", subject="survey") + "?effort=1",
        link_to(key, purpose="unsubscribe", subject="news"),
    ]
    pages = ["", "/now", "/time", "/welcome", "/calendar", "/withdraw", "/call", "/ask/complain"]
    pages += ["/survey/survey", "/survey/survey/thanks"]
    with nothing_changes():
        for link in links:
            assert client.get(link, follow=True).status_code == 200
            assert client.head(link).status_code == 302
        for page in pages:
            assert client.get(f"/case/{key}{page}").status_code == 200, page
        for page in ["/", "/find", "/report/repair/report", "/unsubscribe", "/account/login/"]:
            assert client.get(page).status_code == 200, page
    assert world.stage(key) == "planned"


@pytest.mark.parametrize("act", ["/withdraw/undo", "/leave"])
def test_what_acts_does_not_answer_to_a_look(world: World, act: str) -> None:
    key = world.report()
    client = opened(key)
    assert client.get(act if act == "/leave" else f"/case/{key}{act}").status_code == 405


def test_a_link_that_is_old_withdrawn_or_made_up_shows_the_way_out(world: World, client: Client) -> None:
    key = world.report()
    old, good = link_to(key, days=1), link_to(key, days=400)
    revoked = link_to(key)
    Link.objects.filter(hash=hash_of(revoked.rpartition("/")[2])).update(revoked=world.time.at)
    world.time.move(days=2)
    for link in (old, revoked, good[:-1], good + "x", "/l/" + "A" * 32, "/l/x", "/u/" + "A" * 32):
        response = client.get(link)
        assert response.status_code == 410, link
        assert "Deze link werkt niet meer" in text_of(response)
        assert 'href="/find"' in response.content.decode()
        assert "loper_scope" not in response.cookies
        assert response.headers["Referrer-Policy"] in ("no-referrer", "strict-origin")
    assert client.get(good).status_code == 302


def test_a_link_that_is_withdrawn_closes_pages_that_are_open(world: World) -> None:
    key = world.report()
    client = opened(key)
    assert client.get(f"/case/{key}").status_code == 200
    revoke_links(case=key)
    response = client.get(f"/case/{key}")
    assert response.status_code == 403
    assert "vraag een nieuwe link" in text_of(response)


def test_a_link_stops_when_it_expires_even_for_who_is_inside(world: World) -> None:
    key = world.report()
    client = opened(key, days=1)
    world.time.move(hours=23)
    assert client.get(f"/case/{key}").status_code == 200
    world.time.move(hours=2)
    assert client.get(f"/case/{key}").status_code == 403


ACTS = {
    "time": {"block": "1"}, "withdraw": {}, "withdraw/undo": {}, "survey/survey": {"effort": "1"},
    "call": {"slot": "x", "phone": "0612345678"}, "ask/complain": {"answer": "work"},
}  # fmt: skip


def test_somebody_elses_case_does_not_open_with_ones_own_link(world: World) -> None:
    """The same answer for a case that is there and one that is not: nobody learns which numbers exist."""
    own, theirs = world.report(), world.report(email="else@example.nl", phone="0687654321")
    world.book(theirs)
    client = opened(own)
    for page in ("", "/now", "/time", "/welcome", "/calendar", "/withdraw", "/call", "/survey/survey", "/ask/complain"):
        there, not_there = client.get(f"/case/{theirs}{page}"), client.get(f"/case/ZZZZ-ZZZZ{page}")
        assert there.status_code == not_there.status_code == 403, page
        assert text_of(there) == text_of(not_there)
    for page, given in ACTS.items():
        assert client.post(f"/case/{theirs}/{page}", given).status_code == 403, page
    assert world.stage(theirs) == "planned"
    assert told(theirs, "call.asked") == told(theirs, "survey.answered") == 0


def test_a_cookie_that_was_tampered_with_opens_nothing(world: World, client: Client) -> None:
    key = world.report()
    opened(key, client)
    good = client.cookies["loper_scope"].value
    for bad in ("", "x", "[1]", good[:-1], "W10" + good[3:], good.replace(":", "."), "1" * 5000):
        client.cookies["loper_scope"] = bad
        assert client.get(f"/case/{key}").status_code == 403, bad
    client.cookies["loper_scope"] = good
    assert client.get(f"/case/{key}").status_code == 200


def test_a_link_to_questions_opens_the_questions_and_no_more(world: World) -> None:
    key = world.report()
    client = opened(key, purpose="survey", subject="survey")
    assert client.get(f"/case/{key}/survey/survey").status_code == 200
    assert client.get(f"/case/{key}/survey/nudge").status_code == 403
    for page in ("", "/time", "/withdraw", "/call", "/ask/complain"):
        assert client.get(f"/case/{key}{page}").status_code == 403, page
    assert client.post(f"/case/{key}/withdraw").status_code == 403
    assert client.get("/").content.decode().count(key) == 0


def test_a_link_in_english_opens_english_pages(world: World, client: Client) -> None:
    key = world.report()
    world.customer.language = "en"
    world.customer.save()
    client.get(link_to(key))
    assert "We have your report." in text_of(client.get(f"/case/{key}"))


def test_forgetting_this_device_takes_the_cookie_and_ends_what_was_made_for_the_visit(world: World) -> None:
    client = Client()
    key = reported(client)
    copied = client.cookies["loper_scope"].value
    assert client.get(f"/case/{key}").status_code == 200
    response = client.post("/leave", follow=True)
    assert "ziet nu niemand uw meldingen" in text_of(response)
    assert client.get(f"/case/{key}").status_code == 403
    client.cookies["loper_scope"] = copied  # somebody kept it
    assert client.get(f"/case/{key}").status_code == 403


def test_forgetting_this_device_leaves_the_link_of_the_message_good(world: World) -> None:
    key = world.report()
    link, client = link_to(key), Client()
    client.get(link)
    client.post("/leave")
    assert client.get(f"/case/{key}").status_code == 403
    client.get(link)
    assert client.get(f"/case/{key}").status_code == 200


# -- messages that one can do without --------------------------------------------------------------------------------


def refuses(kind: str) -> bool:
    return kind in Directory().customers(["jo"])["jo"].refuses


def test_a_mail_program_unsubscribes_with_one_click(world: World) -> None:
    """RFC 8058: a POST without cookies or a token of the page."""
    link = path_of(make_link(purpose="unsubscribe", customer="jo", subject="survey"))
    strict = Client(enforce_csrf_checks=True)
    with nothing_changes():
        assert "Afmelden" in text_of(strict.get(link, follow=True))
    assert not refuses("survey")
    response = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert refuses("survey") and not refuses("news")


def test_unsubscribing_by_the_button_and_having_them_again(world: World, client: Client) -> None:
    client.get(path_of(make_link(purpose="unsubscribe", customer="jo", subject="news")))
    assert "U bent afgemeld" in text_of(client.post("/unsubscribe", follow=True))
    client.post("/unsubscribe")
    assert world.customer.consents.count() == 1  # twice is once
    assert refuses("news")
    client.post("/unsubscribe", {"again": "1"})
    assert not refuses("news")


def test_a_link_to_unsubscribe_opens_no_case_and_the_other_way_round(world: World) -> None:
    key = world.report()
    client = opened(key, purpose="unsubscribe", subject="news")
    assert client.get(f"/case/{key}").status_code == 403
    token = link_to(key).rpartition("/")[2]
    assert Client().post(f"/u/{token}").status_code == 410
    assert Client().post("/unsubscribe").status_code == 410
    assert not refuses("service")


# -- what attackers try --------------------------------------------------------------------------------------------


def test_no_form_acts_without_its_own_token(world: World) -> None:
    key = world.report()
    strict = Client(enforce_csrf_checks=True)
    strict.get(link_to(key))
    for page, given in ACTS.items():
        response = strict.post(f"/case/{key}/{page}", given)
        assert response.status_code == 403, page
        assert "De pagina stond te lang open" in text_of(response)
    for page in ("/leave", "/find", "/find/code", "/report/repair/report", "/unsubscribe", "/language"):
        assert strict.post(page, {"answer": "leak"}).status_code == 403, page
    assert world.stage(key) == "reported"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "\\\\evil.example"]
)
def test_no_form_leads_to_another_site(world: World, client: Client, target: str) -> None:
    assert "evil" not in client.post("/language", {"language": "en", "next": target}).headers["Location"]
    signed_in = {"login": "agent", "password": "een-lang-wachtwoord", "next": target}
    assert "evil" not in client.post("/account/login/", signed_in).headers["Location"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "testserver@evil.example"])
def test_an_unknown_host_name_is_turned_away(world: World, client: Client, host: str) -> None:
    for page in ("/", "/find", "/account/password/reset/", "/nope"):
        assert client.get(page, headers={"host": host}).status_code == 400


def test_a_forwarded_host_or_address_of_a_stranger_counts_for_nothing(world: World, client: Client) -> None:
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}
    page = client.get("/", headers=headers)
    assert page.status_code == 200 and b"evil.example" not in page.content


def test_a_token_never_reaches_a_log(world: World, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    token = "Abcdefghijklmnopqrstuvwxyz012345"
    caplog.handler.setFormatter(Line("%(message)s"))
    with caplog.at_level(logging.DEBUG, logger="django"):
        client.get(f"/l/{token}")
        client.get(f"/u/{token}")
    assert caplog.records  # django.request tells of both
    assert token not in caplog.text


def test_whoever_asks_for_what_is_not_theirs_leaves_one_line_in_the_log(
    world: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(Line("%(message)s"))
    assert client.get(f"/case/{world.report()}").status_code == 403
    assert "Forbidden" in caplog.text and "Traceback" not in caplog.text


def test_every_answer_carries_a_policy_that_runs_nothing_from_elsewhere(world: World, client: Client) -> None:
    for page in ("/", "/nope", "/l/x", "/brand.css", "/healthz"):
        policy = client.get(page).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy


def test_a_link_lasts_as_long_as_it_was_made_for(world: World, client: Client) -> None:
    link = link_to(world.report(), days=3)
    world.time.move(days=3)
    world.time.at -= timedelta(seconds=1)
    assert client.get(link).status_code == 302
    world.time.move(seconds=2)
    assert client.get(link).status_code == 410
