"""The desk as its agents meet it, at both sizes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from loper.server.records.dialogues import DialogueProgress
from loper.server.records.runtime import Task
from tests.server.desk import busy
from tests.worlds import World

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]
SignIn = Callable[[Page, str], None]


def test_every_page_of_the_desk_can_be_read_by_everybody(
    page: Page, phone: Page, real_world: World, sign_in: SignIn, no_findings: Look, shot: Shot
) -> None:
    keys = busy(real_world)
    task = Task.objects.get(case=keys["story"], touchpoint="call").pk
    form = DialogueProgress.objects.get(submitted=None).pk
    key = keys["story"]
    event = "x"
    paths = {
        "cases": "/desk/cases", "empty": "/desk/cases?only=stalled", "case": f"/desk/cases/{key}", "child": f"/desk/cases/{keys['child']}",
        "aside": f"/desk/cases/{keys['aside']}", "tasks": "/desk/tasks", "task": f"/desk/tasks/{task}",
        "forms": "/desk/forms", "form": f"/desk/forms/{form}", "new": "/desk/new/repair/report?customer=jo",
        "customer": "/desk/customer/jo", "change": "/desk/customer/jo/change", "book": f"/desk/book/{key}",
        "stop": f"/desk/stop/{key}", "call": f"/desk/call/{key}", "link": f"/desk/link/{key}",
        "heard": f"/desk/happened/complaint.solved/{keys['child']}", "engine": "/desk/engine",
    }  # fmt: skip
    for size, one in (("desktop", page), ("phone", phone)):
        sign_in(one, "agent")
        for name, path in paths.items():
            answer = one.goto(path)
            assert answer is not None and answer.status == 200, path
            shot(one, f"desk-{name}-{size}")
            no_findings(one)
