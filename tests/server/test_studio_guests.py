"""An eye from outside: a link for one version and one guest, a button first, and words under that version alone."""

from __future__ import annotations

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from loper.server.actions import reviews
from loper.server.actions.refused import Refused
from loper.server.queries import designs
from loper.server.records.designs import SignOff
from loper.server.records.links import Link
from loper.server.security import Line
from tests.server.studio_world import changed, client_of, proposed
from tests.worlds import World


def invited(world: World, name: str = "Mevrouw De Wit") -> tuple[str, str]:
    """The version, and the path of the link for this guest."""
    row = proposed(world, changed())
    link = reviews.invite(actor=world.staff("director"), journey="repair", version=row.version, name=name)
    return row.version, "/" + link.split("/", 3)[3]


def inside(path: str) -> Client:
    guest = Client()
    assert guest.post(path)["Location"] == "/studio/reading"
    return guest


def test_a_guest_reads_what_customers_read_and_says_so(world: World) -> None:
    version, path = invited(world)
    mail_program = Client()
    page = mail_program.get(path)
    assert page.status_code == 200
    assert mail_program.get("/studio/reading").status_code == 410  # looking alone opens nothing
    guest = inside(path)
    body = guest.get("/studio/reading").content.decode()
    assert "Uw afspraak staat" in body and "Uw melding is binnen" in body and "Er lekt water" not in body
    assert guest.post("/studio/reading", {"agrees": "yes", "remark": "Fijn kort."}).status_code == 302
    signed = SignOff.objects.get(version=version)
    assert (signed.name, signed.outside, signed.agrees, signed.user) == ("Mevrouw De Wit", True, True, None)
    assert "no-outside-eye" not in {one.rule for one in designs.findings(designs.journey("repair", version))}


def test_a_guest_may_change_their_mind_and_says_why_not(world: World) -> None:
    version, path = invited(world)
    guest = inside(path)
    assert guest.post("/studio/reading", {"agrees": "no"}).status_code == 422
    guest.post("/studio/reading", {"agrees": "no", "remark": "Wat is een vakman?"})
    assert not SignOff.objects.get(version=version).agrees
    guest.post("/studio/reading", {"agrees": "yes"})
    assert SignOff.objects.get(version=version).agrees


def test_a_guest_sees_no_customer_and_no_other_page(world: World) -> None:
    key = world.report()
    _version, path = invited(world)
    guest = inside(path)
    body = guest.get("/studio/reading").content.decode()
    assert key not in body and "0612345678" not in body
    for other in ("/studio/journeys/", "/studio/journeys/repair/", "/studio/organisation/", "/desk/"):
        assert guest.get(other).status_code in (302, 404), other


def test_a_link_ends_by_itself_and_can_be_taken_back(world: World) -> None:
    version, path = invited(world)
    guest = inside(path)
    world.time.move(days=15)
    assert Client().get(path).status_code == 410
    assert guest.get("/studio/reading").status_code == 410
    assert guest.post("/studio/reading", {"agrees": "yes"}).status_code == 410
    world.time.move(days=-15)
    link = Link.objects.get(purpose="review")
    url = f"/studio/journeys/repair/versions/{version}/uninvite"
    client_of(world, "director").post(url, {"link": link.pk})
    assert Client().get(path).status_code == 410
    assert guest.post("/studio/reading", {"agrees": "yes"}).status_code == 410
    assert not SignOff.objects.exists()


def test_the_link_of_a_guest_opens_no_case_and_a_link_of_a_customer_no_version(world: World) -> None:
    _version, path = invited(world)
    token = path.rsplit("/", 1)[1]
    assert Client().get(f"/l/{token}").status_code == 410
    assert Client().get(f"/u/{token}").status_code == 410
    world.report()
    world.work()
    own = re.search(r"/l/([\w-]{20,})", world.email.sent[-1].body + str(world.email.sent[-1].links))
    assert own is not None
    assert Client().get(f"/studio/l/{own[1]}").status_code == 410


@pytest.mark.parametrize("token", ["x", "../../x", "%00", "a" * 500, "é"])
def test_a_token_that_was_guessed_opens_nothing(world: World, token: str) -> None:
    assert Client().get(f"/studio/l/{token}").status_code in (404, 410)


def test_a_token_is_stored_nowhere_and_stands_in_no_log(world: World) -> None:
    _version, path = invited(world)
    token = path.rsplit("/", 1)[1]
    assert not Link.objects.filter(hash__contains=token).exists()
    assert all(token not in str(row) for row in Link.objects.values())
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": (path,)})
    assert token not in Line("%(message)s").format(record)
    assert Client().get(path)["Referrer-Policy"] == "same-origin"


def test_the_link_is_shown_once(world: World) -> None:
    row = proposed(world, changed())
    director = client_of(world, "director")
    url = f"/studio/journeys/repair/versions/{row.version}/"
    director.post(f"{url}invite", {"name": "Meneer Bos"})
    assert "/studio/l/" in director.get(url).content.decode()
    again = director.get(url).content.decode()
    assert "/studio/l/" not in again and "Meneer Bos" in again


def test_only_a_director_invites_and_only_for_a_version_that_is_there(world: World) -> None:
    row = proposed(world, changed())
    with pytest.raises(PermissionDenied):
        reviews.invite(actor=world.staff("agent"), journey="repair", version=row.version, name="x")
    for version, name in (("0000", "x"), (row.version, "  ")):
        with pytest.raises(Refused):
            reviews.invite(actor=world.staff("director"), journey="repair", version=version, name=name)
    assert not Link.objects.filter(purpose="review").exists()


def test_a_guest_has_no_form_without_its_own_secret(world: World) -> None:
    _version, path = invited(world)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path).status_code == 403
