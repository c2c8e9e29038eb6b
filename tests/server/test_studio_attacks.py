"""Everything a file can bring with it that is no journey: scripts, bombs, loops without end, paths, strange bytes."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loper.server.actions import designs as act
from loper.server.actions.customers import find_or_make, home_of
from loper.server.pages.studio.start import quoted, starter_files
from loper.server.queries import designs, studio
from loper.server.queries.designs import MAIN, digest
from loper.server.records.designs import JourneyDraft
from loper.server.records.links import Link
from tests.server.studio_world import changed, client_of, draft, files_of, live_version, proposed, yaml_of
from tests.worlds import World

EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
LOOK = "/studio/journeys/repair/texts/confirmation/email/nl/look"
MAIL = "/studio/journeys/repair/texts/confirmation/email/nl/mail"


def evil_yaml() -> str:
    text = changed()
    for old in ("Mijn reparatie", "Gemeld", "Bevestiging", "Een reparatie melden", "gerust,"):
        assert old in text
        text = text.replace(f"nl: {old.rstrip(',')}", f"nl: '{EVIL}'", 1)
    return text.replace("owner: klantreis@voorbeeldwonen.example", f"owner: '{EVIL}'")


def test_what_stands_in_a_file_is_never_part_of_a_page(world: World) -> None:
    director = client_of(world, "director")
    row = proposed(world, evil_yaml())
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version, outside=True, name=EVIL, remark=EVIL)
    pages = [
        "journeys/", "journeys/repair/", "journeys/repair/language", "journeys/repair/texts", "journeys/repair/changes",
        "journeys/repair/texts/confirmation/email/nl", "journeys/repair/texts/confirmation/sms/nl",
        f"journeys/repair/versions/{row.version}/", f"journeys/repair/versions/{row.version}/move",
    ]  # fmt: skip
    for page in pages:
        body = director.get(f"/studio/{page}").content.decode()
        assert "<script>alert" not in body and "<img src=x" not in body, page


def test_a_text_shows_as_a_mail_that_can_do_nothing(world: World) -> None:
    director = client_of(world, "director")
    text = f"Subject: {EVIL}\n\n{EVIL}\n\n[klik](javascript:alert(1)) <iframe src=//x></iframe>\n"
    answer = director.post(MAIL, {"text": text, "case": ""})
    body = answer.content.decode()
    for bad in ("<script>alert", "<img src=x", "<iframe", 'href="javascript'):
        assert bad not in body
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    beside = director.post(LOOK, {"text": text, "case": ""}).content.decode()
    assert "<script>alert" not in beside and "<img src=x" not in beside


def test_no_other_page_of_the_studio_may_be_framed_or_runs_a_script_of_its_own(world: World) -> None:
    director = client_of(world, "director")
    for page in ("journeys/repair/language", "journeys/repair/texts/confirmation/email/nl"):
        answer = director.get(f"/studio/{page}")
        assert answer["X-Frame-Options"] == "DENY"
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        body = answer.content.decode()
        assert "<script>" not in body and " onclick=" not in body and " style=" not in body


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}",
        "{% assign a = 'xx' %}{% for i in (1..190) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}{{ a }}",
        "{% for i in (1..190) %}" + "y" * 60_000 + "{% endfor %}",
        "{% render 'greeting' %}" * 5000,
        "{% if a %}" * 3000,
        "{{ " + "a | upcase | " * 3000 + "}}",
        "{% include '/etc/passwd' %}{% render '../../settings' %}",
        "{{ customer.__class__.__mro__ }}{{ case.journey.__init__ }}",
        "{{" * 30_000,
        "{{" + " " * 60_000 + "}}",
        "{% raw %}" * 7000,
        "ge" * 30_000,
        "a.b-" * 15_000,
    ],
)
def test_a_text_without_end_ends_soon_with_a_sentence(world: World, text: str) -> None:
    director = client_of(world, "director")
    begin = time.perf_counter()
    for url in (LOOK, MAIL):
        answer = director.post(url, {"text": f"Subject: x\n\n{text}", "case": ""})
        assert answer.status_code == 200
        assert len(answer.content) < 2_000_000
    assert time.perf_counter() - begin < 10
    assert "/etc/passwd:" not in answer.content.decode() and "root:" not in answer.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\njourney: *c\n",
        "[" * 20_000,
        "{" * 20_000,
        "- " * 20_000,
        "journey: !!python/object/apply:os.system ['touch /tmp/loper-was-here']\n",
        "? " * 10_000,
        "journey: repair\n" + "x: 1\n" * 60_000,
        "\n".join(f"k{n}: {{{', '.join(f'a{m}: 1' for m in range(40))}}}" for n in range(500)),
        "journey: |\n" + "  x\n" * 100_000,
        "\t\t\t: %@`",
        "---\n---\n---\n",
        "",
    ],
)
def test_a_file_that_is_a_bomb_is_refused_with_a_line(world: World, text: str) -> None:
    director = client_of(world, "director")
    begin = time.perf_counter()
    answer = director.post("/studio/journeys/repair/language/check", {"text": text})
    assert answer.status_code == 200
    assert answer.context["wrongs"]
    saved = director.post("/studio/journeys/repair/language", {"text": text, "seen": digest(yaml_of())})
    assert saved.status_code in (302, 422)
    assert director.get("/studio/journeys/repair/").status_code == 200
    assert director.get("/studio/journeys/").status_code == 200
    assert time.perf_counter() - begin < 20


def test_a_body_larger_than_a_journey_is_refused(world: World) -> None:
    director = client_of(world, "director")
    assert director.post("/studio/journeys/repair/language", {"text": "x" * 3_000_000}).status_code in (400, 413)


def upload(name: str, content: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def test_files_of_ones_own_become_a_draft(world: World) -> None:
    director = client_of(world, "director")
    text = yaml_of("complaint").replace("journey: complaint", "journey: klacht2")
    files = [upload("klacht2.yaml", text)]
    files += [upload(p.rpartition("/")[2], t) for p, t in files_of("complaint").items() if p.endswith(".liquid")]
    answer = director.post("/studio/new", {"upload": "1", "files": files})
    assert answer.status_code == 302 and answer["Location"] == "/studio/journeys/klacht2/"
    found = studio.of_draft("klacht2")
    assert found is not None and not found.problems
    assert set(found.files) == set(files_of("complaint"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../../etc/cron.d/x.yaml.sh", "journey: x"),
        ("journey.yaml", b"\xff\xfe\x00journey"),
        ("journey.yaml", "no name here"),
        ("journey.yaml", "journey: '../../x'"),
        ("plaatje.png", b"\x89PNG"),
        ("journey.yaml", "journey: groot\n" + "#" * 600_000),
    ],
)
def test_files_that_are_no_journey_are_refused_with_a_sentence(world: World, name: str, content: bytes | str) -> None:
    answer = client_of(world, "director").post("/studio/new", {"upload": "1", "files": [upload(name, content)]})
    assert answer.status_code == 422
    assert "say bad" in answer.content.decode()
    assert not JourneyDraft.objects.exists()


def test_the_title_of_a_new_journey_cannot_become_part_of_the_language(world: World) -> None:
    title = "Mijn' , en: x}\nowner: 'iemand anders'\nx: {y: '"
    made = designs.parse_files(starter_files("question", "nieuw", title, "a@b.example\nowner: 'b'"))
    assert made.title["nl"] == " ".join(title.split("\n"))
    assert made.owner == "a@b.example owner: 'b'"
    assert quoted("it's") == "'it''s'"
    director = client_of(world, "director")
    answer = director.post("/studio/new", {"starter": "../../../etc", "name": "nieuw", "title": "x"})
    assert answer.status_code == 422
    for name in ("../x", "a b", "a/b", "", "é", "x" * 70):
        assert director.post("/studio/new", {"starter": "question", "name": name, "title": "x"}).status_code == 422
    assert not JourneyDraft.objects.exists()


def test_a_journey_that_is_there_is_not_begun_again(world: World) -> None:
    director = client_of(world, "director")
    answer = director.post("/studio/new", {"starter": "question", "name": "repair", "title": "x"})
    assert answer.status_code == 422
    assert not JourneyDraft.objects.exists()


def test_the_archive_has_plain_names_only(world: World) -> None:
    draft(world, changed())
    answer = client_of(world, "agent").get("/studio/journeys/repair/files.zip?of=draft")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert "repair/journey.yaml" in names and "repair/texts/missed.sms.nl.liquid" in names
    assert all(name.startswith("repair/") and ".." not in name for name in names)


def test_a_preview_shows_a_case_of_this_journey_only_and_only_to_who_may_see_cases(world: World) -> None:
    home = home_of("1234 AB", "99")
    find_or_make(home=home, name="Geheim Persoon", email="geheim@example.nl", phone="0612345699")
    key = world.report()
    world.work()
    world.book(key)
    world.work()
    url = "/studio/journeys/repair/texts/confirmation/email/nl"
    text = "Subject: x\n\nDag {{ customer.name }}"
    director = client_of(world, "director").post(f"{url}/look", {"text": text, "case": key})
    assert director.context["shown"].real
    assert "Jo Jansen" in client_of(world, "director").post(f"{url}/mail", {"text": text, "case": key}).content.decode()
    analyst = client_of(world, "analyst")
    assert key not in analyst.get(url).content.decode()
    assert not analyst.post(f"{url}/look", {"text": text, "case": key}).context["shown"].real
    other = "/studio/journeys/complaint/texts/solution/email/nl"
    shown = client_of(world, "director").post(f"{other}/look", {"text": text, "case": key}).context["shown"]
    assert not shown.real


def test_a_preview_makes_no_link_and_sends_nothing(world: World) -> None:
    key = world.report()
    world.work()
    world.book(key)
    world.work()
    director = client_of(world, "director")
    links, mails = Link.objects.count(), len(world.email.sent)
    for what in ("look", "mail"):
        url = f"/studio/journeys/repair/texts/confirmation/email/nl/{what}"
        text = files_of()["texts/confirmation.email.nl.liquid"]
        answer = director.post(url, {"text": text, "case": key})
        assert answer.status_code == 200
    director.get(f"/studio/journeys/repair/versions/{live_version()}/move")
    assert (Link.objects.count(), len(world.email.sent)) == (links, mails)


@pytest.mark.parametrize(
    "path",
    [
        "journeys/nothing/", "journeys/nothing/language", "journeys/repair/texts/nothing/email/nl",
        "journeys/repair/texts/confirmation/fax/nl", "journeys/repair/texts/confirmation/email/xx",
        "journeys/repair/texts/reminder+none/sms/nl", "journeys/repair/versions/0000/", "journeys/repair/moves/1",
        "journeys/repair/?of=0000", "journeys/repair/?of=draft",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_to_be_not_there(world: World, path: str) -> None:
    assert client_of(world, "director").get(f"/studio/{path}").status_code == 404


def test_a_broken_number_in_an_address_breaks_nothing(world: World) -> None:
    director = client_of(world, "director")
    for line in ("-1", "99999999999999999", "x", "٣", "1e9"):
        assert director.get("/studio/journeys/repair/language", {"line": line}).status_code == 200
    made = draft(world, changed())
    for edition in ("", "x", "-1", json.dumps({"a": 1})):
        assert director.post("/studio/journeys/repair/discard", {"edition": edition}).status_code == 302
    assert JourneyDraft.objects.get(journey="repair").edition == made.edition
    assert MAIN in made.files
