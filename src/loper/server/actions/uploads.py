"""A file that somebody sends, on its way to the disk."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile


def keep(upload: UploadedFile, place: Path) -> None:
    """Write it there, a piece at a time: however large it is, it is never whole in memory."""
    with place.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
