"""The organisation as it is now: its file, and the brand that people see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language

from loper.define.organisation import Organisation
from loper.server.records.designs import OrganisationFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    """What a page shows of the organisation."""

    name: str
    logo: str
    primary: str
    text: str
    phone: str
    emergency: str

    @property
    def phone_link(self) -> str:
        return re.sub(r"[^\d+]", "", self.phone)


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
    return Brand(
        name=given["name"] or text_in(found.title, language) or found.sender.name or "Loper",
        logo=given["logo"] or found.brand.logo,
        primary=given["primary"] or found.brand.primary,
        text=found.brand.text,
        phone=given["phone"] or found.sender.phone,
        emergency=text_in(found.emergency, language),
    )


def text_in(texts: object, language: str) -> str:
    """A text in this language, else in Dutch, else in any."""
    if not isinstance(texts, dict) and not hasattr(texts, "get"):
        return ""
    return str(texts.get(language) or texts.get("nl") or next(iter(texts.values()), ""))  # type: ignore[attr-defined]
