"""The pages that read logs, as somebody with bad intentions would use them: every address, every word of a file."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loper.observe.report import QUESTIONS
from loper.server.actions import logs, own_log
from loper.server.queries.logs import folder_of
from loper.server.records.logs import ContactLog
from tests.server.studio_world import client_of
from tests.server.test_log_pages import brought, planted_csv
from tests.worlds import World

HURTFUL = ['<script>alert("1")</script>', "'; drop table contact_log; --", "../../../etc/passwd", "{{ 7*7 }}", "=1+1"]


def quoted(*words: str) -> str:
    return ",".join(f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words)


def hurtful(number: int) -> str:
    return HURTFUL[number % len(HURTFUL)]


FILE = "\n".join(
    [
        quoted("case", "activity", "time", "channel", *HURTFUL),
        *(
            quoted(
                f"{hurtful(case)} {case}",
                hurtful(case + step),
                f"2026-01-0{1 + step}T10:00:00Z",
                hurtful(case),
                *(hurtful(case + at) for at in range(5)),
            )
            for case in range(60)
            for step in range(1 + case % 4)
        ),
    ]
)
"""A log of which every word, of columns too, is made to hurt."""


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.LOPER_LOGS = tmp_path / "logs"


def test_nobody_but_an_analyst_or_director_can_do_anything(world: World) -> None:
    row = brought(world, planted_csv(50))
    before = ContactLog.objects.values().get(pk=row.pk)
    sent = {
        "case": "case",
        "activity": "activity",
        "time": "time",
        "zone": "Europe/Amsterdam",
        "n-0": "5",
        "journey": "repair",
    }
    here = f"/insight/{row.pk}"
    addresses = ["/insight/new", f"{here}/columns", f"{here}/counted", f"{here}/against", f"{here}/remove"]
    for role in world.users:
        if role in ("analyst", "director"):
            continue
        browser = client_of(world, role)
        for address in addresses:
            upload = SimpleUploadedFile("log.csv", planted_csv(3))
            assert browser.post(address, {**sent, "file": upload}).status_code == 403, (role, address)
            assert browser.get(address).status_code in (403, 405), (role, address)
    for address in addresses:
        answer = Client().post(address, sent)
        assert answer.status_code == 302 and "/insight" not in answer["Location"].partition("?")[0], address
    assert ContactLog.objects.values().get(pk=row.pk) == before and ContactLog.objects.count() == 1


def test_our_own_log_is_neither_read_otherwise_nor_taken_away(world: World) -> None:
    world.report()
    own_log.refresh()
    row, browser = ContactLog.objects.get(own=True), client_of(world, "analyst")
    assert browser.post(f"/insight/{row.pk}/columns", {"case": "activity"}).status_code == 404
    assert browser.get(f"/insight/{row.pk}/columns").status_code == 404
    assert browser.post(f"/insight/{row.pk}/remove").status_code == 302
    assert folder_of(row).exists() and ContactLog.objects.get(own=True).state == ContactLog.READY


def test_words_made_to_hurt_are_words_on_every_page_and_in_every_file(world: World) -> None:
    row = brought(world, FILE.encode(), name='"><img src=x>/../..\\x.csv')
    assert row.state == ContactLog.READY
    row.name = HURTFUL[0]
    row.save()
    browser, here = client_of(world, "analyst"), f"/insight/{row.pk}"
    for page in ("/insight/", f"{here}/", f"{here}/cases", f"{here}/columns", *(f"{here}/{key}" for key in QUESTIONS)):
        answer = browser.get(page)
        html = answer.content.decode()
        assert answer.status_code == 200, page
        assert "<script>alert" not in html and "<img src=x>" not in html and ">49<" not in html, page
    for key in QUESTIONS:
        for form in ("csv", "svg"):
            answer = browser.get(f"{here}/{key}.{form}")
            if answer.status_code == 404:
                continue  # a question without a picture
            text = answer.content.decode("utf-8-sig")
            assert "<script>alert" not in text or form == "csv", key
            assert not any(cell.strip('"').startswith("=") for cell in text.split(",")) or form == "svg", key
    for case in (0, 1, 2):
        answer = browser.get(f"{here}/case", {"case": f"{HURTFUL[case]} {case}"})
        assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "with=%00",
        "with=" + "x" * 5000,
        "behind=funnel:99999999999999999999:came",
        "behind=funnel:%C2%B2:came",
        "behind=in:" + "in" * 50,
        "behind=deviation:missing:call",
        "behind=left",
        "since=9999-12-31T23:59:59-23:59",
        "since=0001-01-01T00:00:00%2B23:59",
        "quiet_since=9999-12-31T23:59:59-12:00",
        "pair=%3E",
        "attr.=x",
        "variant=-1",
        "days=1e999&with=reminder",
        "activity=%3Cscript%3E",
        "most=-5",
        "split=with:%00",
        "split=date:0001-01-01",
        "split=date:9999-12-31",
        "split=attr.",
        "page=-1",
    ],
)
def test_an_address_made_to_hurt_gets_an_answer(world: World, query: str) -> None:
    row, browser = brought(world, planted_csv(50)), client_of(world, "analyst")
    for page in ("cases", "map", "stuck", "after", "compare", "repeat"):
        answer = browser.get(f"/insight/{row.pk}/{page}?{query}")
        assert answer.status_code in (200, 422), (page, answer.status_code)


def test_letters_that_a_database_refuses_do_no_harm(world: World) -> None:
    browser = client_of(world, "analyst")
    content = planted_csv(20).replace(b"reminder", b"remin\x00der").replace(b"web", b"w\x00eb")
    heads = content.replace(b"channel", b"chan\x00nel", 1)
    answer = browser.post("/insight/new", {"name": "a\x00b", "file": SimpleUploadedFile("a.csv", heads)})
    assert answer.status_code == 422 and not ContactLog.objects.exists()
    answer = browser.post("/insight/new", {"name": "a\x00b", "file": SimpleUploadedFile("a\x00.csv", content)})
    assert answer.status_code == 302, answer.content
    row = ContactLog.objects.get()
    assert row.name == "ab"
    names = {"case": "case", "activity": "activity", "time": "time", "channel": "channel", "keep": ["\x00"]}
    assert browser.post(f"/insight/{row.pk}/columns", {**names, "zone": "UTC\x00"}).status_code == 422
    assert browser.post(f"/insight/{row.pk}/columns", {**names, "zone": "UTC"}).status_code == 302
    assert logs.read_next()
    for page in ("", "cases", "stuck", "channels", "map.csv"):
        assert browser.get(f"/insight/{row.pk}/{page}").status_code == 200
    counted = {f"n-{number}": "4000" for number in range(6)}
    assert browser.post(f"/insight/{row.pk}/counted", counted).status_code == 302


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(world: World, settings: Any) -> None:
    content = gzip.compress(b"case,activity,time\n" + b"x" * 40_000_000)
    assert len(content) < 100_000
    answer = client_of(world, "analyst").post("/insight/new", {"file": SimpleUploadedFile("a.csv.gz", content)})
    assert answer.status_code == 422 and not ContactLog.objects.exists()
    assert not list(Path(settings.LOPER_LOGS).glob("*/*"))
