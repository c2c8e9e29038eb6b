"""The pages that read logs: who may see them, what they refuse, and that what leads on leads to what it says."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loper.observe.report import QUESTIONS
from loper.server.actions import logs, own_log
from loper.server.actions.refused import Refused
from loper.server.queries.logs import folder_of, opened
from loper.server.records.logs import ContactLog
from tests.observe.planted import planted
from tests.server.studio_world import client_of
from tests.worlds import World

MANY = [
    f"Z{number};{activity};{number % 28 + 1:02}-0{1 + number % 6}-2026 {9 + step}:{number % 60:02};{channel};"
    f"Klant {number % 40};0612{number % 40:06};{'eigenaar' if number % 3 else 'huurder'}"
    for number in range(120)
    for step, (activity, channel) in enumerate(
        [("melding", "web"), ("brief <b>1</b>", ""), ("telefoontje", "telefoon"), ("=afspraak", "web")][
            : 2 + number % 3
        ]
    )
]
CSV = (
    "Zaaknummer;Gebeurtenis;Tijdstip;Kanaal;Klantnummer;Telefoon;case:soort\n"
    + "\n".join(MANY)
    + "\nZ1;x;gisteren;;;;\n"
)


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.LOPER_LOGS = tmp_path / "logs"


def brought(world: World, content: bytes = CSV.encode(), name: str = "contacten.csv") -> ContactLog:
    """A log brought in and read, as an analyst does."""
    actor = world.staff("analyst")
    row = logs.bring_in(actor=actor, name="Contacten", upload=SimpleUploadedFile(name, content))
    if row.state == ContactLog.NEW:
        logs.understand(
            actor=actor, log=row, names=row.columns["names"], keep=row.columns["keep"], zone="Europe/Amsterdam"
        )
    assert logs.read_next()
    row.refresh_from_db()
    return row


def planted_csv(cases: int) -> bytes:
    """Contacts of the example journey with faults planted in it."""
    table = planted(cases).to_pandas().drop(columns=["seq", "kind", "initiator"])
    table["time"] = table["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(table.to_csv(index=False)).encode()


def pages(row: ContactLog) -> list[str]:
    here = f"/insight/{row.pk}"
    rest = [
        "cases",
        "ends",
        "case?case=Z1",
        "columns",
        "progress",
        "rejects.csv",
        "map.csv",
        "map.svg",
        "map.png",
        *QUESTIONS,
    ]
    return ["/insight/", "/insight/new", f"{here}/", *(f"{here}/{one}" for one in rest)]


def test_analysts_and_directors_see_every_page_and_nobody_else_any(world: World) -> None:
    row = brought(world)
    own_log.refresh()
    for role in world.users:
        browser = client_of(world, role)
        may = role in ("analyst", "director")
        for page in pages(row) if role != "director" else pages(row)[:6]:
            answer = browser.get(page)
            assert answer.status_code == (200 if may else 403), (role, page, answer.status_code)
    for page in pages(row):
        assert Client().get(page).status_code == 302, page
        assert client_of(world, "analyst").get(page.replace(f"/{row.pk}/", "/99999/")).status_code in (200, 404)


def test_looking_changes_nothing_and_changing_needs_a_token(world: World) -> None:
    row = brought(world)
    before = ContactLog.objects.values().get(pk=row.pk)
    browser = client_of(world, "analyst", enforce_csrf_checks=True)
    for page in (*pages(row), f"/insight/{row.pk}/remove"):
        browser.get(page)
        browser.head(page)
    assert ContactLog.objects.values().get(pk=row.pk) == before
    assert browser.post(f"/insight/{row.pk}/remove").status_code == 403
    assert browser.post("/insight/new", {"name": "x"}).status_code == 403
    assert ContactLog.objects.filter(pk=row.pk).exists()


def follow(browser: Client, address: str) -> list[tuple[str, int, int]]:
    """Each number of a page that stands for cases: where it leads, what it says and how many cases are there."""
    found = []
    for href, count in re.findall(r'<td><a href="([^"]+)">([\d.]+)</a>', browser.get(address).content.decode()):
        if re.search("pair=|pair%3D|behind=failure", href):
            continue  # these count ways and contacts, of which a case may have several
        page = browser.get(unescape(href))
        assert page.status_code == 200, href
        found.append((href, int(count.replace(".", "")), page.context["selected"]))
    return found


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "channel=phone",
        "with=reminder&behind=elsewhere",
        "behind=dropped:last:web",
        "behind=in:channel%3Dphone&behind=stopped:reminder",
    ],
)
def test_every_number_leads_to_as_many_cases_as_it_says(world: World, asked: str) -> None:
    row, browser = brought(world, planted_csv(300)), client_of(world, "analyst")
    followed = [one for key in QUESTIONS for one in follow(browser, f"/insight/{row.pk}/{key}?{asked}")]
    assert len(followed) > 20
    assert [one for one in followed if one[1] != one[2]] == []


def test_where_customers_went_leads_to_the_cases_that_they_left(world: World) -> None:
    row, browser = brought(world), client_of(world, "analyst")
    stopped = next(one.activity for one in opened(row).stuck().stays if opened(row).after(one.activity, days=90).went)
    followed = follow(browser, f"/insight/{row.pk}/after?activity={quote(stopped)}&days=90")
    assert followed and all(said == there for _href, said, there in followed)
    chips = browser.get(unescape(followed[0][0])).context["chips"]
    assert chips[0]["text"].startswith(f"gestopt na “{stopped}”, daarna “")


def test_a_log_from_elsewhere_is_held_against_a_journey_that_somebody_chooses(world: World) -> None:
    row, browser = brought(world, planted_csv(300)), client_of(world, "analyst")
    here = f"/insight/{row.pk}"
    page = browser.get(f"{here}/conform").content.decode()
    assert "Mijn reparatie" in page and "Er is geen klantreis bekend" in page
    assert browser.post(f"{here}/against", {"journey": "nothing"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert "journey" not in row.options
    stuck = browser.get(f"{here}/stuck.csv").content
    assert browser.post(f"{here}/against", {"journey": "repair"}).status_code == 302
    followed = follow(browser, f"{here}/conform")
    assert followed and all(said == there > 0 for _href, said, there in followed)
    assert "appointment.made" in browser.get(f"{here}/mapping.csv").content.decode()
    assert browser.get(f"{here}/stuck.csv").content == stuck, "that is all that is held against it"


def test_what_a_page_was_asked_stands_on_it_in_words(world: World) -> None:
    row, browser = brought(world, planted_csv(300)), client_of(world, "analyst")
    asked = {
        "quiet_since=2030-01-01T00:00:00Z": "geen contact meer na 1 januari 2030, 01:00",
        "since=2020-03-01": "begon vanaf 1 maart 2020",
        "behind=stopped:reminder": "gestopt na “reminder”",
        "behind=dropped:first:web": "begon via web en stopte",
        "behind=dropped:last:web": "gestopt na contact via web",
        "behind=elsewhere": "digitaal begonnen, ergens anders geëindigd",
        "behind=left:phone:reminder": "na “reminder” verder via phone",
        "behind=failure:repeat": "contact dat bespaard had kunnen blijven: opnieuw hetzelfde",
        "behind=funnel:1:stopped": "kwam tot stap 2 en stopte",
        "behind=funnel:2:came": "kwam tot stap 3",
        "behind=again:reminder": "“reminder” meer dan eens",
        "behind=in:with%3Dreminder%26channel%3Dweb": "met “reminder” en contact via web",
    }
    for query, words in asked.items():
        page = browser.get(f"/insight/{row.pk}/cases?{query}")
        assert page.status_code == 200 and [chip["text"] for chip in page.context["chips"]] == [words]
        assert page.context["selected"] > 0, query


def test_what_is_asked_wrong_is_said_with_what_there_is(world: World) -> None:
    row, browser = brought(world), client_of(world, "analyst")
    for query in (
        "with=niets",
        "since=ooit",
        "variant=zz",
        "behind=onzin",
        "behind=in:kleur%3Drood",
        "behind=in:with%3Dniets",
        "channel=fax",
        "attr.kleur=rood",
    ):
        answer = browser.get(f"/insight/{row.pk}/map?{query}")
        assert answer.status_code == 422, query
    assert "melding" in browser.get(f"/insight/{row.pk}/map?with=meldin").content.decode()
    assert browser.get(f"/insight/{row.pk}/compare?split=date:gisteren").status_code == 422
    assert browser.get(f"/insight/{row.pk}/nothing").status_code == 404
    assert browser.get(f"/insight/{row.pk}/case?case=Z999").status_code == 404
    assert browser.get(f"/insight/{row.pk}/cases?page=999999999999").status_code == 200


def test_words_of_a_log_are_never_taken_for_html_or_a_formula(world: World) -> None:
    row, browser = brought(world), client_of(world, "analyst")
    for key in QUESTIONS:
        html = browser.get(f"/insight/{row.pk}/{key}").content.decode()
        assert "<b>1</b>" not in html, key
    for key in ("map", "activities", "variants"):
        cells = browser.get(f"/insight/{row.pk}/{key}.csv").content.decode("utf-8-sig").splitlines()
        assert not any(cell.startswith("=") for line in cells for cell in line.split(",")), key


def test_a_picture_can_be_taken_along(world: World) -> None:
    row, browser = brought(world), client_of(world, "analyst")
    svg = browser.get(f"/insight/{row.pk}/map.svg?channel=web")
    assert svg["Content-Type"] == "image/svg+xml" and svg.content.startswith(b"<svg")
    png = browser.get(f"/insight/{row.pk}/waits.png")
    assert png.content.startswith(b"\x89PNG") and "attachment" in png["Content-Disposition"]
    assert browser.get(f"/insight/{row.pk}/activities.svg").status_code == 404
    assert browser.get(f"/insight/{row.pk}/nothing.png").status_code == 404


def test_what_looks_personal_stays_out_and_customers_are_codes(world: World) -> None:
    row = brought(world)
    assert [one["personal"] for one in row.columns["others"] if one["name"] == "Telefoon"] == ["phone"]
    log = opened(row)
    assert "Telefoon" not in log.layout.contacts and set(log.layout.attributes) == {"soort"}
    assert {one[:1] for one in log.layout.words("customer").values if one} == {"K"}  # type: ignore[union-attr]
    for file in folder_of(row).rglob("*"):
        if file.is_file() and not file.name.startswith("source"):
            assert b"Klant " not in file.read_bytes() and b"0612" not in file.read_bytes(), file.name
    assert "Klant " not in str(ContactLog.objects.values().get(pk=row.pk)) and "0612" not in str(row.columns)
    assert (row.rejected, row.cases) == (1, 120)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leeg.csv", b""),
        ("../../etc/passwd", b"root:x:0:0"),
        ("shell.php", b"<?php ?>"),
        ("half.parquet", b"PAR1 half"),
        ("half.xes", b"<log><trace><event>"),
        ("bom.xes.gz", gzip.compress(b"<!DOCTYPE a [<!ENTITY b 'c'>]><log/>")),
        ("kop.csv", b"a,b,c\n"),
    ],
)
def test_a_file_that_is_no_log_is_refused_and_leaves_nothing(
    world: World, settings: Any, name: str, content: bytes
) -> None:
    browser = client_of(world, "analyst")
    answer = browser.post("/insight/new", {"name": "x", "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422, answer.content[:500]
    assert "wrong" in answer.content.decode()
    assert not ContactLog.objects.filter(own=False).exists()
    assert not list(Path(settings.LOPER_LOGS).glob("*/*"))


def test_a_file_that_is_too_large_is_refused(world: World, settings: Any) -> None:
    settings.LOPER_LOG_BYTES = 10
    upload = SimpleUploadedFile("log.csv", CSV.encode())
    answer = client_of(world, "analyst").post("/insight/new", {"file": upload})
    assert answer.status_code == 422 and not ContactLog.objects.exists()


def test_a_larger_file_is_brought_in_from_the_disk_of_the_server(world: World, settings: Any, tmp_path: Path) -> None:
    settings.LOPER_LOG_BYTES = 10
    (tmp_path / "groot.csv").write_text(CSV)
    row = logs.bring_file(path=tmp_path / "groot.csv", name="")
    assert (row.name, row.state) == ("groot", ContactLog.NEW)
    assert client_of(world, "analyst").get(f"/insight/{row.pk}/columns").status_code == 200
    with pytest.raises(Refused, match=re.escape(str(tmp_path))):
        logs.bring_file(path=tmp_path, name="")


def test_a_worker_that_dies_while_it_reads_is_followed_by_another(world: World) -> None:
    row = brought(world)
    old = row.laid
    ContactLog.objects.filter(pk=row.pk).update(state=ContactLog.READING, beat=world.time.now())
    assert not logs.read_next(), "it may still be at it"
    world.time.move(minutes=16)
    assert logs.read_next()
    row.refresh_from_db()
    assert (row.state, row.laid) == (ContactLog.READY, old + 1)
    assert sorted(one.name for one in folder_of(row).glob("laid-*")) == [f"laid-{old + 1}"]


def test_a_reading_that_fails_says_why_and_keeps_what_was_there(world: World) -> None:
    row = brought(world)
    (folder_of(row) / row.file).write_bytes(b"PAR1")
    ContactLog.objects.filter(pk=row.pk).update(state=ContactLog.WAITING)
    assert logs.read_next()
    row.refresh_from_db()
    assert row.state == ContactLog.FAILED and row.said
    assert len(opened(row)) == 120


def test_every_page_says_which_share_of_all_contacts_the_log_sees(world: World) -> None:
    row, browser = brought(world), client_of(world, "analyst")
    unknown = "Hoeveel van alle contacten dit logboek ziet, is niet bekend."
    assert unknown in browser.get(f"/insight/{row.pk}/map").content.decode()
    page = browser.get(f"/insight/{row.pk}/counted")
    number = next(number for number, channel, _, _ in page.context["rows"] if channel == "telefoon")
    seen = next(seen for _, channel, seen, _ in page.context["rows"] if channel == "telefoon")
    for wrong in ("veel", "-4", "1.5"):
        assert browser.post(f"/insight/{row.pk}/counted", {f"n-{number}": wrong}).status_code == 422
    assert browser.post(f"/insight/{row.pk}/counted", {f"n-{number}": str(4 * seen)}).status_code == 302
    for page_key in ("", "map", "cases", "repeat"):
        html = browser.get(f"/insight/{row.pk}/{page_key}").content.decode()
        assert f"{seen} van {4 * seen} via “telefoon” (25 %)" in html, page_key


def test_a_log_taken_away_is_gone_with_all_that_was_made_of_it(world: World) -> None:
    row = brought(world)
    place, browser = folder_of(row), client_of(world, "analyst")
    assert browser.post(f"/insight/{row.pk}/remove").status_code == 302
    assert not place.exists() and not ContactLog.objects.filter(pk=row.pk).exists()
    own_log.refresh()
    own = ContactLog.objects.get(own=True)
    browser.post(f"/insight/{own.pk}/remove")
    assert ContactLog.objects.filter(own=True).exists(), "our own log stays"


def test_the_mapping_is_shown_and_can_be_changed(world: World) -> None:
    browser = client_of(world, "analyst")
    upload = SimpleUploadedFile("log.csv", CSV.encode())
    answer = browser.post("/insight/new", {"name": "", "file": upload}, follow=True)
    html = answer.content.decode()
    row = ContactLog.objects.get()
    assert row.name == "log" and "Zaaknummer" in html and "Klant 1" not in html, "customers are not shown"
    wrong = browser.post(f"/insight/{row.pk}/columns", {"case": "Zaak", "activity": "Gebeurtenis", "time": "Tijdstip"})
    assert wrong.status_code == 422 and "Zaaknummer" in wrong.content.decode()
    assert browser.post(f"/insight/{row.pk}/columns", {"zone": "Mars/Base", "case": "Zaaknummer"}).status_code == 422
    right = {
        "case": "Zaaknummer",
        "activity": "Gebeurtenis",
        "time": "Tijdstip",
        "zone": "Europe/Amsterdam",
        "keep": [],
    }
    assert browser.post(f"/insight/{row.pk}/columns", right).status_code == 302
    assert "hx-get" in browser.get(f"/insight/{row.pk}/").content.decode(), "a bar that goes on by itself"
    assert logs.read_next()
    row.refresh_from_db()
    assert row.state == ContactLog.READY
    assert browser.get(f"/insight/{row.pk}/progress")["HX-Refresh"] == "true"
    assert timedelta(0) < row.ends - row.begins  # type: ignore[operator]


def test_who_knows_the_log_says_when_a_case_is_over(world: World) -> None:
    """Guessed, it is said to be a guess; said, every answer goes by it; and it can be guessed again."""
    row = brought(world)
    analyst, here = client_of(world, "analyst"), f"/insight/{row.pk}/"
    assert "gok" in analyst.get(here).content.decode()
    page = analyst.get(here + "ends").content.decode()
    assert page.count('name="ends"') == len(opened(row).layout.activities)
    assert analyst.post(here + "ends", {"ends": ["telefoontje", "=afspraak", "niets"]}).status_code == 302
    row.refresh_from_db()
    assert row.options["ends"] == ["telefoontje", "=afspraak"]
    first = unescape(analyst.get(here).content.decode())
    assert "na “telefoontje”, “=afspraak”" in first and "Dat is een gok" not in first
    stuck = analyst.get(here + "stuck.csv").content.decode()
    assert "telefoontje" not in stuck and "brief" in stuck, "where it may end, nobody is stuck"
    analyst.post(here + "ends", {"guess": "1"})
    row.refresh_from_db()
    assert row.options["ends"] == []
    own = ContactLog.objects.create(own=True, name="own", created=world.time.at)
    assert analyst.post(f"/insight/{own.pk}/ends", {"ends": ["x"]}).status_code in (302, 404)
    assert client_of(world, "agent").post(here + "ends", {"ends": ["telefoontje"]}).status_code == 403


def test_a_day_begins_where_the_organisation_is(world: World) -> None:
    """A case of half past midnight, in summer, is of the day before in UTC."""
    row = brought(
        world, b"zaaknummer;gebeurtenis;tijdstip\nA;x;2026-07-02T00:30:00+02:00\nB;x;2026-07-01T23:30:00+02:00\n"
    )
    analyst = client_of(world, "analyst")
    page = unescape(analyst.get(f"/insight/{row.pk}/cases?since=2026-07-02").content.decode())
    assert "1 van 2 zaken" in page and "begon vanaf 2 juli 2026" in page
    assert 'name="since" value="2026-07-02"' in page, "the address holds the same day"
