"""What a technician leaves behind of a visit: kept once, only of one's own visits, made anew where it is a picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image

from loper.server.actions import fieldwork, visits
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor
from loper.server.queries.cases import case_view
from loper.server.queries.fieldwork import access_of, done_at
from loper.server.queries.taps import taps_of
from loper.server.queries.visits import visit as visit_of
from loper.server.records.agenda import Appointment
from loper.server.records.dialogues import StoredFile
from loper.server.records.fieldwork import AccessNotes, VisitPhoto, VisitReport
from tests.worlds import World

NOOR = Actor(roles=frozenset({"technician"}), name="Noor Bakker", technician="t2")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def row(world: World) -> Appointment:
    """A visit that has begun."""
    key = world.report()
    block = world.book(key)
    world.at(block.start + timedelta(minutes=5))
    return Appointment.objects.get(case=key)


@pytest.fixture
def sam(world: World) -> Actor:
    return world.staff("technician")


@pytest.fixture
def phone(world: World, client: Client) -> Client:
    client.force_login(world.users["technician"])
    return client


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "#7799aa").save(out, kind)
    out.seek(0)
    return out


def keep(actor: Actor, row: Appointment, moment: str = "before", key: str = "") -> VisitPhoto:
    shot = picture()
    return fieldwork.keep_photo(
        actor=actor, visit=row.pk, moment=moment, upload=shot, size=len(shot.getvalue()), key=key
    )


def test_a_photo_sent_three_times_is_one_photo(sam: Actor, row: Appointment) -> None:
    assert len({keep(sam, row, key="k1").pk for _try in range(3)}) == 1
    assert StoredFile.objects.filter(case=row.case).count() == 1


def test_photos_of_before_and_after_are_not_those_of_the_customer(sam: Actor, row: Appointment) -> None:
    keep(sam, row, "before", "a")
    keep(sam, row, "after", "b")
    found = visit_of(row, "nl")
    assert found is not None and found.problem.photos == ()
    done = done_at(row, found.taps)
    assert len(done.before) == len(done.after) == 1


def test_a_visit_has_at_most_twelve_photos(sam: Actor, row: Appointment) -> None:
    for number in range(fieldwork.MOST_PHOTOS):
        keep(sam, row, key=f"k{number}")
    with pytest.raises(Refused, match="twelve"):
        keep(sam, row, key="one-more")


def test_what_is_no_picture_is_refused(sam: Actor, row: Appointment) -> None:
    with pytest.raises(Refused, match="not a photo"):
        fieldwork.keep_photo(actor=sam, visit=row.pk, moment="before", upload=io.BytesIO(b"<svg/>"), size=6)
    with pytest.raises(Refused, match="too large"):
        fieldwork.keep_photo(actor=sam, visit=row.pk, moment="before", upload=picture(), size=13 * 1024 * 1024)


def test_nobody_else_can_add_to_a_visit(world: World, row: Appointment) -> None:
    for actor in (NOOR, world.staff("agent"), world.customer_of(row.case)):
        with pytest.raises(PermissionDenied):
            keep(actor, row)
        with pytest.raises(PermissionDenied):
            fieldwork.keep_work(actor=actor, visit=row.pk)
        with pytest.raises(PermissionDenied):
            fieldwork.sign(actor=actor, visit=row.pk, name="Jo")
    with pytest.raises(PermissionDenied):
        fieldwork.keep_access(actor=NOOR, case=row.case, dog=True)
    with pytest.raises(PermissionDenied):
        fieldwork.keep_access(actor=world.customer_of(row.case), case=row.case, dog=True)
    assert not VisitReport.objects.exists() and not VisitPhoto.objects.exists() and not AccessNotes.objects.exists()


def test_hours_are_those_of_the_taps_until_they_are_corrected(world: World, sam: Actor, row: Appointment) -> None:
    arrived = world.time.at
    visits.arrive(actor=sam, case=row.case)
    world.time.move(minutes=50)
    visits.fixed(actor=sam, case=row.case)
    view = case_view(row.case)
    assert view is not None
    taps = taps_of(view.case, row.uid)
    assert (done_at(row, taps).began, done_at(row, taps).ended) == (arrived, world.time.at)
    corrected = arrived - timedelta(minutes=10)
    fieldwork.keep_work(actor=sam, visit=row.pk, began=corrected, ended=world.time.at, parts=[("Tap", 2), ("", 1)])
    row = Appointment.objects.get(pk=row.pk)
    assert done_at(row, taps).began == corrected and done_at(row, taps).parts == (("Tap", 2),)


def test_an_end_before_the_begin_is_refused(world: World, sam: Actor, row: Appointment) -> None:
    with pytest.raises(Refused, match="end comes before"):
        fieldwork.keep_work(actor=sam, visit=row.pk, began=world.time.at, ended=world.time.at - timedelta(hours=1))


def test_a_signature_is_a_name_and_perhaps_a_drawing(sam: Actor, row: Appointment) -> None:
    with pytest.raises(Refused, match="Who signs"):
        fieldwork.sign(actor=sam, visit=row.pk, name=" ")
    assert fieldwork.sign(actor=sam, visit=row.pk, name="Jo  Jansen").signed_by == "Jo Jansen"
    drawn = picture("PNG", (640, 260))
    report = fieldwork.sign(actor=sam, visit=row.pk, name="Jo", picture=drawn, size=len(drawn.getvalue()))
    assert report.signature is not None and bytes(report.signature).startswith(b"\xff\xd8")


def test_access_notes_stay_with_the_home_for_the_next_visit(world: World, sam: Actor, row: Appointment) -> None:
    fieldwork.keep_access(actor=sam, case=row.case, dog=True, asbestos="kruipruimte")
    other = world.report(email="p@example.nl", phone="0687654321")
    view = case_view(other)
    assert view is not None and view.customer is not None
    found = access_of(view.customer.home)
    assert found is not None and found.dog and found.asbestos == "kruipruimte"
    fieldwork.keep_access(actor=world.staff("agent"), case=other)
    assert access_of(view.customer.home) is None


def test_the_page_shows_access_before_the_visit_and_takes_the_rest(phone: Client, sam: Actor, row: Appointment) -> None:
    base = f"/field/visit/{row.pk}"
    fieldwork.keep_access(actor=sam, case=row.case, dog=True, key_box="naast de voordeur")
    assert "naast de voordeur" in phone.get(base).content.decode()
    shot = SimpleUploadedFile("x.jpg", picture().getvalue(), "image/jpeg")
    assert phone.post(f"{base}/shot", {"moment": "after", "photo": shot, "key": "p1"}).status_code == 302
    said = phone.post(f"{base}/hours", {"began": "08:05", "ended": "09:10", "part": ["Kraan", ""], "number": ["1", ""]})
    assert said.status_code == 302
    report = VisitReport.objects.get(visit=row)
    assert report.parts == [["Kraan", 1]] and report.began is not None and report.ended is not None
    assert report.ended - report.began == timedelta(minutes=65)
    assert phone.post(f"{base}/sign", {"name": "Jo"}).status_code == 302
    file = VisitPhoto.objects.get().file_id
    assert phone.get(f"{base}/photo/{file}").status_code == 200
    assert phone.get(f"{base}/signature").status_code == 404  # typed alone
    assert phone.post(f"{base}/shot/drop", {"file": str(file)}).status_code == 302
    assert not StoredFile.objects.filter(pk=file).exists()


@pytest.mark.parametrize("what", ["shot", "hours", "sign", "access", "shot/drop"])
def test_a_visit_of_a_colleague_is_not_there(phone: Client, world: World, row: Appointment, what: str) -> None:
    Appointment.objects.filter(pk=row.pk).update(technician=world.other_technician)
    address = f"/field/visit/{row.pk}/{what}"
    assert phone.get(address).status_code == 405
    assert phone.post(address, {"name": "x", "moment": "before"}).status_code == 404
    answer = phone.post(address, {"name": "x", "moment": "before"}, headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert not VisitReport.objects.exists() and not AccessNotes.objects.exists()


def test_a_wrong_time_says_what_is_expected(phone: Client, row: Appointment) -> None:
    answer = phone.post(f"/field/visit/{row.pk}/hours", {"began": "9 uur"}, headers={"accept": "application/json"})
    assert answer.status_code == 409 and "09:30" in answer.json()["why"]


def test_the_office_writes_access_down_and_sees_what_was_done(
    client: Client, world: World, sam: Actor, row: Appointment
) -> None:
    keep(sam, row)
    fieldwork.keep_work(actor=sam, visit=row.pk, parts=[("Kraan", 2)])
    client.force_login(world.users["agent"])
    assert client.post(f"/desk/access/{row.case}", {"dog": "on", "key_box": "Links"}).status_code == 302
    page = client.get(f"/desk/cases/{row.case}").content.decode()
    assert "Links" in page and "2 × Kraan" in page and str(VisitPhoto.objects.get().file_id) in page
    client.force_login(world.users["director"])
    assert client.get(f"/desk/access/{row.case}").status_code in (403, 404)
    assert "Links" not in client.get(f"/desk/cases/{row.case}").content.decode()
