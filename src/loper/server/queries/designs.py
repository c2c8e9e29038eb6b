"""Journeys by version, parsed once in a process: a published version never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from loper.define import Finding, TextError, check
from loper.define import parse_organisation as parse
from loper.define.model import Journey
from loper.define.organisation import Organisation
from loper.define.problem import Problem, Problems
from loper.define.read import parse_journey
from loper.define.texts import read_source
from loper.server.queries.organisation import organisation
from loper.server.records.designs import JourneyDraft, JourneyVersion, OrganisationFile, Publication, SignOff
from loper.server.records.runtime import Case

Files = Mapping[str, str]
"""A journey as files: `journey.yaml` and `texts/confirmation.email.nl.liquid`, path -> text."""

MAIN = "journey.yaml"
ORGANISATION = "organisation.yaml"


def parse_files(files: Files, organisation: Organisation | None = None) -> Journey:
    """The journey of these files; raises Problems with all that is wrong."""
    main = main_file(files)
    texts = {}
    for path, source in files.items():
        name = PurePosixPath(path).name
        if name.endswith(".liquid") and name.count(".") == 3:
            touchpoint, channel, language, _suffix = name.split(".")
            texts[touchpoint, channel, language] = source
    return parse_journey(files.get(main, ""), main, texts, organisation)


def misnamed(found: Journey, name: str) -> Problem | None:
    """A draft that says it is another journey: it would become that one's version."""
    if found.name == name:
        return None
    wrong = _("this is the draft of journey '%(name)s'") % {"name": name}
    hint = _("write 'journey: %(name)s'; another name is another journey") % {"name": name}
    return Problem(MAIN, found.places.get("journey", 1), 1, wrong, hint)


def main_file(files: Files) -> str:
    """The file that holds the journey itself."""
    return next((path for path in files if path.endswith((".yaml", ".yml"))), MAIN)


def parse_organisation(files: Files) -> Organisation:
    """The organisation of these files, with its text blocks; raises Problems with all that is wrong."""
    main = main_file(files)
    blocks, problems = {}, list[Problem]()
    for path, source in files.items():
        name, _dot, language = PurePosixPath(path).name.removesuffix(".liquid").rpartition(".")
        if path == main:
            continue
        blocks[name, language] = source
        try:
            read_source(source, language, ZoneInfo("UTC"), block=True)
        except TextError as wrong:
            problems.append(Problem(path, wrong.line, wrong.column, wrong.message, wrong.hint))
    try:
        found = parse(files.get(main, ""), main, blocks)
    except Problems as wrong:
        problems += wrong.problems
    if problems:
        raise Problems(problems)
    return found


def digest(text: str) -> str:
    """What tells one text of a file from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


# -- versions ------------------------------------------------------------------------------------------------------


def journey(name: str, version: str, organisation_hash: str | None = None) -> Journey:
    """A version of a journey, with the calendars of today's organisation file; raises LookupError where there is none.

    Whoever asks often looks up the hash of that file once, and gives it.
    """
    return _parsed(name, version, current_hash() if organisation_hash is None else organisation_hash)


@lru_cache(maxsize=256)
def _parsed(name: str, version: str, organisation_hash: str) -> Journey:
    return parse_files(files_of(name, version), organisation())


def files_of(name: str, version: str) -> dict[str, str]:
    """The files of a version; raises LookupError where there is none."""
    files = JourneyVersion.objects.filter(journey=name, version=version).values_list("files", flat=True).first()
    if files is None:
        raise LookupError(f"journey '{name}' has no version {version}")
    return dict(files)


def version_for(name: str, case: str) -> str:
    """The version on which a new case begins: the newest published one whose share takes it (by hash of the key).

    The share says how many per cent of new cases the version gets; the rest goes to the version before it.
    """
    return drawn(name, case, shares(name))


def shares(name: str) -> list[tuple[str, int]]:
    """The published versions of a journey, newest first, each with its share of new cases in per cent."""
    rows = JourneyVersion.objects.filter(journey=name, published__isnull=False).order_by("-published", "-pk")
    return list(rows.values_list("version", "share"))


def drawn(name: str, case: str, shares: Sequence[tuple[str, int]]) -> str:
    """The version of these on which this case begins; raises LookupError where there is none."""
    for version, share in shares:
        number = int.from_bytes(hashlib.sha256(f"{name}/{version}/{case}".encode()).digest()[:8], "big") % 100
        if number < share:
            return version
    if not shares:
        raise LookupError(f"journey '{name}' is not published")
    return shares[-1][0]


def live(name: str) -> dict[str, float]:
    """The versions on which new cases begin now, newest first, each with the part (0 to 1) that it gets."""
    rows = JourneyVersion.objects.filter(journey=name, published__isnull=False).order_by("-published", "-pk")
    found: dict[str, float] = {}
    rest = 1.0
    for version, share in rows.values_list("version", "share"):
        found[version] = rest * share / 100
        rest -= found[version]
        if share >= 100:
            return found
    if found:
        found[next(reversed(found))] += rest  # the oldest takes what is left
    return found


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


def publications(name: str) -> list[Publication]:
    """What went live when, newest first."""
    return list(Publication.objects.filter(journey=name).order_by("-at", "-pk"))


def draft(name: str) -> JourneyDraft | None:
    return JourneyDraft.objects.filter(journey=name).first()


def sign_offs(name: str, version: str) -> list[SignOff]:
    """Who signed this content, or said no to it."""
    return list(SignOff.objects.filter(journey=name, version=version).order_by("at", "pk"))


def findings(one: Journey) -> list[Finding]:
    """What the check says of a journey, beside the other journeys and with what people from outside signed."""
    others = [other for other in published() if other.name != one.name]
    rows = SignOff.objects.filter(journey=one.name, outside=True, agrees=True)
    signed = set(rows.values_list("version", flat=True))
    return check(one, organisation=organisation(), others=others, signed=signed)


# -- the organisation ------------------------------------------------------------------------------------------------


def current_hash() -> str:
    """The hash of the organisation file that counts; empty where there is none."""
    return OrganisationFile.objects.order_by("-published", "-pk").values_list("hash", flat=True).first() or ""


def organisation_file(*, lock: bool = False) -> OrganisationFile | None:
    """The organisation file that counts."""
    rows = OrganisationFile.objects.select_for_update() if lock else OrganisationFile.objects
    return rows.order_by("-published", "-pk").first()


def broken_by(found: Organisation) -> list[Problem]:
    """What versions that are live or have open cases would miss with this organisation file: a calendar, a block."""
    used = set(Case.objects.filter(ended=False).values_list("journey", "version").distinct())
    names = JourneyVersion.objects.filter(published__isnull=False).values_list("journey", flat=True).distinct()
    used |= {(name, version) for name in names for version in live(name)}
    problems = []
    for name, version in sorted(used):
        try:
            parse_files(files_of(name, version), found)
        except LookupError:
            continue  # a case of a version that is not here: nothing that this file could mend
        except Problems as wrong:
            problems += [Problem(f"{name} ({p.file})", p.line, p.column, p.message, p.hint) for p in wrong.problems]
    return problems
