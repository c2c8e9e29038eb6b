"""A case in its customer's hands: how it stands, another time, stopping and not stopping, a call, the questions."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from loper.server.actions import agenda, cases, visits
from loper.server.records.agenda import Appointment, Block, Technician
from loper.server.records.dialogues import CallWish, SurveyAnswer
from loper.server.records.runtime import Case
from tests.server.portal import opened, text_of, told
from tests.worlds import World


def appointment(key: str) -> Appointment:
    return Appointment.objects.get(case=key, status=Appointment.BOOKED)


# -- how it stands ---------------------------------------------------------------------------------------------------


def test_the_page_says_where_the_customer_is_what_comes_and_what_was_sent(world: World) -> None:
    key = world.report()
    world.work()
    world.book(key, 4)
    world.work()
    response = opened(key).get(f"/case/{key}")
    text = text_of(response)
    assert "De vakman komt woensdag 9 september, tussen 8 en 10 uur." in text
    assert "Sam de Vries komt bij u." in text
    assert "Komt nog Herinnering dinsdag 8 september, 8 uur" in text or "Komt nog Herinnering" in text
    assert "Bevestiging maandag 7 september, 9 uur, per e-mail" in text
    assert "Melding binnen maandag 7 september, 9 uur, per e-mail" in text
    assert response.content.decode().count('aria-current="step"') == 1
    assert response.content.decode().count("<svg") >= 3  # upright, lying, and the mark


def test_the_line_in_words_says_what_was_is_and_comes(world: World) -> None:
    key = world.report()
    world.book(key)
    content = opened(key).get(f"/case/{key}").content.decode()
    way = content[content.index('<ol class="way">') : content.index("</ol>")]
    assert [way.index(word) for word in ("Gemeld", "Afspraak gemaakt", "Onderweg", "Bezig", "Klaar")] == sorted(
        way.index(word) for word in ("Gemeld", "Afspraak gemaakt", "Onderweg", "Bezig", "Klaar")
    )
    assert way.count("geweest") == 1 and way.count("komt nog") == 3


def test_the_page_renews_itself_only_when_something_happened(world: World) -> None:
    key = world.report()
    client = opened(key)
    first = client.get(f"/case/{key}").context["seen"]
    assert client.get(f"/case/{key}/now?seen={first}").status_code == 204
    world.book(key)
    renewed = client.get(f"/case/{key}/now?seen={first}")
    assert renewed.status_code == 200 and "De vakman komt" in renewed.content.decode()
    assert 'hx-swap-oob="innerHTML"' in renewed.content.decode()  # said aloud, once
    cases.withdraw(actor=world.customer_of(key), case=key)
    last = client.get(f"/case/{key}/now?seen=x").context["seen"]
    assert client.get(f"/case/{key}/now?seen={last}").status_code == 286  # over: stop asking


def test_on_the_way_the_page_says_about_when(world: World) -> None:
    key = world.report()
    block = world.book(key)
    world.at(block.start)
    visits.depart(actor=world.staff("technician"), case=key, eta=world.time.at + timedelta(minutes=25))
    assert "Hij is er rond 8.25 uur." in text_of(opened(key).get(f"/case/{key}"))


def test_the_page_speaks_english(world: World) -> None:
    key = world.report()
    world.book(key)
    client = opened(key)
    client.post("/language", {"language": "en", "next": f"/case/{key}"})
    text = text_of(client.get(f"/case/{key}"))
    assert "The technician comes on Tuesday 8 September, between 8:00 and 10:00." in text
    assert "Choose another time" in text and "Kies" not in text


# -- another time ----------------------------------------------------------------------------------------------------


def test_another_time_at_eleven_at_night_and_the_old_one_stays_until_then(world: World) -> None:
    key = world.report()
    old = world.book(key, 4)
    world.time.at = datetime.fromisoformat("2026-09-07T23:00:00+02:00")
    client = opened(key)
    page = text_of(client.get(f"/case/{key}/time"))
    assert "Nu is het woensdag 9 september, tussen 8 en 10 uur. Die tijd blijft van u" in page
    assert appointment(key).block_id == old.pk
    new = world.blocks()[5]
    done = client.post(f"/case/{key}/time", {"block": new.slot}, follow=True)
    assert "Uw afspraak staat" in text_of(done)
    made = appointment(key)
    assert (made.block_id, made.sequence) == (new.pk, 1)
    old.refresh_from_db()
    assert old.taken == 0


def test_a_double_tap_is_one_appointment(world: World) -> None:
    key = world.report()
    client, block = opened(key), world.blocks()[3]
    for _ in range(3):
        assert client.post(f"/case/{key}/time", {"block": block.slot}).status_code == 302
    assert told(key, "appointment.made") == 1
    assert appointment(key).sequence == 0


def test_a_time_that_is_gone_meanwhile_is_said_and_others_are_offered(world: World) -> None:
    key, *others = world.report(), world.report(email="else@example.nl"), world.report(email="third@example.nl")
    client = opened(key)
    block = client.get(f"/case/{key}/time").context["times"].first[0].choices[2].slot
    for other in others:  # there are two who could come
        cases.book(actor=world.customer_of(other), case=other, block=block)
    response = client.post(f"/case/{key}/time", {"block": str(block)})
    assert response.status_code == 422
    assert "Iemand anders heeft deze tijd net gekozen." in text_of(response)
    assert response.content.decode().count('name="block"') > 20


def test_a_moved_customer_whose_new_time_is_gone_keeps_the_old_one(world: World) -> None:
    key, other = world.report(), world.report(email="else@example.nl")
    old = world.book(key, 0)
    block = world.blocks()[3]
    cases.book(actor=world.customer_of(other), case=other, block=block.slot)
    opened(key).post(f"/case/{key}/time", {"block": block.slot})
    assert appointment(key).block_id == old.pk


@pytest.mark.parametrize("block", ["", "x", "-1", "0", "99999999", "9" * 30, "1.5", "١"])
def test_a_time_that_is_not_there_is_refused(world: World, block: str) -> None:
    key = world.report()
    response = opened(key).post(f"/case/{key}/time", {"block": block})
    assert response.status_code == 422 and 'role="alert"' in response.content.decode()
    assert world.stage(key) == "reported"


def test_nobody_takes_the_time_of_a_technician_who_cannot_do_the_work(world: World) -> None:
    painter = Technician.objects.create(key="t9", name="Pim Verf", skills=["painting"])
    start = world.time.at + timedelta(days=1)
    block = Block.objects.create(technician=painter, start=start, end=start + timedelta(hours=2))
    key = world.report()
    assert opened(key).post(f"/case/{key}/time", {"block": block.slot}).status_code == 422
    assert world.stage(key) == "reported"


def test_the_past_is_not_for_sale(world: World) -> None:
    key, block = world.report(), world.blocks()[0]
    world.time.move(days=2)
    assert opened(key).post(f"/case/{key}/time", {"block": block.slot}).status_code == 422


def test_without_free_times_a_person_helps(world: World) -> None:
    Block.objects.all().delete()
    key = world.report()
    response = opened(key).get(f"/case/{key}/time")
    assert "Op dit moment is er geen tijd vrij" in text_of(response)
    assert f"/case/{key}/call" in response.content.decode()


def test_the_appointment_goes_into_the_customers_own_calendar(world: World) -> None:
    key = world.report()
    client = opened(key)
    assert client.get(f"/case/{key}/calendar").status_code == 404
    world.book(key)
    file = client.get(f"/case/{key}/calendar").content.decode()
    assert "DTSTART:20260908T060000Z" in file and f"UID:{appointment(key).uid}" in file


# -- it is not needed any more -------------------------------------------------------------------------------------


def test_stopping_gives_the_time_back_and_can_be_undone(world: World) -> None:
    key = world.report()
    block = world.book(key)
    client = opened(key)
    world.time.move(seconds=1)
    for _ in range(2):  # a double tap
        page = text_of(client.post(f"/case/{key}/withdraw", follow=True))
    assert "U heeft de melding gestopt." in page and "U kunt het nog terugdraaien." in page
    assert told(key, "case.withdrawn") == 1
    block.refresh_from_db()
    assert block.taken == 0
    page = text_of(client.post(f"/case/{key}/withdraw/undo", follow=True))
    assert "Uw melding loopt weer." in page and "De vakman komt dinsdag 8 september" in page
    assert "Gestopt" not in page  # on the line it never was
    assert appointment(key).block_id == block.pk


def test_undoing_says_when_the_time_was_given_away(world: World) -> None:
    key, other = world.report(), world.report(email="else@example.nl")
    block = world.book(key)
    client = opened(key)
    world.time.move(seconds=1)
    client.post(f"/case/{key}/withdraw")
    cases.book(actor=world.customer_of(other), case=other, block=block.slot)
    world.time.move(seconds=1)
    page = text_of(client.post(f"/case/{key}/withdraw/undo", follow=True))
    assert "Uw tijd is intussen aan iemand anders gegeven." in page
    assert world.stage(key) == "reported"
    assert appointment(other).block_id == block.pk


def test_after_half_an_hour_stopping_is_final(world: World) -> None:
    key = world.report()
    client = opened(key)
    client.post(f"/case/{key}/withdraw")
    world.time.move(minutes=31)
    assert "terugdraaien" not in text_of(client.get(f"/case/{key}"))
    page = text_of(client.post(f"/case/{key}/withdraw/undo", follow=True))
    assert "Dit kan niet meer worden teruggedraaid." in page
    assert world.stage(key) == "withdrawn"


def test_what_cannot_be_done_now_is_not_offered_and_not_done(world: World) -> None:
    key = world.report()
    block = world.book(key)
    world.at(block.start)
    visits.depart(actor=world.staff("technician"), case=key)
    client = opened(key)
    assert client.get(f"/case/{key}/withdraw").status_code == 302
    assert "Dit kan niet meer worden gestopt." in text_of(client.post(f"/case/{key}/withdraw", follow=True))
    assert client.post(f"/case/{key}/time", {"block": world.blocks()[0].slot}).status_code == 302
    assert world.stage(key) == "under_way"


# -- call me ---------------------------------------------------------------------------------------------------------


def first_slot(client: Client, key: str) -> str:
    return str(client.get(f"/case/{key}/call").context["form"].initial["slot"])


def test_a_call_at_a_time_that_suits(world: World) -> None:
    key = world.report()
    client = opened(key)
    slot = first_slot(client, key)
    given = {"slot": slot, "phone": "06-87 65 43 21", "about": "Mag de hond binnen blijven?"}
    for _ in range(2):
        page = text_of(client.post(f"/case/{key}/call", given, follow=True))
    assert "Wij bellen u maandag 7 september, tussen 9 en 12 uur." in page
    wish = CallWish.objects.get()
    assert (wish.phone, wish.about) == ("+31687654321", "Mag de hond binnen blijven?")
    assert told(key, "call.asked") == 1


def test_a_wrong_number_or_time_comes_back_with_what_was_typed(world: World) -> None:
    key = world.report()
    client = opened(key)
    slot = first_slot(client, key)
    for given in ({"slot": slot, "phone": "12"}, {"slot": "2026-09-13T09:00:00+02:00/x", "phone": "0612345678"}, {}):
        response = client.post(f"/case/{key}/call", {**given, "about": "Over de sleutel"})
        assert response.status_code == 422
        assert "Over de sleutel" in response.content.decode()
    world.time.move(hours=5)
    stale = client.post(f"/case/{key}/call", {"slot": slot, "phone": "0612345678"})
    assert stale.status_code == 422 and "Deze tijd is voorbij." in text_of(stale)
    assert not CallWish.objects.exists()


def test_nobody_is_called_on_a_sunday_or_a_holiday(world: World) -> None:
    world.time.at = datetime.fromisoformat("2026-12-24T18:00:00+01:00")
    key = world.report()
    text = text_of(opened(key).get(f"/case/{key}/call"))
    assert "maandag 28 december" in text
    assert not any(day in text for day in ("25 december", "26 december", "27 december"))


# -- the questions ---------------------------------------------------------------------------------------------------


def fixed(world: World) -> str:
    key = world.report()
    block = world.book(key)
    world.at(block.start)
    sam = world.staff("technician")
    visits.depart(actor=sam, case=key)
    visits.arrive(actor=sam, case=key)
    visits.fixed(actor=sam, case=key)
    world.at(world.time.at + timedelta(hours=3))
    return key


def test_a_tap_in_the_mail_is_filled_in_and_one_more_sends_it(world: World) -> None:
    key = fixed(world)
    mail = next(message for message in world.email.sent if "effort=2" in message.body)
    link = next(word for word in mail.body.replace("(", " ").replace(")", " ").split() if "effort=2" in word)
    client = Client()
    page = client.get("/" + link.partition("://")[2].partition("/")[2], follow=True)
    content = page.content.decode()
    assert content.count("checked") == 1 and 'name="effort" value="2" checked' in content
    assert not SurveyAnswer.objects.exists()
    here = page.redirect_chain[-1][0].partition("?")[0]
    done = client.post(here, {"effort": "2"}, follow=True)
    assert "Dank u wel" in text_of(done)
    assert SurveyAnswer.objects.get().answer == 2
    assert told(key, "survey.answered") == 1


def test_answers_are_filled_in_again_and_can_be_changed(world: World) -> None:
    key = fixed(world)
    client, page = opened(key), f"/case/{key}/survey/survey"
    given = {"effort": "4", "satisfaction": "2", "feeling": "annoyed", "remark": "Te laat."}
    for _ in range(2):
        client.post(page, given)
    assert told(key, "survey.answered") == 1  # a double tap says it once
    content = client.get(page).content.decode()
    assert content.count("checked") == 3 and "Te laat." in content
    client.post(page, {"effort": "3"})
    assert {row.question: row.answer for row in SurveyAnswer.objects.all()} == {"effort": 3}
    assert told(key, "survey.answered") == 2


@pytest.mark.parametrize("given", [{"effort": "6"}, {"effort": ""}, {"effort": "x"}, {"effort": "1", "feeling": "hm"},
                                   {"effort": "1", "remark": "a" * 2001}, {}])  # fmt: skip
def test_an_answer_that_cannot_be_is_shown_again(world: World, given: dict[str, str]) -> None:
    key = fixed(world)
    response = opened(key).post(f"/case/{key}/survey/survey", given)
    if given.get("remark"):
        assert response.status_code == 302  # what is longer than the field is cut off
        return
    assert response.status_code == 422 and 'class="wrong"' in response.content.decode()
    assert not SurveyAnswer.objects.exists()


def test_no_more_than_four_questions_are_asked(world: World) -> None:
    key = world.report()
    assert len(opened(key).get(f"/case/{key}/survey/survey").context["questions"]) == 4


def test_there_are_no_questions_where_nothing_is_asked(world: World) -> None:
    key = world.report()
    for touchpoint in ("reminder", "nothing"):
        assert opened(key).get(f"/case/{key}/survey/{touchpoint}").status_code == 404


# -- something is not right ------------------------------------------------------------------------------------------


def complained(client: Client, key: str) -> str:
    """A complaint from inside a case; gives the key of the case that it opened."""
    start = client.post(f"/case/{key}/ask/complain", {"answer": "waiting"})
    question = client.get(start.headers["Location"]).headers["Location"]
    last = client.get(client.post(question, {"answer": "Dat u belt."}).headers["Location"]).headers["Location"]
    assert "Klopt dit?" in text_of(client.get(last))
    assert "Uw bericht is binnen" in text_of(client.post(last, follow=True))
    client.post(last)  # a double tap
    return Case.objects.get(parent=key).key


def test_a_complaint_inside_a_case_is_followed_beside_it(world: World) -> None:
    key = world.report()
    client = opened(key)
    child = complained(client, key)
    assert told(key, "complaint.made") == 1
    assert "Mijn klacht: Verteld" in text_of(client.get(f"/case/{key}"))
    page = client.get(f"/case/{child}")
    assert "We weten ervan." in text_of(page) and f'href="/case/{key}"' in page.content.decode()
    client.post(f"/case/{child}/withdraw")
    assert world.stage(child) == "dropped" and world.stage(key) == "reported"


def test_a_complaint_opens_for_its_own_customer_only(world: World) -> None:
    key, other = world.report(), world.report(email="else@example.nl")
    child = complained(opened(key), key)
    stranger = opened(other)
    assert stranger.get(f"/case/{child}").status_code == 403
    assert stranger.post(f"/case/{child}/withdraw").status_code == 403
    only_child = opened(child)
    assert only_child.get(f"/case/{child}").status_code == 200
    assert only_child.get(f"/case/{key}").status_code == 403


def test_a_dialogue_that_is_not_offered_here_does_not_open(world: World) -> None:
    key = world.report()
    client = opened(key)
    for name in ("report", "not_right", "nothing"):
        assert client.get(f"/case/{key}/ask/{name}").headers["Location"] == f"/case/{key}"
        assert client.post(f"/case/{key}/ask/{name}", {"answer": "work"}).headers["Location"] == f"/case/{key}"


def test_a_planner_who_closes_a_block_meanwhile_does_not_break_the_page(world: World) -> None:
    key, block = world.report(), world.blocks()[0]
    agenda.close_block(actor=world.staff("planner"), block=block.pk)
    assert opened(key).post(f"/case/{key}/time", {"block": block.slot}).status_code == 422
