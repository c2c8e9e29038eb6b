"""From draft to live: frozen, read by somebody who did not make it, published for a part or for all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from loper.define import Problems
from loper.server.actions import designs as act
from loper.server.actions.refused import Refused
from loper.server.permissions import staff
from loper.server.queries import designs, studio
from loper.server.queries.designs import MAIN, digest
from loper.server.records.designs import JourneyDraft, JourneyVersion, Publication, SignOff
from loper.server.records.runtime import Case
from tests.server.studio_world import changed, client_of, draft, files_of, live_version, proposed, published, yaml_of
from tests.worlds import World


def second_director(world: World, name: str = "Director") -> User:
    """A colleague with the same role, and the same name."""
    user = User.objects.create_user("second", "second@voorbeeldwonen.example", "x", first_name=name)
    user.groups.add(Group.objects.get(name="director"))
    return user


def test_a_journey_goes_live_when_a_colleague_says_yes(world: World) -> None:
    world.time.move(minutes=1)
    director, agent = client_of(world, "director"), client_of(world, "agent")
    made = draft(world, changed())
    answer = director.post("/studio/journeys/repair/propose", {"edition": made.edition})
    url = answer["Location"]
    row = JourneyVersion.objects.get(published=None, journey="repair")
    assert url == f"/studio/journeys/repair/versions/{row.version}/"
    assert director.post(f"{url}publish", {"who": "all"}).status_code == 422
    assert agent.post(f"{url}sign", {"agrees": "yes", "remark": "Helder."}).status_code == 302
    assert director.post(f"{url}publish", {"who": "all"}).status_code == 302
    assert live_version() == row.version
    assert designs.draft("repair") is None
    assert [(one.share, one.by) for one in Publication.objects.filter(version=row.version)] == [(100, "Director")]
    key = world.report()
    assert Case.objects.get(key=key).version == row.version


def test_who_worked_on_it_may_not_sign_it(world: World) -> None:
    row = proposed(world, changed())
    with pytest.raises(Refused):
        act.sign(actor=world.staff("director"), journey="repair", version=row.version)
    page = client_of(world, "director").get(f"/studio/journeys/repair/versions/{row.version}/")
    assert page.context["maker"]


def test_who_saved_the_draft_may_not_sign_what_somebody_else_proposed(world: World) -> None:
    draft(world, changed())
    other = staff(second_director(world))
    row = act.propose(actor=other, journey="repair", edition=JourneyDraft.objects.get(journey="repair").edition)
    for maker in (world.staff("director"), other):
        with pytest.raises(Refused):
            act.sign(actor=maker, journey="repair", version=row.version)
        with pytest.raises(Refused):
            act.publish(actor=maker, journey="repair", version=row.version)


def test_a_colleague_of_the_same_name_is_somebody_else(world: World) -> None:
    row = proposed(world, changed())
    act.sign(actor=staff(second_director(world)), journey="repair", version=row.version)
    act.publish(actor=world.staff("director"), journey="repair", version=row.version)
    assert live_version() == row.version


def test_the_word_of_a_guest_is_no_second_pair_of_eyes(world: World) -> None:
    row = proposed(world, changed())
    director = world.staff("director")
    act.sign(actor=director, journey="repair", version=row.version, outside=True, name="Mevrouw De Wit")
    with pytest.raises(Refused):
        act.publish(actor=director, journey="repair", version=row.version)
    assert "no-outside-eye" not in {one.rule for one in designs.findings(designs.journey("repair", row.version))}


def test_a_no_is_no_yes_and_the_last_word_counts(world: World) -> None:
    row = proposed(world, changed())
    agent, director = world.staff("agent"), world.staff("director")
    with pytest.raises(Refused):
        act.sign(actor=agent, journey="repair", version=row.version, agrees=False)  # without saying why
    act.sign(actor=agent, journey="repair", version=row.version, agrees=False, remark="De sms is te lang.")
    with pytest.raises(Refused):
        act.publish(actor=director, journey="repair", version=row.version)
    act.sign(actor=agent, journey="repair", version=row.version)
    act.publish(actor=director, journey="repair", version=row.version)
    assert SignOff.objects.filter(version=row.version).count() == 1


def test_a_signature_is_under_this_content_alone(world: World) -> None:
    signed = proposed(world, changed())
    act.sign(actor=world.staff("agent"), journey="repair", version=signed.version)
    other = proposed(world, changed(**{"My repair": "My job"}))
    assert other.version != signed.version
    with pytest.raises(Refused):
        act.publish(actor=world.staff("director"), journey="repair", version=other.version)
    for version in ("", "0" * 16, signed.version[:8], other.version + "0"):
        with pytest.raises(Refused):
            act.publish(actor=world.staff("director"), journey="repair", version=version)
        with pytest.raises(Refused):
            act.sign(actor=world.staff("agent"), journey="repair", version=version)


def test_what_is_proposed_is_what_was_looked_at(world: World) -> None:
    made = draft(world, changed())
    draft(world, changed(**{"My repair": "My job"}))
    with pytest.raises(Refused):
        act.propose(actor=world.staff("director"), journey="repair", edition=made.edition)


def test_a_draft_with_errors_is_not_shown_to_others(world: World) -> None:
    made = draft(world, changed().replace("begins: {job.reported", "begins: {job.reportd"))
    with pytest.raises(Problems):
        act.propose(actor=world.staff("director"), journey="repair", edition=made.edition)
    answer = client_of(world, "director").post("/studio/journeys/repair/propose", {"edition": made.edition})
    assert answer["Location"].endswith("/language")


def test_a_draft_stays_with_its_own_journey(world: World) -> None:
    made = draft(world, changed().replace("journey: repair", "journey: complaint"))
    with pytest.raises(Problems, match="repair"):
        act.propose(actor=world.staff("director"), journey="repair", edition=made.edition)
    assert JourneyVersion.objects.filter(journey="complaint").count() == 1


def test_a_moment_without_its_text_does_not_go_live(world: World) -> None:
    director = world.staff("director")
    path = "texts/missed.sms.nl.liquid"
    made = act.save_file(actor=director, journey="repair", path=path, text="", seen=digest(files_of()[path]))
    row = act.propose(actor=director, journey="repair", edition=made.edition)
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    with pytest.raises(Refused, match="missed"):
        act.publish(actor=director, journey="repair", version=row.version)


def test_a_trial_gets_its_share_and_the_rest_stays_as_it_was(world: World) -> None:
    before = live_version()
    world.time.move(minutes=1)
    row = published(world, changed(), share=25)
    drawn = [designs.version_for("repair", f"case-{n}") for n in range(2000)]
    assert set(drawn) == {before, row.version}
    assert 0.20 < drawn.count(row.version) / 2000 < 0.30
    assert designs.live("repair") == {row.version: 0.25, before: 0.75}
    act.publish(actor=world.staff("director"), journey="repair", version=row.version)
    assert designs.live("repair") == {row.version: 1.0}


def test_one_can_go_back_to_the_version_before(world: World) -> None:
    before = live_version()
    world.time.move(minutes=1)
    published(world, changed())
    world.time.move(minutes=1)
    act.publish(actor=world.staff("director"), journey="repair", version=before)
    assert designs.live("repair") == {before: 1.0}
    assert designs.publications("repair")[0].version == before


@pytest.mark.parametrize("share", [0, -1, 101, 10_000])
def test_a_share_is_a_part(world: World, share: int) -> None:
    row = proposed(world, changed())
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    with pytest.raises(Refused):
        act.publish(actor=world.staff("director"), journey="repair", version=row.version, share=share)


def test_the_first_version_of_a_journey_is_for_everybody(world: World) -> None:
    director = world.staff("director")
    text = yaml_of("complaint").replace("journey: complaint", "journey: other")
    files = {**files_of("complaint"), MAIN: text}
    made = act.begin_draft(actor=director, journey="other", files=files)
    row = act.propose(actor=director, journey="other", edition=made.edition)
    act.sign(actor=world.staff("analyst"), journey="other", version=row.version)
    with pytest.raises(Refused):
        act.publish(actor=director, journey="other", version=row.version, share=50)
    act.publish(actor=director, journey="other", version=row.version)


@pytest.mark.parametrize("role", ["agent", "analyst", "planner", "technician", "admin"])
def test_only_a_director_publishes(world: World, role: str) -> None:
    row = proposed(world, changed())
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    with pytest.raises(PermissionDenied):
        act.publish(actor=world.staff(role), journey="repair", version=row.version)
    answer = client_of(world, role).post(f"/studio/journeys/repair/versions/{row.version}/publish", {"who": "all"})
    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["planner", "technician", "admin"])
def test_who_does_not_work_with_journeys_signs_nothing(world: World, role: str) -> None:
    row = proposed(world, changed())
    with pytest.raises(PermissionDenied):
        act.sign(actor=world.staff(role), journey="repair", version=row.version)


def test_an_agent_reads_and_signs_and_sees_no_other_button(world: World) -> None:
    row = proposed(world, changed())
    agent = client_of(world, "agent")
    page = agent.get(f"/studio/journeys/repair/versions/{row.version}/").content.decode()
    assert f"/versions/{row.version}/sign" in page
    for other in ("/publish", "/invite", "/work-on", "/language"):
        assert other not in page
    assert agent.get("/studio/journeys/repair/").status_code == 200
    assert "/language" not in agent.get("/studio/journeys/repair/").content.decode()


def test_a_director_sees_what_waits_for_a_second_pair_of_eyes(world: World) -> None:
    world.time.move(minutes=1)
    row = proposed(world, changed())
    waiting = {one.design.name: one.waiting for one in studio.journeys()}
    assert waiting["complaint"] is None
    assert waiting["repair"] is not None and waiting["repair"].version == row.version
    assert "wacht op een tweede paar ogen" in client_of(world, "agent").get("/studio/journeys/").content.decode()


def test_a_form_of_another_site_signs_and_publishes_nothing(world: World) -> None:
    row = proposed(world, changed())
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    for role, what in (("analyst", "sign"), ("director", "publish"), ("director", "invite"), ("director", "work-on")):
        strict = client_of(world, role, enforce_csrf_checks=True)
        url = f"/studio/journeys/repair/versions/{row.version}/{what}"
        assert strict.post(url, {"agrees": "yes", "who": "all", "name": "x"}).status_code == 403
    assert live_version() != row.version
    assert SignOff.objects.filter(version=row.version).count() == 1


def test_a_trial_and_its_share_from_the_page(world: World) -> None:
    before = live_version()
    world.time.move(minutes=1)
    row = proposed(world, changed())
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    director = client_of(world, "director")
    url = f"/studio/journeys/repair/versions/{row.version}/"
    for share in ("", "x", "0", "101", "-5"):
        assert director.post(f"{url}publish", {"who": "part", "share": share}).status_code == 422
    assert director.post(f"{url}publish", {"who": "part", "share": "20"}).status_code == 302
    assert designs.live("repair") == {row.version: 0.2, before: 0.8}
    page = director.get("/studio/journeys/").content.decode()
    assert "20 %" in page and "80 %" in page


def test_files_of_ones_own_take_the_place_of_the_draft_that_one_saw(world: World) -> None:
    director = client_of(world, "director")
    made = draft(world, changed())
    text = changed(**{"My repair": "My job"})
    url = "/studio/journeys/repair/upload"

    def files() -> list[SimpleUploadedFile]:
        return [SimpleUploadedFile("repair.yaml", text.encode()), SimpleUploadedFile("missed.sms.nl.liquid", b"Dag")]

    director.post(url, {"files": files(), "edition": made.edition - 1})
    assert JourneyDraft.objects.get(journey="repair").files == made.files
    director.post(url, {"files": files(), "edition": made.edition})
    kept = JourneyDraft.objects.get(journey="repair")
    assert kept.files == {MAIN: text, "texts/missed.sms.nl.liquid": "Dag"}
    assert kept.base == made.base
