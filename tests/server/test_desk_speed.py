"""A page asks the database as often for a large log and a long list as for a small one."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from loper.server.actions import cases
from loper.server.records.customers import ContactAddress, Customer, CustomerWord, Property, words_of
from loper.server.records.runtime import Case, Touch
from tests.server.desk import long_story, signed_in
from tests.worlds import MONDAY, World


def town(number: int) -> None:
    """So many customers with a home, a mobile number and one case each; every third case has ended."""
    first = Case.objects.exclude(state="").first()
    assert first is not None
    names = ("Jansen", "de Vries", "Bakker", "Yılmaz", "Visser", "Smit", "Mulder", "de Boer", "Bos", "Vos")
    for start in range(0, number, 2000):
        span = range(start, min(start + 2000, number))
        homes = Property.objects.bulk_create(
            Property(postcode=f"{1000 + n // 100:04d}XY"[:6], house_number=str(n % 100 + 1)) for n in span
        )
        people = Customer.objects.bulk_create(
            Customer(key=f"c{n}", name=f"Anna {names[n % 10]} {n}", home=home, created=MONDAY)
            for n, home in zip(span, homes, strict=True)
        )
        CustomerWord.objects.bulk_create(
            CustomerWord(word=word, customer=one) for one in people for word in words_of(one.name)
        )
        ContactAddress.objects.bulk_create(
            ContactAddress(customer=one, channel="sms", value=f"+316{n:08d}", created=MONDAY)
            for n, one in zip(span, people, strict=True)
        )
        Case.objects.bulk_create(
            Case(
                key=f"X-{n:06d}",
                journey="repair",
                version=first.version,
                customer=f"c{n}",
                stage="done" if n % 3 == 0 else "reported",
                ended=n % 3 == 0,
                overdue=n % 500 == 1,
                state=first.state,
                begun=MONDAY - timedelta(minutes=n),
            )
            for n in span
        )


def asked(world: World, path: str) -> int:
    """How often the database is asked for this page."""
    client = signed_in(world)
    client.get(path)  # what a process keeps is kept now
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def talk(world: World, key: str, lines: int) -> None:
    """So many more lines in the log of this case: an appointment that moves and moves."""
    number = 0
    while Touch.objects.filter(case=key).count() < lines:
        world.time.move(minutes=2)
        cases.book(actor=world.customer_of(key), case=key, block=world.blocks()[number % 3].slot)
        world.work()
        number += 1


def test_a_case_with_two_hundred_touches_asks_no_more_than_one_with_twenty(world: World) -> None:
    key = long_story(world)
    few = asked(world, f"/desk/cases/{key}")
    talk(world, key, 200)
    assert asked(world, f"/desk/cases/{key}") == few <= 48


def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(world: World) -> None:
    world.report()
    few = asked(world, "/desk/cases")
    town(400)
    assert asked(world, "/desk/cases") <= few + 1 <= 26
    client = signed_in(world)
    page = client.get("/desk/cases")
    assert len(page.context["page"].rows) == 50 and page.context["next"]


def test_a_list_of_many_tasks_asks_no_more_than_a_list_of_one(world: World) -> None:
    keys = [world.report()]
    world.at(world.time.at + timedelta(hours=26))
    few = asked(world, "/desk/tasks")
    keys += [world.report() for _ in range(8)]
    world.at(world.time.at + timedelta(hours=26))
    assert asked(world, "/desk/tasks") == few <= 30
