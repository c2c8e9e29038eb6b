"""Reporting a problem: one question a page, nothing lost, nothing asked that is known, an emergency at once."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import timedelta

import pytest
from django.test import Client
from PIL import Image

from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress, StoredFile
from loper.server.records.links import Link
from loper.server.records.runtime import Case
from tests.server.portal import JO, LEAK, answered, nothing_changes, opened, path_of, picture, reported, text_of, told
from tests.worlds import World

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 }}{% now %}"


def some(*names: str) -> dict[str, str]:
    """The first answers, up to these."""
    return {name: LEAK[name] for name in names}


def test_a_report_is_kept_from_its_first_answer_and_no_sooner(world: World, client: Client) -> None:
    with nothing_changes():
        assert "Wat is er aan de hand?" in text_of(client.get("/report/repair/report"))
    assert not DialogueProgress.objects.exists()
    answered(client, some("problem"))
    assert DialogueProgress.objects.get().answers == {"problem": "leak"}


def test_one_question_a_page_and_how_far_one_is(world: World, client: Client) -> None:
    page = text_of(client.get(answered(client, some("problem", "severity"))))
    assert "Waar is het?" in page and "Stap 3 van 7" in page


def test_a_question_without_an_answer_is_shown_again(world: World, client: Client) -> None:
    page = answered(client, some("problem"))
    for wrong in ({}, {"answer": ""}, {"answer": "a flood"}, {"answer": ["drips", "x"]}, {"answer": "\x00"}):
        response = client.post(page, wrong)
        assert response.status_code == 422, wrong
        assert 'class="wrong"' in response.content.decode()
    assert DialogueProgress.objects.get().answers == {"problem": "leak"}


def test_a_text_that_is_too_long_comes_back_with_what_was_typed(world: World, client: Client) -> None:
    page = answered(client, some("problem", "severity", "room"))
    response = client.post(page, {"answer": "druppel " * 300})
    assert response.status_code == 422
    assert "2.000 tekens" in text_of(response) and "druppel druppel" in response.content.decode()


def test_going_back_loses_nothing(world: World, client: Client) -> None:
    page = answered(client, some("problem", "severity", "room"))
    back = client.post(page, {"answer": "Er komt water onder de wasbak uit.", "back": "1"})
    assert back.headers["Location"].endswith("/question/room")
    assert 'value="kitchen" required' not in (content := client.get(back.headers["Location"]).content.decode())
    assert content.count("checked") == 1
    assert "onder de wasbak" in client.get(page).content.decode()


def test_going_back_from_an_empty_question_does_not_skip_it(world: World, client: Client) -> None:
    page = answered(client, some("problem", "severity", "room"))
    client.post(page, {"answer": "", "back": "1"})
    assert "story" not in DialogueProgress.objects.get().answers


def test_another_answer_asks_other_questions_and_keeps_those_of_before(world: World, client: Client) -> None:
    page = answered(client, some("problem", "severity", "room"))
    begin = page.rpartition("/")[0] + "/problem"
    assert (
        client.get(client.post(begin, {"answer": "heating"}).headers["Location"])
        .headers["Location"]
        .endswith("vulnerable")
    )
    client.post(begin, {"answer": "leak"})
    assert DialogueProgress.objects.get().answers["severity"] == "drips"


def test_name_and_address_come_last(world: World, client: Client) -> None:
    page = answered(client, LEAK)
    assert page.endswith("/send")
    text = text_of(client.get(page))
    assert "Waar is het, en hoe bereiken we u?" in text and "Het drupt." in text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("postcode", "12 AB", "Een postcode is bijvoorbeeld 1234 AB."),
        ("postcode", "", "Vul dit in."),
        ("house_number", "twaalf", "Een huisnummer is bijvoorbeeld"),
        ("email", "jo(at)example.nl", "naam@voorbeeld.nl"),
        ("phone", "12345", "Een telefoonnummer heeft tien cijfers"),
        ("name", "", "Vul dit in."),
        ("email", "", "Vul een e-mailadres of een mobiel nummer in"),
    ],
)
def test_a_wrong_address_is_said_and_what_was_typed_stays(
    world: World, client: Client, field: str, typed: str, said: str
) -> None:
    page = answered(client, LEAK)
    given = {**JO, "name": "Jo van 't Hof", field: typed}
    response = client.post(page, given)
    assert response.status_code == 422
    assert said in text_of(response)
    again = client.get(page).content.decode()  # also when the page is opened again
    assert all(f'value="{value}"' in again for value in given.values() if value and "'" not in value)
    assert not Case.objects.exists()


def test_sent_it_is_a_case_and_a_time_can_be_chosen_at_once(world: World, client: Client) -> None:
    page = answered(client, LEAK)
    response = client.post(page, JO, follow=True)
    text = text_of(response)
    assert response.redirect_chain[-1][0].endswith("/welcome")
    assert "Uw melding is binnen. Het nummer is" in text and "Wanneer komt het u uit?" in text
    key = Case.objects.get().key
    block = world.blocks()[2]
    done = client.post(f"/case/{key}/time", {"block": block.slot}, follow=True)
    assert "Uw afspraak staat: dinsdag 8 september, tussen 13 en 15 uur." in text_of(done)
    assert world.stage(key) == "planned"


def test_sent_twice_it_is_one_case_and_both_answers_open_it(world: World, client: Client) -> None:
    """A double tap: the browser shows the second answer, and may never see the cookie of the first."""
    page = answered(client, LEAK)
    before = client.cookies["loper_scope"].value
    first = client.post(page, JO)
    client.cookies["loper_scope"] = before
    second = client.post(page, JO)
    assert first.headers["Location"] == second.headers["Location"]
    assert Case.objects.count() == 1
    assert client.get(second.headers["Location"]).status_code == 200


def test_what_was_sent_is_not_changed_by_going_back(world: World, client: Client) -> None:
    page = answered(client, LEAK)
    client.post(page, JO)
    again = client.post(page.replace("/send", "/question/problem"), {"answer": "gas"}, follow=True)
    assert again.redirect_chain[-1][0].startswith("/case/")
    assert DialogueProgress.objects.get().answers["problem"] == "leak"


# -- an emergency ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [3, 12, 23])
def test_an_emergency_ends_at_once_with_what_to_do_and_whom_to_call(world: World, client: Client, hour: int) -> None:
    world.time.at = world.time.at.replace(hour=hour)
    page = client.get(answered(client, {"problem": "gas"}))
    assert "Ga nu naar buiten." in text_of(page) and "Bel 0800-9009" in text_of(page)
    assert 'href="tel:08009009"' in page.content.decode()
    assert not Case.objects.exists()


def test_an_emergency_further_on_stops_too_and_calls_the_organisation(world: World, client: Client) -> None:
    page = answered(client, {"problem": "leak", "severity": "streams"})
    assert page.endswith("/stop")
    assert 'href="tel:0850001234"' in client.get(page).content.decode()


def test_a_mistaken_emergency_is_taken_back_at_the_question_that_caused_it(world: World, client: Client) -> None:
    page = answered(client, some("problem", "severity", "room", "story"))
    begin = page.rpartition("/")[0] + "/problem"
    client.post(begin, {"answer": "gas"})
    stop = begin.replace("question/problem", "stop")
    assert f'href="{begin}"' in client.get(stop).content.decode()
    assert client.get(page.replace("photo", "story")).status_code == 200
    client.post(begin, {"answer": "leak"})
    assert client.get(stop).headers["Location"] == page.partition("/question")[0]


def test_an_emergency_is_never_sent_as_a_report(world: World, client: Client) -> None:
    stop = answered(client, {"problem": "gas"})
    client.post(stop.replace("/stop", "/send"), JO)
    assert not Case.objects.exists()


# -- never what is known ---------------------------------------------------------------------------------------------


def test_who_came_by_a_message_is_not_asked_who_they_are(world: World) -> None:
    client = opened(world.report())
    page = answered(client, LEAK)
    text = text_of(client.get(page))
    assert "Klopt dit?" in text and "Jo Jansen" in text and "Uw naam" not in text
    assert "j…n@example.nl" in text and "…5678" in text
    key = client.post(page).headers["Location"].split("/")[2]
    assert Case.objects.get(key=key).customer == "jo"


def test_somebody_else_can_report_in_the_browser_of_a_customer(world: World) -> None:
    client = opened(world.report())
    page = answered(client, LEAK)
    assert "Uw naam" in text_of(client.get(f"{page}?other=1"))
    found = client.post(f"{page}?other=1", {**JO, "postcode": "5678 CD", "email": "buur@example.nl"})
    key = found.headers["Location"].split("/")[2]
    assert Case.objects.get(key=key).customer != "jo"


def test_who_only_types_an_address_learns_nothing_of_who_lives_there(world: World) -> None:
    """Somebody knows Jo's address and e-mail, reports in Jo's name, and looks around."""
    client = Client()
    key = reported(client, name="Een Ander")
    assert Case.objects.get(key=key).customer == "jo"  # Jo gets the message, and may wonder
    seen = "".join(
        client.get(page).content.decode()
        for page in (f"/case/{key}", f"/case/{key}/call", f"/case/{key}/time", "/", answered(client, LEAK))
    )
    assert "Jo Jansen" not in seen and "12345678" not in seen and "j…n@" not in seen
    assert "Klopt dit?" not in seen


def test_a_new_address_makes_a_new_customer(world: World) -> None:
    """Nobody gets into somebody's cases by typing where they live."""
    key = reported(Client(), email="dief@example.nl")
    assert Case.objects.get(key=key).customer != "jo"
    assert Customer.objects.count() == 2


# -- on another device -------------------------------------------------------------------------------------------------


def test_a_report_goes_on_on_another_device_by_a_link(asked: World) -> None:
    client, other = Client(), Client()
    page = answered(client, some("problem", "severity"))
    later = page.partition("/question")[0] + "/later"
    assert client.post(later, {"email": "jo(at)", "send": "1"}).status_code == 422
    sent = client.post(later, {"email": "jo@example.nl", "send": "1"}, follow=True)
    assert "De link is naar u onderweg" in text_of(sent)
    message = asked.email.sent[-1]
    assert message.to == "jo@example.nl"
    found = other.get(path_of(message.links[0].url), follow=True)
    assert "Waar is het?" in text_of(found)
    assert other.post(found.redirect_chain[-1][0], {"answer": "kitchen"}).status_code == 302


def test_the_link_is_shown_when_asked_and_not_too_often(asked: World, client: Client) -> None:
    later = answered(client, some("problem")).partition("/question")[0] + "/later"
    with nothing_changes():
        client.get(later)
    for _ in range(5):
        assert "/l/" in client.post(later, {"show": "1"}).content.decode()
    assert client.post(later, {"show": "1"}).status_code == 422
    asked.time.at += timedelta(hours=1, seconds=1)
    assert client.post(later, {"show": "1"}).status_code == 200


def test_somebody_elses_answers_do_not_open(world: World) -> None:
    page = answered(Client(), LEAK)
    base = page.removesuffix("/send")
    thief = Client()
    answered(thief, some("problem"))
    for end in ("", "/send", "/stop", "/later", "/question/problem", "/photo/" + base.rpartition("/")[2]):
        assert thief.get(base + end).status_code == 404, end
        assert thief.post(base + end, {"answer": "gas", **JO}).status_code in (404, 405), end
    assert not Case.objects.exists()


def test_what_was_begun_stands_on_the_first_page(world: World, client: Client) -> None:
    answered(client, some("problem"))
    assert "Ga verder waar u was" in text_of(client.get("/"))
    assert "Ga verder waar u was" not in text_of(Client().get("/"))


# -- what people type ------------------------------------------------------------------------------------------------


def test_what_is_typed_is_shown_as_text_and_never_run(world: World) -> None:
    client = Client()
    page = answered(client, {**LEAK, "story": XSS})
    contact = {**JO, "name": XSS[:100], "email": "x@example.nl"}
    seen = [client.get(page), client.post(page, {**contact, "postcode": XSS}), client.post(page, contact)]
    key = Case.objects.get().key
    slot = {"slot": XSS, "phone": XSS, "about": XSS}
    seen += [
        client.get(f"/case/{key}"),
        client.post(f"/case/{key}/call", slot),
        client.post("/find", {"postcode": XSS}),
    ]
    seen += [client.get(f"/case/{key}/survey/survey", {"remark": XSS, "effort": XSS})]
    seen += [client.post(f"/case/{key}/survey/survey", {"remark": XSS, "effort": XSS})]
    seen += [client.post(f"/case/{key}/time", {"block": XSS}), client.post("/account/login/", {"login": XSS})]
    assert any("&lt;script&gt;" in response.content.decode() for response in seen)
    for response in seen:
        content = response.content.decode()
        assert "<script>alert" not in content and "<img src=x" not in content


# -- photos ----------------------------------------------------------------------------------------------------------

TO_PHOTO = some("problem", "severity", "room", "story")


def bomb(width: int, height: int) -> io.BytesIO:
    """A small PNG that says it is so large; nothing but its head is there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body = b"IDAT" + zlib.compress(b"\0" * 1_000_000)
    return io.BytesIO(data + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))


def test_a_photo_is_made_anew_without_where_it_was_taken(world: World, client: Client) -> None:
    page = answered(client, TO_PHOTO)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera van Jo", 6  # maker; lies on its side
    assert client.post(page, {"answer": picture(3000, 1000, exif=exif)}).status_code == 302
    kept = StoredFile.objects.get()
    made = Image.open(io.BytesIO(bytes(kept.content)))
    assert made.format == "JPEG" and made.size == (533, 1600) and not made.getexif()
    assert b"Camera van Jo" not in bytes(kept.content)
    shown = client.get(page)
    assert f"/photo/{kept.pk}" in shown.content.decode()
    photo = client.get(page.partition("/question")[0] + f"/photo/{kept.pk}")
    assert photo.headers["Content-Type"] == "image/jpeg" and photo.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "upload",
    [
        lambda: io.BytesIO(b"not a photo"),
        lambda: io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        lambda: io.BytesIO(b"\xff\xd8\xff\xe0" + b"\0" * 500),
        lambda: io.BytesIO(picture().getvalue()[:2000]),
        lambda: bomb(50_000, 50_000),
        lambda: bomb(8_000, 8_000),
        lambda: picture(64, 64, "TIFF"),
        lambda: io.BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n"),
    ],
)
def test_what_is_no_photo_is_refused_and_said(world: World, client: Client, upload: object) -> None:
    page = answered(client, TO_PHOTO)
    file = upload()  # type: ignore[operator]
    file.name = "photo.jpg"
    response = client.post(page, {"answer": file})
    assert response.status_code == 422
    assert "geen foto die wij kunnen lezen" in text_of(response)
    assert not StoredFile.objects.exists()


def test_a_huge_photo_is_refused_before_it_is_read(world: World, client: Client) -> None:
    page = answered(client, TO_PHOTO)
    huge = io.BytesIO(picture().getvalue() + b"\0" * (12 * 1024 * 1024))
    huge.name = "photo.jpg"
    response = client.post(page, {"answer": huge})
    assert response.status_code == 422 and "te groot" in text_of(response)
    assert not StoredFile.objects.exists()


def test_a_photo_is_replaced_taken_away_and_skipped(world: World, client: Client) -> None:
    page = answered(client, TO_PHOTO)
    client.post(page, {"answer": picture(100, 100)})
    client.post(page, {"answer": picture(200, 100)})
    assert StoredFile.objects.count() == 1
    client.post(page, {})  # goes on with the photo there is
    assert DialogueProgress.objects.get().answers["photo"] == str(StoredFile.objects.get().pk)
    client.post(page, {"remove": "1"})
    assert not StoredFile.objects.exists()
    assert DialogueProgress.objects.get().answers["photo"] is None


def test_nobody_else_sees_a_photo(world: World, client: Client) -> None:
    page = answered(client, TO_PHOTO)
    client.post(page, {"answer": picture()})
    photo = page.partition("/question")[0] + f"/photo/{StoredFile.objects.get().pk}"
    assert client.get(photo).status_code == 200
    assert Client().get(photo).status_code == 404
    other = Client()
    own = answered(other, some("problem")).partition("/question")[0]
    assert other.get(f"{own}/photo/{StoredFile.objects.get().pk}").status_code == 404


def test_a_photo_comes_along_with_the_case(world: World, client: Client) -> None:
    page = answered(client, TO_PHOTO)
    client.post(page, {"answer": picture()})
    client.post(page.replace("photo", "at_home"), {"answer": "any"})
    key = client.post(page.partition("/question")[0] + "/send", JO).headers["Location"].split("/")[2]
    assert StoredFile.objects.get().case == key
    assert told(key, "job.reported") == 1


def test_a_link_of_the_visit_is_of_no_use_to_who_reads_the_table(world: World, client: Client) -> None:
    reported(client)
    assert all(len(link.hash) == 64 for link in Link.objects.all())
