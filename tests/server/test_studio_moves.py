"""Open cases go over to a newer version: seen beforehand, moved in batches, and nothing overdue is sent by it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from loper.server.actions import migrate
from loper.server.actions.refused import Refused
from loper.server.chores import chores, now_and_then
from loper.server.queries import designs, moves
from loper.server.records.designs import JourneyMove, JourneyVersion
from loper.server.records.runtime import Case, Event, Outbox, Touch
from tests.server.studio_world import changed, client_of, live_version, published
from tests.worlds import World


def next_version(**replace: str) -> str:
    """The next version: 'reported' is called 'received', the reminder is gone, and two messages are new."""
    text = changed(**replace)
    text = text.replace("job.reported: reported}", "job.reported: received}").replace("  reported:\n", "  received:\n")
    text = text.replace(": reported", ": received").replace("{to: reported}", "{to: received}")
    text = text.replace("in: [reported]", "in: [received]")
    reminder = text[text.index("  reminder:\n") : text.index("  arrival:\n")]
    text = text.replace(reminder, "")
    new = (
        "  received_late:\n    title: {nl: Nog even, en: A moment}\n    when: 2 hours after job.reported\n"
        "    owner: x\n    need: {nl: Hoelang nog?, en: How long?}\n    attention: spare\n    channels: [sms]\n"
        "  soon:\n    title: {nl: Straks, en: Soon}\n    when: 2 hours before appointment.start\n"
        "    owner: x\n    need: {nl: Hoe laat?}\n    attention: spare\n    in: [planned]\n    channels: [sms]\n"
    )
    return text.replace("  arrival:\n", new + "  arrival:\n")


def new_texts() -> dict[str, str]:
    return {
        f"texts/{name}.sms.{language}.liquid": "{{ organisation.name }}: nog even geduld."
        for name in ("received_late", "soon")
        for language in ("nl", "en")
    }


def publish_next(world: World, replaces: str) -> JourneyVersion:
    """Publish the next version with its texts and what it says that it replaces."""
    from loper.server.actions import designs as act

    director = world.staff("director")
    files = {path: text for path, text in designs.files_of("repair", live_version()).items() if "reminder" not in path}
    files = {**files, **new_texts(), "journey.yaml": next_version() + replaces}
    made = act.save_draft(actor=director, journey="repair", files=files, edition=0, base=live_version())
    row = act.propose(actor=director, journey="repair", edition=made.edition)
    act.sign(actor=world.staff("agent"), journey="repair", version=row.version)
    world.time.move(minutes=1)
    return act.publish(actor=director, journey="repair", version=row.version)


def replaces(version: str, stages: str = "{reported: received}") -> str:
    return f'\nreplaces:\n  version: "{version}"\n  stages: {stages}\n'


@pytest.fixture
def two_cases(world: World) -> tuple[str, str]:
    """One case that waits for an appointment, reported five hours ago, and one that has it, three days ahead."""
    waiting = world.report(email="a@example.nl", phone="0611111111")
    planned = world.report(email="b@example.nl", phone="0622222222")
    world.work()
    world.book(planned, 10)  # in the afternoon: what goes two hours before is not in quiet hours
    world.work()
    world.at(world.time.at + timedelta(hours=5))
    return waiting, planned


def test_one_sees_beforehand_what_a_move_would_do(world: World, two_cases: tuple[str, str]) -> None:
    old = live_version()
    row = publish_next(world, replaces(old[:10]))
    plan = moves.plan(designs.journey("repair", row.version), world.time.at)
    assert plan.origins == (old,)
    found = {leg.stage: (leg.to, leg.cases, dict(leg.comes), dict(leg.goes)) for leg in plan.legs}
    assert found["planned"] == ("planned", 1, {"soon": 1}, {"reminder": 1})
    assert found["reported"][:2] == ("received", 1)
    assert not found["reported"][2] and not found["reported"][3]
    page = client_of(world, "director").get(f"/studio/journeys/repair/versions/{row.version}/move").content.decode()
    assert "1 × Straks" in page and "1 × Herinnering" in page and "Laat 2 zaken overgaan" in page
    assert set(Case.objects.values_list("version", flat=True)) == {old}


def test_cases_go_over_and_nothing_that_is_overdue_is_sent(world: World, two_cases: tuple[str, str]) -> None:
    waiting, planned = two_cases
    old = live_version()
    row = publish_next(world, replaces(old))
    sent = len(world.email.sent) + len(world.sms.sent)
    move = migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    while migrate.go_on(batch=1):
        pass
    move.refresh_from_db()
    assert (move.moved, move.stayed, move.total) == (2, [], 2)
    assert move.finished
    assert dict(Case.objects.values_list("key", "version")) == {waiting: row.version, planned: row.version}
    assert world.stage(waiting) == "received"
    world.work()
    assert len(world.email.sent) + len(world.sms.sent) == sent
    assert Event.objects.filter(type="case.moved").count() == 2
    assert Touch.objects.filter(case=waiting, activity="case.moved", version=row.version).exists()

    start = world.time.at + timedelta(days=2)
    world.book(waiting, 3)
    world.work()
    world.at(start + timedelta(days=2))
    told = list(Touch.objects.filter(kind="message", case=planned).values_list("activity", flat=True))
    assert "soon" in told and "reminder" not in told
    assert "received_late" not in Touch.objects.filter(kind="message").values_list("activity", flat=True)


def test_what_waits_in_the_outbox_goes_with_the_case_or_is_withdrawn(world: World) -> None:
    key = world.report()
    world.work()
    block = world.book(key, 4)
    world.work()
    from loper.server.worker import outbox

    world.time.at = block.start - timedelta(hours=20)  # the reminder is due
    from loper.run.worker import tick_due

    box = outbox({})
    tick_due(box.store, box.journeys, box.clock)
    assert Outbox.objects.filter(case=key, touchpoint="reminder", status="queued").exists()
    row = publish_next(world, replaces(live_version()))
    migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    while migrate.go_on():
        pass
    assert Outbox.objects.get(case=key, touchpoint="reminder").status == "withdrawn"
    before = len(world.sms.sent)
    world.work()
    assert len(world.sms.sent) == before


def test_an_occupied_stage_without_a_place_is_an_error(world: World, two_cases: tuple[str, str]) -> None:
    row = publish_next(world, replaces(live_version(), "{planned: planned}"))
    plan = moves.plan(designs.journey("repair", row.version), world.time.at)
    assert [leg.stage for leg in plan.homeless] == ["reported"]
    with pytest.raises(Refused, match="reported"):
        migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    assert not JourneyMove.objects.exists()
    page = client_of(world, "director").get(f"/studio/journeys/repair/versions/{row.version}/move").content.decode()
    assert "reported: …" in page and "/move/start" not in page


def test_a_version_that_replaces_nothing_moves_nothing(world: World, two_cases: tuple[str, str]) -> None:
    old = live_version()
    row = publish_next(world, "")
    with pytest.raises(Refused):
        migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    page = client_of(world, "director").get(f"/studio/journeys/repair/versions/{row.version}/move").content.decode()
    assert f"version: {old[:12]}" in page


@pytest.mark.parametrize("named", ["1.0", "{old}", "{old8}", "0000000000", "{old3}"])
def test_a_version_is_named_by_its_label_or_its_hash(world: World, two_cases: tuple[str, str], named: str) -> None:
    old = live_version()
    named = named.format(old=old, old8=old[:8], old3=old[:3]) if "{" in named else named
    row = publish_next(world, replaces(named))
    found = moves.origins(designs.journey("repair", row.version))
    assert found == ((old,) if named in ("1.0", old, old[:8]) else ())


def test_a_move_can_be_stopped_and_goes_on_where_it_was(world: World) -> None:
    for n in range(5):
        world.report(email=f"c{n}@example.nl", phone=f"06300000{n:02}")
    world.work()
    row = publish_next(world, replaces(live_version()))
    director = client_of(world, "director")
    started = director.post(f"/studio/journeys/repair/versions/{row.version}/move/start")
    url = started["Location"]
    migrate.go_on(batch=2)
    director.post(f"{url}/steer", {"do": "stop"})
    assert not migrate.go_on(batch=2)
    assert Case.objects.filter(version=row.version).count() == 2
    assert "Gestopt" in director.get(url).content.decode()
    director.post(f"{url}/steer", {"do": "resume"})
    while migrate.go_on(batch=2):
        pass
    assert Case.objects.filter(version=row.version).count() == 5
    assert "5 van 5" in director.get(url, headers={"HX-Request": "true"}).content.decode()


def test_two_moves_of_one_journey_do_not_run_together(world: World, two_cases: tuple[str, str]) -> None:
    row = publish_next(world, replaces(live_version()))
    migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    with pytest.raises(Refused):
        migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)


def test_a_case_that_cannot_be_moved_stays_and_the_others_go(
    world: World, two_cases: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, planned = two_cases
    row = publish_next(world, replaces(live_version()))
    real = migrate.migrate

    def poisoned(old: object, new: object, case: object, now: object) -> object:
        if getattr(case, "key", "") == waiting:
            raise ZeroDivisionError
        return real(old, new, case, now)  # type: ignore[arg-type]

    monkeypatch.setattr(migrate, "migrate", poisoned)
    move = migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    while migrate.go_on():
        pass
    move.refresh_from_db()
    assert (move.moved, move.stayed) == (1, [[waiting, "ZeroDivisionError"]])
    assert Case.objects.get(key=waiting).set_aside == ""
    assert Case.objects.get(key=planned).version == row.version


def test_during_a_trial_no_open_case_is_moved(world: World, two_cases: tuple[str, str]) -> None:
    old = live_version()
    world.time.move(minutes=1)
    row = published(world, changed() + replaces(old, "{reported: reported}"), share=30)
    with pytest.raises(Refused):
        migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)


@pytest.mark.parametrize("role", ["agent", "analyst", "planner", "admin"])
def test_only_a_director_moves_cases(world: World, two_cases: tuple[str, str], role: str) -> None:
    row = publish_next(world, replaces(live_version()))
    with pytest.raises(PermissionDenied):
        migrate.start_move(actor=world.staff(role), journey="repair", version=row.version)
    answer = client_of(world, role).post(f"/studio/journeys/repair/versions/{row.version}/move/start")
    assert answer.status_code == 403
    move = migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    url = f"/studio/journeys/repair/moves/{move.pk}/steer"
    assert client_of(world, role).post(url, {"do": "stop"}).status_code == 403
    move.refresh_from_db()
    assert move.stopped is None


def test_two_workers_move_each_case_once_while_customers_go_on(real_world: World) -> None:
    world = real_world
    keys = [world.report(email=f"d{n}@example.nl", phone=f"06400000{n:02}") for n in range(24)]
    world.work()
    row = publish_next(world, replaces(live_version()))
    move = migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    wrong: list[BaseException] = []

    def worker() -> None:
        try:
            while migrate.go_on(batch=3):
                pass
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number, key in enumerate(keys[:6]):
        world.book(key, number)
    for thread in threads:
        thread.join()
    assert not wrong
    move.refresh_from_db()
    assert (move.moved, move.stayed) == (24, [])
    assert Event.objects.filter(type="case.moved").count() == 24
    assert [world.stage(key) for key in keys] == ["planned"] * 6 + ["received"] * 18


def test_the_worker_moves_them_by_itself_and_stops_when_it_is_asked(real_world: World) -> None:
    world = real_world
    key = world.report()
    world.work()
    row = publish_next(world, replaces(live_version()))
    move = migrate.start_move(actor=world.staff("director"), journey="repair", version=row.version)
    chore = next(one for one in chores() if one.name == "moving open cases")
    stop = threading.Event()
    thread = threading.Thread(target=now_and_then, args=(chore, stop))
    thread.start()
    for _ in range(200):
        move.refresh_from_db()
        if move.finished:
            break
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert Case.objects.get(key=key).version == row.version
