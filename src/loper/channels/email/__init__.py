"""E-mail: out over SMTP, bounces in over IMAP.

Bounces: `Inbox(settings).read()` gives `Found`s; for each `Bounce` the server finds the letter by
`unit.letter_of(bounce.message_id)` and tells its case `T.failed`, with the Message-ID and the recipient as the
identity of the event, so that the same bounce read twice counts once. `permanent`: the address is dead.
"""

from loper.channels.email.bounces import Bounce, Complaint, Ours, Report, read
from loper.channels.email.channel import EmailChannel
from loper.channels.email.inbox import Found, Inbox, InboxSettings, Unreachable
from loper.channels.email.settings import EmailSettings, Look

__all__ = [
    "Bounce",
    "Complaint",
    "EmailChannel",
    "EmailSettings",
    "Found",
    "Inbox",
    "InboxSettings",
    "Look",
    "Ours",
    "Report",
    "Unreachable",
    "read",
]
