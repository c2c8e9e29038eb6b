"""E-mail: out over SMTP, bounces in over IMAP.

What the server does with what `Inbox(settings).read()` gives stands in loper.server.actions.returns: the letters of a
bounce are found by its Message-ID, their cases are told `T.failed`, and an address that is dead is not used again.
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
