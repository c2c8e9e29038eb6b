"""Accounts of those who work here: guesses are slowed down, a second step, a new password; and pages of errors."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, yield_hotp_counters_from_time
from allauth.mfa.totp.internal.auth import hotp_value as code_at
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from loper.server.actions import codes
from loper.server.pages import errors
from loper.server.pages.portal import scope
from tests.server.portal import nothing_changes, text_of
from tests.worlds import PASSWORD, World


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    """Limits are counted in the cache: each test begins with none."""
    cache.clear()


def sign_in(client: Client, name: str = "agent", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/account/login/", {"login": name, "password": password}, **more)


def test_who_signs_in_lands_on_the_pages_of_their_work(world: World) -> None:
    for role, page in (
        ("agent", "/desk/"),
        ("technician", "/field/"),
        ("planner", "/planner/"),
        ("analyst", "/studio/"),
    ):
        client = Client()
        assert sign_in(client, role).headers["Location"] == "/home"
        assert client.get("/home").headers["Location"].startswith(page), role


def test_somebody_may_sign_in_with_an_address_too(world: World, client: Client) -> None:
    assert sign_in(client, "agent@voorbeeldwonen.example").headers["Location"] == "/home"


def test_an_account_without_a_role_says_whom_to_ask(world: World, client: Client) -> None:
    User.objects.create_user("new", password=PASSWORD)
    sign_in(client, "new")
    assert "heeft nog geen rol" in text_of(client.get("/home"))


def test_pages_of_work_ask_to_sign_in(world: World, client: Client) -> None:
    for page in ("/home", "/account/", "/desk/cases", "/studio/journeys/", "/field/"):
        response = client.get(page)
        assert response.status_code == 302 and response.headers["Location"].startswith("/account/login/"), page


def test_a_wrong_password_is_said_and_the_name_stays(world: World, client: Client) -> None:
    response = sign_in(client, password="wrong")
    assert "horen niet bij elkaar" in text_of(response)
    assert 'value="agent"' in response.content.decode()
    assert text_of(sign_in(client, "nobody", "wrong")) == text_of(response)  # nobody learns who has an account


def test_guessing_a_password_is_slowed_down(world: World, client: Client) -> None:
    for _ in range(5):
        assert sign_in(client, password="guess").status_code == 200
    locked = sign_in(client, password="guess")
    assert locked.status_code == 429 and "Wacht even" in text_of(locked)
    assert sign_in(client).status_code == 429  # the right password does not help now
    assert sign_in(Client(REMOTE_ADDR="203.0.113.7")).status_code == 302  # the colleague elsewhere is not locked out


def test_a_forwarded_address_of_a_guesser_does_not_help(world: World, client: Client) -> None:
    for number in range(6):
        response = sign_in(client, password="guess", headers={"x-forwarded-for": f"10.0.0.{number}"})
    assert response.status_code == 429


def test_a_new_password_by_a_link_in_the_mail(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "later", lambda work: work())
    page = client.post("/account/password/reset/", {"email": "agent@voorbeeldwonen.example"}, follow=True)
    assert "Kijk in uw mail" in text_of(page)
    message = mail.outbox[0]
    assert message.subject == "Een nieuw wachtwoord · Voorbeeld Wonen"
    assert message.from_email == "reparatie@voorbeeldwonen.example"
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    assert link.startswith("http://localhost:8000/account/password/reset/key/")
    form = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    here = form.redirect_chain[-1][0]
    new = {"password1": "nog-een-langer-wachtwoord", "password2": "nog-een-langer-wachtwoord"}
    assert "Uw wachtwoord is nieuw" in text_of(client.post(here, new, follow=True))
    assert sign_in(Client(), password="nog-een-langer-wachtwoord").status_code == 302
    again = Client().get(link.removeprefix("http://localhost:8000"), follow=True)
    assert "Deze link werkt niet meer" in text_of(again)


def test_asking_for_a_password_tells_nobody_who_has_an_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "later", lambda work: work())
    known, unknown = (
        Client().post("/account/password/reset/", {"email": email}, follow=True)
        for email in ("agent@voorbeeldwonen.example", "nobody@example.nl")
    )
    assert text_of(known) == text_of(unknown)
    assert "hoort hier geen account bij" in mail.outbox[-1].body


def test_nobody_makes_an_account_by_themselves(world: World, client: Client) -> None:
    given = {"email": "x@example.nl", "username": "x", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", given)
    assert not User.objects.filter(username="x").exists()


def totp(secret: str, at: int = 0) -> str:
    counter = list(yield_hotp_counters_from_time())[at]
    return str(format_hotp_value(code_at(secret, counter)))


def test_a_second_step_protects_an_account_whose_password_is_known(world: World, client: Client) -> None:
    sign_in(client)
    assert "U gebruikt nog geen app." in text_of(client.get("/account/2fa/"))
    page = client.get("/account/2fa/totp/activate/", follow=True)
    if "reauthenticate" in page.request["PATH_INFO"]:
        page = client.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert secret in text_of(page)
    wrong = client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert "Deze code klopt niet." in text_of(wrong)
    page = client.post("/account/2fa/totp/activate/", {"code": totp(secret)}, follow=True)
    spare = client.get("/account/2fa/recovery-codes/")
    assert "Reservecodes" in text_of(spare)
    code = spare.context["unused_codes"][0]

    other = Client()
    assert sign_in(other).headers["Location"].startswith("/account/2fa/authenticate/")
    assert other.get("/home").headers["Location"].startswith("/account/login/")  # not inside yet
    assert "De tweede stap" in text_of(other.get("/account/2fa/authenticate/"))
    assert other.post("/account/2fa/authenticate/", {"code": code}).headers["Location"] == "/home"


def test_every_page_of_an_account_can_be_looked_at(world: World, client: Client) -> None:
    sign_in(client)
    page = client.get("/account/2fa/webauthn/add/", follow=True)
    if "reauthenticate" in page.request["PATH_INFO"]:
        client.post(page.redirect_chain[-1][0], {"password": PASSWORD})
    pages = ["", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "logout/"]
    for name in pages:
        assert client.get(f"/account/{name}").status_code == 200, name


# -- pages of errors ---------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_shows_the_way(world: World, client: Client) -> None:
    response = client.get("/nope")
    assert response.status_code == 404
    assert "Deze pagina is er niet" in text_of(response) and "Naar het begin" in text_of(response)


def test_who_works_here_is_told_about_their_account_and_not_about_links(world: World, client: Client) -> None:
    sign_in(client, "technician")
    response = client.get("/desk/cases")
    assert response.status_code == 403
    assert "Met uw account kunt u hier niet bij." in text_of(response) and "nieuwe link" not in text_of(response)
    assert "Naar mijn pagina&#x27;s" in text_of(client.get("/nope")) or "Naar mijn pagina" in text_of(
        client.get("/nope")
    )


def raised(wrong: Exception) -> Any:
    try:
        raise wrong
    except Exception:
        return errors.broken(RequestFactory().get("/"))


def test_our_own_fault_says_so_in_both_languages_and_how_to_call(settings: Any) -> None:
    settings.LOPER_BRAND = {**settings.LOPER_BRAND, "phone": "085 - 000 12 34"}
    response = raised(ValueError("no"))
    assert response.status_code == 500
    page = response.content.decode()
    assert "Dat ligt aan ons" in page and "Something is wrong on our side" in page and "tel:0850001234" in page


def test_a_database_that_is_away_is_a_503_that_asks_to_come_back() -> None:
    response = raised(OperationalError("server closed the connection"))
    assert response.status_code == 503 and response.headers["Retry-After"] == "3"


@pytest.mark.parametrize(("wrong", "status"), [(OperationalError("gone"), 503), (ValueError("no"), 500)])
def test_what_breaks_in_a_page_comes_out_as_that_page(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong: Exception, status: int
) -> None:
    def breaks(request: object) -> None:
        raise wrong

    monkeypatch.setattr(scope, "cases", breaks)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == status
    assert ("Even geduld" if status == 503 else "Er gaat iets mis bij ons") in text_of(response)
    assert response.headers["Content-Security-Policy"]


def test_healthz_says_whether_the_database_answers(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nothing_changes():
        assert client.get("/healthz").status_code == client.head("/healthz").status_code == 200

    def gone() -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", gone)
        assert client.get("/healthz").status_code == 503
