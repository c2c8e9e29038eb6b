"""What an agent does for a customer, through the pages: it happens, once, and in the agenda and the journal alike."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from loper.run.ports import Receipt
from loper.server import post
from loper.server.records.agenda import Appointment, Block
from loper.server.records.customers import Consent, Customer
from loper.server.records.dialogues import CallWish, Note
from loper.server.records.links import Link
from loper.server.records.runtime import Case, Event, Task
from tests.server.desk import complained, signed_in, text_of
from tests.worlds import World


def test_an_agent_books_moves_and_cancels(world: World) -> None:
    key, client = world.report(), signed_in(world)
    first, second = world.blocks()[1], world.blocks()[5]
    assert client.post(f"/desk/book/{key}", {"block": first.slot})["Location"] == f"/desk/cases/{key}"
    assert Appointment.objects.get(case=key).block_id == first.pk
    world.time.move(minutes=1)
    client.post(f"/desk/book/{key}", {"block": second.slot})
    assert Appointment.objects.get(case=key).block_id == second.pk
    assert Block.objects.get(pk=first.pk).taken == 0
    world.time.move(minutes=1)
    client.post(f"/desk/cancel/{key}")
    assert Appointment.objects.get(case=key).status == Appointment.CANCELLED
    assert world.stage(key) == "reported"
    told = Event.objects.filter(case=key, type__startswith="appointment").values_list("emitter", flat=True)
    assert set(told) == {"agent"}


def test_a_time_that_somebody_else_took_is_said_and_nothing_is_booked(world: World) -> None:
    key, client = world.report(), signed_in(world)
    block = world.blocks()[1]
    Block.objects.filter(pk=block.pk).update(taken=1)
    answer = client.post(f"/desk/book/{key}", {"block": block.slot})
    assert answer.status_code == 422 and "net gekozen" in text_of(answer)
    assert not Appointment.objects.filter(case=key).exists()
    for odd in ("", "x", "9" * 30, "-1", "²"):
        assert client.post(f"/desk/book/{key}", {"block": odd}).status_code == 422


def test_stopping_can_be_undone_and_the_appointment_comes_back(world: World) -> None:
    key, client = world.report(), signed_in(world)
    block = world.book(key, 2)
    client.post(f"/desk/stop/{key}")
    assert world.stage(key) == "withdrawn"
    assert "Ongedaan maken" in text_of(client.get(f"/desk/cases/{key}"))
    client.post(f"/desk/undo/{key}")
    assert world.stage(key) == "planned"
    assert Appointment.objects.get(case=key).block_id == block.pk


def test_a_planned_call_is_a_task_with_its_slot_its_number_and_its_words(world: World) -> None:
    key, client = world.report(), signed_in(world)
    page = client.get(f"/desk/call/{key}")
    assert 'value="06 12345678"' in page.content.decode()
    slot = page.context["choices"][1][0]
    client.post(f"/desk/call/{key}", {"slot": slot, "phone": "06 11112222", "about": "Over de huur"})
    wish = CallWish.objects.get(case=key)
    assert (wish.phone, wish.about) == ("+31611112222", "Over de huur")
    assert Task.objects.get(case=key).touchpoint == "call"
    tasks = text_of(client.get("/desk/tasks"))
    assert "Over de huur" in tasks and "06 11112222" in tasks


@pytest.mark.parametrize(
    ("slot", "phone", "wrong"),
    [
        ("", "0612345678", "Kies een tijd."),
        ("2020-01-01T10:00:00+01:00/2020-01-01T11:00:00+01:00", "0612345678", "Kies een tijd."),
        ("2026-09-08T10:00:00/2026-09-08T11:00:00", "0612345678", "Kies een tijd."),
        (None, "123", "tien cijfers"),
    ],
)
def test_a_call_that_cannot_be_is_asked_again_with_what_was_typed(
    world: World, slot: str | None, phone: str, wrong: str
) -> None:
    key, client = world.report(), signed_in(world)
    slot = client.get(f"/desk/call/{key}").context["choices"][1][0] if slot is None else slot
    answer = client.post(f"/desk/call/{key}", {"slot": slot, "phone": phone, "about": "Blijft staan"})
    assert answer.status_code == 422
    assert wrong in text_of(answer) and "Blijft staan" in text_of(answer)
    assert not CallWish.objects.exists()


def test_a_note_is_kept_and_an_empty_one_is_not(world: World) -> None:
    key, client = world.report(), signed_in(world)
    client.post(f"/desk/note/{key}", {"text": "Bel lang."})
    assert [(note.text, note.author) for note in Note.objects.filter(case=key)] == [("Bel lang.", "Agent")]
    answer = client.post(f"/desk/note/{key}", {"text": "  "})
    assert answer.status_code == 422 and "Schrijf eerst iets op." in text_of(answer)


def test_an_event_of_the_journey_is_said_with_its_facts(world: World) -> None:
    child = complained(world, world.report())
    client = signed_in(world)
    client.post(f"/desk/happened/customer.heard/{child}")
    assert world.stage(child) == "heard"
    client.post(f"/desk/happened/complaint.solved/{child}", {"solution": "Een nieuwe kraan", "about": "work"})
    assert world.stage(child) == "solved"
    facts = signed_in(world).get(f"/desk/cases/{child}").context["view"].case.state.facts
    assert (facts["solution"], facts["about"]) == ("Een nieuwe kraan", "waiting")


def test_only_events_that_lead_on_from_here_can_be_said(world: World) -> None:
    key, client = world.report(), signed_in(world)
    child = complained(world, key)
    for event, case in (
        ("job.fixed", key), ("technician.arrived", key), ("stage.overdue", key), ("appointment.made", key),
        ("complaint.reopened", child), ("call.answered", key), ("nonsense", key), ("case.merged", key),
    ):  # fmt: skip
        assert client.post(f"/desk/happened/{event}/{case}").status_code == 403, event


def test_contact_wish_language_and_consent_are_changed_and_the_customer_is_found_anew(world: World) -> None:
    client = signed_in(world)
    typed = {
        "name": "Jo de Boer", "sms": "06 99998888", "email": "jo@nieuw.example", "choice": "sms", "language": "en",
        "survey": "no", "news": "yes",
    }  # fmt: skip
    assert client.post("/desk/customer/jo/change", typed)["Location"] == "/desk/customer/jo"
    jo = Customer.objects.get(key="jo")
    assert (jo.name, jo.choice, jo.language) == ("Jo de Boer", "sms", "en")
    assert dict(jo.addresses.values_list("channel", "value")) == {"sms": "+31699998888", "email": "jo@nieuw.example"}
    assert dict(Consent.objects.values_list("subject", "agrees")) == {"survey": False, "news": True}
    assert set(Consent.objects.values_list("via", flat=True)) == {"desk"}
    page = client.get(client.post("/desk/find", {"q": "boer"})["Location"])
    assert "Jo de Boer" in text_of(page)


def test_what_is_not_changed_is_not_written_again(world: World) -> None:
    client = signed_in(world)
    now = client.get("/desk/customer/jo/change").context["typed"]
    before = list(world.customer.addresses.values_list("pk", "created"))
    client.post("/desk/customer/jo/change", now)
    assert list(world.customer.addresses.values_list("pk", "created")) == before
    assert not Consent.objects.exists()


def test_wrong_details_are_all_told_at_once_and_nothing_changes(world: World) -> None:
    typed = {
        "name": "",
        "sms": "12",
        "email": "geen mail",
        "choice": "postduif",
        "language": "xx",
        "survey": "",
        "news": "?",
    }
    answer = signed_in(world).post("/desk/customer/jo/change", typed)
    assert answer.status_code == 422
    assert set(answer.context["wrong"]) == set(typed)
    assert Customer.objects.get(key="jo").name == "Jo Jansen"


def test_an_address_that_bounced_is_used_again_when_the_customer_says_so(world: World) -> None:
    row = world.customer.addresses.get(channel="email")
    row.bounced, row.why = world.time.at, "550"
    row.save()
    client = signed_in(world)
    assert "werkt niet" in text_of(client.get("/desk/customer/jo"))
    client.post("/desk/customer/jo/works-again", {"address": row.pk})
    row.refresh_from_db()
    assert (row.bounced, row.why) == (None, "")


@pytest.fixture
def sending(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(post, "channels", lambda: {"email": world.email, "sms": world.sms})
    return world


def test_the_link_goes_again_to_an_address_we_know_and_colleagues_see_that(sending: World) -> None:
    key, client = sending.report(), signed_in(sending)
    pk = sending.customer.addresses.get(channel="email").pk
    assert client.post(f"/desk/link/{key}", {"address": pk}).status_code == 302
    (message,) = sending.email.sent
    assert message.to == "j.jansen@example.nl" and "/l/" in message.links[0].url
    assert Note.objects.get(case=key).text.startswith("Link opnieuw gestuurd naar j.jansen")
    opened = client.get(message.links[0].url.partition("8000")[2])
    assert opened["Location"] == f"/case/{key}"


def test_older_links_can_be_made_to_stop(sending: World) -> None:
    key, client = sending.report(), signed_in(sending)
    pk = sending.customer.addresses.get(channel="email").pk
    client.post(f"/desk/link/{key}", {"address": pk})
    client.post(f"/desk/link/{key}", {"address": pk, "alone": "1"})
    older, newer = (message.links[0].url.partition("8000")[2] for message in sending.email.sent)
    assert client.get(older).status_code == 410
    assert client.get(newer)["Location"] == f"/case/{key}"


def test_the_link_goes_to_no_other_address(sending: World) -> None:
    key, client = sending.report(), signed_in(sending)
    other = Customer.objects.create(key="other", name="Bo", created=sending.time.at)
    foreign = other.addresses.create(channel="email", value="boef@example.nl", created=sending.time.at)
    dead = sending.customer.addresses.get(channel="sms")
    dead.bounced = sending.time.at
    dead.save()
    links = Link.objects.count()
    for address in (foreign.pk, dead.pk, 0, "x", "boef@example.nl", 10**11):
        assert client.post(f"/desk/link/{key}", {"address": address}).status_code == 422
    assert not sending.email.sent and Link.objects.count() == links


def test_a_link_that_did_not_go_opens_nothing_and_is_told(sending: World, caplog: pytest.LogCaptureFixture) -> None:
    key, client = sending.report(), signed_in(sending)
    sending.email.answers.append(Receipt("failed", why="550"))
    caplog.set_level(logging.DEBUG)
    answer = client.post(f"/desk/link/{key}", {"address": sending.customer.addresses.get(channel="email").pk})
    assert answer.status_code == 422 and "Het ging niet" in text_of(answer)
    assert Link.objects.filter(case=key).order_by("-pk").first().revoked is not None  # type: ignore[union-attr]
    assert "j.jansen" not in caplog.text and "/l/" not in caplog.text


def test_a_planner_moves_an_appointment_and_stops_nothing(world: World) -> None:
    key, client = world.report(), signed_in(world, "planner")
    client.post(f"/desk/book/{key}", {"block": world.blocks()[1].slot})
    assert Event.objects.get(case=key, type="appointment.made").emitter == "planner"
    for path in (f"/desk/stop/{key}", f"/desk/cancel/{key}", f"/desk/call/{key}", f"/desk/link/{key}"):
        assert client.post(path).status_code == 403, path
    page = text_of(client.get(f"/desk/cases/{key}"))
    assert "Afspraak verzetten" in page and "Niet meer nodig" not in page and "Afspraak afzeggen" not in page


def test_a_case_set_aside_goes_on_when_somebody_releases_it(world: World) -> None:
    key = world.report()
    Case.objects.filter(key=key).update(set_aside="ValueError in step")
    for role in ("agent", "admin"):
        assert key in text_of(signed_in(world, role).get("/desk/engine"))
    assert signed_in(world, "admin").post(f"/desk/release/{key}").status_code == 302
    assert Case.objects.get(key=key).set_aside == ""
    world.at(world.time.at + timedelta(hours=26))
    assert world.stage(key) == "reported" and Case.objects.get(key=key).overdue


def test_a_case_that_goes_wrong_again_says_so(world: World) -> None:
    key = world.report()
    Case.objects.filter(key=key).update(set_aside="LookupError in step", version="gone", wake=world.time.at)
    client = signed_in(world, "admin")
    page = text_of(client.post(f"/desk/release/{key}", follow=True))
    assert "ging weer mis" in page
    agent = signed_in(world)
    assert "Niets ervan is kwijt" in text_of(agent.get(f"/desk/cases/{key}"))
    assert agent.get("/desk/cases").status_code == agent.get("/desk/tasks").status_code == 200
    assert agent.get(f"/desk/book/{key}").status_code == 404
    assert Case.objects.get(key=key).set_aside != ""
