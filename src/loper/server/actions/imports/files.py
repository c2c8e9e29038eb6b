"""A file taken in: its columns guessed or as they were said before; then looked at, put in force, or thrown away."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from loper.intake import guess
from loper.intake.kinds import KINDS
from loper.intake.sheet import BadSheet, Sheet, open_sheet
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.uploads import keep
from loper.server.permissions import Actor, demand
from loper.server.records import imports
from loper.server.records.imports import Import


def bring_in(*, actor: Actor, kind: str, source: str, upload: UploadedFile) -> Import:
    """A file that was sent. Raises Refused where it is none that can be read."""
    demand(actor, "import")
    if not upload.size:
        raise Refused(_("This file is empty. Choose the file that the rows are in."), field="file")
    if upload.size > settings.LOPER_IMPORT_BYTES:
        most = settings.LOPER_IMPORT_BYTES // 1_000_000
        sentence = _(
            "This file is too large: at most %(most)s MB can be sent. Whoever runs the server brings in a larger one"
            " with: loper import"
        )
        raise Refused(sentence % {"most": most}, field="file")

    return take(kind=kind, source=source, name=upload.name or "", write=partial(keep, upload), user=actor.user)


def bring_file(*, kind: str, source: str, path: Path) -> Import:
    """A file that lies on the server; for whoever runs it, and for the folder that is watched."""
    if not path.is_file():
        raise Refused(_("%(path)s is no file.") % {"path": path}, field="file")
    return take(kind=kind, source=source, name=path.name, write=lambda place: shutil.copyfile(path, place), user=None)


def take(*, kind: str, source: str, name: str, write: Callable[[Path], object], user: Any) -> Import:
    """The file below LOPER_IMPORTS, opened once; nothing of it stays where it cannot be read."""
    if kind not in KINDS:
        raise Refused(_("Choose what is in the file."), field="kind")
    source = re.sub(r"\s+", " ", source).strip().lower()
    if not re.fullmatch(r"[\w .-]{1,60}", source):
        raise Refused(_("Say from which system it comes, like erp."), field="source")
    row = Import.objects.create(kind=kind, source=source, name=_printable(name)[:200], created=clock.now(), by=user)
    place = folder_of(row)
    try:
        place.mkdir(parents=True, mode=0o700)
        row.file = "source" + "".join(Path(name).suffixes[-1:]).lower()[:10]
        write(place / row.file)
        sheet = open_sheet(place / row.file)
        row.size, row.sha256 = (place / row.file).stat().st_size, digest_of(place / row.file)
        row.fields, row.notes = fields_of(row, sheet), notes_of(row, sheet)
        row.save()
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        row.delete()
        if isinstance(error, BadSheet):
            raise Refused(str(error), field="file") from None
        raise
    return row


def folder_of(row: Import) -> Path:
    """Where all of a file lies."""
    return Path(settings.LOPER_IMPORTS) / str(row.pk)


def sheet_of(row: Import) -> Sheet:
    """The file, opened. Raises Refused where it is gone or cannot be read."""
    try:
        return open_sheet(folder_of(row) / row.file)
    except (BadSheet, OSError):
        raise Refused(_("The file is not there any more. Bring it in again.")) from None


def fields_of(row: Import, sheet: Sheet) -> dict[str, str]:
    """As they were said for the last file of this source, as far as its columns are there; else guessed."""
    kind = KINDS[row.kind]
    known = imports.Mapping.objects.filter(source=row.source, kind=row.kind).first()
    if known is not None:
        kept = {name: column for name, column in known.fields.items() if column in sheet.columns}
        if not guess.wrong(kind, kept, sheet):
            return kept
    return guess.guess(kind, sheet)


def notes_of(row: Import, sheet: Sheet) -> list[list[str]]:
    """What whoever looks should know: [by name, more]."""
    notes = [["sheet", one] for one in sheet.said]
    notes += [["bsn", column] for column in guess.refused(sheet)]
    before = Import.objects.filter(kind=row.kind, source=row.source, sha256=row.sha256, state=Import.DONE)
    same = before.order_by("-applied").first()
    if same is not None and same.applied is not None:
        notes.append(["same_file", same.applied.isoformat()])
    return notes


@transaction.atomic
def look(*, actor: Actor, file: int, fields: Mapping[str, str]) -> Import:
    """Its columns as somebody says them; then the worker looks what it would change, and changes nothing."""
    demand(actor, "import")
    row = _held(file, Import.NEW, Import.SEEN, Import.FAILED)
    given = {name: column for name, column in fields.items() if column}
    wrong = guess.wrong(KINDS[row.kind], given, sheet_of(row))
    if wrong:
        raise Refused("; ".join(f"{field}: {why}" for field, why in wrong), field=wrong[0][0])
    imports.Mapping.objects.update_or_create(
        source=row.source, kind=row.kind, defaults={"fields": given, "changed": clock.now()}
    )
    row.fields, row.state, row.done, row.total, row.said, row.beat = given, Import.LOOK, 0, 0, "", None
    row.counts, row.examples = {}, []
    row.save()
    return row


@transaction.atomic
def go(*, actor: Actor, file: int, gone: str = "keep", sure: bool = False) -> Import:
    """Put it in force. `gone`: who is not in it any more is kept as they are, or has `moved`."""
    demand(actor, "import")
    row = _held(file, Import.SEEN)
    if gone == "moved" and row.counts.get("many_gone") and not sure:
        raise Refused(
            _("%(n)s of those we know are not in this file. Say that you are sure, or leave them as they are.")
            % {"n": row.counts.get("gone", 0)},
            field="sure",
        )
    row.gone = "moved" if gone == "moved" else "keep"
    row.state, row.done, row.said, row.beat = Import.GO, 0, "", None
    row.save(update_fields=["gone", "state", "done", "said", "beat"])
    return row


def remove(*, actor: Actor, file: int) -> None:
    """A file that was not put in force goes, with its rejects."""
    demand(actor, "import")
    with transaction.atomic():
        row = _held(file, Import.NEW, Import.SEEN, Import.FAILED)
        if row.changes.exists():
            raise Refused(_("Part of this file is in force. Take it back first."))
        forget(row)


def forget(row: Import) -> None:
    """Its row, its rejects, its file."""
    place = folder_of(row)
    row.delete()
    shutil.rmtree(place, ignore_errors=True)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _held(file: int, *states: str) -> Import:
    row = Import.objects.select_for_update().filter(pk=file).first()
    if row is None:
        raise Refused(_("This file is not there any more. Bring it in again."))
    if row.state not in states:
        raise Refused(_("This was done meanwhile. Look again."))
    return row


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())
