"""A desk with work on it: cases in every state, people with names, forms left half-filled, a case that went wrong."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any

from django.test import Client
from PIL import Image

from loper.server.actions import cases, dialogues, photos, scripts, visits
from loper.server.permissions import Actor
from loper.server.records.customers import Consent, ContactAddress, Customer
from loper.server.records.dialogues import DialogueProgress
from loper.server.records.runtime import Case
from tests.worlds import World

VISITOR = Actor(roles=frozenset({"customer"}), cases=frozenset())


def signed_in(world: World, role: str = "agent") -> Client:
    """The browser of somebody with this role."""
    client = Client()
    client.force_login(world.users[role])
    return client


def text_of(answer: Any) -> str:
    """What a page says, without its marks, on one line."""
    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(bare).split())


def picture() -> io.BytesIO:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 140, 160)).save(out, "JPEG")
    out.seek(0)
    return out


def half_filled(**contact: str) -> DialogueProgress:
    """A form that a tenant began on the web and left after three answers, with a photo."""
    row = dialogues.start_report(actor=VISITOR, journey="repair", dialogue="report", question="problem", answer="leak")
    for name, value in (("severity", "runs"), ("room", "bathroom")):
        row = dialogues.answer_question(actor=VISITOR, progress=row, question=name, answer=value)
    photo = photos.keep_photo(progress=row, upload=picture(), size=1000)
    row = dialogues.answer_question(actor=VISITOR, progress=row, question="photo", answer=str(photo.pk))
    dialogues.keep_contact(actor=VISITOR, progress=row, contact=contact)
    return DialogueProgress.objects.get(pk=row.pk)


def reported_by(world: World, name: str, postcode: str, number: str, **answers: Any) -> str:
    """A report by somebody else than Jo; gives the key of the case."""
    from loper.server.actions.report import submit_report

    given = {
        "problem": "heating",
        "vulnerable": False,
        "room": "living",
        "story": "De radiator blijft koud.",
        "photo": None,
    }
    given |= {"at_home": "morning"} | answers
    (first, answer), *rest = given.items()
    row = dialogues.start_report(actor=VISITOR, journey="repair", dialogue="report", question=first, answer=answer)
    for question, value in rest:
        row = dialogues.answer_question(actor=VISITOR, progress=row, question=question, answer=value)
    mail = f"{name.split()[-1].lower()}@example.nl"
    key, _link = submit_report(
        actor=VISITOR, progress=row, postcode=postcode, house_number=number, name=name, email=mail, phone=""
    )
    return key


def long_story(world: World) -> str:
    """Jo's leak: reported, moved, visited in vain, rebooked, a call asked, a note; gives the key of the case."""
    key = world.report(story="Het drupt onder de kraan.\nDe handdoek is al nat.")
    world.work()
    world.book(key, 1)
    world.work()
    world.time.move(minutes=20)
    block = world.book(key, 2)
    world.work()
    world.at(block.start + timedelta(minutes=5))
    sam = world.staff("technician")
    visits.depart(actor=sam, case=key, eta=world.time.at + timedelta(minutes=20))
    world.work()
    visits.arrive(actor=sam, case=key)
    world.time.move(minutes=40)
    visits.not_fixed(actor=sam, case=key, reason="material", block=world.blocks()[4].slot)
    world.at(world.time.at + timedelta(hours=3))
    cases.answer_survey(
        actor=world.customer_of(key),
        case=key,
        touchpoint="survey",
        answers={"effort": 4, "feeling": "annoyed", "remark": "Duurde lang."},
    )
    cases.add_note(actor=world.staff("agent"), case=key, text="Mevrouw is slecht ter been: lang bellen.")
    start = world.time.at + timedelta(hours=1)
    cases.ask_call(
        actor=world.customer_of(key), case=key, start=start, end=start + timedelta(hours=2), phone="+31612345678",
        about="Ik wil weten of de vakman nu wel de goede kraan bij zich heeft.",
    )  # fmt: skip
    world.work()
    return key


def complained(world: World, key: str) -> str:
    """A complaint inside this case; gives the key of the child."""
    agent = world.staff("agent")
    row = scripts.begin(
        actor=agent, journey="", dialogue="complain", answers={"about": "waiting", "wish": "Een bos bloemen"}, case=key
    )
    from loper.server.actions.report import submit_offered

    submit_offered(actor=agent, progress=row)
    world.work()
    return Case.objects.get(parent=key).key


def busy(world: World) -> dict[str, str]:
    """All of it at once; gives keys by name."""
    other = reported_by(world, "Fatma Yılmaz", "1234 AB", "14")
    late = reported_by(world, "Henk de Groot", "1234 CD", "3A")
    aside = reported_by(world, "Anna Müller", "5678 EF", "101")
    world.work()
    key = long_story(world)
    child = complained(world, key)
    Case.objects.filter(key=aside).update(set_aside="ValueError in step")
    half_filled(postcode="1234 AB", house_number="18", name="Piet Bakker", phone="06 87654321")
    ContactAddress.objects.filter(value="j.jansen@example.nl").update(bounced=world.time.at, why="550 no such user")
    jo = Customer.objects.get(key="jo")
    Consent.objects.create(customer=jo, subject="survey", agrees=False, at=world.time.at, via="unsubscribe")
    return {"story": key, "child": child, "other": other, "late": late, "aside": aside}
