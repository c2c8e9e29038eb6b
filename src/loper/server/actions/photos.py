"""A customer's photograph: looked at, made anew from its pixels, kept."""

from __future__ import annotations

import io
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.records.dialogues import DialogueProgress, StoredFile

LONGEST_SIDE = 1600
MOST_PIXELS = 30_000_000  # of what must be unpacked whole; a JPEG is unpacked smaller, whatever its size
MOST_PHOTOS = 5


def keep_photo(*, progress: DialogueProgress, upload: BinaryIO, size: int) -> StoredFile:
    """The photo of a dialogue. Raises Refused for what is too large or no picture."""
    if size > settings.LOPER_PHOTO_BYTES:
        raise Refused(too_large(), field="photo")
    if progress.files.count() >= MOST_PHOTOS:
        raise Refused(_("You can send at most five photos."), field="photo")
    content = made_anew(upload)
    return StoredFile.objects.create(
        progress=progress, content_type="image/jpeg", content=content, size=len(content), created=clock.now()
    )


def drop_photo(*, progress: DialogueProgress, file: str) -> None:
    """Take a photo away that was not sent yet."""
    if progress.submitted is None and file:
        progress.files.filter(pk=file).delete()


def too_large() -> str:
    return _("This photo is too large. Choose one of at most 12 MB.")


def made_anew(upload: BinaryIO) -> bytes:
    """The picture as a new JPEG, upright, at most 1,600 pixels a side, without anything but its pixels."""
    try:
        with Image.open(upload, formats=("JPEG", "PNG", "WEBP", "GIF")) as picture:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        sentence = _("This file is not a photo that we can read. Choose a JPEG or PNG photo.")
        raise Refused(sentence, field="photo") from None
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(upright, mask=upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
