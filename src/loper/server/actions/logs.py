"""Logs brought in by analysts: a file taken, its columns understood, read by the worker, laid out for questions.

No half of a log is ever seen: a reading that fails or is cut off leaves what was there before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Q
from django.utils.translation import gettext as _

from loper.log.csv_write import write_rejects
from loper.log.open import open_log
from loper.log.private import Private, looks_personal
from loper.log.table import BadLog, Reading
from loper.observe.filter import instant
from loper.observe.log import Log
from loper.observe.read import laid_out
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.uploads import keep
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.queries.logs import folder_of, laid, storable
from loper.server.records.logs import ContactLog

SAMPLE = 2_000
DEAD = timedelta(minutes=15)
"""Without a beat for so long, the worker that read a log is taken to have died: the reading begins anew."""


def bring_in(*, actor: Actor, name: str, upload: UploadedFile) -> ContactLog:
    """A file taken in, its columns guessed. Raises Refused with all that is wrong when it is no log."""
    demand(actor, "log.bring")
    if not upload.size:
        raise Refused(_("This file is empty. Choose the file that the contacts are in."), field="file")
    if upload.size > settings.LOPER_LOG_BYTES:
        most = settings.LOPER_LOG_BYTES // 1_000_000
        sentence = _(
            "This file is too large: at most %(most)s MB can be sent. Whoever runs the server brings in a larger one"
            " with: loper bring FILE"
        )
        raise Refused(sentence % {"most": most}, field="file")

    return _taken(name, upload.name or "", upload.size, partial(keep, upload), actor.user)


def bring_file(*, path: Path, name: str) -> ContactLog:
    """A file that lies on the server, of whatever size; for whoever runs it."""
    if not path.is_file():
        raise Refused(_("%(path)s is no file.") % {"path": path}, field="file")
    return _taken(name, path.name, path.stat().st_size, lambda place: shutil.copyfile(path, place), None)


def _taken(name: str, file: str, size: int, write: Callable[[Path], object], user: Any) -> ContactLog:
    suffix = "".join(Path(file).suffixes[-2:]).lower()[:20]
    row = ContactLog.objects.create(
        name=(storable(name).strip() or Path(file).stem or _("A log"))[:120],
        file=f"source{suffix}",
        size=size,
        by=user,
        created=clock.now(),
    )
    place = folder_of(row)
    try:
        place.mkdir(parents=True)
        write(place / row.file)
        try:
            row.columns = _understood(row, {})
        except BadLog as wrong:
            if "kind=calls" not in str(wrong):
                raise
            row.options = {"calls": True}
            row.columns = _understood(row, {})
            row.state = ContactLog.WAITING
        row.save(update_fields=["columns", "options", "state"])
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        row.delete()
        if isinstance(error, BadLog):
            raise Refused(str(error), field="file") from None
        raise
    return row


def understand(*, actor: Actor, log: ContactLog, names: Mapping[str, str], keep: Iterable[str], zone: str) -> None:
    """Its columns as a person says them, and which of the others to keep; then the worker reads it."""
    demand(actor, "log.bring")
    if log.own:
        raise Refused(_("Loper's own log needs no columns."))
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Refused(_("This time zone is not known; write it like Europe/Amsterdam."), field="zone") from None
    try:
        columns = _understood(log, dict(names), zone)
    except BadLog as error:
        raise Refused(str(error)) from None
    columns["keep"] = [name for name in keep if name in {one["name"] for one in columns["others"]}]
    log.columns, log.options = columns, {**log.options, "zone": zone}
    log.state, log.said, log.done, log.beat = ContactLog.WAITING, "", 0, None
    log.save(update_fields=["columns", "options", "state", "said", "done", "beat"])


def count(*, actor: Actor, log: ContactLog, counted: Mapping[str, int]) -> None:
    """How many contacts there were by each channel, as counted elsewhere (by the exchange, at the door) over the same
    time: every page then says which share of them the log sees."""
    demand(actor, "log.bring")
    if any(number < 0 for number in counted.values()):
        raise Refused(_("A number of contacts is never less than none."))
    log.options = {**log.options, "counted": {storable(name): number for name, number in counted.items() if number}}
    log.save(update_fields=["options"])


def hold_against(*, actor: Actor, log: ContactLog, journey: str) -> None:
    """Which of our journeys a log from elsewhere is held against; empty: none."""
    demand(actor, "log.bring")
    if log.own:
        raise Refused(_("Loper's own log has its own journeys."))
    if journey and journey not in {one.name for one in designs.published()}:
        raise Refused(_("This journey is not published."), field="journey")
    log.options = {**log.options, "journey": journey}
    log.save(update_fields=["options"])


def say_ends(*, actor: Actor, log: ContactLog, ends: Iterable[str], known: Collection[str]) -> None:
    """By which contacts a case of a log from elsewhere is over, as somebody who knows it says; none: it is guessed."""
    demand(actor, "log.bring")
    if log.own:
        raise Refused(_("Loper's own log has its own journeys."))
    found = [one for one in dict.fromkeys(ends) if one in known]
    log.options = {**log.options, "ends": found}
    log.save(update_fields=["options"])


def remove(*, actor: Actor, log: ContactLog) -> None:
    """The log, its file and all that was laid out of it."""
    demand(actor, "log.bring")
    if log.own:
        raise Refused(_("Loper's own log cannot be taken away."))
    forget(log)


def forget(log: ContactLog) -> None:
    """Its row, its file and all that was laid out of it."""
    place = folder_of(log)
    log.delete()
    shutil.rmtree(place, ignore_errors=True)


def _opened(
    log: ContactLog, names: Mapping[str, str], zone: str = "Europe/Amsterdam", leave_out: Collection[str] = ()
) -> Reading:
    calls: dict[str, Any] = {"kind": "calls", "key": _key()} if _of_calls(log) else {}
    return open_log(folder_of(log) / log.file, names=names, zone=ZoneInfo(zone), leave_out=leave_out, **calls)


def _of_calls(log: ContactLog) -> bool:
    """Whether it is call records of a telephone exchange: their columns are understood by themselves."""
    return bool(log.options.get("calls"))


def _understood(log: ContactLog, names: Mapping[str, str], zone: str = "Europe/Amsterdam") -> dict[str, Any]:
    """How a file is read: our columns, those guessed, the others with whether they look personal, and some rows."""
    reading = _opened(log, names, zone)
    sample = _first(reading, SAMPLE)
    personal = looks_personal(sample)
    ours = set(reading.columns.names)
    others = [name for name in reading.schema.names if name not in ours and name != "seq"]
    theirs = sorted({*reading.columns.names.values(), *reading.columns.left_out, *others})
    if wrong := [name for name in theirs if name != storable(name)]:
        raise BadLog([f"the name of column {wrong[0]!r} has a NUL in it; give it another name"])
    return {
        "names": dict(reading.columns.names),
        "guessed": sorted(reading.columns.guessed),
        "theirs": theirs,
        "others": [{"name": name, "personal": personal.get(name, "")} for name in others],
        "keep": [name for name in others if name not in personal],
        "sample": _shown(sample.slice(0, 5), personal),
    }


def _first(reading: Reading, most: int) -> pa.Table:
    found, rows = [], 0
    for batch in reading.batches():
        found.append(batch)
        rows += batch.num_rows
        if rows >= most:
            break
    return pa.Table.from_batches(found, schema=reading.schema).slice(0, most)


def _shown(sample: pa.Table, personal: Mapping[str, str]) -> list[dict[str, str]]:
    """Some rows as they will be understood; customers and what looks personal are not shown, so not kept here"
    " either."""
    hidden = {"customer", "seq", *personal}
    return [
        {name: "" if value is None else storable(str(value)[:80]) for name, value in row.items() if name not in hidden}
        for row in sample.to_pylist()
    ]


# -- read by the worker


def read_next() -> bool:
    """Read one log that waits, to its end; gives whether there was one."""
    now = clock.now()
    dead = Q(state=ContactLog.READING) & (Q(beat__isnull=True) | Q(beat__lt=now - DEAD))
    for row in ContactLog.objects.filter(Q(state=ContactLog.WAITING) | dead, own=False).order_by("created")[:5]:
        mine = ContactLog.objects.filter(pk=row.pk, state=row.state, beat=row.beat)
        if mine.update(state=ContactLog.READING, beat=now, done=0):
            _read(row)
            return True
    return False


def _read(row: ContactLog) -> None:
    asked = row.columns
    try:
        kept = set(asked["keep"])
        out = [one["name"] for one in asked["others"] if one["name"] not in kept]
        reading = _opened(row, asked["names"], row.options.get("zone", "Europe/Amsterdam"), out)
        log = laid_out(Private(reading, key=_key()), _Progress(row))
        if not log.layout.count:
            raise BadLog([_("There is no contact in this file that could be read.")])
        keep_laid(row, log)
    except BadLog as error:
        ContactLog.objects.filter(pk=row.pk).update(state=ContactLog.FAILED, said=storable(str(error)[:20_000]))
    except Exception:
        ContactLog.objects.filter(pk=row.pk).update(
            state=ContactLog.FAILED,
            said=_("Something went wrong while this log was read; it is in the log of the worker."),
        )
        raise


def keep_laid(row: ContactLog, log: Log) -> None:
    """A log that was read, put where the pages find it."""
    rejects = log.reading.rejects if log.reading else None
    log.save(laid(row, row.laid + 1))
    if rejects and rejects.rows:
        if _of_calls(row):  # a value that could not be read may be a telephone number
            rejects.rows = [replace(one, value="") for one in rejects.rows]
        write_rejects(rejects, folder_of(row) / "rejects.csv")
    layout = log.layout
    ContactLog.objects.filter(pk=row.pk).update(
        state=ContactLog.READY,
        laid=F("laid") + 1,
        done=F("size"),
        said="",
        cases=layout.count,
        contacts=len(layout),
        rejected=rejects.count if rejects else 0,
        reasons=json.loads(json.dumps(rejects.reasons)) if rejects else {},
        begins=instant(layout.time.min()) if len(layout) else None,
        ends=instant(layout.time.max()) if len(layout) else None,
    )
    if row.laid:
        shutil.rmtree(laid(row, row.laid), ignore_errors=True)


class _Progress:
    """Writes down how far it is, once a second; somebody who takes the log away stops the reading."""

    def __init__(self, row: ContactLog) -> None:
        self.row, self.last = row, 0.0

    def __call__(self, read: int) -> None:
        if time.monotonic() - self.last < 1:
            return
        self.last = time.monotonic()
        if not ContactLog.objects.filter(pk=self.row.pk).update(done=read, beat=clock.now()):
            raise BadLog(["taken away while it was read"])


def _key() -> bytes:
    """With which customers become codes: of this installation alone, and of nothing else."""
    return hashlib.sha256(b"customers of logs\0" + settings.SECRET_KEY.encode()).digest()
