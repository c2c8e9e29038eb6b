"""The agent who is called halfway sees the form where the tenant left it, and asks nothing twice."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loper.server.actions import dialogues
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress, StoredFile
from loper.server.records.runtime import Case, Event
from tests.server.desk import VISITOR, half_filled, picture, signed_in, text_of
from tests.worlds import World

PIET = {"postcode": "4321 BA", "house_number": "7", "name": "Piet Bakker", "phone": "06 87654321", "email": ""}
ANSWERS = {"problem": "blocked", "room": "kitchen", "story": "Loopt niet weg", "at_home": "any"}


def was(client: Client, path: str) -> dict[str, str]:
    """What the page says that the answers were, as its hidden fields send it back."""
    page = client.get(path)
    found = {f"was-{one.name}": one.was for one in page.context["questions"]}
    return found | {f"was-{name}": value for name, value in page.context["contact"].items()}


def test_the_form_stands_where_the_tenant_left_it(world: World) -> None:
    row = half_filled(**PIET)
    client = signed_in(world)
    listed = text_of(client.get("/desk/forms"))
    for words in ("Piet Bakker", "4321 BA 7", "Er loopt steeds water", "In de badkamer"):
        assert words in listed, words
    page = client.get(f"/desk/forms/{row.pk}")
    given = {one.name: one.was for one in page.context["questions"] if one.was and one.kind != "file"}
    assert given == {"problem": "leak", "severity": "runs", "room": "bathroom"}
    assert 'value="Piet Bakker"' in page.content.decode()
    photo = StoredFile.objects.get(progress=row)
    assert f"/desk/photo/{photo.pk}" in page.content.decode()
    assert client.get(f"/desk/photo/{photo.pk}")["Content-Type"] == "image/jpeg"


def test_the_agent_finishes_it_and_the_photo_comes_along(world: World) -> None:
    row, client = half_filled(**PIET), signed_in(world)
    path = f"/desk/forms/{row.pk}"
    answer = client.post(path, {**was(client, path), **PIET, "problem": "leak", "severity": "runs", "room": "bathroom",
                                "story": "Onder de wasbak", "at_home": "any", "do": "send"})  # fmt: skip
    row.refresh_from_db()
    assert answer["Location"] == f"/desk/book/{row.case}"
    case = Case.objects.get(key=row.case)
    begin = Event.objects.get(case=case.key, type="job.reported")
    assert begin.emitter == "agent"
    owner = Customer.objects.get(key=case.customer)
    assert (owner.name, str(owner.home)) == ("Piet Bakker", "4321 BA 7")
    assert StoredFile.objects.get(case=case.key).progress == row
    page = text_of(client.get(f"/desk/cases/{case.key}"))
    assert "Onder de wasbak" in page and "Ingevuld door Agent" in page
    assert client.post(path, {"do": "send"})["Location"] == f"/desk/cases/{case.key}"
    assert Case.objects.filter(customer=case.customer).count() == 1


def test_who_is_known_is_asked_nothing_that_we_know(world: World) -> None:
    client = signed_in(world)
    page = client.get("/desk/new/repair/report?customer=jo")
    assert "Jo Jansen" in text_of(page) and 'name="postcode"' not in page.content.decode()
    answer = client.post("/desk/new/repair/report?customer=jo", {**ANSWERS, "do": "send"})
    row = DialogueProgress.objects.get()
    assert answer["Location"] == f"/desk/book/{row.case}"
    assert Case.objects.get(key=row.case).customer == "jo"
    assert Customer.objects.count() == 1


def test_whom_we_know_at_the_address_is_offered_and_taken_with_one_press(world: World) -> None:
    client = signed_in(world)
    typed = {**ANSWERS, "postcode": "1234ab", "house_number": "12", "do": "keep"}
    row_page = client.post("/desk/new/repair/report", typed, follow=True)
    assert "Is het een van hen?" in text_of(row_page) and "Jo Jansen" in text_of(row_page)
    row = DialogueProgress.objects.get()
    path = f"/desk/forms/{row.pk}"
    page = client.post(path, {"who": "jo"}, follow=True)
    assert 'name="postcode"' not in page.content.decode()
    client.post(path, {**was(client, path), **ANSWERS, "do": "send"})
    row.refresh_from_db()
    assert Case.objects.get(key=row.case).customer == "jo"


def test_a_wrong_pick_is_taken_back(world: World) -> None:
    client = signed_in(world)
    client.post("/desk/new/repair/report?customer=jo", {"problem": "door", "do": "keep"})
    row = DialogueProgress.objects.get()
    assert row.customer is not None
    page = client.post(f"/desk/forms/{row.pk}", {"who": ""}, follow=True)
    assert 'name="postcode"' in page.content.decode()
    row.refresh_from_db()
    assert row.customer is None and row.answers == {"problem": "door"}


def test_what_the_tenant_answers_meanwhile_is_not_undone_by_the_agents_page(world: World) -> None:
    row, client = half_filled(**PIET), signed_in(world)
    path = f"/desk/forms/{row.pk}"
    shown = was(client, path)
    dialogues.answer_question(actor=VISITOR, progress=row, question="room", answer="toilet")
    client.post(path, {**shown, "problem": "leak", "severity": "drips", "room": "bathroom", "do": "keep"})
    row.refresh_from_db()
    assert (row.answers["room"], row.answers["severity"]) == ("toilet", "drips")


def test_an_emergency_is_said_at_once_and_nothing_can_be_sent(world: World) -> None:
    client = signed_in(world)
    page = client.post("/desk/new/repair/report?customer=jo", {"problem": "gas", "do": "keep"}, follow=True)
    assert "Zeg dit nu tegen de klant" in text_of(page) and "0800-9009" in text_of(page)
    row = DialogueProgress.objects.get()
    client.post(f"/desk/forms/{row.pk}", {"was-problem": "gas", **ANSWERS, "problem": "gas", "do": "send"})
    assert not Case.objects.exists()


def test_the_page_in_use_gets_only_what_changed(world: World) -> None:
    client = signed_in(world)
    first = client.get("/desk/new/repair/report?customer=jo")
    names = " ".join(one.name for one in first.context["questions"] if not one.hidden)
    answer = client.post(
        "/desk/new/repair/report?customer=jo", {"problem": "leak", "shown": names}, headers={"HX-Request": "true"}
    )
    row, piece = DialogueProgress.objects.get(), answer.content.decode()
    assert answer["HX-Replace-Url"] == f"/desk/forms/{row.pk}"
    assert 'id="ask-severity"' in piece and 'id="ask-room"' not in piece
    again = client.post(
        "/desk/new/repair/report?customer=jo",
        {"form": str(row.pk), "was-problem": "leak", "problem": "door", "shown": f"{names} severity"},
        headers={"HX-Request": "true"},
    )
    assert DialogueProgress.objects.count() == 1
    assert 'id="ask-severity" class="ask" hx-swap-oob="true" hidden' in again.content.decode()


def test_what_is_missing_is_told_all_at_once_and_what_was_typed_stays(world: World) -> None:
    client = signed_in(world)
    typed = {"problem": "door", "postcode": "12", "house_number": "", "name": "", "phone": "1", "do": "send"}
    answer = client.post("/desk/new/repair/report", typed)
    assert answer.status_code == 422
    assert set(answer.context["wrong"]) == {"room", "at_home", "postcode", "house_number", "name", "phone"}
    row = DialogueProgress.objects.get()
    assert (row.answers, row.contact["postcode"]) == ({"problem": "door"}, "12")
    assert 'value="12"' in answer.content.decode()


def test_an_answer_that_is_none_of_the_choices_is_not_kept(world: World) -> None:
    client = signed_in(world)
    answer = client.post("/desk/new/repair/report?customer=jo", {"problem": "volcano", "do": "keep"})
    assert answer.status_code == 422 and not DialogueProgress.objects.exists()


def test_a_photo_that_the_customer_mailed_is_added(world: World) -> None:
    client = signed_in(world)
    client.post("/desk/new/repair/report?customer=jo", {"problem": "door", "do": "keep"})
    row = DialogueProgress.objects.get()
    upload = SimpleUploadedFile("deur.jpg", picture().read(), "image/jpeg")
    client.post(f"/desk/forms/{row.pk}", {"was-problem": "door", "problem": "door", "photo": upload, "do": "keep"})
    row.refresh_from_db()
    assert row.answers["photo"] == str(StoredFile.objects.get(progress=row).pk)
    wrong = SimpleUploadedFile("deur.jpg", b"<script>", "image/jpeg")
    assert client.post(f"/desk/forms/{row.pk}", {"photo": wrong, "do": "keep"}).status_code == 422


def test_a_complaint_is_written_down_for_the_customer_and_opens_its_own_case(world: World) -> None:
    key, client = world.report(), signed_in(world)
    assert "Laat weten" in text_of(client.get(f"/desk/ask/complain/{key}"))
    answer = client.post(f"/desk/ask/complain/{key}", {"about": "work", "wish": "", "do": "send"})
    assert answer["Location"] == f"/desk/cases/{key}"
    child = Case.objects.get(parent=key)
    assert child.customer == Case.objects.get(key=key).customer
    assert Event.objects.get(case=key, type="complaint.made").emitter == "agent"


def test_a_form_that_is_not_there_or_cannot_be_offered_is_no_page(world: World) -> None:
    key, client = world.report(), signed_in(world)
    assert client.get("/desk/forms/00000000-0000-0000-0000-000000000000").status_code == 404
    for path in ("/desk/new/repair/complain", "/desk/new/nothing/report", "/desk/new/complaint/not_right"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/desk/ask/report/{key}").status_code == 403
    assert client.get("/desk/new/repair/report?customer=nobody").status_code == 404
    assert "Geen half ingevulde formulieren" in text_of(client.get("/desk/forms"))
