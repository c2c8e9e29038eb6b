"""Work of people: one task, one person; tried and tried again; done, and the journey hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from loper.server.actions import cases, tasks
from loper.server.actions.refused import Refused
from loper.server.queries.desk_tasks import as_chores, chores
from loper.server.queries.runtime import load_case
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Event, Task, TaskAttempt
from tests.server.desk import complained, signed_in, text_of
from tests.worlds import World


def call_back(world: World, hours: int = 2) -> Task:
    """Jo wants to be called, in so many hours."""
    key = world.report()
    start = world.time.at + timedelta(hours=hours)
    cases.ask_call(
        actor=world.customer_of(key), case=key, start=start, end=start + timedelta(hours=2), phone="+31612345678",
        about="Over de kraan",
    )  # fmt: skip
    return Task.objects.get(case=key, touchpoint="call")


def colleague(world: World) -> object:
    """A second agent."""
    from django.contrib.auth.models import Group, User

    from loper.server.permissions import staff

    user = User.objects.create_user("bo", "bo@voorbeeldwonen.example", "x", first_name="Bo")
    user.groups.add(Group.objects.get(name="agent"))
    world.users["bo"] = user
    return staff(user)


def test_of_two_who_take_a_task_one_gets_it_and_the_other_hears_who(world: World) -> None:
    task, bo = call_back(world), colleague(world)
    tasks.claim(actor=world.staff("agent"), task=task.pk)
    with pytest.raises(Refused, match="Agent"):
        tasks.claim(actor=bo, task=task.pk)  # type: ignore[arg-type]
    tasks.claim(actor=world.staff("agent"), task=task.pk)  # a double tap is no refusal
    task.refresh_from_db()
    assert task.taken_by == world.users["agent"]


def test_two_who_press_at_the_very_same_moment_do_not_both_get_it(real_world: World) -> None:
    task, bo = call_back(real_world), colleague(real_world)
    start, came = threading.Barrier(8), []

    def press(actor: object) -> None:
        start.wait()
        try:
            tasks.claim(actor=actor, task=task.pk)  # type: ignore[arg-type]
            came.append(actor)
        except Refused:
            pass
        finally:
            connection.close()

    actors = [real_world.staff("agent"), bo] * 4
    threads = [threading.Thread(target=press, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    task.refresh_from_db()
    assert came and {actor.user for actor in came} == {task.taken_by}  # type: ignore[attr-defined]


def test_a_task_is_taken_over_only_from_whom_one_saw_on_it(world: World) -> None:
    task, bo = call_back(world), colleague(world)
    agent = world.staff("agent")
    tasks.claim(actor=agent, task=task.pk)
    tasks.claim(actor=bo, task=task.pk, instead_of=agent.user.pk)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="Bo"):
        tasks.claim(actor=agent, task=task.pk, instead_of=agent.user.pk)
    with pytest.raises(Refused, match="Bo"):
        tasks.close(actor=agent, task=task.pk)
    tasks.give_back(actor=bo, task=task.pk)  # type: ignore[arg-type]
    tasks.claim(actor=agent, task=task.pk)


def test_done_is_told_to_the_journey_and_the_note_stays_on_the_case(world: World) -> None:
    task = call_back(world)
    tasks.close(actor=world.staff("agent"), task=task.pk, note="Kraan komt mee.")
    task.refresh_from_db()
    told = Event.objects.get(case=task.case, type="call.answered")
    assert (task.outcome, task.event, told.emitter) == ("done", f"{told.source}#{told.ident}", "agent")
    assert Note.objects.get(case=task.case).text == "Kraan komt mee."
    with pytest.raises(Refused):
        tasks.close(actor=world.staff("agent"), task=task.pk)
    assert Event.objects.filter(case=task.case, type="call.answered").count() == 1


def test_closed_by_mistake_it_is_open_again_and_the_journey_forgets_it(world: World) -> None:
    task = call_back(world)
    agent = world.staff("agent")
    tasks.close(actor=agent, task=task.pk)
    task.refresh_from_db()
    answered = task.event
    tasks.reopen(actor=agent, task=task.pk)
    task.refresh_from_db()
    assert (task.closed, task.outcome, task.taken_by) == (None, "", agent.user)
    assert answered in load_case(task.case).state.retracted  # type: ignore[union-attr]
    with pytest.raises(Refused):
        tasks.reopen(actor=agent, task=task.pk)


def test_nobody_answered_so_it_comes_back_in_an_hour(world: World) -> None:
    task, agent = call_back(world), world.staff("agent")
    again = world.time.at + timedelta(hours=3)
    came = tasks.attempt(actor=agent, task=task.pk, outcome="no_answer", again=again)
    assert (came.left, came.ended) == (2, False)
    task.refresh_from_db()
    assert (task.attempts, task.not_before, task.taken_by) == (1, again, None)
    work = chores(roles=agent.roles, user=agent.user.pk)
    assert not work.now and work.later[0].due == again
    world.time.move(hours=3, minutes=1)
    work = chores(roles=agent.roles, user=agent.user.pk)
    assert work.now[0].attempts == 1 and not work.later


def test_after_three_tries_the_task_ends_and_the_journey_hears_that_nobody_was_reached(world: World) -> None:
    task, agent = call_back(world), world.staff("agent")
    for left in (2, 1, 0):
        came = tasks.attempt(actor=agent, task=task.pk, outcome="voicemail", again=world.time.at + timedelta(hours=1))
        assert came.left == left
    assert came.ended and came.told
    task.refresh_from_db()
    assert (task.outcome, TaskAttempt.objects.filter(task=task).count()) == ("not_reached", 3)
    told = Event.objects.get(case=task.case, type="call.failed")
    assert told.emitter == "system"
    world.work()
    assert "kregen u niet te pakken" in world.sms.sent[-1].body
    with pytest.raises(Refused):
        tasks.attempt(actor=agent, task=task.pk, outcome="busy", again=world.time.at + timedelta(hours=1))


def test_a_try_needs_a_reason_that_exists_and_a_time_to_come(world: World) -> None:
    task, agent = call_back(world), world.staff("agent")
    for outcome, hours in (("bored", 1), ("busy", 0), ("busy", -1)):
        with pytest.raises(Refused):
            tasks.attempt(actor=agent, task=task.pk, outcome=outcome, again=world.time.at + timedelta(hours=hours))
    assert not TaskAttempt.objects.exists()


def test_a_message_that_reached_nobody_is_a_task_and_answers_nothing_for_the_customer(world: World) -> None:
    world.customer.addresses.all().delete()
    key = world.report(email="", phone="0611111111")
    from loper.server.records.runtime import Case

    owner = Case.objects.get(key=key).customer
    from loper.server.records.customers import ContactAddress

    ContactAddress.objects.filter(customer__key=owner).update(bounced=world.time.at)
    world.work()
    task = Task.objects.get(case=key, touchpoint="received")
    (chore,) = as_chores([task], None, "nl")
    assert chore.topic == "nobody"
    page = text_of(signed_in(world).get(f"/desk/tasks/{task.pk}"))
    assert "heeft de klant niet bereikt" in page
    tasks.close(actor=world.staff("agent"), task=task.pk)
    assert not Event.objects.filter(case=key, type="received.answered").exists()


def test_the_list_is_by_due_time_with_mine_first_and_calls_at_their_slot(world: World) -> None:
    call = call_back(world, hours=5)
    child = complained(world, call.case)
    agent = world.staff("agent")
    work = chores(roles=agent.roles, user=agent.user.pk)
    assert [one.topic for one in work.now] == ["person"] and [one.topic for one in work.later] == ["call"]
    assert work.later[0].until == world.time.at + timedelta(hours=7)
    listen = Task.objects.get(case=child)
    world.time.move(hours=6)
    tasks.claim(actor=agent, task=call.pk)
    work = chores(roles=agent.roles, user=agent.user.pk)
    assert [one.id for one in work.now] == [call.pk, listen.pk]
    assert work.topics == {"call": 1, "person": 1, "reply": 0, "nobody": 0}
    assert [one.id for one in chores(roles=agent.roles, user=agent.user.pk, topic="person").now] == [listen.pk]


def test_a_call_that_was_not_made_in_its_slot_is_late(world: World) -> None:
    call_back(world, hours=1)
    agent = world.staff("agent")
    world.time.move(hours=3, minutes=5)
    assert chores(roles=agent.roles, user=agent.user.pk).now[0].late


def test_planners_and_agents_have_each_their_own_list(world: World) -> None:
    task = call_back(world)
    agent, planner = world.staff("agent"), world.staff("planner")
    assert chores(roles=agent.roles, user=1).later and not chores(roles=planner.roles, user=1).later
    Task.objects.filter(pk=task.pk).update(who="planner")
    assert not chores(roles=agent.roles, user=1).later and chores(roles=planner.roles, user=1).later
    Task.objects.filter(pk=task.pk).update(who="director")
    assert chores(roles=agent.roles, user=1).later


def test_the_page_of_a_task_has_the_number_the_words_and_one_button_at_a_time(world: World) -> None:
    task, client = call_back(world), signed_in(world)
    page = text_of(client.get(f"/desk/tasks/{task.pk}"))
    assert "06 12345678" in page and "Over de kraan" in page and "Oppakken" in page and "Niet bereikt" not in page
    client.post(f"/desk/tasks/{task.pk}/take")
    page = text_of(client.get(f"/desk/tasks/{task.pk}"))
    assert "van jou" in page and "Niet bereikt" in page and "Oppakken" not in page
    colleague(world)
    theirs = text_of(signed_in(world, "bo").get(f"/desk/tasks/{task.pk}"))
    assert "Overnemen van Agent" in theirs and "Niet bereikt" not in theirs
    client.post(f"/desk/tasks/{task.pk}/done", {"note": "Klaar"})
    assert "weer openen" in text_of(client.get(f"/desk/tasks/{task.pk}"))


def test_a_try_is_written_down_on_the_page(world: World) -> None:
    task, client = call_back(world), signed_in(world)
    client.post(f"/desk/tasks/{task.pk}/take")
    page = client.get(f"/desk/tasks/{task.pk}")
    again = page.context["times"][0][0]
    assert client.post(f"/desk/tasks/{task.pk}/tried", {"outcome": "busy", "again": again})["Location"] == "/desk/tasks"
    assert "In gesprek" in text_of(client.get(f"/desk/tasks/{task.pk}"))
    for typed in ({"outcome": "busy", "again": "soon"}, {"outcome": "?", "again": again}, {}):
        assert client.post(f"/desk/tasks/{task.pk}/tried", typed).status_code == 422


@pytest.mark.parametrize(
    "deed",
    [
        lambda actor, task: tasks.claim(actor=actor, task=task),
        lambda actor, task: tasks.give_back(actor=actor, task=task),
        lambda actor, task: tasks.close(actor=actor, task=task),
        lambda actor, task: tasks.reopen(actor=actor, task=task),
    ],
)
def test_a_task_that_is_not_there_is_said_so(world: World, deed: Callable[[object, int], object]) -> None:
    with pytest.raises(Refused):
        deed(world.staff("agent"), 999_999)


def test_what_came_of_a_task_is_said_in_the_same_breath(world: World) -> None:
    child = complained(world, world.report())
    task, client = Task.objects.get(case=child), signed_in(world)
    client.post(f"/desk/tasks/{task.pk}/take")
    page = text_of(client.get(f"/desk/tasks/{task.pk}"))
    assert "Wat kwam ervan?" in page and "Klant gesproken" in page
    client.post(f"/desk/tasks/{task.pk}/done", {"note": "Lang gepraat", "event": "customer.heard"})
    assert world.stage(child) == "heard"
    task.refresh_from_db()
    assert task.outcome == "done"


def test_a_task_is_not_closed_with_what_cannot_have_happened(world: World) -> None:
    task = call_back(world)
    with pytest.raises(Refused):
        tasks.close(actor=world.staff("agent"), task=task.pk, note="x", event="job.fixed")
    task.refresh_from_db()
    assert task.closed is None and not Note.objects.exists()
