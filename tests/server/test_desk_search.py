"""One box that finds a person or a case by whatever is typed, and leaves no name in an address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loper.server.actions.customers import find_or_make, home_of, keep_words
from loper.server.queries.desk_cases import Filters, cases
from loper.server.queries.desk_search import people, understand
from loper.server.records.customers import Customer
from loper.server.records.runtime import Case
from tests.server.desk import half_filled, reported_by, signed_in, text_of
from tests.worlds import MONDAY, World


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("  ab2d-3fgh ", {"number": "AB2D-3FGH", "words": ("ab2d", "3fgh")}),
        ("AB2D3FGH", {"number": "AB2D-3FGH", "words": ("ab2d3fgh",)}),
        ("1234ab 12", {"postcode": "1234AB", "house_number": "12"}),
        ("1234 AB, 12a", {"postcode": "1234AB", "house_number": "12A"}),
        ("1234 AB 12-2 jansen", {"postcode": "1234AB", "house_number": "12-2", "words": ("jansen",)}),
        ("1234AB12 b", {"postcode": "1234AB", "house_number": "12B"}),
        ("06 1234 5678", {"phone": "+31612345678"}),
        ("0031612345678", {"phone": "+31612345678"}),
        ("J.Jansen@Example.NL", {"email": "j.jansen@example.nl"}),
        ("mevr. de Vries", {"words": ("de", "vries")}),
        ("Yılmaz", {"words": ("yılmaz",)}),
        ("Müller", {"words": ("muller",)}),
        ("jansen 1234 AB", {"postcode": "1234AB", "words": ("jansen",)}),
        ("", {}),
    ],
)  # fmt: skip
def test_the_box_understands_what_people_type(typed: str, parts: dict[str, object]) -> None:
    found = understand(typed)
    names = ("number", "postcode", "house_number", "email", "phone", "words")
    assert {name: value for name in names if (value := getattr(found, name))} == parts


@pytest.mark.parametrize(
    "typed",
    [
        "jansen",
        "Jo Jan",
        "jan jo",
        "1234 AB 12",
        "1234AB",
        "06-12345678",
        "+31612345678",
        "j.jansen@example.nl",
        "j.jansen@",
    ],
)
def test_jo_is_found_by_name_address_telephone_and_mail(world: World, typed: str) -> None:
    reported_by(world, "Anna Müller", "5678 EF", "101")
    assert [one.name for one in people(understand(typed))] == ["Jo Jansen"]


def test_accents_do_not_matter_and_a_new_name_is_found_at_once(world: World) -> None:
    reported_by(world, "Anna Müller", "5678 EF", "101")
    assert [one.name for one in people(understand("muller"))] == ["Anna Müller"]
    anna = Customer.objects.get(name="Anna Müller")
    anna.name = "Anna de Boer"
    anna.save()
    keep_words(anna)
    assert [one.name for one in people(understand("boer"))] == ["Anna de Boer"]
    assert people(understand("muller")) == []


def test_a_house_number_with_an_addition_is_found_by_its_number(world: World) -> None:
    find_or_make(home=home_of("9876 ZX", "7B"), name="Bo", email="bo@example.nl")
    assert [one.name for one in people(understand("9876zx 7"))] == ["Bo"]


def test_a_case_number_leads_to_its_case_at_once(world: World) -> None:
    key = world.report()
    client = signed_in(world)
    for typed in (key, key.lower(), key.replace("-", ""), f" {key} "):
        assert client.post("/desk/find", {"q": typed})["Location"] == f"/desk/cases/{key}"


def test_what_was_typed_stands_in_no_address(world: World) -> None:
    world.report()
    client = signed_in(world)
    answer = client.post("/desk/find", {"q": "jansen 1234 AB 12"})
    assert answer["Location"] == "/desk/cases?s=1"
    page = client.get("/desk/cases?s=1")
    assert "Jo Jansen" in text_of(page) and "1234AB" in text_of(page)
    assert "jansen" not in "".join(line for line in page.content.decode().split('"') if line.startswith("/desk"))


def test_an_older_search_still_opens_and_one_of_a_colleague_does_not(world: World) -> None:
    world.report()
    reported_by(world, "Anna Müller", "5678 EF", "101")
    client = signed_in(world)
    client.post("/desk/find", {"q": "jansen"})
    client.post("/desk/find", {"q": "müller"})
    assert "Jo Jansen" in text_of(client.get("/desk/cases?s=1"))
    assert "Anna Müller" in text_of(client.get("/desk/cases?s=2"))
    assert "niet meer bewaard" in text_of(signed_in(world).get("/desk/cases?s=1"))


def test_a_half_filled_form_is_found_by_what_its_customer_typed_of_themselves(world: World) -> None:
    half_filled(postcode="9999 XX", house_number="5", name="Piet Bakker", phone="06 87654321")
    client = signed_in(world)
    for typed in ("9999xx 5", "bakker", "0687654321"):
        page = text_of(client.get(client.post("/desk/find", {"q": typed})["Location"]))
        assert "Ga hiermee verder" in page, typed


def test_a_director_finds_cases_and_no_people(world: World) -> None:
    key = world.report()
    client = signed_in(world, "director")
    page = text_of(client.get(client.post("/desk/find", {"q": "jansen"})["Location"]))
    assert "Jo Jansen" not in page and "1234 AB 12" not in page
    assert client.post("/desk/find", {"q": key})["Location"] == f"/desk/cases/{key}"


def many(number: int) -> None:
    """So many bare cases, two an hour, a third of them ended."""
    first = Case.objects.exclude(state="").first()
    assert first is not None
    rows = (
        Case(
            key=f"X-{n:06d}",
            journey="repair",
            version=first.version,
            customer=f"c{n}",
            stage="done" if n % 3 == 0 else "reported",
            ended=n % 3 == 0,
            state=first.state,
            begun=MONDAY - timedelta(hours=n // 2),
        )
        for n in range(number)
    )
    Case.objects.bulk_create(rows, batch_size=500)


def test_every_case_stands_on_one_page_and_on_one_only(world: World) -> None:
    world.report()
    many(120)
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = cases(Filters(state="all"), after=after, most=25)
        seen += [row.key for row in page.rows]
        after, pages = page.next, pages + 1
    assert len(seen) == len(set(seen)) == 121
    assert pages == 5
    ended = [Case.objects.get(key=key).ended for key in seen]
    assert ended == sorted(ended)


def test_a_place_in_the_list_that_nobody_wrote_begins_at_the_first_page(world: World) -> None:
    world.report()
    for after in ("x", "1.2.3", "9.99999999999.1.x", "0.-1.0.x", "0.1.2.3.4", "a.b.c.d", "0.99999999999.999999.k"):
        assert signed_in(world).get("/desk/cases", {"after": after}).status_code == 200


def test_filters_show_what_needs_an_eye(world: World) -> None:
    key, stuck, aside = world.report(), world.report(), world.report()
    Case.objects.filter(key=aside).update(set_aside="ValueError in step")
    world.at(world.time.at + timedelta(hours=26))
    Case.objects.filter(key=stuck).update(stalled=True)
    found = {only: [row.key for row in cases(Filters(only=only)).rows] for only in ("overdue", "stalled", "aside")}
    assert set(found["overdue"]) == {key, stuck}
    assert found["stalled"] == [stuck]
    assert found["aside"] == [aside]
    assert [row.key for row in cases(Filters(journey="repair", stage="planned")).rows] == []
    world.book(key)
    assert [row.key for row in cases(Filters(journey="repair", stage="planned")).rows] == [key]
    assert [row.key for row in cases(Filters(only="overdue")).rows] == [stuck]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(), "case_list"),
        (Filters(state="ended", journey="repair", stage="done"), "case_list"),
        (Filters(only="overdue"), "case_overdue"),
        (Filters(only="stalled"), "case_stalled"),
        (Filters(only="aside"), "case_set_aside"),
        (Filters(customers=("jo",)), "case_customer"),
    ],
)
def test_each_list_walks_along_an_index(world: World, filters: Filters, index: str) -> None:
    world.report()
    many(2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        cases(filters, after="0.1788764400.0.Z")
    asked = next(one["sql"] for one in caught if 'FROM "journey_case"' in one["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # it reads a table this small whole, and rightly
            cursor.execute(f"EXPLAIN {asked}")
            plan = " ".join(str(row[0]) for row in cursor.fetchall())
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
    assert index in plan, plan
    assert "SCAN" not in plan and "Seq Scan" not in plan, plan
