"""What other systems know: by which numbers they call our objects, and the files that they sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SourceRef(models.Model):
    """By which number a source calls an object of ours (`key`), what it said of it last, and in which file.

    A source that says something new is heard; what it says again does not undo what was changed here meanwhile.
    """

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # customers, homes, technicians, absences
    ident = models.CharField(max_length=120)
    key = models.CharField(max_length=60)  # of a customer or technician; the number of a home or an absence
    values = models.JSONField(default=dict)
    seen = models.BigIntegerField(default=0)  # the newest import in which it was

    class Meta:
        db_table = "source_ref"
        constraints = [models.UniqueConstraint(fields=["source", "kind", "ident"], name="a_number_once_a_source")]
        indexes = [models.Index(fields=["kind", "key"], name="source_ref_of"), models.Index(fields=["seen"])]


class Mapping(models.Model):
    """Which column of a source's files is which field, as somebody said it last: used again for the next file."""

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    fields = models.JSONField(default=dict)  # field -> column
    changed = models.DateTimeField()

    class Meta:
        db_table = "source_mapping"
        constraints = [models.UniqueConstraint(fields=["source", "kind"], name="one_mapping_a_source")]


class Import(models.Model):
    """A file that was brought in, and how far it is.

    NEW: its columns wait for somebody; LOOK: the worker is to look what it would change; SEEN: it was looked at, and
    nothing is changed yet; GO: the worker is to put it in force (`done` rows are); DONE; FAILED (`said`); UNDONE.
    """

    NEW, LOOK, SEEN, GO, DONE, FAILED, UNDONE = "new", "look", "seen", "go", "done", "failed", "undone"

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    name = models.CharField(max_length=200)  # of the file, as it came
    file = models.CharField(max_length=200, blank=True)  # where it lies, below LOPER_IMPORTS; empty: gone
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, default=NEW)
    fields = models.JSONField(default=dict)  # field -> column
    notes = models.JSONField(default=list)  # what was decided while it was opened
    gone = models.CharField(max_length=10, default="keep")  # who is not in it any more: keep, or moved
    total = models.PositiveIntegerField(default=0)  # rows; 0: not known yet
    done = models.PositiveIntegerField(default=0)  # rows read of it, of the step it is in
    counts = models.JSONField(default=dict)  # new, changed, same, rejected, gone, left
    examples = models.JSONField(default=list)  # [what, identity, field, before, after]
    said = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField()
    applied = models.DateTimeField(null=True)
    beat = models.DateTimeField(null=True)  # of the worker at it

    class Meta:
        db_table = "import"
        indexes = [models.Index(fields=["state", "created"]), models.Index(fields=["sha256"])]


class Reject(models.Model):
    """A row that could not be brought in: as it stood, and why. Mended, it goes in by itself."""

    OPEN, MENDED, LEFT = "open", "mended", "left"

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejects")
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)  # field -> as it stood
    why = models.JSONField(default=list)  # [[field, value, reason], ...]
    state = models.CharField(max_length=10, default=OPEN)

    class Meta:
        db_table = "import_reject"
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="a_row_is_rejected_once")]


class Change(models.Model):
    """What a file changed of an object: how the source called it before (`before`; empty: it was made). For an undo."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    ident = models.CharField(max_length=120)
    key = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    made = models.BooleanField(default=False)  # the object itself was made, not only known again

    class Meta:
        db_table = "import_change"
        constraints = [models.UniqueConstraint(fields=["file", "ident"], name="a_change_once_a_file")]
        indexes = [models.Index(fields=["key"])]
