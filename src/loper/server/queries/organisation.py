"""The organisation as it is now: its file, and the brand that people see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from loper.channels.email.colours import VISIBLE, until_readable
from loper.channels.email.settings import logo_type
from loper.define.organisation import Brand as OrganisationBrand
from loper.define.organisation import Organisation
from loper.server.records.designs import OrganisationFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    """What a page shows of the organisation. Colours are `#rrggbb`, as given: they may be too light for letters."""

    name: str
    logo: str  # the address of the picture; empty where there is none
    primary: str
    text: str
    phone: str
    emergency: str

    @property
    def letters(self) -> str:
        """The brand's colour, darkened until letters in it can be read on the page, and white ones on it (4.5:1)."""
        return until_readable(self.primary, PAGE)

    @property
    def lines(self) -> str:
        """The brand's colour, darkened until lines and borders in it can be seen on the page (3:1)."""
        return until_readable(self.primary, PAGE, VISIBLE)

    @property
    def ink(self) -> str:
        """The colour of ordinary text, dark enough to read at ease (7:1)."""
        return until_readable(self.text, PAGE, 7.0)


PAGE = "#f5f6f9"
"""What pages are printed on (tokens.css): the darkest background that letters in a brand's colour meet."""


def organisation() -> Organisation:
    """The organisation file that was published last; a bare one where there is none."""
    found = OrganisationFile.objects.order_by("-published", "-pk").values_list("pk", "hash").first()
    return _read(*found) if found else Organisation()


@lru_cache(maxsize=8)
def _read(pk: int, hash: str) -> Organisation:
    """A published organisation file never changes: read once in a process."""
    from loper.server.queries.designs import parse_organisation

    return parse_organisation(OrganisationFile.objects.values_list("files", flat=True).get(pk=pk))


def brand() -> Brand:
    """Name, logo, colours and telephone: from the settings, else the organisation file, else Loper's own."""
    found, given = organisation(), settings.LOPER_BRAND
    language = get_language() or settings.LANGUAGE_CODE
    own = OrganisationBrand()
    logo = logo_file()
    return Brand(
        name=given["name"] or text_in(found.title, language) or found.sender.name or "Loper",
        logo=f"/brand/logo?{logo.stat().st_mtime_ns:x}" if logo else "",
        primary=colour_of(given["primary"]) or colour_of(found.brand.primary) or own.primary,
        text=colour_of(found.brand.text) or own.text,
        phone=given["phone"] or found.sender.phone,
        emergency=text_in(found.emergency, language),
    )


def colour_of(text: str) -> str:
    """`#0b6` -> `#00bb66`; empty for what is no colour."""
    plain = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", plain):
        return "#" + "".join(2 * letter for letter in plain[1:])
    return plain if re.fullmatch(r"#[0-9a-f]{6}", plain) else ""


LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}


def logo_file() -> Path | None:
    """The picture that pages show: the file of the settings, else the one that the organisation file names.

    That one lies in the folder `brand` beside the database. A web address is for mails alone: pages load nothing from
    elsewhere.
    """
    given = settings.LOPER_BRAND["logo"]
    named = organisation().brand.logo
    path = Path(given) if given else settings.DATA / "brand" / Path(named).name if named else None
    return path if path and path.suffix.lower() in LOGOS and path.is_file() else None


def logo_for_mail() -> str:
    """The logo for mails: a web address, or the path of a picture that mail programs show (PNG, JPEG, GIF)."""
    named = organisation().brand.logo
    path = logo_file()
    if path is not None and logo_type(str(path)):
        return str(path)
    return named if named.startswith("https://") else ""


def text_in(texts: object, language: str) -> str:
    """A text in this language, else in Dutch, else in any."""
    if not isinstance(texts, dict) and not hasattr(texts, "get"):
        return ""
    return str(texts.get(language) or texts.get("nl") or next(iter(texts.values()), ""))  # type: ignore[attr-defined]
