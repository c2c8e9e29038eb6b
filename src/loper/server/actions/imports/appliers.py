"""What a row becomes, kind by kind: made for the first time, or changed where its source says something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

from loper.intake.judge import Problem
from loper.server import clock
from loper.server.records.agenda import Absence, Technician
from loper.server.records.customers import ContactAddress, Customer, CustomerWord, Property, new_key, words_of
from loper.server.records.imports import SourceRef

Values = Mapping[str, str]
Pair = tuple[str, str]

WAYS = (("email", "email"), ("sms", "phone"))
"""Channel, and the field with its address."""


class Applier(Protocol):
    """Sets of rows of one kind, put in force within the caller's transaction."""

    def refuse(self, source: str, rows: Sequence[Values]) -> dict[str, Problem]:
        """Identity -> what is wrong with it that only our own tables can tell."""
        ...

    def make(self, source: str, rows: Sequence[Values], now: datetime) -> list[tuple[str, bool]]:
        """For each row, in order: the key of its object, and whether that was made (else it was known already)."""
        ...

    def change(self, rows: Sequence[tuple[str, Values, Values]], now: datetime) -> None:
        """Key, what the source said before, what it says now: only what is new in it is changed."""
        ...

    def unmake(self, keys: Sequence[str]) -> int:
        """Objects that were made and of which nothing came since go; gives how many."""
        ...


class Trusting:
    """What a row says is enough."""

    def refuse(self, source: str, rows: Sequence[Values]) -> dict[str, Problem]:
        return {}


class Customers(Trusting):
    """Customers, their homes and addresses. Who is known by the same home and address already is that customer."""

    def make(self, source: str, rows: Sequence[Values], now: datetime) -> list[tuple[str, bool]]:
        homes = homes_of(rows)
        known = self._known(source, rows, homes)
        found: list[tuple[str, bool]] = []
        made: list[tuple[Customer, Values]] = []
        adopted: list[tuple[str, Values, Values]] = []
        for row in rows:
            customer = next(
                (
                    known[way][0]
                    for way in self._evidence(row, homes)
                    if way in known and alike(known[way][1], row["name"])
                ),
                None,
            )
            if customer is not None and customer not in {key for key, _fresh in found}:
                found.append((customer, False))
                adopted.append((customer, {}, row))
                continue
            one = Customer(
                key=new_key(),
                name=row["name"],
                language=row["language"] or "nl",
                choice=row["choice"],
                home=homes.get((row["postcode"], row["house_number"])),
                created=now,
                status=row["status"],
                left=left_of(row, now),
            )
            made.append((one, row))
            found.append((one.key, True))
        Customer.objects.bulk_create(one for one, _row in made)
        CustomerWord.objects.bulk_create(
            CustomerWord(word=word, customer=one) for one, _ in made for word in words_of(one.name)
        )
        ContactAddress.objects.bulk_create(
            ContactAddress(customer=one, channel=channel, value=row[name], created=now)
            for one, row in made
            for channel, name in WAYS
            if row[name]
        )
        self.change(adopted, now)
        return found

    def change(self, rows: Sequence[tuple[str, Values, Values]], now: datetime) -> None:
        if not rows:
            return
        homes = homes_of([row for _key, _old, row in rows])
        customers = {one.key: one for one in Customer.objects.filter(key__in=[key for key, _o, _r in rows])}
        renamed: list[Customer] = []
        old_ways: set[tuple[int, str, str]] = set()
        new_ways: list[ContactAddress] = []
        for key, old, row in rows:
            one = customers.get(key)
            if one is None or one.status == Customer.ERASED:
                continue
            new = {name for name, value in row.items() if value != old.get(name, "")}
            if "name" in new and row["name"]:
                one.name = row["name"]
                renamed.append(one)
            if new & {"postcode", "house_number"}:
                one.home = homes.get((row["postcode"], row["house_number"]))
            if "language" in new and row["language"]:
                one.language = row["language"]
            if "choice" in new:
                one.choice = row["choice"]
            if new & {"status", "left"}:
                one.status, one.left = row["status"], left_of(row, now)
            for channel, name in WAYS:
                if name in new:
                    if old.get(name):
                        old_ways.add((one.pk, channel, old[name]))
                    if row[name]:
                        new_ways.append(ContactAddress(customer=one, channel=channel, value=row[name], created=now))
        Customer.objects.bulk_update(customers.values(), ["name", "home", "language", "choice", "status", "left"])
        CustomerWord.objects.filter(customer__in=renamed).delete()
        CustomerWord.objects.bulk_create(
            CustomerWord(word=word, customer=one) for one in renamed for word in words_of(one.name)
        )
        self._drop(old_ways)
        ContactAddress.objects.bulk_create(new_ways, ignore_conflicts=True)

    def unmake(self, keys: Sequence[str]) -> int:
        from loper.server.records.runtime import Case

        busy = set(Case.objects.filter(customer__in=keys).values_list("customer", flat=True))
        idle = Customer.objects.filter(key__in=[key for key in keys if key not in busy], dialogues=None)
        number = idle.count()
        idle.delete()
        return number

    def _drop(self, ways: set[tuple[int, str, str]]) -> None:
        if ways:
            rows = ContactAddress.objects.filter(
                customer__in={pk for pk, _c, _v in ways}, value__in={value for _pk, _c, value in ways}
            ).values_list("pk", "customer_id", "channel", "value")
            gone = [pk for pk, customer, channel, value in rows if (customer, channel, value) in ways]
            ContactAddress.objects.filter(pk__in=gone).delete()

    def _evidence(self, row: Values, homes: Mapping[Pair, Property]) -> list[tuple[int, str, str]]:
        home = homes.get((row["postcode"], row["house_number"]))
        return [(home.pk, channel, row[name]) for channel, name in WAYS if row[name]] if home is not None else []

    def _known(
        self, source: str, rows: Sequence[Values], homes: Mapping[Pair, Property]
    ) -> dict[tuple[int, str, str], Pair]:
        """(home, channel, address) -> key and name of the one customer who has them, whom this source does not call
        otherwise."""
        values = {row[name] for row in rows for _channel, name in WAYS if row[name]}
        pairs = ContactAddress.objects.filter(value__in=values, customer__home__isnull=False)
        there = list(pairs.values_list("customer__home_id", "channel", "value", "customer__key", "customer__name"))
        refs = SourceRef.objects.filter(source=source, kind="customers", key__in={key for *_way, key, _name in there})
        taken = set(refs.values_list("key", flat=True))
        found: dict[tuple[int, str, str], set[Pair]] = {}
        for home, channel, value, key, name in there:
            if key not in taken:
                found.setdefault((home, channel, value), set()).add((key, name))
        return {way: next(iter(keys)) for way, keys in found.items() if len(keys) == 1}


def alike(one: str, other: str) -> bool:
    """Whether two names can be of one person: one of them is not known, or they share a word that is no initial."""
    first, second = ({word for word in words_of(name) if len(word) > 2} for name in (one, other))
    return not first or not second or bool(first & second)


class Homes(Trusting):
    """Homes: their street and town."""

    def make(self, source: str, rows: Sequence[Values], now: datetime) -> list[tuple[str, bool]]:
        before = set(
            Property.objects.filter(postcode__in={row["postcode"] for row in rows}).values_list(
                "postcode", "house_number"
            )
        )
        homes = homes_of(rows, overwrite=True)
        pairs = [(row["postcode"], row["house_number"]) for row in rows]
        return [(str(homes[pair].pk), pair not in before) for pair in pairs]

    def change(self, rows: Sequence[tuple[str, Values, Values]], now: datetime) -> None:
        homes_of([row for _key, _old, row in rows], overwrite=True)

    def unmake(self, keys: Sequence[str]) -> int:
        idle = Property.objects.filter(pk__in=[int(key) for key in keys], customers=None, access=None)
        number = idle.count()
        idle.delete()
        return number


class Technicians(Trusting):
    """Who makes visits. Hours and area are a planner's to say."""

    def make(self, source: str, rows: Sequence[Values], now: datetime) -> list[tuple[str, bool]]:
        found = []
        for row in rows:
            one = Technician.objects.filter(name__iexact=row["name"], phone=row.get("phone", "")).first()
            fresh = one is None
            one = one or Technician(name=row["name"])
            self._fill(one, {}, row)
            one.save()
            found.append((one.key, fresh))
        return found

    def change(self, rows: Sequence[tuple[str, Values, Values]], now: datetime) -> None:
        for key, old, row in rows:
            one = Technician.objects.filter(key=key).first()
            if one is not None:
                self._fill(one, old, row)
                one.save()

    def unmake(self, keys: Sequence[str]) -> int:
        idle = Technician.objects.filter(key__in=keys, appointments=None, assists=None, blocks=None, user=None)
        number = idle.count()
        idle.delete()
        return number

    def _fill(self, one: Technician, old: Values, row: Values) -> None:
        new = {name for name, value in row.items() if value != old.get(name, "")}
        if "name" in new:
            one.name = row["name"][:80]
        if "phone" in new:
            one.phone = row["phone"]
        if "skills" in new:
            one.skills = [word for word in row["skills"].split(",") if word]
        if new & {"postcode", "house_number"}:
            one.postcode, one.house_number = row.get("postcode", ""), row.get("house_number", "")
        if "partner" in new:
            one.partner = row["partner"] == "yes"


class Absences:
    """When technicians are not there: by the number their own system has of them."""

    def refuse(self, source: str, rows: Sequence[Values]) -> dict[str, Problem]:
        known = self._technicians(source, rows)
        return {
            row["ident"]: Problem("technician", row["technician"], "unknown_technician")
            for row in rows
            if row["technician"] not in known
        }

    def make(self, source: str, rows: Sequence[Values], now: datetime) -> list[tuple[str, bool]]:
        known = self._technicians(source, rows)
        found = []
        for row in rows:
            start, end = _span(row)
            one = Absence.objects.create(
                technician=known[row["technician"]],
                start=start,
                end=end,
                why=row.get("why") or Absence.OTHER,
                by=source[:80],
                at=now,
            )
            found.append((str(one.pk), True))
        return found

    def change(self, rows: Sequence[tuple[str, Values, Values]], now: datetime) -> None:
        for key, _old, row in rows:
            start, end = _span(row)
            Absence.objects.filter(pk=int(key or 0)).update(start=start, end=end, why=row.get("why") or Absence.OTHER)

    def unmake(self, keys: Sequence[str]) -> int:
        number, _each = Absence.objects.filter(pk__in=[int(key) for key in keys if key]).delete()
        return number

    def _technicians(self, source: str, rows: Sequence[Values]) -> dict[str, Technician]:
        refs = SourceRef.objects.filter(
            source=source, kind="technicians", ident__in={row["technician"] for row in rows}
        )
        keys = dict(refs.values_list("ident", "key"))
        there = {one.key: one for one in Technician.objects.filter(key__in=keys.values())}
        return {ident: there[key] for ident, key in keys.items() if key in there}


def homes_of(rows: Sequence[Values], *, overwrite: bool = False) -> dict[Pair, Property]:
    """The homes that these rows name, those made that were not there; street and town filled in (or said anew)."""
    wanted = {
        (row["postcode"], row["house_number"]): row for row in rows if row.get("postcode") and row.get("house_number")
    }
    if not wanted:
        return {}
    there = _homes(wanted)
    new = [
        Property(
            postcode=pair[0], house_number=pair[1], street=row.get("street", "")[:80], town=row.get("town", "")[:80]
        )
        for pair, row in wanted.items()
        if pair not in there
    ]
    if new:
        Property.objects.bulk_create(new, ignore_conflicts=True)
        there = _homes(wanted)
    stale = []
    for pair, home in there.items():
        street, town = wanted[pair].get("street", "")[:80], wanted[pair].get("town", "")[:80]
        if (street and home.street != street and (overwrite or not home.street)) or (
            town and home.town != town and (overwrite or not home.town)
        ):
            home.street, home.town = street or home.street, town or home.town
            stale.append(home)
    Property.objects.bulk_update(stale, ["street", "town"])
    return there


def _homes(wanted: Mapping[Pair, Values]) -> dict[Pair, Property]:
    rows = Property.objects.filter(postcode__in={postcode for postcode, _number in wanted})
    return {(one.postcode, one.house_number): one for one in rows if (one.postcode, one.house_number) in wanted}


def left_of(row: Values, now: datetime) -> datetime | None:
    """Since when somebody is a customer no more: the day the source says, else now."""
    if row["status"] == Customer.CURRENT:
        return None
    return clock.midnight(datetime.fromisoformat(row["left"]).date()) if row["left"] else now


def _span(row: Values) -> tuple[datetime, datetime]:
    first, last = (datetime.fromisoformat(row[name]).date() for name in ("start", "end"))
    return clock.midnight(first), datetime.combine(last, time(0), clock.zone()) + timedelta(days=1)


APPLIERS: Mapping[str, Applier] = {
    "customers": Customers(), "homes": Homes(), "technicians": Technicians(), "absences": Absences()
}  # fmt: skip
