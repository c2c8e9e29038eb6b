"""Every table, for Django to find."""

from importlib.util import find_spec

from loper.server.records.access import EventSource
from loper.server.records.agenda import Appointment, Block, Technician
from loper.server.records.customers import Consent, ContactAddress, Customer, Property
from loper.server.records.demo import DemoClock
from loper.server.records.designs import JourneyDraft, JourneyVersion, OrganisationFile, SignOff
from loper.server.records.dialogues import CallWish, DialogueProgress, Note, StoredFile, SurveyAnswer
from loper.server.records.links import CodeChallenge, Link

if find_spec("loper.server.records.runtime"):
    from loper.server.records.runtime import *  # noqa: F403

__all__ = [
    "Appointment",
    "Block",
    "CallWish",
    "CodeChallenge",
    "Consent",
    "ContactAddress",
    "Customer",
    "DemoClock",
    "DialogueProgress",
    "EventSource",
    "JourneyDraft",
    "JourneyVersion",
    "Link",
    "Note",
    "OrganisationFile",
    "Property",
    "SignOff",
    "StoredFile",
    "SurveyAnswer",
    "Technician",
]
