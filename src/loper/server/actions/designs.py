"""Journeys from draft to published: saved, signed by a second pair of eyes, frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.define.model import Journey
from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.queries import designs
from loper.server.queries.organisation import organisation
from loper.server.records.designs import JourneyDraft, JourneyVersion, OrganisationFile, SignOff


@transaction.atomic
def save_draft(*, actor: Actor, journey: str, files: Mapping[str, str], edition: int, base: str = "") -> JourneyDraft:
    """The draft with these files, if nobody saved it since `edition` was read; what is wrong in it may stay wrong."""
    demand(actor, "journey.draft")
    now = clock.now()
    if edition == 0 and not JourneyDraft.objects.filter(journey=journey).exists():
        return JourneyDraft.objects.create(
            journey=journey, base=base, files=dict(files), edition=1, changed=now, changed_by=actor.name
        )
    saved = JourneyDraft.objects.filter(journey=journey, edition=edition).update(
        files=dict(files), edition=F("edition") + 1, changed=now, changed_by=actor.name
    )
    if not saved:
        raise Refused(_("Someone else saved this draft meanwhile. Your text is still here: compare, then save again."))
    return JourneyDraft.objects.get(journey=journey)


@transaction.atomic
def propose(*, actor: Actor, journey: str) -> JourneyVersion:
    """The draft as a version that can be signed: parsed whole (raises Problems), frozen by its hash."""
    demand(actor, "journey.draft")
    draft = JourneyDraft.objects.get(journey=journey)
    parsed = designs.parse_files(draft.files, organisation())
    return _freeze(parsed, draft.files, actor)


def _freeze(parsed: Journey, files: Mapping[str, str], actor: Actor) -> JourneyVersion:
    row, _new = JourneyVersion.objects.get_or_create(
        journey=parsed.name,
        version=parsed.version,
        defaults={
            "files": dict(files),
            "label": parsed.label or "",
            "created": clock.now(),
            "created_by": actor.name,
        },
    )
    return row


@transaction.atomic
def sign(
    *, actor: Actor, journey: str, version: str, outside: bool = False, name: str = "", remark: str = ""
) -> SignOff:
    """A signature under exactly this content: one's own, or that of somebody from outside who was shown it (`name`)."""
    demand(actor, "journey.sign")
    row = JourneyVersion.objects.get(journey=journey, version=version)
    if outside and not name.strip():
        raise Refused(_("Write down who looked at it."), field="name")
    if not outside and row.created_by == actor.name:
        raise Refused(_("You made this version. Ask a colleague to look at it."))
    signed, _new = SignOff.objects.get_or_create(
        journey=journey,
        version=version,
        name=name.strip() if outside else actor.name,
        defaults={"user": actor.user, "outside": outside, "remark": remark, "at": clock.now()},
    )
    return signed


@transaction.atomic
def publish(*, actor: Actor, journey: str, version: str, share: int = 100) -> JourneyVersion:
    """New cases begin on this version from now on; it needs the signature of somebody who did not make it."""
    demand(actor, "journey.publish")
    if not 1 <= share <= 100:
        raise Refused(_("The share of new cases is from 1 to 100 per cent."), field="share")
    row = JourneyVersion.objects.select_for_update().get(journey=journey, version=version)
    if not SignOff.objects.filter(journey=journey, version=version).exclude(name=row.created_by).exists():
        raise Refused(_("A second pair of eyes must sign this version first."))
    row.published, row.published_by, row.share = clock.now(), actor.name, share
    row.save()
    return row


@transaction.atomic
def install(*, files: Mapping[str, str], by: str) -> Journey:
    """Publish a journey from files at once: what `loper serve --journey` and the demonstration begin with."""
    parsed = designs.parse_files(files, organisation())
    row = _freeze(parsed, files, Actor(roles=frozenset(), name=by))
    if row.published is None:
        row.published, row.published_by = clock.now(), by
        row.save()
    return parsed


@transaction.atomic
def install_organisation(*, files: Mapping[str, str], by: str) -> OrganisationFile:
    """The organisation file from now on; raises Problems when it has any."""
    designs.parse_organisation(files)
    digest = hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()
    newest = OrganisationFile.objects.order_by("-published", "-pk").first()
    if newest is not None and newest.hash == digest:
        return newest
    return OrganisationFile.objects.create(files=dict(files), hash=digest, published=clock.now(), published_by=by)


def change_organisation(*, actor: Actor, files: Mapping[str, str]) -> OrganisationFile:
    demand(actor, "organisation.change")
    return install_organisation(files=files, by=actor.name)
