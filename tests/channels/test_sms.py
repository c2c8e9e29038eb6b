"""SMS through a gateway: every outcome, on real connections; segments; reports."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loper.channels.sms import BadReport, DeliveryReport, Forged, SmsSettings, read_report, segments, sign
from loper.channels.sms.gsm import simplify
from loper.channels.sms.text import text_of
from loper.run.ports import Link
from tests.channels.messages import an_sms, sms_channel
from tests.channels.servers import Gateway, server_context


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("take", "sent"),
        ("200", "sent"),
        ("409", "sent"),
        ("400", "failed"),
        ("422", "failed"),
        ("410", "failed"),
        ("401", "later"),
        ("404", "later"),
        ("408", "later"),
        ("429", "later"),
        ("500", "later"),
        ("503", "later"),
        ("redirect", "later"),
        ("take and drop", "unknown"),
        ("take and hang", "unknown"),
    ],
)
def test_the_outcome_is_what_the_gateway_made_of_it(gateway: Gateway, mood: str, outcome: str) -> None:
    gateway.mood = mood
    channel = sms_channel(gateway.port, answer_timeout=0.3)
    assert channel.send(an_sms()).outcome == outcome
    channel.close()


def test_a_redirect_is_not_followed(gateway: Gateway) -> None:
    gateway.mood = "redirect"
    sms_channel(gateway.port).send(an_sms())
    assert len(gateway.keys) == 1


def test_what_goes_over_the_wire(gateway: Gateway) -> None:
    receipt = sms_channel(gateway.port).send(an_sms(key="r-1/één/sms", to="06 - 1234 56 78"))
    (document,) = gateway.taken.values()
    assert document == {
        "key": "r-1/één/sms",
        "to": "+31612345678",
        "text": "Voorbeeld Wonen: morgen komt de vakman. Andere dag? https://vbw.example/l/a_b_c",
        "sender": "VbWonen",
    }
    assert gateway.keys == ["r-1/%C3%A9%C3%A9n/sms"]
    assert receipt.provider_id == "sms-1"


def test_many_messages_take_one_connection(gateway: Gateway) -> None:
    channel = sms_channel(gateway.port)
    assert [channel.send(an_sms(key=f"k{n}")).outcome for n in range(10)] == ["sent"] * 10
    assert gateway.connections == 1
    channel.close()


def test_a_connection_that_the_gateway_ended_meanwhile_is_opened_again(gateway: Gateway) -> None:
    channel = sms_channel(gateway.port)
    gateway.mood = "close after each"
    assert channel.send(an_sms(key="one")).outcome == "sent"
    time.sleep(0.05)
    assert channel.send(an_sms(key="two")).outcome == "sent"
    assert sorted(gateway.taken) == ["one", "two"]
    channel.close()


def test_a_gateway_that_was_unreachable_is_left_alone_for_a_moment(nobody: int) -> None:
    channel = sms_channel(nobody, rest=60.0)
    assert channel.send(an_sms()).outcome == "later"
    server = Gateway(port=nobody).start()
    try:
        assert (channel.send(an_sms()).outcome, server.connections) == ("later", 0)
    finally:
        server.stop()


@pytest.mark.parametrize(("trusted", "outcome"), [(True, "sent"), (False, "later")])
def test_the_certificate_must_hold(certificates: Path, trusted: bool, outcome: str) -> None:
    server = Gateway().start(server_context(certificates))
    try:
        ca_file = str(certificates / "ca.pem") if trusted else ""
        channel = sms_channel(0, url=f"https://localhost:{server.port}/messages", ca_file=ca_file)
        receipt = channel.send(an_sms())
        assert (receipt.outcome, len(server.taken)) == (outcome, int(trusted))
        channel.close()
    finally:
        server.stop()


@pytest.mark.parametrize(
    "to", ["", "jansen@example.org", "+31", "12", "+0612345678", "+316123456789012345", "+31 6 abc"]
)
def test_what_is_no_number_gets_no_message(gateway: Gateway, to: str) -> None:
    assert (sms_channel(gateway.port).send(an_sms(to=to)).outcome, gateway.keys) == ("failed", [])


def test_a_text_that_costs_too_much_does_not_go(gateway: Gateway) -> None:
    receipt = sms_channel(gateway.port, most=2).send(an_sms(body="lang " * 100))
    assert (receipt.outcome, receipt.why) == ("failed", "the text takes 4 segments, at most 2 are allowed")


def test_settings_say_all_that_is_wrong_at_once() -> None:
    with pytest.raises(ValueError) as wrong:
        SmsSettings(url="http://sms.example.org/x", token="a b", sender="Voorbeeld Wonen BV", country="0", most=0)
    for name in ("url", "token", "sender", "country", "most"):
        assert f"{name}:" in str(wrong.value)


# -- the text --------------------------------------------------------------------------------------------------------


def test_markdown_becomes_plain_words_with_addresses() -> None:
    body = (
        "Beste **mevrouw Jansen**,\n\nKom [hier](https://x.example/a_b) kijken.\n\n[Kies een dag](https://x.example/b)"
    )
    assert text_of(an_sms(body=body, links=[Link("call_me", "Bel mij", "https://x.example/c")])) == (
        "Beste mevrouw Jansen,\nKom hier (https://x.example/a_b) kijken.\n"
        "Kies een dag: https://x.example/b\nBel mij: https://x.example/c"
    )


def test_news_by_sms_has_its_way_out() -> None:
    assert text_of(an_sms(marketing=True, unsubscribe="https://x.example/u")).endswith("\nStop: https://x.example/u")


def test_typographic_signs_do_not_double_the_price() -> None:
    assert simplify("‘Eén’ — twee… drie\u00a0€ 5") == "'Eén' - twee... drie € 5"
    assert segments(simplify("‘Eén’ — twee…")).alphabet == "GSM-7"


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # 153 places: 152 letters, and an escape that does not fit in the one that is left
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ë" * 70, "UCS-2", 70, 1),
        ("ë" * 71, "UCS-2", 71, 2),
        ("ë" * 134, "UCS-2", 134, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("ë" * 66 + "😀" + "ë" * 66, "UCS-2", 134, 3),
        ("Àà", "UCS-2", 2, 1),
        ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", "GSM-7", 42, 1),
    ],
)
def test_segments_are_counted_as_the_network_counts(text: str, alphabet: str, units: int, count: int) -> None:
    found = segments(text)
    assert (found.alphabet, found.units, found.count) == (alphabet, units, count)


@given(st.text(max_size=500))
def test_more_text_never_takes_fewer_segments(text: str) -> None:
    assert segments(text + "a").count >= segments(text).count
    assert segments(text).count <= 1 + segments(text).units


# -- reports ---------------------------------------------------------------------------------------------------------

SECRET = "a-secret-of-sixteen"


def told(**more: object) -> DeliveryReport:
    body = json.dumps({"key": "r-1/reminder/x/sms", "id": "sms-1", "state": "delivered", **more}).encode()
    return read_report(body, sign(body, SECRET), SECRET)


def test_a_report_tells_what_became_of_a_message() -> None:
    report = told(state="failed", permanent=True, why="unknown subscriber", at="2025-03-04T10:00:00+01:00")
    assert (report.key, report.provider_id, report.state) == ("r-1/reminder/x/sms", "sms-1", "failed")
    assert (report.permanent, report.why, report.at.isoformat()) == (
        True,
        "unknown subscriber",
        "2025-03-04T09:00:00+00:00",
    )


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "x", "é"])
def test_a_report_that_is_not_signed_by_our_secret_is_not_read(signature: str) -> None:
    with pytest.raises(Forged):
        read_report(b'{"key": "x", "state": "delivered"}', signature, SECRET)


def test_without_a_secret_no_report_is_believed() -> None:
    with pytest.raises(ValueError, match="secret"):
        read_report(b"{}", sign(b"{}", ""), "")


def test_a_report_says_all_that_is_wrong_at_once() -> None:
    with pytest.raises(BadReport) as wrong:
        told(key=3, id="", state="maybe", at="tomorrow", permanent="yes")
    assert [reason.split(":")[0] for reason in wrong.value.reasons] == ["key", "key or id", "at", "state", "permanent"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "id", "state", "at", "why", "permanent"]), inner)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_bytes_are_a_report_or_a_bad_one(body: bytes) -> None:
    try:
        assert isinstance(read_report(body, sign(body, SECRET), SECRET), DeliveryReport)
    except BadReport as wrong:
        assert wrong.reasons
