"""A new journey begins from one that works: whole, clean by the check, in the voice of the organisation."""

from __future__ import annotations

import pytest
from django.test import Client

from loper.server.actions import designs as act
from loper.server.pages.studio.start import STARTERS, starter_files
from loper.server.queries import designs, studio
from loper.server.queries.designs import MAIN
from loper.server.queries.journeys import Journeys
from loper.server.queries.organisation import organisation
from loper.server.records.designs import OrganisationFile
from tests.server.studio_world import client_of, live_version
from tests.worlds import World


@pytest.mark.parametrize("starter", [one.name for one in STARTERS])
def test_a_starter_is_whole_and_the_check_finds_nothing_but_that_nobody_looked_yet(starter: str, db: None) -> None:
    made = designs.parse_files(starter_files(starter, "nieuw", "Mijn vraag", "ik@example.nl"))
    assert (made.name, made.title["nl"], made.owner) == ("nieuw", "Mijn vraag", "ik@example.nl")
    assert [one.rule for one in designs.findings(made)] == ["no-outside-eye"]
    assert set(made.languages) == {"nl", "en"}


def test_a_starter_speaks_with_the_voice_of_the_organisation(world: World) -> None:
    made = designs.parse_files(starter_files("question", "vraag", "Mijn vraag", "ik@example.nl"), organisation())
    assert all(
        "{% render 'signature' %}" in text for (_t, channel, _l), text in made.texts.items() if channel == "email"
    )
    assert [one.rule for one in designs.findings(made)] == ["no-outside-eye"]


def test_without_any_journey_there_is_one_thing_to_do(db: None, stopped_clock: object) -> None:
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user("d", "d@example.nl", "x")
    user.groups.add(Group.objects.get_or_create(name="director")[0])
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/studio/journeys/").content.decode()
    assert "Nog geen klantreis" in page and "/studio/new" in page
    made = client.post("/studio/new", {"starter": "visit", "name": "bezoek", "title": "Mijn bezoek"})
    assert made["Location"] == "/studio/journeys/bezoek/"
    assert client.get("/studio/journeys/bezoek/").status_code == 200
    assert client.get("/studio/organisation/").status_code == 200
    assert client.get("/studio/organisation/edit").status_code == 200


def test_the_list_says_what_is_live_with_how_many_cases(world: World) -> None:
    world.report()
    world.work()
    rows = {row.design.name: row for row in studio.journeys()}
    (live,) = rows["repair"].live
    assert (live.version, live.percent, live.cases) == (live_version(), 100, 1)
    assert rows["repair"].findings == 1 and rows["repair"].draft is None
    assert client_of(world, "agent").get("/studio/journeys/").status_code == 200


def test_a_new_holiday_counts_for_journeys_under_way_at_once(world: World) -> None:
    journeys = Journeys()
    before = journeys.find("repair", live_version())
    assert before.calendar.works(world.time.at.date())
    newest = OrganisationFile.objects.get()
    text = newest.files["organisation.yaml"].replace(
        "    country: NL\n", f"    country: NL\n    holidays: [{world.time.at.date()}]\n"
    )
    world.time.move(minutes=1)
    files = {**newest.files, "organisation.yaml": text}
    act.change_organisation(actor=world.staff("admin"), files=files, seen=newest.hash)
    assert journeys.find("repair", live_version()) is before  # within one unit nothing changes
    journeys.renew()
    after = journeys.find("repair", live_version())
    assert after.version == before.version and not after.calendar.works(world.time.at.date())


def test_the_same_content_brought_forward_again_keeps_the_files_that_were_looked_at(world: World) -> None:
    director = world.staff("director")
    files = starter_files("question", "vraag", "Mijn vraag", "ik@example.nl")
    made = act.begin_draft(actor=director, journey="vraag", files=files)
    row = act.propose(actor=director, journey="vraag", edition=made.edition)
    again = {**files, MAIN: "# een andere opmerking\n" + files[MAIN]}
    saved = act.save_draft(actor=director, journey="vraag", files=again, edition=made.edition)
    assert act.propose(actor=director, journey="vraag", edition=saved.edition).pk == row.pk
    row.refresh_from_db()
    assert row.files == files
