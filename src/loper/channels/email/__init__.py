"""E-mail: out over SMTP, bounces in over IMAP.

What the server does with a bounce, in one transaction, for each `Found` of `Inbox(settings).read()`:

    def bounced(unit: Unit, bounce: Bounce, now: datetime) -> None:
        letter = unit.letter_of(bounce.message_id)      # the provider_id of its receipt; None: not ours, or forgotten
        # tell its case `T.failed` with the id "message_id/recipient": read twice, it is told once
        # where bounce.permanent: mark the recipient's address as bounced, so that `may` takes another channel
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
