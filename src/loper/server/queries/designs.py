"""Journeys by version, parsed once in a process: a published version never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from loper.define import read_organisation
from loper.define.model import Journey
from loper.define.organisation import Organisation
from loper.define.read import parse_journey
from loper.server.records.designs import JourneyDraft, JourneyVersion, SignOff

Files = Mapping[str, str]
"""A journey as files: `journey.yaml` and `texts/confirmation.email.nl.liquid`, path -> text."""


def parse_files(files: Files, organisation: Organisation | None = None) -> Journey:
    """The journey of these files; raises Problems with all that is wrong."""
    main = main_file(files)
    texts = {}
    for path, source in files.items():
        name = PurePosixPath(path).name
        if name.endswith(".liquid") and name.count(".") == 3:
            touchpoint, channel, language, _ = name.split(".")
            texts[touchpoint, channel, language] = source
    return parse_journey(files[main], main, texts, organisation)


def main_file(files: Files) -> str:
    """The file that holds the journey itself."""
    return next((path for path in files if path.endswith((".yaml", ".yml"))), "journey.yaml")


def parse_organisation(files: Files) -> Organisation:
    """The organisation of these files (with its text blocks); raises Problems."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="loper-") as folder:
        for path, source in files.items():
            target = Path(folder, *PurePosixPath(path).parts)
            if Path(folder).resolve() not in target.resolve().parents:
                raise ValueError(f"'{path}' lies outside its folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
        return read_organisation(Path(folder, main_file(files)))


def journey(name: str, version: str) -> Journey:
    """A version of a journey; raises LookupError where there is none."""
    return _parsed(name, version)


@lru_cache(maxsize=256)
def _parsed(name: str, version: str) -> Journey:
    files = JourneyVersion.objects.filter(journey=name, version=version).values_list("files", flat=True).first()
    if files is None:
        raise LookupError(f"journey '{name}' has no version {version}")
    from loper.server.queries.organisation import organisation

    return parse_files(files, organisation())


def version_for(name: str, case: str) -> str:
    """The version on which a new case begins: the newest published one whose share takes it (by hash of the key).

    The share says how many per cent of new cases the version gets; the rest goes to the version before it.
    """
    rows = JourneyVersion.objects.filter(journey=name, published__isnull=False).order_by("-published", "-pk")
    last = ""
    for version, share in rows.values_list("version", "share"):
        last = version
        drawn = int.from_bytes(hashlib.sha256(f"{name}/{version}/{case}".encode()).digest()[:8], "big") % 100
        if drawn < share:
            return version
    if not last:
        raise LookupError(f"journey '{name}' is not published")
    return last


def published() -> list[Journey]:
    """The newest published version of every journey, by name."""
    names = JourneyVersion.objects.filter(published__isnull=False).values_list("journey", flat=True).distinct()
    return [journey(name, newest(name)) for name in sorted(names)]


def newest(name: str) -> str:
    """The version that was published last."""
    rows = JourneyVersion.objects.filter(journey=name, published__isnull=False).order_by("-published", "-pk")
    found = rows.values_list("version", flat=True).first()
    if found is None:
        raise LookupError(f"journey '{name}' is not published")
    return found


def offered_dialogues() -> list[tuple[Journey, str]]:
    """The dialogues by which a customer begins a case: (journey, name of the dialogue)."""
    return [
        (one, dialogue.name)
        for one in published()
        for dialogue in one.dialogues.values()
        if dialogue.emits in one.begins and "customer" in one.events[dialogue.emits].from_
    ]


def versions(name: str) -> list[JourneyVersion]:
    """Every version that was brought forward, newest first."""
    return list(JourneyVersion.objects.filter(journey=name).order_by("-created", "-pk"))


def draft(name: str) -> JourneyDraft | None:
    return JourneyDraft.objects.filter(journey=name).first()


def sign_offs(name: str, version: str) -> list[SignOff]:
    """Who signed this content."""
    return list(SignOff.objects.filter(journey=name, version=version).order_by("at"))
