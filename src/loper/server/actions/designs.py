"""Journeys from draft to published: saved file by file, signed by a second pair of eyes, frozen, live."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.define.model import Journey
from loper.define.problem import Problems
from loper.server import clock
from loper.server.actions.design_files import tidy_files, tidy_organisation, tidy_path, tidy_text
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.queries.designs import MAIN, digest
from loper.server.queries.organisation import organisation
from loper.server.records.designs import JourneyDraft, JourneyVersion, OrganisationFile, Publication, SignOff


class Stale(Refused):
    """Somebody else saved this file meanwhile: `theirs` is what it says now, `by` who saved it."""

    def __init__(self, theirs: str, by: str) -> None:
        who = by or _("Somebody")
        super().__init__(
            _("%(who)s saved this meanwhile. Your text is still here, nothing is lost: compare, then save again.")
            % {"who": who}
        )
        self.theirs, self.by = theirs, by


# -- drafts --------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_draft(*, actor: Actor, journey: str, files: Mapping[str, str]) -> JourneyDraft:
    """A new journey, as a draft; what is wrong in it may stay wrong."""
    demand(actor, "journey.draft")
    if JourneyVersion.objects.filter(journey=journey).exists():
        raise Refused(
            _("There is a journey '%(name)s' already. Choose another name.") % {"name": journey}, field="name"
        )
    return _new_draft(actor, journey, "", tidy_files(files), field="name")


@transaction.atomic
def save_draft(*, actor: Actor, journey: str, files: Mapping[str, str], edition: int, base: str = "") -> JourneyDraft:
    """All files of the draft at once, if nobody saved it since `edition` was read (0: there was no draft)."""
    demand(actor, "journey.draft")
    tidy = tidy_files(files)
    if edition == 0:
        return _new_draft(actor, journey, base, tidy)
    return _save(actor, _locked(journey), tidy, edition)


@transaction.atomic
def save_file(*, actor: Actor, journey: str, path: str, text: str, seen: str) -> JourneyDraft:
    """One file of the draft, if it still says what the editor began from (`seen`, its digest); empty takes it away.

    Where there is no draft yet, one begins from what was published last. Raises Stale.
    """
    demand(actor, "journey.draft")
    path, text = tidy_path(path), tidy_text(path, text)
    draft = JourneyDraft.objects.select_for_update().filter(journey=journey).first()
    if draft is None:
        base, files = _published_files(journey)
    else:
        base, files = draft.base, dict(draft.files)
    if digest(files.get(path, "")) != seen:
        raise Stale(files.get(path, ""), draft.changed_by if draft else "")
    if text.strip() or path == MAIN:
        files[path] = text
    else:
        files.pop(path, None)
    if draft is None:
        return _new_draft(actor, journey, base, files)
    return _save(actor, draft, files, draft.edition)


@transaction.atomic
def discard_draft(*, actor: Actor, journey: str, edition: int) -> dict[str, Any]:
    """The draft is gone; gives all that `restore_draft` needs to bring it back."""
    demand(actor, "journey.draft")
    draft = _locked(journey)
    if draft.edition != edition:
        raise Stale("", draft.changed_by)
    kept = {"journey": journey, "base": draft.base, "files": draft.files, "makers": draft.makers}
    draft.delete()
    return kept


@transaction.atomic
def restore_draft(*, actor: Actor, kept: Mapping[str, Any]) -> JourneyDraft:
    """A draft that was thrown away comes back, unless there is a new one."""
    demand(actor, "journey.draft")
    return _new_draft(actor, kept["journey"], kept["base"], kept["files"], makers=kept["makers"])


def _locked(journey: str) -> JourneyDraft:
    draft = JourneyDraft.objects.select_for_update().filter(journey=journey).first()
    if draft is None:
        raise Refused(_("There is no draft any more."))
    return draft


def _published_files(journey: str) -> tuple[str, dict[str, str]]:
    try:
        version = designs.newest(journey)
    except LookupError:
        raise Refused(_("There is no draft any more.")) from None
    return version, designs.files_of(journey, version)


def _new_draft(
    actor: Actor,
    journey: str,
    base: str,
    files: Mapping[str, str],
    *,
    makers: Iterable[int] = (),
    field: str = "",
) -> JourneyDraft:
    try:
        with transaction.atomic():
            return JourneyDraft.objects.create(
                journey=journey,
                base=base,
                files=dict(files),
                edition=1,
                changed=clock.now(),
                changed_by=actor.name,
                makers=_with(makers, actor),
            )
    except IntegrityError:
        raise Refused(_("There is a draft of this journey already."), field=field) from None


def _save(actor: Actor, draft: JourneyDraft, files: Mapping[str, str], edition: int) -> JourneyDraft:
    """Compare and set by the edition."""
    tidy = tidy_files(files)
    saved = JourneyDraft.objects.filter(pk=draft.pk, edition=edition).update(
        files=tidy,
        edition=F("edition") + 1,
        changed=clock.now(),
        changed_by=actor.name,
        makers=_with(draft.makers, actor),
    )
    if not saved:
        raise Stale("", draft.changed_by)
    draft.refresh_from_db()
    return draft


def _with(makers: Iterable[int], actor: Actor) -> list[int]:
    own = [actor.user.pk] if actor.user is not None else []
    return sorted({*makers, *own})


# -- versions ------------------------------------------------------------------------------------------------------


@transaction.atomic
def propose(*, actor: Actor, journey: str, edition: int) -> JourneyVersion:
    """The draft as a version that can be signed: read whole (raises Problems), frozen by its hash."""
    demand(actor, "journey.draft")
    draft = _locked(journey)
    if draft.edition != edition:
        raise Refused(_("This draft was changed after you opened this page. Look at it again first."))
    parsed = designs.parse_files(draft.files, organisation())
    wrong = designs.misnamed(parsed, journey)
    if wrong is not None:
        raise Problems([wrong])
    return _freeze(parsed, draft.files, actor, draft.makers)


def _freeze(parsed: Journey, files: Mapping[str, str], actor: Actor, makers: Iterable[int]) -> JourneyVersion:
    row, new = JourneyVersion.objects.get_or_create(
        journey=parsed.name,
        version=parsed.version,
        defaults={
            "files": dict(files),
            "label": (parsed.label or "")[:80],
            "created": clock.now(),
            "created_by": actor.name,
            "makers": _with(makers, actor),
        },
    )
    if not new and row.published is None:  # the same content from other hands: the files stay those that were looked at
        row.makers = _with({*row.makers, *makers}, actor)
        row.save(update_fields=["makers"])
    return row


@transaction.atomic
def sign(
    *,
    actor: Actor,
    journey: str,
    version: str,
    agrees: bool = True,
    outside: bool = False,
    name: str = "",
    remark: str = "",
) -> SignOff:
    """A yes or a no under exactly this content: one's own, or that of somebody from outside who read it (`name`)."""
    demand(actor, "journey.sign")
    row = version_of(journey, version)
    if outside:
        return sign_outside(row, name=name, agrees=agrees, remark=remark, user=actor.user)
    if actor.user is None or actor.user.pk in row.makers:
        raise Refused(_("You worked on this version. Ask a colleague to look at it."))
    said = {"name": actor.name, "agrees": agrees, "remark": _remark(remark, agrees), "at": clock.now()}
    return SignOff.objects.update_or_create(
        journey=journey, version=version, user=actor.user, outside=False, defaults=said
    )[0]


def sign_outside(row: JourneyVersion, *, name: str, agrees: bool, remark: str, user: Any) -> SignOff:
    """What somebody from outside says of it; said again, the last counts."""
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Write down who looked at it."), field="name")
    if len(name) > 150:
        raise Refused(_("This name is too long."), field="name")
    said = {"agrees": agrees, "remark": _remark(remark, agrees), "at": clock.now(), "user": user}
    return SignOff.objects.update_or_create(
        journey=row.journey, version=row.version, name=name, outside=True, defaults=said
    )[0]


def _remark(remark: str, agrees: bool) -> str:
    remark = tidy_text("", remark).strip()
    if not agrees and not remark:
        raise Refused(_("Say what should be different."), field="remark")
    if len(remark) > 2000:
        raise Refused(_("Keep your remark below 2,000 characters."), field="remark")
    return remark


def version_of(journey: str, version: str) -> JourneyVersion:
    """The version with this hash; refused where there is none, so that nobody signs or publishes something else."""
    row = JourneyVersion.objects.select_for_update().filter(journey=journey, version=version).first()
    if row is None:
        raise Refused(_("This version is not there."))
    return row


@transaction.atomic
def publish(*, actor: Actor, journey: str, version: str, share: int = 100) -> JourneyVersion:
    """This share of new cases begins on this version from now on; the rest on the one before it.

    It needs the yes of a colleague who did not work on it, and must be whole (raises Problems). A version that was
    published before may be published again: to give it another share, or to go back to it.
    """
    demand(actor, "journey.publish")
    if not 1 <= share <= 100:
        raise Refused(_("The share of new cases is from 1 to 100 per cent."), field="share")
    row = version_of(journey, version)
    parsed = designs.parse_files(row.files, organisation())
    if row.published is None:
        _demand_second_eyes(row)
        _demand_texts(parsed)
    others = JourneyVersion.objects.filter(journey=journey, published__isnull=False).exclude(pk=row.pk)
    if share < 100 and not others.exists():
        raise Refused(_("The first version of a journey is for all new cases: 100 per cent."), field="share")
    return _publish(row, parsed, share=share, by=actor.name)


def _demand_second_eyes(row: JourneyVersion) -> None:
    signed = SignOff.objects.filter(journey=row.journey, version=row.version, outside=False, agrees=True)
    if not signed.filter(user__isnull=False).exclude(user__in=row.makers).exists():
        raise Refused(_("A second pair of eyes must sign this version first."))


def _demand_texts(parsed: Journey) -> None:
    """A contact moment without its real text does not go live (the check calls it too-abstract)."""
    bare = [one for one in designs.findings(parsed) if one.rule == "too-abstract" and one.accepted is None]
    if bare:
        places = ", ".join(dict.fromkeys(one.place.rpartition(".")[2] for one in bare))
        raise Refused(
            _("Some moments are not written out yet, so this cannot go live: %(places)s.") % {"places": places}
        )


def _publish(row: JourneyVersion, parsed: Journey, *, share: int, by: str) -> JourneyVersion:
    row.published, row.published_by, row.share = clock.now(), by, share
    row.save(update_fields=["published", "published_by", "share"])
    Publication.objects.create(journey=row.journey, version=row.version, share=share, at=row.published, by=by)
    for draft in JourneyDraft.objects.select_for_update().filter(journey=row.journey):
        if draft.files == row.files:  # it became this version: there is nothing left to work on
            draft.delete()
    return row


@transaction.atomic
def install(*, files: Mapping[str, str], by: str) -> Journey:
    """Publish a journey from files at once: what `loper serve --journey` and the demonstration begin with."""
    parsed = designs.parse_files(files, organisation())
    row = _freeze(parsed, files, Actor(roles=frozenset(), name=by), ())
    if row.published is None:
        _publish(row, parsed, share=100, by=by)
    return parsed


# -- the organisation ------------------------------------------------------------------------------------------------


@transaction.atomic
def install_organisation(*, files: Mapping[str, str], by: str) -> OrganisationFile:
    """The organisation file from now on. Raises Problems when it has any, or when a version in use would have."""
    parsed = designs.parse_organisation(files)
    broken = designs.broken_by(parsed)
    if broken:
        raise Problems(broken)
    hashed = hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()
    newest = designs.organisation_file()
    if newest is not None and newest.hash == hashed:
        return newest
    return OrganisationFile.objects.create(files=dict(files), hash=hashed, published=clock.now(), published_by=by)


@transaction.atomic
def change_organisation(*, actor: Actor, files: Mapping[str, str], seen: str) -> OrganisationFile:
    """The same by a person, who began from the file with the hash `seen`. Raises Stale, Problems."""
    demand(actor, "organisation.change")
    newest = designs.organisation_file(lock=True)
    if newest is not None and newest.hash != seen:
        raise Stale("", newest.published_by)
    return install_organisation(files=tidy_organisation(files), by=actor.name)
