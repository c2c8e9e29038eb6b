"""Tables and fields of the register in words that the customer whose data it is can read."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

TITLES = {
    "records.Property": gettext_noop("Homes"),
    "records.CustomerWord": gettext_noop("By which words of your name you are found"),
    "records.CodeChallenge": gettext_noop("Codes for a lost link"),
    "records.Drive": gettext_noop("Trips to you"),
    "records.Handover": gettext_noop("Who was to come before"),
    "records.Erasure": gettext_noop("Who was erased"),
    "records.Retained": gettext_noop("What went by itself"),
    "auth.User": gettext_noop("Accounts of colleagues"),
    "records.Customer": gettext_noop("Who you are"),
    "records.ContactAddress": gettext_noop("How we reach you"),
    "records.Consent": gettext_noop("What you agreed to, and what not"),
    "records.Case": gettext_noop("Your cases"),
    "records.Event": gettext_noop("What happened"),
    "records.EventData": gettext_noop("What we were told with it"),
    "records.Touch": gettext_noop("Contacts between you and us"),
    "records.Outbox": gettext_noop("Messages to you"),
    "records.Task": gettext_noop("What colleagues had to do for you"),
    "records.TaskAttempt": gettext_noop("When we tried to reach you"),
    "records.Waiting": gettext_noop("What still waits to be taken in"),
    "records.DialogueProgress": gettext_noop("Forms that you filled in"),
    "records.StoredFile": gettext_noop("Photographs and files"),
    "records.SurveyAnswer": gettext_noop("What you answered us"),
    "records.Note": gettext_noop("Notes"),
    "records.CallWish": gettext_noop("When you wanted to be called"),
    "records.Appointment": gettext_noop("Appointments"),
    "records.AccessNotes": gettext_noop("What to know of your home"),
    "records.VisitReport": gettext_noop("What was done at a visit"),
    "records.VisitPhoto": gettext_noop("Photographs of a visit"),
    "records.FollowUp": gettext_noop("What the next visit needs"),
    "records.PartOrder": gettext_noop("Parts that were ordered"),
    "records.Expected": gettext_noop("When we thought to come"),
    "records.Forecast": gettext_noop("How well that was foreseen"),
    "records.Duration": gettext_noop("How long it took"),
    "records.Ask": gettext_noop("Other firms that were asked"),
    "records.ComplexHome": gettext_noop("Work on many homes, yours among them"),
    "records.Link": gettext_noop("Links that we sent you"),
    "records.Look": gettext_noop("Who looked at your data"),
    "records.Hold": gettext_noop("Why something may not be erased"),
    "records.AccessExport": gettext_noop("When you asked for your data"),
}

FIELDS = {
    "about": gettext_noop("about"), "activity": gettext_noop("what"), "again": gettext_noop("again"),
    "agrees": gettext_noop("agrees"), "answer": gettext_noop("answer"), "answers": gettext_noop("answers"),
    "asbestos": gettext_noop("asbestos"), "asked": gettext_noop("asked"), "at": gettext_noop("when"),
    "began": gettext_noop("began"), "begun": gettext_noop("begun"), "bounced": gettext_noop("does not arrive since"),
    "came": gettext_noop("came"), "changed": gettext_noop("last changed"), "channel": gettext_noop("channel"),
    "choice": gettext_noop("wished channel"), "closed": gettext_noop("closed on"), "contact": gettext_noop("contact"),
    "content": gettext_noop("file"), "content_type": gettext_noop("kind of file"), "created": gettext_noop("made"),
    "data": gettext_noop("told"), "dialogue": gettext_noop("form"), "direction": gettext_noop("direction"),
    "dog": gettext_noop("dog"), "due": gettext_noop("due"), "end": gettext_noop("until"),
    "ended": gettext_noop("ended"), "event": gettext_noop("event"), "expected": gettext_noop("expected"),
    "expires": gettext_noop("expires"), "home": gettext_noop("address"), "house_number": gettext_noop("house number"),
    "initiator": gettext_noop("by whom"), "journey": gettext_noop("about what"), "key_box": gettext_noop("key box"),
    "kind": gettext_noop("kind"), "language": gettext_noop("language"), "lat": gettext_noop("latitude"),
    "left": gettext_noop("left"), "lifted": gettext_noop("lifted"), "lon": gettext_noop("longitude"),
    "made": gettext_noop("ready"), "median": gettext_noop("expected at"), "minutes": gettext_noop("minutes"),
    "moment": gettext_noop("moment"), "more": gettext_noop("more"), "name": gettext_noop("name"),
    "not_before": gettext_noop("not before"), "opened": gettext_noop("opened"), "outcome": gettext_noop("outcome"),
    "page": gettext_noop("page"), "part": gettext_noop("part"), "parts": gettext_noop("parts"),
    "phone": gettext_noop("telephone"), "postcode": gettext_noop("postcode"), "purpose": gettext_noop("for what"),
    "question": gettext_noop("question"), "reason": gettext_noop("reason"), "received": gettext_noop("received"),
    "revoked": gettext_noop("ended on"), "role": gettext_noop("role"), "sent_at": gettext_noop("sent"),
    "signature": gettext_noop("signature"), "signed_at": gettext_noop("signed on"),
    "signed_by": gettext_noop("signed by"), "stage": gettext_noop("stage"), "start": gettext_noop("from"),
    "state": gettext_noop("what is known"), "status": gettext_noop("status"), "stopped": gettext_noop("stopped"),
    "subject": gettext_noop("subject"), "submitted": gettext_noop("sent in"), "text": gettext_noop("text"),
    "time": gettext_noop("when"), "told_at": gettext_noop("told on"), "told_end": gettext_noop("told until"),
    "told_start": gettext_noop("told from"), "touchpoint": gettext_noop("moment of contact"),
    "two_people": gettext_noop("two people"), "type": gettext_noop("what happened"), "until": gettext_noop("until"),
    "value": gettext_noop("address"), "verified": gettext_noop("confirmed"), "via": gettext_noop("by way of"),
    "who": gettext_noop("for whom"), "why": gettext_noop("why"), "arrived": gettext_noop("came in"),
    "late": gettext_noop("late"),
}  # fmt: skip

PAGES = {
    "desk:customer": gettext_noop("customer"), "desk:case": gettext_noop("case"),
    "desk:photo": gettext_noop("photograph"),
    "field:visit": gettext_noop("visit"), "partner:visit": gettext_noop("visit"),
    "office:privacy_person": gettext_noop("all that there is"), "office:privacy_download": gettext_noop("download"),
    "export": gettext_noop("asked for all of it"), "erase": gettext_noop("erased"),
}  # fmt: skip
"""Where somebody looked."""


def page_of(name: str) -> str:
    """A page of a look in words."""
    return _(PAGES[name]) if name in PAGES else name


def title_of(model: str) -> str:
    """A table in words."""
    return _(TITLES[model]) if model in TITLES else model.partition(".")[2]


def word_of(field: str) -> str:
    """A field in words."""
    return _(FIELDS[field]) if field in FIELDS else field.replace("_", " ")
