"""The technician's pages from outside: whose they are, what a forged request gets, what a tap may say."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from loper.server.actions import cases, visits
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.dialogues import Note, StoredFile
from loper.server.records.runtime import Event
from tests.worlds import World

JSON = {"HTTP_ACCEPT": "application/json"}


def client_of(world: World, role: str, **how: bool) -> Client:
    client = Client(**how)  # type: ignore[arg-type]
    client.force_login(world.users[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def sam(world: World) -> Client:
    return client_of(world, "technician")


@pytest.fixture
def noor(world: World) -> Client:
    """The other technician, on an account of her own."""
    world.other_technician.user = world.users["analyst"]
    world.other_technician.save()
    world.users["analyst"].groups.set(world.users["technician"].groups.all())
    return client_of(world, "analyst")


@pytest.fixture
def job(world: World) -> Appointment:
    """Sam's visit that begins now."""
    key = world.report(story="Geheim: de sleutel ligt onder de mat.")
    world.book(key)
    found = Appointment.objects.get(case=key)
    world.at(found.start + timedelta(minutes=5))
    return found


def tap(client: Client, job: Appointment, do: str, **more: str) -> HttpResponse:
    fields = {"do": do, "key": uuid.uuid4().hex, "sequence": str(job.sequence), **more}
    answer: HttpResponse = client.post(reverse("field:tap", args=[job.pk]), fields, **JSON)
    return answer


def test_the_day_shows_own_jobs_and_nobody_elses(sam: Client, noor: Client, job: Appointment) -> None:
    assert "Geheim" in sam.get(reverse("field:day")).content.decode()
    assert "Geheim" not in noor.get(reverse("field:day")).content.decode()


@pytest.mark.parametrize("page", ["field:visit", "field:tap", "field:undo", "field:note"])
def test_a_colleague_finds_nothing_at_the_address_of_a_visit(noor: Client, job: Appointment, page: str) -> None:
    url = reverse(page, args=[job.pk])
    fields = {"do": "arrive", "text": "hallo", "event": "x", "sequence": "0"}
    answers = [noor.get(url) if page == "field:visit" else noor.post(url, fields)]
    if page != "field:visit":
        answers.append(noor.post(url, fields, **JSON))
    assert {answer.status_code for answer in answers} <= {404, 409}
    assert all("Geheim" not in answer.content.decode() for answer in answers)
    assert not Event.objects.filter(case=job.case, type="technician.arrived").exists()
    assert not Note.objects.exists()


def test_a_visit_that_is_not_there_and_one_of_another_answer_alike(noor: Client, job: Appointment) -> None:
    other, none = tap(noor, job, "arrive"), Appointment(pk=99_999)
    assert (other.status_code, other.content) == (409, tap(noor, none, "arrive").content)


def test_photographs_are_only_for_who_makes_the_visit(
    world: World, sam: Client, noor: Client, job: Appointment
) -> None:
    photo = StoredFile.objects.create(
        case=job.case, content_type="image/jpeg", content=b"pixels", size=6, created=world.time.at
    )
    elsewhere = StoredFile.objects.create(
        case="ELSE-WHERE", content_type="image/jpeg", content=b"pixels", size=6, created=world.time.at
    )
    url = reverse("field:photo", args=[job.pk, photo.pk])
    assert sam.get(url).content == b"pixels"
    assert noor.get(url).status_code == 404
    assert sam.get(reverse("field:photo", args=[job.pk, elsewhere.pk])).status_code == 404


@pytest.mark.parametrize("role", ["agent", "planner", "director", "analyst", "admin"])
def test_other_roles_are_not_let_in(world: World, job: Appointment, role: str) -> None:
    client = client_of(world, role)
    for url in (reverse("field:day"), reverse("field:visit", args=[job.pk]), reverse("field:token")):
        assert client.get(url).status_code == 403
    assert tap(client, job, "arrive").status_code == 403
    assert not Event.objects.filter(case=job.case, type="technician.arrived").exists()


def test_an_agent_with_the_role_but_without_a_technician_acts_on_nothing(world: World, job: Appointment) -> None:
    world.users["agent"].groups.add(*world.users["technician"].groups.all())
    client = client_of(world, "agent")
    assert client.get(reverse("field:day")).status_code == 200
    assert tap(client, job, "arrive").status_code == 409
    assert not Event.objects.filter(case=job.case, type="technician.arrived").exists()


def test_nobody_is_sent_to_sign_in(client: Client, job: Appointment) -> None:
    for url in (reverse("field:day"), reverse("field:visit", args=[job.pk]), reverse("field:token")):
        answer = client.get(url)
        assert answer.status_code == 302
        assert "/account/login/" in answer.headers["Location"]


def test_looking_changes_nothing(sam: Client, job: Appointment) -> None:
    before = Event.objects.count()
    for page in ("day", "tomorrow", "token", "offline", "worker", "manifest"):
        assert sam.get(reverse(f"field:{page}")).status_code == 200
    for page in ("tap", "undo", "note"):
        assert sam.get(reverse(f"field:{page}", args=[job.pk]) + "?do=arrive&event=x&text=hallo").status_code == 405
    assert Event.objects.count() == before


def test_a_tap_from_another_site_is_refused(world: World, job: Appointment) -> None:
    client = client_of(world, "technician", enforce_csrf_checks=True)
    assert tap(client, job, "arrive").status_code == 403
    token = client.get(reverse("field:token")).json()["token"]
    assert tap(client, job, "arrive", csrfmiddlewaretoken=token).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"do": ""},
        {"do": "case.withdrawn"},
        {"do": "next"},
        {"do": "next", "block": "999999"},
        {"do": "not_fixed", "reason": "holiday"},
        {"do": "fixed"},
        {"sequence": "7"},
    ],
)
def test_a_forged_tap_changes_nothing(sam: Client, job: Appointment, forged: dict[str, str]) -> None:
    before = Event.objects.count()
    answer = tap(sam, job, forged.pop("do", "arrive"), **forged)
    assert answer.status_code == 409
    assert answer.json()["why"]  # type: ignore[attr-defined]
    assert Event.objects.count() == before


@pytest.mark.parametrize("ago", ["-5", "99999999999999999999", "1e9", "soon", "²", ""])
def test_whatever_a_telephone_says_of_the_time_it_lies_within_the_last_day(
    world: World, sam: Client, job: Appointment, ago: str
) -> None:
    assert tap(sam, job, "arrive", ago=ago).status_code == 200
    time = Event.objects.get(case=job.case, type="technician.arrived").time
    assert world.time.at - timedelta(days=1) <= time <= world.time.at


def test_the_expected_time_counts_from_the_tap(world: World, sam: Client, job: Appointment) -> None:
    tap(sam, job, "depart", ago="600", eta="20")
    world.work()
    arrive_by = (world.time.at + timedelta(minutes=10)).astimezone().strftime("%Y-%m-%dT%H:%M")
    from loper.server.queries.runtime import load_case

    case = load_case(job.case)
    assert case is not None
    assert case.state.facts["eta"].astimezone().strftime("%Y-%m-%dT%H:%M") == arrive_by


def test_the_same_key_of_another_visit_is_another_tap(world: World, sam: Client, job: Appointment) -> None:
    other_key = world.report()
    world.book(other_key, 0)
    other = Appointment.objects.get(case=other_key)
    for one in (job, other):
        assert tap(sam, one, "arrive", key="same").status_code == 200
    assert Event.objects.filter(type="technician.arrived").count() == 2


def test_a_page_is_kept_by_a_telephone_for_one_account_until_midnight(
    world: World, sam: Client, noor: Client, job: Appointment
) -> None:
    mark = sam.get(reverse("field:day")).headers["X-Loper-Keep"]
    owner, seconds = mark.split(" ")
    assert timedelta(seconds=int(seconds)) < timedelta(hours=24)
    assert world.users["technician"].username not in owner
    assert noor.get(reverse("field:day")).headers["X-Loper-Keep"].split(" ")[0] != owner
    assert "no-store" in sam.get(reverse("field:day")).headers["Cache-Control"]


def test_a_visit_of_long_ago_is_no_longer_to_be_opened(world: World, sam: Client, job: Appointment) -> None:
    url = reverse("field:visit", args=[job.pk])
    assert sam.get(url).status_code == 200
    world.time.move(days=8)
    assert sam.get(url).status_code == 404


def test_a_visit_of_yesterday_that_nobody_ended_is_still_on_the_page(
    world: World, sam: Client, job: Appointment
) -> None:
    visits.arrive(actor=world.staff("technician"), case=job.case)
    world.time.move(days=1)
    assert reverse("field:visit", args=[job.pk]) in sam.get(reverse("field:day")).content.decode()
    visits.fixed(actor=world.staff("technician"), case=job.case)
    assert reverse("field:visit", args=[job.pk]) not in sam.get(reverse("field:day")).content.decode()


def test_an_earlier_visit_and_its_notes_are_there_at_the_next_one(world: World, sam: Client, job: Appointment) -> None:
    me = world.staff("technician")
    visits.arrive(actor=me, case=job.case)
    visits.write_note(actor=me, case=job.case, text="Ventiel van 22 mm meenemen.")
    visits.not_fixed(actor=me, case=job.case, reason="material", block=world.blocks()[5].slot)
    following = Appointment.objects.get(case=job.case, status=Appointment.BOOKED)
    page = sam.get(reverse("field:visit", args=[following.pk])).content.decode()
    assert "Niet gelukt: Er is materiaal nodig" in page
    assert "Ventiel van 22 mm" in page
    assert 'name="eta"' not in page  # on the day itself the buttons are there


def test_a_job_that_was_cancelled_is_off_the_page(world: World, sam: Client, job: Appointment) -> None:
    cases.withdraw(actor=world.customer_of(job.case), case=job.case)
    assert sam.get(reverse("field:visit", args=[job.pk])).status_code == 404
    assert "Geen klussen vandaag" in sam.get(reverse("field:day")).content.decode()


def test_a_technician_in_english(sam: Client, job: Appointment) -> None:
    sam.cookies["loper_language"] = "en"
    page = sam.get(reverse("field:day")).content.decode()
    assert "I have arrived" in page
    assert "Water is leaking" in page


def test_what_customers_wrote_is_shown_as_text(world: World, sam: Client) -> None:
    key = world.report(story="<script>alert(1)</script>")
    world.book(key)
    row = Appointment.objects.get(case=key)
    world.time.at = row.start
    page = sam.get(reverse("field:visit", args=[row.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_technician_without_jobs_reads_no_other_ones(world: World, noor: Client, job: Appointment) -> None:
    assert Technician.objects.count() == 2
    assert "Geen klussen vandaag" in noor.get(reverse("field:day")).content.decode()
