"""E-mail: out over SMTP, bounces in."""

from loper.channels.email.channel import EmailChannel
from loper.channels.email.settings import EmailSettings, Look

__all__ = ["EmailChannel", "EmailSettings", "Look"]
