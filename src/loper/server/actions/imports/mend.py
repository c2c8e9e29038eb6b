"""A reject mended in the browser goes in by itself; a file that went in can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from loper.intake.judge import Problem, judge_cells
from loper.intake.kinds import KINDS
from loper.server import clock
from loper.server.actions.imports.appliers import APPLIERS
from loper.server.actions.imports.work import put_rows
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.imports import Change, Import, Reject, SourceRef

PIECE = 1_000


@transaction.atomic
def mend(*, actor: Actor, reject: int, cells: Mapping[str, str]) -> tuple[Problem, ...]:
    """A row with its cells as somebody mended them: it goes in (gives nothing), or gives what is still wrong with it.

    Raises Refused where its file is not in force, or it was mended already.
    """
    demand(actor, "import")
    row = Reject.objects.select_for_update().select_related("file").filter(pk=reject).first()
    if row is None or row.state != Reject.OPEN:
        raise Refused(_("This row was mended meanwhile."))
    if row.file.state != Import.DONE:
        raise Refused(_("First put the file in force: then this row goes in as soon as it is mended."))
    kind = KINDS[row.file.kind]
    given = {name: " ".join(str(cells.get(name, "")).split())[:500] for name in row.file.fields}
    judged = judge_cells(kind, given, row.number, {})
    refused = {} if judged.problems else APPLIERS[kind.name].refuse(row.file.source, [judged.values])
    judged = replace(judged, problems=(*judged.problems, *refused.values()))
    if judged.problems:
        row.cells = given
        row.why = [[one.field, one.value, one.why] for one in judged.problems]
        row.save(update_fields=["cells", "why"])
        return judged.problems
    newer = SourceRef.objects.filter(
        source=row.file.source, kind=row.file.kind, ident=judged.values["ident"], seen__gt=row.file_id
    )
    if newer.exists():
        raise Refused(_("A later file says something of this one already: this row is too old. Leave it out."))
    put_rows(row.file, [judged])
    Reject.objects.filter(pk=row.pk).update(state=Reject.MENDED, cells={}, why=[])
    return ()


def leave(*, actor: Actor, reject: int) -> None:
    """This row need not come in."""
    demand(actor, "import")
    Reject.objects.filter(pk=reject, state=Reject.OPEN).update(state=Reject.LEFT, cells={}, why=[])


@transaction.atomic
def undo(*, actor: Actor, file: int) -> tuple[int, int]:
    """Take a file back: what it made goes, unless something came of it; what it changed is as it was. Both numbers.

    Only the newest file of its source and kind can be taken back: a later one stands on it.
    """
    demand(actor, "import")
    row = Import.objects.select_for_update().filter(pk=file).first()
    if row is None or row.state not in (Import.DONE, Import.FAILED):
        raise Refused(_("Only a file that is in force can be taken back."))
    later = Import.objects.filter(kind=row.kind, source=row.source, state=Import.DONE, pk__gt=row.pk)
    if later.exists():
        raise Refused(_("A later file of this source is in force. Take that one back first."))
    applier, now = APPLIERS[row.kind], clock.now()
    gone = back = 0
    changes = list(row.changes.order_by("pk"))
    for at in range(0, len(changes), PIECE):
        piece = changes[at : at + PIECE]
        refs = {
            ref.ident: ref
            for ref in SourceRef.objects.filter(
                source=row.source, kind=row.kind, ident__in=[change.ident for change in piece]
            )
        }
        old = [(change, refs[change.ident]) for change in piece if change.before and change.ident in refs]
        applier.change([(ref.key, ref.values, change.before) for change, ref in old], now)
        for change, ref in old:
            ref.values = change.before
        SourceRef.objects.bulk_update([ref for _change, ref in old], ["values"])
        back += len(old)
        new = [change for change in piece if not change.before]
        gone += applier.unmake([change.key for change in new if change.made])
        SourceRef.objects.filter(pk__in=[refs[one.ident].pk for one in new if one.ident in refs]).delete()
    Change.objects.filter(file=row).delete()
    Import.objects.filter(pk=row.pk).update(state=Import.UNDONE)
    return gone, back
