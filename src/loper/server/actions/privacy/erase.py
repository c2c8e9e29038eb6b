"""A customer is erased (GDPR art. 17): what the register says goes, everywhere; what happened stands, by reference.

An erasure is written down outside of the database too (`LOPER_DATA/erased.jsonl`, fingerprints of keys), so that it is
done again on a backup that is put back. What was erased may still lie in free pages of the database's files until
`scrub` has written them anew: the worker does that at night, `loper privacy scrub` at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.imports import files
from loper.server.actions.privacy.looks import looked
from loper.server.actions.refused import Refused
from loper.server.permissions import SYSTEM, Actor, demand
from loper.server.queries.logs import folder_of
from loper.server.queries.privacy import Person, filled, hold_of, model_of, nothing, person, personal, rows_of
from loper.server.records.agenda import Appointment
from loper.server.records.customers import ContactAddress, Customer
from loper.server.records.imports import Import, Reject, SourceRef
from loper.server.records.logs import ContactLog
from loper.server.records.privacy import AccessExport, Erasure
from loper.server.records.register import Erase, Kind, Table
from loper.server.records.runtime import EMPTIED, Case, Outbox


def erase(*, actor: Actor, customer: str) -> Erasure:
    """Erase a customer, now. Raises Refused while something stands in the way, LookupError where there is nobody."""
    demand(actor, "privacy.erase")
    with transaction.atomic():
        list(Customer.objects.select_for_update().filter(key=customer).values_list("pk"))
        who = person(customer)
        list(Case.objects.select_for_update().filter(key__in=who.cases).order_by("key").values_list("key"))
        _may(who)
        looked(actor=actor, customer=customer, page="erase")
        counts = empty(who)
        row, _new = Erasure.objects.update_or_create(
            fingerprint=fingerprint(customer), defaults={"at": clock.now(), "by": actor.name[:150], "counts": counts}
        )
        _write_down(row)  # before the database says it is done: rather once too often than once too few
    _files(who)
    return row


def _may(who: Person) -> None:
    """Raises Refused, naming what to do first."""
    hold = hold_of(who.customer)
    if hold is not None:
        raise Refused(_("There is a legal hold on this customer: %(why)s. Lift it first.") % {"why": hold.why})
    if Appointment.objects.filter(customer=who.customer, status=Appointment.BOOKED, end__gt=clock.now()).exists():
        raise Refused(_("Somebody is still to come to this customer. Cancel or finish that appointment first."))
    if Outbox.objects.filter(customer=who.customer, lease__gt=clock.now()).exists():
        raise Refused(_("A message to this customer is just being handed over. Try again in a few minutes."))


def empty(who: Person) -> dict[str, int]:
    """Everything of this person goes or is emptied, as the register says; gives how many rows of each table."""
    counts: dict[str, int] = {}
    words = words_about(who)
    rejects = [row.pk for row in Reject.objects.exclude(cells={}).iterator() if _names(row, words)]
    # Rows that lean on others go first: those in which the way to the person goes through another table.
    for table in sorted(personal(), key=lambda one: -max(path.lookup.count("__") for path in one.paths)):
        rows = rows_of(table, who)
        number = 0
        if table.erase == Erase.ROW:
            number = rows.count()
            rows.delete()
        elif table.erase == Erase.EMPTY:
            number = emptied(table, rows)
        if number:
            counts[table.model] = number
    if rejects:
        Reject.objects.filter(pk__in=rejects).delete()
        counts["records.Reject"] = len(rejects)
    over = Case.objects.filter(key__in=who.cases)
    over.update(ended=True, stalled=False, overdue=False, wake=None, set_aside=EMPTIED)
    Customer.objects.filter(key=who.customer).update(status=Customer.ERASED, left=clock.now())
    return counts


def words_about(who: Person) -> set[str]:
    """What a row of somebody else's file would hold of this person: their name, addresses, numbers elsewhere."""
    words = set(Customer.objects.filter(key=who.customer).values_list("name", flat=True))
    words |= set(ContactAddress.objects.filter(customer__key=who.customer).values_list("value", flat=True))
    for ident, values in SourceRef.objects.filter(kind="customers", key=who.customer).values_list("ident", "values"):
        words |= {ident, values.get("name", ""), values.get("email", ""), values.get("phone", "")}
    return {word.casefold() for word in words if len(word) > 2}


def _names(row: Reject, words: set[str]) -> bool:
    cells = {str(cell).casefold() for cell in row.cells.values()}
    return bool(cells & words) or any(word in cell for cell in cells for word in words if len(word) > 5)


def emptied(table: Table, rows: Any) -> int:
    """The fields that say something of the person become empty; gives of how many rows."""
    model = model_of(table)
    names = table.names(Kind.PERSON, Kind.HIDDEN)
    number: int = rows.filter(filled(table)).update(**{name: nothing(model._meta.get_field(name)) for name in names})
    return number


def _files(who: Person) -> None:
    """Exports of this person; and files from which logs were read: their rows name people, nobody can tell whom."""
    for folder in settings.LOPER_EXPORTS.glob("*"):
        found = AccessExport.objects.filter(pk=folder.name).first() if len(folder.name) == 36 else None
        if found is None or found.customer == who.customer:
            shutil.rmtree(folder, ignore_errors=True)
    for log in ContactLog.objects.filter(own=False, state=ContactLog.READY):
        for path in (*folder_of(log).glob("source*"), folder_of(log) / "rejects.csv"):
            path.unlink(missing_ok=True)
    for file in Import.objects.exclude(state__in=(Import.LOOK, Import.GO)):
        shutil.rmtree(files.folder_of(file), ignore_errors=True)


# -- a backup that is put back -----------------------------------------------------------------------------------------


def fingerprint(key: str) -> str:
    """By which a customer is known again who was erased: the key is random, so its hash leads nowhere."""
    return hashlib.sha256(f"erased\0{key}".encode()).hexdigest()


def ledger() -> Path:
    """The list of erasures outside of the database."""
    return Path(settings.LOPER_ERASED)


def _write_down(row: Erasure) -> None:
    line = json.dumps({"fingerprint": row.fingerprint, "at": row.at.isoformat()})
    handle = os.open(ledger(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def written_down(path: Path | None = None) -> dict[str, datetime]:
    """Fingerprint -> when, of the list; a last line that was cut off is passed over. Raises ValueError for no list."""
    found: dict[str, datetime] = {}
    path = path or ledger()
    if not path.exists():
        return found
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
            found[one["fingerprint"]] = datetime.fromisoformat(one["at"])
        except (ValueError, KeyError, TypeError):
            if number < len(lines):
                raise ValueError(f"{path}, line {number}: not a line of the list of erasures") from None
    return found


def erase_again(path: Path | None = None) -> int:
    """Who was erased since the backup is erased on it again, before anybody works on it; gives how many."""
    known = written_down(path)
    if not known:
        return 0
    done = 0
    for key in _all_keys():
        mark = fingerprint(key)
        if mark in known and Customer.objects.filter(key=key).exclude(status=Customer.ERASED).exists():
            with transaction.atomic():
                counts = empty(person(key))
                defaults = {"at": known[mark], "by": SYSTEM.name, "counts": counts}
                Erasure.objects.update_or_create(fingerprint=mark, defaults=defaults)
            done += 1
    return done


def _all_keys() -> Iterable[str]:
    return list(Customer.objects.values_list("key", flat=True).iterator(chunk_size=10_000))


# -- the database's own files ------------------------------------------------------------------------------------------


NIGHT = range(3, 5)


def scrub() -> None:
    """Write the database's files anew, so that nothing that was erased lies in their free pages. Takes its time: SQLite
    waits with other writers, PostgreSQL with those of the table that it is at."""
    tables = [model_of(one)._meta.db_table for one in personal() if one.erase != Erase.STANDS]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for name in (*tables, "django_session"):
            cursor.execute(f'VACUUM (FULL, ANALYZE) "{name}"')
        cursor.execute("VACUUM FULL pg_catalog.pg_statistic")  # it holds samples of what stood in the columns
        cursor.execute("CHECKPOINT")


def scrub_if_due() -> bool:
    """At night, where somebody was erased since the last time; gives whether it did."""
    now, mark = clock.now(), Path(settings.LOPER_ERASED).with_suffix(".scrubbed")
    last = datetime.fromisoformat(mark.read_text().strip()) if mark.exists() else datetime.min.replace(tzinfo=UTC)
    if now.astimezone(clock.zone()).hour not in NIGHT or not Erasure.objects.filter(at__gt=last).exists():
        return False
    scrub()
    mark.write_text(now.isoformat())
    return True
