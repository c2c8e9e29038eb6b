"""A draft: kept whatever is wrong in it, never over somebody else's work, never outside its own files."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from loper.server.actions import designs as act
from loper.server.actions.designs import Stale
from loper.server.actions.refused import Refused
from loper.server.queries import designs
from loper.server.queries.designs import MAIN, digest
from loper.server.records.designs import JourneyDraft
from tests.server.studio_world import changed, client_of, draft, files_of, yaml_of
from tests.worlds import World

LANGUAGE = "/studio/journeys/repair/language"
MAIL = "/studio/journeys/repair/texts/confirmation/email/nl"


def test_what_is_saved_stands_in_a_draft_and_what_is_live_stays(world: World) -> None:
    director = client_of(world, "director")
    text = changed()
    saved = director.post(LANGUAGE, {"text": text.replace("\n", "\r\n"), "seen": digest(yaml_of())})
    assert saved.status_code == 302
    found = JourneyDraft.objects.get(journey="repair")
    assert found.files[MAIN] == text
    assert found.base == designs.newest("repair")
    assert yaml_of() != text
    assert director.get(LANGUAGE).context["text"] == text


def test_what_is_wrong_is_saved_too_and_shown_all_at_once_with_its_lines(world: World) -> None:
    director = client_of(world, "director")
    text = (
        changed().replace("    within: 1 working day\n", "    within: 1 werkdag\n").replace("planned\n", "planed\n", 1)
    )
    assert director.post(LANGUAGE, {"text": text, "seen": digest(yaml_of())}).status_code == 302
    page = director.get(LANGUAGE)
    wrongs = page.context["wrongs"]
    assert len(wrongs) >= 2
    assert all(text.splitlines()[one.line - 1] for one in wrongs)
    assert "bedoelt u &#x27;planned&#x27;?" in page.content.decode()
    assert director.get("/studio/journeys/repair/").status_code == 200


def test_who_saves_second_loses_nothing_and_sees_what_differs(world: World) -> None:
    director = client_of(world, "director")
    seen = digest(yaml_of())
    draft(world, changed(**{"My repair": "My job"}))
    mine = changed(**{"Mijn reparatie": "Mijn klus"})
    answer = director.post(LANGUAGE, {"text": mine, "seen": seen})
    assert answer.status_code == 409
    assert answer.context["text"] == mine
    assert JourneyDraft.objects.get(journey="repair").files[MAIN] != mine
    lines = [line.text for file in answer.context["diff"] for line in file.lines if line.kind != "same"]
    assert any("My job" in line for line in lines) and any("Mijn klus" in line for line in lines)
    again = director.post(LANGUAGE, {"text": mine, "seen": answer.context["seen"]})
    assert again.status_code == 302
    assert JourneyDraft.objects.get(journey="repair").files[MAIN] == mine


def test_two_people_on_two_texts_do_not_hinder_each_other(world: World) -> None:
    director = client_of(world, "director")
    files = files_of()
    mail, sms = "texts/confirmation.email.nl.liquid", "texts/confirmation.sms.nl.liquid"
    other = act.save_file(
        actor=world.staff("director"), journey="repair", path=sms, text="Tot dan!", seen=digest(files[sms])
    )
    text = files[mail].replace("Uw afspraak staat.", "De afspraak staat.")
    assert director.post(MAIL, {"text": text, "seen": digest(files[mail])}).status_code == 302
    found = JourneyDraft.objects.get(journey="repair")
    assert (found.files[mail], found.files[sms], found.edition) == (text, "Tot dan!", other.edition + 1)


def test_an_empty_text_is_taken_away(world: World) -> None:
    director = client_of(world, "director")
    path = "texts/confirmation.letter.en.liquid"
    url = "/studio/journeys/repair/texts/confirmation/letter/en"
    assert director.post(url, {"text": " \n", "seen": digest(files_of()[path])}).status_code == 302
    assert path not in JourneyDraft.objects.get(journey="repair").files


@pytest.mark.parametrize(
    "path",
    [
        "../settings.py", "/etc/passwd", "texts/../../x.email.nl.liquid", "texts/x.email.nl.liquid/../../y", "a.b.c",
        "texts/.email.nl.liquid", "texts/x.email.nl.liquid\x00.yaml.txt", "C:\\x.exe", "texts/x y.email.nl.liquid", "",
    ],
)  # fmt: skip
def test_a_draft_has_only_its_own_files(world: World, path: str) -> None:
    with pytest.raises(Refused):
        act.save_file(actor=world.staff("director"), journey="repair", path=path, text="x", seen=digest(""))
    with pytest.raises(Refused):
        files = {**files_of(), path: "x"}
        act.save_draft(actor=world.staff("director"), journey="repair", files=files, edition=0)


def test_two_yaml_files_are_one_too_many(world: World) -> None:
    with pytest.raises(Refused, match=r"journey\.yaml"):
        act.begin_draft(actor=world.staff("director"), journey="new", files={"a.yaml": "journey: a", "b.yml": "b: c"})


def test_signs_that_nobody_sees_and_texts_without_end_are_refused(world: World) -> None:
    director = world.staff("director")
    for text in ("journey: a\x00", "journey: \ud800", "#" * 600_000):
        with pytest.raises(Refused):
            act.save_file(actor=director, journey="repair", path=MAIN, text=text, seen=digest(yaml_of()))
    assert designs.draft("repair") is None


def test_a_draft_that_is_thrown_away_can_come_back_with_its_makers(world: World) -> None:
    director = client_of(world, "director")
    made = draft(world, changed())
    assert director.post("/studio/journeys/repair/discard", {"edition": made.edition}).status_code == 302
    assert designs.draft("repair") is None
    assert director.get("/studio/journeys/repair/thrown").status_code == 200
    director.post("/studio/journeys/repair/restore")
    back = JourneyDraft.objects.get(journey="repair")
    assert (back.files, back.base, back.makers) == (made.files, made.base, made.makers)


def test_a_draft_that_changed_meanwhile_is_not_thrown_away(world: World) -> None:
    made = draft(world, changed())
    draft(world, changed(**{"My repair": "My job"}))
    with pytest.raises(Stale):
        act.discard_draft(actor=world.staff("director"), journey="repair", edition=made.edition)
    assert designs.draft("repair") is not None


@pytest.mark.parametrize("role", ["agent", "analyst", "planner", "technician", "admin"])
def test_only_a_director_changes_a_journey(world: World, role: str) -> None:
    actor = world.staff(role)
    with pytest.raises(PermissionDenied):
        act.save_file(actor=actor, journey="repair", path=MAIN, text="x", seen=digest(yaml_of()))
    with pytest.raises(PermissionDenied):
        act.begin_draft(actor=actor, journey="x", files={MAIN: "journey: x"})
    made = draft(world, changed())
    client = client_of(world, role)
    for url, data in (
        (LANGUAGE, {"text": "x", "seen": digest(made.files[MAIN])}),
        (MAIL, {"text": "x", "seen": digest(made.files["texts/confirmation.email.nl.liquid"])}),
        ("/studio/journeys/repair/propose", {"edition": made.edition}),
        ("/studio/journeys/repair/discard", {"edition": made.edition}),
        ("/studio/new", {"starter": "question", "name": "nieuw", "title": "Nieuw"}),
        ("/studio/organisation/edit", {"text": "x"}) if role != "admin" else (LANGUAGE, {}),
    ):
        assert client.post(url, data).status_code == 403, url
    assert JourneyDraft.objects.get(journey="repair").edition == made.edition


def test_a_form_of_another_site_changes_nothing(world: World) -> None:
    strict = client_of(world, "director", enforce_csrf_checks=True)
    made = draft(world, changed())
    for url in (LANGUAGE, MAIL, "/studio/new", "/studio/journeys/repair/discard", "/studio/journeys/repair/propose"):
        assert strict.post(url, {"text": "x", "edition": made.edition}).status_code == 403, url
    assert JourneyDraft.objects.get(journey="repair").edition == made.edition


def test_looking_changes_nothing(world: World) -> None:
    director = client_of(world, "director")
    made = draft(world, changed())
    for name in (
        "language",
        "texts",
        "changes",
        "propose",
        "discard",
        "restore",
        "upload",
        "texts/confirmation/sms/nl",
    ):
        assert director.get(f"/studio/journeys/repair/{name}").status_code in (200, 405), name
    assert JourneyDraft.objects.get(journey="repair").edition == made.edition


def test_who_is_not_signed_in_is_asked_to(world: World, client: object) -> None:
    from django.test import Client

    for path in (
        "journeys/",
        "new",
        "journeys/repair/",
        "journeys/repair/language",
        "organisation/",
        "organisation/edit",
    ):
        answer = Client().get(f"/studio/{path}")
        assert answer.status_code == 302 and "/login" in answer["Location"], path
