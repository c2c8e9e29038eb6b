"""The reverse proxy of the guide: what a visitor meets, what they cannot claim, and what its logs do not say."""

from __future__ import annotations

import io
import os
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.customer import answer, report
from tests.deploy.front import NAME, Front, Visitor, pages
from tests.deploy.installation import Host

TOKEN = "kTq3Zl0y8mWc5RxVb1Nh7Gf2Jd9Ps4Ua"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = pages(tmp_path_factory.mktemp("pages"))
    yield host
    host.stop_all()


@pytest.fixture(scope="module")
def front(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    front = Front(tmp_path_factory.mktemp("front"), host.serve())
    front.start()
    yield front
    front.stop()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Front]:
    """The proxy while Loper itself is away: nobody listens there."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        front = Front(tmp_path, nobody.getsockname()[1])
        front.start()
        yield front
        front.stop()


def test_nginx_finds_nothing_wrong_with_the_configuration(tmp_path: Path) -> None:
    said = Front(tmp_path, 1).check()
    assert "test is successful" in said
    assert "warn" not in said and "emerg" not in said


def test_http_leads_to_https_under_our_own_name(front: Front) -> None:
    answer = front.ask("/find?a=b", secure=False, headers={"Host": "evil.example"})
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/find?a=b")


def test_pages_come_with_the_headers_that_keep_a_browser_safe(front: Front) -> None:
    headers = front.ask("/").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert headers["Server"] == "nginx"


def test_http2_is_offered(front: Front) -> None:
    trust = ssl.create_default_context(cafile=str(front.folder / "server.crt"))
    trust.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", front.secure)) as raw,
        trust.wrap_socket(raw, server_hostname=NAME) as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"


def test_cookies_go_over_https_alone(front: Front) -> None:
    cookies = front.ask("/account/login/").headers.get_all("Set-Cookie")
    assert cookies and all("Secure" in one and "HttpOnly" in one and "SameSite=Lax" in one for one in cookies)


def test_somebody_signs_in_behind_the_proxy(front: Front) -> None:
    visitor = Visitor(front)
    answer = visitor.post("/account/login/", {"login": "anna", "password": "een-lang-wachtwoord"})
    assert answer.status == 302
    assert visitor.get("/home").status in (200, 302) and "loper_session" in visitor.cookies


def test_the_address_of_a_visitor_is_their_own_whatever_they_claim(front: Front, host: Host) -> None:
    said = {"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    visitor = Visitor(front, come_from="127.0.0.77")
    visitor.post("/account/login/", {"login": "bert", "password": "wrong"}, **said)
    kept = host.loper("manage", "dumpdata", "axes.accessattempt")
    assert re.findall(r'"ip_address": "([^"]+)"', kept) == ["127.0.0.77"]


def test_who_claims_to_come_by_https_is_led_there_all_the_same(front: Front) -> None:
    assert front.ask("/", secure=False, headers={"X-Forwarded-Proto": "https"}).status == 301


def jpeg(megabytes: float) -> bytes:
    """A photograph of about this size, which says nothing."""
    from PIL import Image

    side = 600
    noise = Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))
    kept = io.BytesIO()
    noise.save(kept, "JPEG", quality=90)
    content = kept.getvalue()
    return content + bytes(max(0, int(megabytes * 1e6) - len(content)))


def test_a_customer_reports_a_problem(front: Front) -> None:
    assert report(front).startswith("/case/")


def test_a_photograph_comes_through_and_one_that_is_too_large_is_refused_in_words(front: Front) -> None:
    visitor = Visitor(front)
    at = answer(visitor, "leak", "drips", "kitchen", "Het drupt onder de kraan.")
    assert b'type="file"' in visitor.get(at).body, at
    refused = visitor.post(at, {}, ("answer", jpeg(13)))
    assert refused.status == 422 and b"MB" in refused.body
    assert visitor.post(at, {}, ("answer", jpeg(11))).status == 302


def test_a_request_without_end_is_cut_off(front: Front) -> None:
    answer = front.ask("/find", method="POST", headers={"Content-Length": "70000000"}, body=b"")
    assert answer.status == 413
    assert front.ask("/api/events", method="POST", headers={"Content-Length": "3000000"}, body=b"").status == 413


SECRET = (
    f"/l/{TOKEN}",
    f"/u/{TOKEN}",
    f"/studio/l/{TOKEN}",
    f"/account/password/reset/key/1-{TOKEN}/",
    f"/find?c={TOKEN}",
)


def test_no_token_is_in_a_log(front: Front, host: Host) -> None:
    for number, path in enumerate(SECRET, 1):  # each from an address of its own: nobody asks too much here
        assert front.ask(path, come_from=f"127.0.2.{number}").status in (200, 302, 404, 410), path
        front.ask("/static/loper/base.css", headers={"Referer": f"https://{NAME}{path}"})
        front.ask(path, secure=False)
    assert "GET /l/..." in front.logs() and "GET /account/password/reset/key/..." in front.logs()
    assert TOKEN not in front.logs()


def test_no_token_is_in_a_log_when_loper_is_away(alone: Front) -> None:
    for path in SECRET[:-1]:
        assert alone.ask(path).status == 502
    assert TOKEN not in alone.logs()


def test_while_loper_is_away_there_is_a_page_with_a_number_to_call(alone: Front) -> None:
    answer = alone.ask("/")
    assert answer.status == 502
    assert "Bel ons" in answer.body.decode() and "112" in answer.body.decode()


def test_who_asks_too_much_waits_and_nobody_else_does(front: Front) -> None:
    answers = [front.ask("/healthz", come_from="127.0.0.88").status for _ in range(260)]
    assert answers.count(429) > 20 and answers[:100] == [200] * 100
    assert front.ask("/healthz", come_from="127.0.0.89").status == 200
    assert front.ask("/static/loper/base.css", come_from="127.0.0.88").status == 200
