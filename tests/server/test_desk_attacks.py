"""The desk under attack: who may not come in, what a GET may not do, planted scripts, foreign ids, fields too many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from loper.server.actions import cases
from loper.server.actions.customers import keep_words
from loper.server.pages.desk.urls import urlpatterns
from loper.server.records.customers import Customer, Property
from loper.server.records.dialogues import CallWish, DialogueProgress, Note, SurveyAnswer
from loper.server.records.runtime import Case, Event, Task, Touch
from tests.server.desk import busy, half_filled, long_story, signed_in
from tests.worlds import World

OPEN_TO = {  # who may open a page, where that is not agent, planner and director
    "customer": {"agent", "planner"},
    "customer_change": {"agent"},
    "works_again": {"agent"},
    "forms": {"agent", "planner"},
    "form": {"agent"},
    "new": {"agent"},
    "ask": {"agent"},
    "book": {"agent", "planner"},
    "cancel": {"agent"},
    "withdraw": {"agent"},
    "undo": {"agent"},
    "call": {"agent"},
    "duty": {"agent", "planner"},
    "access": {"agent", "planner"},
    "link": {"agent"},
    "happened": {"agent"},
    "correct": {"agent", "director"},
    "note": {"agent", "planner", "director"},
    "message": {"agent", "planner"},
    "claim": {"agent", "planner"},
    "give_back": {"agent", "planner"},
    "attempt": {"agent", "planner"},
    "close": {"agent", "planner"},
    "reopen": {"agent", "planner"},
    "engine": {"agent", "admin"},
    "release": {"agent", "admin"},
}
STAFF = ("director", "agent", "technician", "planner", "analyst", "admin")


def places(world: World) -> dict[str, str]:
    """Every address of the desk, with things that are there."""
    keys = busy(world)
    key, child = keys["story"], keys["child"]
    task = Task.objects.get(case=key, touchpoint="call").pk
    form = DialogueProgress.objects.get(submitted=None)
    photo = form.files.get().pk
    event = Event.objects.filter(case=key, type="appointment.made").first()
    said = Touch.objects.filter(case=key, kind="message").first()
    assert event is not None and said is not None
    args: dict[str, list[object]] = {
        "message": [said.seq, key], "case": [key], "line": [key], "note": [key], "photo": [photo], "book": [key],
        "cancel": [key], "withdraw": [key], "undo": [key], "call": [key], "duty": [key],
        "access": [key], "happened": ["customer.heard", child],
        "correct": [key], "link": [key], "customer": ["jo"], "customer_change": ["jo"], "works_again": ["jo"],
        "new": ["repair", "report"],
        "form": [form.pk], "ask": ["complain", key], "task": [task], "claim": [task], "give_back": [task],
        "attempt": [task], "close": [task], "reopen": [task], "release": [keys["aside"]],
    }  # fmt: skip
    names = [one.name for one in urlpatterns if isinstance(one, URLPattern)]
    found = {str(name): reverse(f"desk:{name}", args=args.get(str(name), [])) for name in names}
    found["correct"] += f"?event={event.source}%23{event.ident}"
    return found


def everything() -> tuple[object, ...]:
    """What must not change."""
    from loper.server.records import models

    tables = (
        "AccessNotes", "Appointment", "Block", "CallWish", "Case", "Consent", "ContactAddress", "Customer",
        "CustomerWord", "DialogueProgress", "Event", "EventData", "Link", "Note", "Outbox", "StoredFile",
        "SurveyAnswer", "Task", "TaskAttempt", "Touch", "Waiting",
    )  # fmt: skip
    return tuple(tuple(map(str, getattr(models, name).objects.order_by("pk").values_list())) for name in tables)


def test_nobody_comes_in_without_signing_in(world: World) -> None:
    before = None
    for name, path in places(world).items():
        before = before or everything()
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code in (302, 405), name
            if answer.status_code == 302:
                assert answer["Location"].startswith("/account/login/"), name
    assert everything() == before


@pytest.mark.parametrize("role", STAFF)
def test_each_page_and_each_deed_is_for_its_own_roles(world: World, role: str) -> None:
    found = places(world)
    client = signed_in(world, role)
    for name, path in found.items():
        allowed = OPEN_TO.get(name, {"agent", "planner", "director"})
        if role in allowed:
            continue
        before = everything()
        got, posted = client.get(path), client.post(path, {"text": "x", "note": "x", "event": "x"})
        statuses = {got.status_code, posted.status_code}
        assert 403 in statuses and statuses <= {403, 405}, (name, statuses)
        assert everything() == before, name


@pytest.mark.parametrize("role", ["agent", "planner", "director", "admin"])
def test_whoever_may_open_a_page_does_not_find_it_broken(world: World, role: str) -> None:
    client = signed_in(world, role)
    for name, path in places(world).items():
        if role in OPEN_TO.get(name, {"agent", "planner", "director"}):
            assert client.get(path).status_code in (200, 302, 405), name


def test_a_get_changes_nothing(world: World) -> None:
    found = places(world)
    before = everything()
    client = signed_in(world)
    for path in found.values():
        client.get(path)
        client.head(path)
    assert everything() == before


def test_a_post_without_its_token_does_nothing(world: World) -> None:
    found = places(world)
    before = everything()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["agent"])
    for name, path in found.items():
        assert client.post(path).status_code in (403, 405), name
    assert everything() == before


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}"


def test_no_planted_text_becomes_part_of_a_page(world: World) -> None:
    jo = Customer.objects.get(key="jo")
    Property.objects.update(street=EVIL[:60], town=EVIL[:60])
    Customer.objects.filter(pk=jo.pk).update(name=EVIL)
    jo.refresh_from_db()
    keep_words(jo)
    jo.addresses.filter(channel="email").update(value=EVIL[:200], why=EVIL[:150], bounced=world.time.at)
    key = world.report(story=EVIL, email="", phone="0612345678")
    Case.objects.filter(key=key).update(customer="jo")
    DialogueProgress.objects.update(answers={**DialogueProgress.objects.get().answers, "story": EVIL}, agent=EVIL[:100])
    agent = world.staff("agent")
    cases.add_note(actor=agent, case=key, text=EVIL)
    Note.objects.update(author=EVIL[:100])
    start = world.time.at + timedelta(hours=1)
    cases.ask_call(actor=agent, case=key, start=start, end=start + timedelta(hours=1), phone="+31612345678", about=EVIL)
    CallWish.objects.update(phone=EVIL[:20])
    SurveyAnswer.objects.create(case=key, touchpoint="survey", question="remark", answer=EVIL, at=world.time.at)
    half_filled(postcode=EVIL, house_number=EVIL, name=EVIL, phone=EVIL, email=EVIL)
    world.users["agent"].first_name = EVIL[:100]
    world.users["agent"].save()
    world.work()
    said = Touch.objects.filter(case=key, kind="message").first()
    assert said is not None
    client = signed_in(world)
    task = Task.objects.get(case=key, touchpoint="call").pk
    client.post(f"/desk/tasks/{task}/take")
    form = DialogueProgress.objects.get(submitted=None).pk
    found = client.post("/desk/find", {"q": EVIL})["Location"]
    paths = [
        found, "/desk/cases", f"/desk/cases/{key}", "/desk/tasks", f"/desk/tasks/{task}", "/desk/forms",
        f"/desk/forms/{form}",
        "/desk/customer/jo", "/desk/customer/jo/change", f"/desk/book/{key}", f"/desk/call/{key}", f"/desk/link/{key}",
        f"/desk/stop/{key}", "/desk/new/repair/report?customer=jo", f"/desk/ask/complain/{key}", "/desk/engine",
        f"/desk/message/{said.seq}/{key}", f"/desk/line/{key}",
        "/desk/cases?where=<script>alert(1)</script>&state=<b>&only=<b>&s=<b>&after=<b>",
    ]  # fmt: skip
    seen = 0
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        html = page.content.decode()
        seen += html.count("&lt;script&gt;alert(1)")
        assert "<script>alert" not in html and "<img src=x" not in html and "onerror=alert(2)>" not in html, path
        assert "<b>" not in html and ">14<" not in html, path
        for script in re.findall(r"<script\b[^>]*>", html):
            assert 'src="/static/' in script, path
        assert " style=" not in html and "javascript:" not in html, path
        assert "script-src 'self'" in page["Content-Security-Policy"]
    assert seen > 15, "the planted text must be on these pages, or this test shows nothing"


def test_fields_too_many_change_nothing_else(world: World) -> None:
    key = long_story(world)
    client = signed_in(world)
    more = {
        "customer": "other", "key": "other", "case": "other", "author": "Koning", "taken_by": "1", "closed_by": "1",
        "outcome": "done", "emitter": "technician", "ended": "1", "stage": "done", "home": "1", "is_superuser": "1",
    }  # fmt: skip
    client.post(f"/desk/note/{key}", {"text": "Nog een", **more})
    note = Note.objects.order_by("-pk").first()
    assert note is not None and (note.author, note.case) == ("Agent", key)
    now = client.get("/desk/customer/jo/change").context["typed"]
    home = Customer.objects.get(key="jo").home_id
    client.post("/desk/customer/jo/change", {**now, **more, "name": "Jo"})
    jo = Customer.objects.get(name="Jo")
    assert (jo.key, jo.home_id) == ("jo", home)
    task = Task.objects.get(case=key, touchpoint="call")
    client.post(f"/desk/tasks/{task.pk}/take", {**more, "instead_of": str(world.users["director"].pk)})
    task.refresh_from_db()
    assert task.taken_by is None
    assert Case.objects.get(key=key).stage == "planned"


def test_what_is_not_there_is_not_there(world: World) -> None:
    client = signed_in(world)
    none = "00000000-0000-0000-0000-000000000000"
    for path in (
        "/desk/cases/NOPE-NOPE", "/desk/cases/a/b/c", "/desk/cases/%00", "/desk/customer/nobody",
        "/desk/tasks/99999999999999", f"/desk/tasks/{'9' * 40}", "/desk/customer/%00", "/desk/cases?where=%00",
        "/desk/message/1/NOPE", "/desk/tasks/0",
        f"/desk/photo/{none}", f"/desk/forms/{none}", "/desk/book/NOPE-NOPE", "/desk/stop/NOPE-NOPE",
        "/desk/call/NOPE", "/desk/link/NOPE", "/desk/mistake/NOPE?event=x", "/desk/happened/job.fixed/NOPE",
        "/desk/ask/complain/NOPE",
    ):  # fmt: skip
        assert client.get(path).status_code in (403, 404), path
    for path in (
        "/desk/note/NOPE",
        "/desk/undo/NOPE",
        "/desk/tasks/0/take",
        "/desk/tasks/0/done",
        "/desk/release/NOPE",
    ):
        answer = client.post(path, {"text": "x", "again": "2030-01-01T00:00"})
        assert answer.status_code in (302, 403, 404, 422), path
    assert not Note.objects.exists()


def test_an_event_of_another_case_is_not_taken_back_here(world: World) -> None:
    key, other = world.report(), world.report()
    world.book(other, 1)
    event = Event.objects.get(case=other, type="appointment.made")
    client = signed_in(world)
    assert client.post(f"/desk/mistake/{key}", {"event": f"{event.source}#{event.ident}"}).status_code == 404
    assert world.stage(other) == "planned"


def test_a_block_of_yesterday_or_of_nobody_is_not_booked(world: World) -> None:
    key, client = world.report(), signed_in(world)
    block = world.blocks()[0]
    world.time.move(days=10)
    assert client.post(f"/desk/book/{key}", {"block": block.slot}).status_code == 422
    assert client.post(f"/desk/book/{key}", {"block": 10**9}).status_code == 422


def test_a_customers_link_opens_no_desk(world: World) -> None:
    from loper.server.actions.links import make_link
    from loper.server.records.links import Link

    key = world.report()
    client = Client()
    owner = Case.objects.get(key=key).customer
    client.get(make_link(purpose=Link.CASE, customer=owner, case=key).partition("8000")[2])
    assert client.get(f"/case/{key}").status_code == 200
    assert client.get(f"/desk/cases/{key}").status_code == 302
