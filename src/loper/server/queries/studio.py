"""What the studio shows: every journey at a glance, and one design (a draft or a version) whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count

from loper.define import Finding, Journey, Problem, Problems
from loper.define.read import parse_journey
from loper.server.queries import designs
from loper.server.queries.designs import MAIN, Files
from loper.server.queries.organisation import organisation, text_in
from loper.server.records.designs import JourneyDraft, JourneyVersion
from loper.server.records.runtime import Case, Heartbeat


@dataclass(frozen=True)
class Design:
    """One journey as it stands in these files. `journey` is None where the language itself cannot be read; where only
    texts are at fault it is there, with these texts as they are.
    """

    name: str
    files: Files
    journey: Journey | None
    problems: tuple[Problem, ...] = ()
    draft: JourneyDraft | None = None
    row: JourneyVersion | None = None

    @property
    def version(self) -> str:
        """The hash of its content; empty while something is wrong with it."""
        return self.journey.version if self.journey is not None and not self.problems else ""

    @property
    def yaml(self) -> str:
        return self.files.get(designs.main_file(self.files), "")

    @cached_property
    def findings(self) -> list[Finding]:
        """What the check says; nothing where the journey cannot be read."""
        return designs.findings(self.journey) if self.journey is not None else []

    @property
    def open_findings(self) -> list[Finding]:
        return [one for one in self.findings if one.accepted is None]


def read(name: str, files: Files, *, draft: JourneyDraft | None = None, row: JourneyVersion | None = None) -> Design:
    """The design of these files, with all that is wrong."""
    found = organisation()
    try:
        journey = designs.parse_files(files, found)
        misnamed = designs.misnamed(journey, name)
        return Design(name, files, journey, (misnamed,) if misnamed else (), draft, row)
    except Problems as wrong:
        problems = wrong.problems
    texts = {path: text for path, text in files.items() if path.endswith(".liquid")}
    try:
        bare = parse_journey(files.get(designs.main_file(files), ""), MAIN, None, found)
    except Problems:
        return Design(name, files, None, problems, draft, row)
    raw = {key: texts[path] for path in texts if (key := text_key(path)) is not None}
    return Design(name, files, replace(bare, texts=raw), problems, draft, row)


def text_key(path: str) -> tuple[str, str, str] | None:
    """(touchpoint, channel, language) of a text's path."""
    parts = path.rpartition("/")[2].split(".")
    return (parts[0], parts[1], parts[2]) if len(parts) == 4 else None


def text_path(touchpoint: str, channel: str, language: str) -> str:
    return f"texts/{touchpoint}.{channel}.{language}.liquid"


def of_draft(name: str) -> Design | None:
    """The draft of this journey, read; None where there is none."""
    draft = designs.draft(name)
    return None if draft is None else read(name, draft.files, draft=draft)


def of_version(name: str, version: str) -> Design | None:
    """A version of this journey, read by today's organisation; None where there is none."""
    row = JourneyVersion.objects.filter(journey=name, version=version).first()
    if row is None:
        return None
    try:
        return Design(name, row.files, designs.journey(name, version), (), None, row)
    except Problems:
        return read(name, row.files, row=row)


def of_published(name: str) -> Design | None:
    """The version that was published last; None where nothing was."""
    try:
        return of_version(name, designs.newest(name))
    except LookupError:
        return None


def title_of(design: Design, language: str) -> str:
    """What people call this journey; as long as a draft cannot be read, what they call what is live."""
    shown = design if design.journey is not None or design.row is not None else of_published(design.name) or design
    return (text_in(shown.journey.title, language) if shown.journey is not None else "") or design.name


def exists(name: str) -> bool:
    return JourneyDraft.objects.filter(journey=name).exists() or JourneyVersion.objects.filter(journey=name).exists()


# -- all of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Live:
    """A version with what runs on it. `part`: of new cases (0: none any more)."""

    version: str
    label: str
    part: float
    cases: int

    @property
    def percent(self) -> int:
        return round(self.part * 100)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A journey in the list."""

    design: Design
    live: tuple[Live, ...]
    draft: JourneyDraft | None
    waiting: JourneyVersion | None  # proposed after the last publication: it waits for a second pair of eyes
    findings: int


def journeys() -> list[Row]:
    """Every journey, by name: published ones and drafts."""
    drafts = {draft.journey: draft for draft in JourneyDraft.objects.all()}
    names = {*drafts, *JourneyVersion.objects.values_list("journey", flat=True).distinct()}
    return [_row(name, drafts.get(name)) for name in sorted(names)]


def _row(name: str, draft: JourneyDraft | None) -> Row:
    waiting = waiting_version(name)
    published = of_published(name)
    shown = published or (read(name, draft.files, draft=draft) if draft else None) or _proposed(name, waiting)
    return Row(design=shown, live=running(name), draft=draft, waiting=waiting, findings=len(shown.open_findings))


def _proposed(name: str, waiting: JourneyVersion | None) -> Design:
    row = waiting or designs.versions(name)[0]
    return read(name, row.files, row=row)


def waiting_version(name: str) -> JourneyVersion | None:
    """The version that was proposed last, if that was after the last publication."""
    last = next(iter(designs.publications(name)), None)
    rows = JourneyVersion.objects.filter(journey=name, published=None).order_by("-created", "-pk")
    if last is not None:
        rows = rows.filter(created__gt=last.at)
    return rows.first()


def running(name: str) -> tuple[Live, ...]:
    """Versions that get new cases or have open ones, the newest first."""
    parts = designs.live(name)
    open_cases = open_by_version(name)
    rows = {row.version: row for row in JourneyVersion.objects.filter(journey=name).defer("files")}
    versions = [*parts, *sorted(set(open_cases) - set(parts), key=lambda one: -open_cases[one])]
    return tuple(
        Live(
            version=version,
            label=rows[version].label if version in rows else "",
            part=parts.get(version, 0.0),
            cases=open_cases.get(version, 0),
        )
        for version in versions
    )


def open_by_version(name: str) -> Mapping[str, int]:
    """How many cases are open on each version."""
    rows = Case.objects.filter(journey=name, ended=False).values_list("version").annotate(n=Count("pk")).order_by()
    return dict(rows)


def worker_lives(now: datetime) -> bool:
    """Whether a worker was heard of in the last minute."""
    return Heartbeat.objects.filter(at__gt=now - timedelta(minutes=1)).exists()
