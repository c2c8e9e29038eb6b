"""After a restore an agent finds what may have gone, and reads why."""

from __future__ import annotations

from django.test import Client

from loper.server.actions.restored import mark_restored
from loper.server.records.runtime import Task
from tests.worlds import World


def test_an_agent_finds_what_may_have_gone_before_the_restore(world: World) -> None:
    key = world.report()
    mark_restored()
    world.time.move(minutes=1)
    world.work()
    assert world.email.sent == []
    task = Task.objects.get(case=key)
    agent = Client()
    agent.force_login(world.users["agent"])
    said = agent.get(f"/desk/tasks/{task.pk}").content.decode()
    assert "Ons systeem is teruggezet vanaf een reservekopie." in said
    story = agent.get(f"/desk/cases/{key}").content.decode()
    assert "Niemand weet of dit is verstuurd: ons systeem is teruggezet" in story


def test_everybody_signs_in_again_after_a_restore(world: World) -> None:
    agent = Client()
    agent.force_login(world.users["agent"])
    assert agent.get("/desk/tasks").status_code == 200
    mark_restored()
    assert agent.get("/desk/tasks").status_code == 302
