"""The worker's part: a file looked at, put in force piece by piece; one that died is gone on with where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from loper.intake.judge import Judged, judge_all
from loper.intake.kinds import KINDS
from loper.intake.sheet import BadSheet, open_sheet
from loper.server import clock
from loper.server.actions.imports.appliers import APPLIERS
from loper.server.actions.imports.files import folder_of
from loper.server.records.imports import Change, Import, Reject, SourceRef

PIECE = 1_000
EXAMPLES = 12
DEAD = timedelta(minutes=10)
MANY = 0.1
"""More than this share of those we know is not in a file: is it the file of last year, or half of one?"""


def next_one() -> bool:
    """Look at one file that waits, or put one in force, to its end; gives whether there was one."""
    now = clock.now()
    waits = Q(state__in=(Import.LOOK, Import.GO)) & (Q(beat=None) | Q(beat__lt=now - DEAD))
    for row in Import.objects.filter(waits).order_by("created")[:5]:
        if Import.objects.filter(pk=row.pk, state=row.state, beat=row.beat).update(beat=now):
            do(row)
            return True
    return False


def do(row: Import) -> None:
    """What it waits for. What is wrong with the file is said on its page; what is wrong with us is raised, too."""
    mine = Import.objects.filter(pk=row.pk)
    try:
        if row.state == Import.LOOK:
            look(row)
        else:
            go(row)
    except BadSheet as wrong:
        mine.update(state=Import.FAILED, said=str(wrong)[:2000], beat=None)
    except FileNotFoundError:
        mine.update(state=Import.FAILED, said="gone", beat=None)
    except Exception:
        mine.update(state=Import.FAILED, said="error", beat=None)
        raise


# -- looked at ---------------------------------------------------------------------------------------------------------


def look(row: Import) -> None:
    """What it would change, in numbers and examples; its rejects. Nothing is changed."""
    sheet = open_sheet(folder_of(row) / row.file)
    row.rejects.all().delete()
    counts: Counter[str] = Counter()
    examples: list[list[str]] = []
    known = SourceRef.objects.filter(source=row.source, kind=row.kind).count()
    met = 0
    for piece in _pieces(judge_all(KINDS[row.kind], row.fields, sheet)):
        good = _good(row, piece, counts)
        before = _refs(row, good)
        met += len(before) + _refused_refs(row, piece, before).count()
        for one in good:
            ref = before.get(one.values["ident"])
            what = "new" if ref is None else "same" if ref.values == dict(one.values) else "changed"
            counts[what] += 1
            if what != "same" and sum(example[0] == what for example in examples) < EXAMPLES:
                examples += _examples(what, one, ref)
        counts["rows"] += len(piece)
        Import.objects.filter(pk=row.pk).update(done=counts["rows"], beat=clock.now())
    _ragged(row, sheet, counts)
    counts["gone"], counts["known"] = known - met, known
    counts["many_gone"] = int(known >= 20 and known - met > MANY * known)
    Import.objects.filter(pk=row.pk).update(
        state=Import.SEEN, total=counts["rows"], counts=dict(counts), examples=examples, beat=None
    )


def _examples(what: str, one: Judged, ref: SourceRef | None) -> list[list[str]]:
    ident = one.values["ident"]
    if ref is None:
        return [
            [what, ident, "", "", ", ".join(value for name, value in one.values.items() if value and name != "ident")]
        ]
    before = ref.values
    return [
        [what, ident, name, before.get(name, ""), value]
        for name, value in one.values.items()
        if value != before.get(name, "")
    ]


# -- put in force ------------------------------------------------------------------------------------------------------


def go(row: Import) -> None:
    """Piece by piece, each with its place in one transaction: a file is never left half, whoever dies."""
    sheet = open_sheet(folder_of(row) / row.file)
    counts: Counter[str] = Counter(row.counts if row.done else {})
    if not row.done:
        row.rejects.filter(state=Reject.OPEN).delete()
        counts = Counter({"known": row.counts.get("known", 0)})
    passed = 0
    for piece in _pieces(judge_all(KINDS[row.kind], row.fields, sheet)):
        passed += len(piece)
        if passed <= row.done:
            continue
        with transaction.atomic():
            good = _good(row, piece, counts)
            _put(row, good, counts)
            _refused_refs(row, piece, {one.values["ident"] for one in good}).update(seen=row.pk)
            Import.objects.filter(pk=row.pk).update(done=passed, counts=dict(counts), beat=clock.now())
    with transaction.atomic():
        _ragged(row, sheet, counts)
        counts["gone"] = _gone(row, counts)
        counts["rows"] = passed
        Import.objects.filter(pk=row.pk).update(
            state=Import.DONE, total=passed, done=passed, counts=dict(counts), applied=clock.now(), beat=None
        )


def put_rows(row: Import, judged: Sequence[Judged]) -> int:
    """Rows that were mended, put in force; gives how many."""
    counts: Counter[str] = Counter()
    _put(row, list(judged), counts)
    return counts["new"] + counts["changed"] + counts["same"]


def _put(row: Import, good: list[Judged], counts: Counter[str]) -> None:
    before = _refs(row, good)
    new = [one for one in good if one.values["ident"] not in before]
    changed = [
        one for one in good if one.values["ident"] in before and before[one.values["ident"]].values != one.values
    ]
    applier, now = APPLIERS[row.kind], clock.now()
    if new:
        made = applier.make(row.source, [dict(one.values) for one in new], now)
        SourceRef.objects.bulk_create(
            SourceRef(source=row.source, kind=row.kind, ident=one["ident"], key=key, values=one, seen=row.pk)
            for one, (key, _fresh) in zip((dict(one.values) for one in new), made, strict=True)
        )
        Change.objects.bulk_create(
            Change(file=row, ident=one.values["ident"], key=key, made=fresh)
            for one, (key, fresh) in zip(new, made, strict=True)
        )
    if changed:
        refs = [before[one.values["ident"]] for one in changed]
        applier.change(
            [(ref.key, dict(ref.values), dict(one.values)) for ref, one in zip(refs, changed, strict=True)], now
        )
        Change.objects.bulk_create(
            (Change(file=row, ident=ref.ident, key=ref.key, before=ref.values) for ref in refs), ignore_conflicts=True
        )
        for ref, one in zip(refs, changed, strict=True):
            ref.values = dict(one.values)
        SourceRef.objects.bulk_update(refs, ["values"])
    SourceRef.objects.filter(source=row.source, kind=row.kind, ident__in=before).update(seen=row.pk)
    counts["new"] += len(new)
    counts["changed"] += len(changed)
    counts["same"] += len(good) - len(new) - len(changed)


def _gone(row: Import, counts: Counter[str]) -> int:
    """Those of this source that are not in the file any more; they have moved, where that was asked."""
    gone = SourceRef.objects.filter(source=row.source, kind=row.kind).exclude(seen=row.pk)
    number = gone.count()
    if row.gone == "moved" and row.kind == "customers":
        now = clock.now()
        while refs := list(gone.exclude(values__status__in=("moved", "deceased")).order_by("pk")[:PIECE]):
            pairs = [(ref, {**ref.values, "status": "moved", "left": clock.day_of(now).isoformat()}) for ref in refs]
            APPLIERS[row.kind].change([(ref.key, dict(ref.values), values) for ref, values in pairs], now)
            Change.objects.bulk_create(
                (Change(file=row, ident=ref.ident, key=ref.key, before=ref.values) for ref in refs),
                ignore_conflicts=True,
            )
            for ref, values in pairs:
                ref.values = values
            SourceRef.objects.bulk_update(refs, ["values"])
            counts["left"] += len(refs)
    return number


# -- pieces ------------------------------------------------------------------------------------------------------------


def _pieces(rows: Iterator[Judged]) -> Iterator[list[Judged]]:
    while piece := list(islice(rows, PIECE)):
        yield piece


def _good(row: Import, piece: Sequence[Judged], counts: Counter[str]) -> list[Judged]:
    """The rows without a problem; the others are kept as rejects."""
    refused = APPLIERS[row.kind].refuse(row.source, [one.values for one in piece if not one.problems])
    piece = [
        replace(one, problems=(refused[one.values["ident"]],), cells=dict(one.values))
        if not one.problems and one.values["ident"] in refused
        else one
        for one in piece
    ]
    bad = [one for one in piece if one.problems]
    if bad:
        counts["rejected"] += len(bad)
        Reject.objects.bulk_create(
            (
                Reject(
                    file=row,
                    number=one.number,
                    cells=one.cells,
                    why=[[problem.field, problem.value, problem.why] for problem in one.problems],
                )
                for one in bad
            ),
            ignore_conflicts=True,
        )
    return [one for one in piece if not one.problems]


def _refused_refs(row: Import, piece: Sequence[Judged], good: Collection[str]) -> QuerySet[SourceRef]:
    """Known ones that are in the file, though their row cannot come in: they are not gone from it."""
    idents = {one.values.get("ident", "") for one in piece} - {""} - set(good)
    return SourceRef.objects.filter(source=row.source, kind=row.kind, ident__in=idents)


def _ragged(row: Import, sheet: Any, counts: Counter[str]) -> None:
    """Rows that could not be taken apart."""
    counts["rejected"] += len(sheet.ragged)
    Reject.objects.bulk_create(
        (Reject(file=row, number=number, cells={}, why=[["", text, why]]) for number, why, text in sheet.ragged),
        ignore_conflicts=True,
    )


def _refs(row: Import, good: Sequence[Judged]) -> dict[str, SourceRef]:
    idents = [one.values["ident"] for one in good]
    rows = SourceRef.objects.filter(source=row.source, kind=row.kind, ident__in=idents)
    return {ref.ident: ref for ref in rows}
