"""One case whole: every touch in words with its why, what comes, what we know, who it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from loper.server.actions import cases, corrections, visits
from loper.server.actions.customers import agree, set_choice
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.pages.desk.story import next_ones, said
from loper.server.queries.corrections import can_retract, foresee
from loper.server.queries.desk_case import whole
from loper.server.queries.runtime import load_case
from loper.server.records.agenda import Appointment, Block
from loper.server.records.links import Link
from loper.server.records.runtime import Case, Outbox, Touch
from tests.server.desk import complained, long_story, signed_in, text_of
from tests.worlds import World


def story_of(key: str) -> dict[str, str]:
    """The lines of a case: title -> all that stands in it (the last one of a title)."""
    found = whole(key, "nl")
    assert found is not None
    lines = said(found.view.journey, found.lines, {}, lambda name, raw: str(raw))
    return {line.title: f"{line.by} | {line.why} | {line.note} | {line.led}" for line in reversed(lines)}


def coming_of(key: str) -> dict[str, str]:
    found = whole(key, "nl")
    assert found is not None
    ones = next_ones(found.view.journey, found.coming, found.journeys, found.view.case.state.stage or "")
    return {one.title: f"{one.kind} | {one.by} | {one.why} | {one.note}" for one in ones}


def test_every_touch_of_the_log_stands_in_the_story(world: World) -> None:
    key = long_story(world)
    found = whole(key, "nl")
    assert found is not None
    told = {line.seq for line in found.lines} | {
        touch.seq for touch in Touch.objects.filter(case=key, kind__in=("move", "unexpected", "retracted"))
    }
    assert told == set(Touch.objects.filter(case=key).values_list("seq", flat=True))


def test_a_message_says_why_it_went_and_why_that_way(world: World) -> None:
    key = world.report()
    world.work()
    world.book(key, 2)
    world.work()
    story = story_of(key)
    assert story["Bevestiging"].startswith("per e-mail | omdat: Afspraak gemaakt (ma 7 sep 09:00) · eerste keus")
    assert story["Melding gedaan"] == "Klant |  |  | Gemeld"
    block = Appointment.objects.get(case=key)
    world.at(block.start - timedelta(hours=12))
    assert story_of(key)["Herinnering"].startswith("per sms | 1 dag voor: Afspraak (di 8 sep")


def test_a_message_says_that_the_customer_wanted_that_channel(world: World) -> None:
    set_choice(actor=world.staff("agent"), customer="jo", channel="sms")
    key = world.report()
    world.work()
    assert "per sms" in story_of(key)["Melding binnen"] and "de klant wil dat zo" in story_of(key)["Melding binnen"]


def test_a_message_that_passed_a_dead_address_says_so(world: World) -> None:
    world.customer.addresses.filter(channel="email").update(bounced=world.time.at)
    key = world.report(email="")
    world.work()
    assert "geen e-mail die werkt" in story_of(key)["Melding binnen"]


def test_a_message_that_waits_for_the_morning_says_until_when(world: World) -> None:
    world.time.move(hours=14)
    key = world.report()
    world.work()
    assert Outbox.objects.get(case=key).status == "queued"
    assert "stille uren" in coming_of(key)["Melding binnen"]


def test_what_comes_is_told_with_its_channel_and_its_reason(world: World) -> None:
    key = world.report()
    world.book(key, 6)
    world.work()
    coming = coming_of(key)
    assert coming["Herinnering"].startswith("coming | per sms | 1 dag voor: Afspraak")
    assert coming["Zo lang mag 'Afspraak gemaakt' duren"] == "deadline |  | gebeurt er niets: Sorry zeggen | "


def test_a_message_the_customer_does_not_want_is_told_not_to_come(world: World) -> None:
    key = world.report()
    agree(actor=world.staff("agent"), customer="jo", subject="survey", agrees=False, via="desk")
    cases.withdraw(actor=world.customer_of(key), case=key)
    coming = coming_of(key)
    assert "never" in coming["Vier korte vragen"]
    assert "wil dit soort berichten niet" in coming["Vier korte vragen"]


def test_the_page_shows_the_report_as_it_was_filled_in_and_facts_in_words(world: World) -> None:
    key = long_story(world)
    page = text_of(signed_in(world).get(f"/desk/cases/{key}"))
    for words in (
        "Wat is er aan de hand? Er lekt water",
        "Hoe erg is de lekkage? Het drupt",
        "De handdoek is al nat.",
        "Vak loodgieter",
        "Duur 60 minuten",
        "Waarom niet gelukt materiaal ontbreekt",
        "Mevrouw is slecht ter been: lang bellen.",
        "Hoeveel moeite kostte het u? 4 / 5",
        "Geïrriteerd",
        "ronde 2",
        "06 12345678",
    ):
        assert words in page, words


def test_the_page_speaks_english_too(world: World) -> None:
    key = long_story(world)
    client = signed_in(world)
    client.cookies["loper_language"] = "en"
    page = text_of(client.get(f"/desk/cases/{key}"))
    for words in ("What happened", "because: Appointment made", "first choice for this message", "Water is leaking"):
        assert words in page, words


def test_a_case_shows_what_it_came_from_and_what_came_from_it(world: World) -> None:
    key = world.report()
    child = complained(world, key)
    client = signed_in(world)
    assert "Hieruit gekomen Mijn klacht" in text_of(client.get(f"/desk/cases/{key}"))
    page = text_of(client.get(f"/desk/cases/{child}"))
    assert "Dit komt uit Mijn reparatie" in page
    assert "Waar gaat het over? Het duurt te lang" in page


def test_a_director_sees_the_case_and_not_who_it_is_about(world: World) -> None:
    key = long_story(world)
    page = signed_in(world, "director").get(f"/desk/cases/{key}").content.decode()
    assert "Bevestiging" in page
    for secret in ("Jo Jansen", "1234 AB", "612345678", "j.jansen"):
        assert secret not in page, secret
    assert signed_in(world, "director").get("/desk/customer/jo").status_code == 403


def test_a_case_that_was_merged_leads_to_the_one_it_goes_on_as(world: World) -> None:
    key, other = world.report(), world.report()
    tell(case=key, type="case.merged", emitter="agent", data={"into": other})
    page = signed_in(world).get(f"/desk/cases/{key}")
    assert f'href="/desk/cases/{other}"' in page.content.decode() and "samengevoegd" in text_of(page)


def test_an_agent_reads_what_the_customer_read_at_the_time(world: World) -> None:
    key = world.report()
    world.work()
    world.book(key, 1)
    world.work()
    world.time.move(minutes=5)
    world.book(key, 6)
    world.work()
    links = Link.objects.count()
    client = signed_in(world)
    said = Touch.objects.filter(case=key, kind="message", activity="confirmation").order_by("seq")
    pages = [text_of(client.get(f"/desk/message/{one.seq}/{key}")) for one in said]
    for page, sent in zip(pages, world.email.sent[1:], strict=True):
        assert sent.subject in page
        day = sent.subject.rpartition(" ")[0].split()[-1]
        assert day in page and "link.invalid" not in page and "/l/" not in page
    assert pages[0] != pages[1]
    assert Link.objects.count() == links
    other = world.report()
    assert client.get(f"/desk/message/{said[0].seq}/{other}").status_code == 404
    event = Touch.objects.filter(case=key, kind="event").first()
    assert event is not None
    assert client.get(f"/desk/message/{event.seq}/{key}").status_code == 404


# -- said by mistake ---------------------------------------------------------------------------------------------------


def event_key(key: str, type: str) -> str:
    case = load_case(key)
    assert case is not None
    return next(event.key for event in reversed(case.history or ()) if event.type == type)


def take_back(world: World, key: str, type: str) -> None:
    source, _sep, ident = event_key(key, type).partition("#")
    corrections.retract(actor=world.staff("agent"), case=key, source=source, id=ident)


def test_before_it_is_taken_back_one_sees_what_changes_and_nothing_changed_yet(world: World) -> None:
    key = world.report()
    world.book(key, 6)
    world.work()
    before = Case.objects.get(key=key).revision
    page = text_of(signed_in(world).get(f"/desk/mistake/{key}", {"event": event_key(key, "appointment.made")}))
    assert "De zaak gaat van Afspraak gemaakt naar Gemeld" in page
    assert "Herinnering" in page and "komt niet meer" in page
    assert Case.objects.get(key=key).revision == before
    case = load_case(key)
    assert case is not None
    event = next(event for event in case.history or () if event.type == "appointment.made")
    change = foresee(whole(key, "nl").view.journey, case, event, world.time.at)  # type: ignore[union-attr]
    take_back(world, key, "appointment.made")
    assert load_case(key).state.stage == change.after.stage  # type: ignore[union-attr]
    assert load_case(key).state.facts == change.after.facts  # type: ignore[union-attr]


def test_a_booking_taken_back_is_free_for_somebody_else(world: World) -> None:
    key = world.report()
    block = world.book(key, 3)
    take_back(world, key, "appointment.made")
    assert Block.objects.get(pk=block.pk).taken == 0
    assert Appointment.objects.get(case=key).status == Appointment.CANCELLED


def test_a_move_taken_back_puts_the_appointment_where_it_was(world: World) -> None:
    key = world.report()
    first = world.book(key, 3)
    world.time.move(minutes=1)
    second = world.book(key, 5)
    take_back(world, key, "appointment.made")
    made = Appointment.objects.get(case=key)
    assert (made.start, made.status, made.sequence) == (first.start, Appointment.BOOKED, 2)
    assert [Block.objects.get(pk=one.pk).taken for one in (first, second)] == [1, 0]


def test_a_move_is_not_taken_back_when_the_old_time_is_gone(world: World) -> None:
    key, other = world.report(), world.report()
    first = world.book(key, 3)
    world.time.move(minutes=1)
    second = world.book(key, 5)
    cases.book(actor=world.customer_of(other), case=other, block=first.slot)
    with pytest.raises(Refused, match="al weg"), translation.override("nl"):
        take_back(world, key, "appointment.made")
    made = Appointment.objects.get(case=key)
    assert (made.block_id, made.status) == (second.pk, Appointment.BOOKED)
    assert load_case(key).state.facts["appointment"].start == second.start  # type: ignore[union-attr]


def test_an_arrival_taken_back_makes_the_appointment_open_again(world: World) -> None:
    key = world.report()
    block = world.book(key, 2)
    world.at(block.start + timedelta(minutes=5))
    visits.arrive(actor=world.staff("technician"), case=key)
    assert Appointment.objects.get(case=key).status == Appointment.DONE
    take_back(world, key, "technician.arrived")
    assert Appointment.objects.get(case=key).status == Appointment.BOOKED
    assert world.stage(key) == "planned"


def test_what_was_taken_back_stays_in_the_story_as_one_line(world: World) -> None:
    key = world.report()
    world.book(key, 3)
    take_back(world, key, "appointment.made")
    story = story_of(key)
    assert "Teruggenomen: Afspraak gemaakt" in story
    page = text_of(signed_in(world).get(f"/desk/cases/{key}"))
    assert "teruggenomen" in page


def test_what_the_customer_thinks_of_us_is_not_ours_to_take_back(world: World) -> None:
    key = long_story(world)
    case = load_case(key)
    assert case is not None
    assert not can_retract(case, event_key(key, "survey.answered"))
    assert not can_retract(case, event_key(key, "received.sent"))
    with pytest.raises(Refused):
        take_back(world, key, "survey.answered")
