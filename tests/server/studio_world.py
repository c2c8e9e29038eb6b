"""Doing things in the studio, shortly: a browser without a screen for each role, and journeys to work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import Client

from loper.server.actions import designs as act
from loper.server.queries import designs
from loper.server.queries.designs import MAIN, digest
from loper.server.records.designs import JourneyDraft, JourneyVersion
from tests.worlds import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(world: World, role: str, **how: Any) -> Client:
    """A browser in which this role is signed in."""
    client = Client(**how)
    client.force_login(world.users[role], backend=BACKEND)
    return client


def live_version(journey: str = "repair") -> str:
    return designs.newest(journey)


def files_of(journey: str = "repair") -> dict[str, str]:
    """The files of what is live."""
    return designs.files_of(journey, designs.newest(journey))


def yaml_of(journey: str = "repair") -> str:
    return files_of(journey)[MAIN]


def changed(journey: str = "repair", **replace: str) -> str:
    """The language of what is live with another label, and these words replaced by those."""
    text = yaml_of(journey).replace('version: "1.0"', 'version: "2.0"')
    for old, new in replace.items():
        assert old in text
        text = text.replace(old, new)
    return text


def draft(world: World, text: str, journey: str = "repair", role: str = "director") -> JourneyDraft:
    """A draft with this language, saved by this role."""
    known = designs.draft(journey)
    seen = digest(known.files[MAIN]) if known else digest(yaml_of(journey))
    return act.save_file(actor=world.staff(role), journey=journey, path=MAIN, text=text, seen=seen)


def proposed(world: World, text: str, journey: str = "repair") -> JourneyVersion:
    """A version with this language, for others to look at."""
    made = draft(world, text, journey)
    return act.propose(actor=world.staff("director"), journey=journey, edition=made.edition)


def published(world: World, text: str, journey: str = "repair", share: int = 100) -> JourneyVersion:
    """The same, signed by an agent and live."""
    row = proposed(world, text, journey)
    act.sign(actor=world.staff("agent"), journey=journey, version=row.version)
    return act.publish(actor=world.staff("director"), journey=journey, version=row.version, share=share)


def form(client: Client, url: str) -> Mapping[str, Any]:
    """What the page knows that is shown at this address."""
    response = client.get(url)
    assert response.status_code == 200, response.status_code
    return response.context
