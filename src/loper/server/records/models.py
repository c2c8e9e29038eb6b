"""Every table, for Django to find."""

from loper.server.records.access import AccountChange, EventSource
from loper.server.records.agenda import Absence, Appointment, Block, Handover, RouteDay, Technician, WorkKind
from loper.server.records.arrivals import Drive, Duration, Expected, Forecast, Lesson, Position
from loper.server.records.complexes import ComplexHome, ComplexWork
from loper.server.records.customers import Consent, ContactAddress, Customer, CustomerWord, Property
from loper.server.records.demo import DemoClock
from loper.server.records.designs import (
    JourneyDraft,
    JourneyMove,
    JourneyVersion,
    OrganisationFile,
    Publication,
    SignOff,
)
from loper.server.records.dialogues import CallWish, DialogueProgress, Note, StoredFile, SurveyAnswer
from loper.server.records.fieldwork import AccessNotes, FollowUp, PartOrder, VisitPhoto, VisitReport
from loper.server.records.imports import Change, Import, Mapping, Reject, SourceRef
from loper.server.records.links import CodeChallenge, Link
from loper.server.records.logs import ContactLog
from loper.server.records.out import Delivery, Outgoing, Subscriber
from loper.server.records.partners import Ask, TechnicianToken
from loper.server.records.privacy import AccessExport, Erasure, Hold, Look, Retained
from loper.server.records.promises import Promise, PromiseCase
from loper.server.records.proposals import Proposal
from loper.server.records.restored import Restored
from loper.server.records.runtime import Case, Event, EventData, Heartbeat, Outbox, Task, TaskAttempt, Touch, Waiting

__all__ = [
    "Absence",
    "AccessExport",
    "AccessNotes",
    "AccountChange",
    "Appointment",
    "Ask",
    "Block",
    "CallWish",
    "Case",
    "Change",
    "CodeChallenge",
    "ComplexHome",
    "ComplexWork",
    "Consent",
    "ContactAddress",
    "ContactLog",
    "Customer",
    "CustomerWord",
    "Delivery",
    "DemoClock",
    "DialogueProgress",
    "Drive",
    "Duration",
    "Erasure",
    "Event",
    "EventData",
    "EventSource",
    "Expected",
    "FollowUp",
    "Forecast",
    "Handover",
    "Heartbeat",
    "Hold",
    "Import",
    "JourneyDraft",
    "JourneyMove",
    "JourneyVersion",
    "Lesson",
    "Link",
    "Look",
    "Mapping",
    "Note",
    "OrganisationFile",
    "Outbox",
    "Outgoing",
    "PartOrder",
    "Position",
    "Promise",
    "PromiseCase",
    "Property",
    "Proposal",
    "Publication",
    "Reject",
    "Restored",
    "Retained",
    "RouteDay",
    "SignOff",
    "SourceRef",
    "StoredFile",
    "Subscriber",
    "SurveyAnswer",
    "Task",
    "TaskAttempt",
    "Technician",
    "TechnicianToken",
    "Touch",
    "VisitPhoto",
    "VisitReport",
    "Waiting",
    "WorkKind",
]
