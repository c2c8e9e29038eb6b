"""What holds for all journeys: changed by who may, never so that a journey in use breaks, and every form kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from loper.define import Problems
from loper.server.actions import designs as act
from loper.server.actions.designs import Stale
from loper.server.actions.refused import Refused
from loper.server.queries import designs
from loper.server.queries.designs import ORGANISATION
from loper.server.queries.organisation import organisation
from loper.server.records.designs import OrganisationFile
from tests.server.studio_world import client_of
from tests.worlds import World

EDIT = "/studio/organisation/edit"


def files() -> dict[str, str]:
    found = designs.organisation_file()
    assert found is not None
    return dict(found.files)


def seen() -> str:
    found = designs.organisation_file()
    assert found is not None
    return found.hash


@pytest.mark.parametrize("role", ["director", "admin"])
def test_the_quiet_hours_are_changed_after_a_look_at_what_that_changes(world: World, role: str) -> None:
    client = client_of(world, role)
    text = files()[ORGANISATION].replace("quiet: 21:00-08:00", "quiet: 20:00-09:00")
    looked = client.post(EDIT, {"text": text, "seen": seen(), "look": "1"})
    assert looked.status_code == 200
    assert [line.kind for file in looked.context["diff"] for line in file.lines if line.kind in ("plus", "minus")]
    assert OrganisationFile.objects.count() == 1
    world.time.move(minutes=1)
    done = client.post(EDIT, {"text": text, "seen": looked.context["seen"], "publish": "1"})
    assert done.status_code == 302
    assert str(organisation().policy.quiet) == "20:00-09:00"
    assert OrganisationFile.objects.count() == 2
    assert client.get("/studio/organisation/").status_code == 200


def test_errors_are_shown_with_their_lines_and_nothing_is_published(world: World) -> None:
    text = files()[ORGANISATION].replace("quiet: 21:00-08:00", "quiet: laat").replace("languages:", "langauges:")
    answer = client_of(world, "director").post(EDIT, {"text": text, "seen": seen(), "publish": "1"})
    assert answer.status_code == 422
    assert len(answer.context["wrongs"]) >= 2
    assert answer.context["text"] == text
    assert OrganisationFile.objects.count() == 1


def test_what_a_journey_in_use_needs_cannot_be_taken_away(world: World) -> None:
    without = {path: text for path, text in files().items() if "greeting.nl" not in path}
    with pytest.raises(Problems, match=r"repair .*greeting"):
        act.change_organisation(actor=world.staff("director"), files=without, seen=seen())
    assert OrganisationFile.objects.count() == 1


def test_who_saves_second_is_told_and_loses_nothing(world: World) -> None:
    text = files()[ORGANISATION].replace("quiet: 21:00-08:00", "quiet: 20:00-09:00")
    old = seen()
    world.time.move(minutes=1)
    act.change_organisation(actor=world.staff("admin"), files={**files(), ORGANISATION: text}, seen=old)
    with pytest.raises(Stale):
        act.change_organisation(actor=world.staff("director"), files=files(), seen=old)
    mine = text.replace("085 - 000 12 34", "085 - 000 99 99")
    answer = client_of(world, "director").post(EDIT, {"text": mine, "seen": old, "publish": "1"})
    assert answer.status_code == 409
    assert answer.context["text"] == mine


def test_an_older_form_can_hold_again(world: World) -> None:
    first = designs.organisation_file()
    assert first is not None
    text = files()[ORGANISATION].replace("quiet: 21:00-08:00", "quiet: 20:00-09:00")
    world.time.move(minutes=1)
    act.change_organisation(actor=world.staff("director"), files={**files(), ORGANISATION: text}, seen=seen())
    director = client_of(world, "director")
    assert director.get(f"/studio/organisation/versions/{first.pk}").status_code == 200
    world.time.move(minutes=1)
    director.post(f"/studio/organisation/versions/{first.pk}/back")
    assert str(organisation().policy.quiet) == "21:00-08:00"
    assert OrganisationFile.objects.count() == 3


@pytest.mark.parametrize("path", ["../../etc/passwd", "blocks/../x.nl.liquid", "blocks/x.liquid", "/x", "journey.yaml"])
def test_the_organisation_has_only_its_own_files(world: World, path: str) -> None:
    with pytest.raises(Refused):
        act.change_organisation(actor=world.staff("director"), files={**files(), path: "x"}, seen=seen())
    answer = client_of(world, "director").post(EDIT, {"path": path, "text": "x", "seen": seen(), "publish": "1"})
    assert answer.status_code == 422
    assert OrganisationFile.objects.count() == 1


@pytest.mark.parametrize("role", ["agent", "analyst", "planner", "technician"])
def test_who_may_not_change_it_may_at_most_read_it(world: World, role: str) -> None:
    client = client_of(world, role)
    assert client.get("/studio/organisation/").status_code == (403 if role == "technician" else 200)
    assert client.get(EDIT).status_code == 403
    text = files()[ORGANISATION]
    assert client.post(EDIT, {"text": text, "seen": seen(), "publish": "1"}).status_code == 403
    with pytest.raises(PermissionDenied):
        act.change_organisation(actor=world.staff(role), files=files(), seen=seen())
    first = OrganisationFile.objects.get()
    assert client.post(f"/studio/organisation/versions/{first.pk}/back").status_code == 403


def test_a_form_of_another_site_changes_nothing(world: World) -> None:
    strict = client_of(world, "director", enforce_csrf_checks=True)
    assert strict.post(EDIT, {"text": "x", "seen": seen(), "publish": "1"}).status_code == 403
