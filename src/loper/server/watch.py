"""Somebody is warned when no worker runs: by the process that answers pages, for that one is alive.

A mail to every administrator, an hour apart at least, and one when it goes again. Nothing is said in the first minutes
after a start, nor in a demonstration.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.queries.organisation import brand, organisation
from loper.server.records.runtime import Heartbeat

logger = logging.getLogger("loper.watch")

EVERY = 60.0
PATIENCE = timedelta(minutes=5)
AGAIN = timedelta(hours=1)


class Watch:
    """Looks now and then whether a worker was heard of; `tell(subject, text)` warns."""

    def __init__(self, tell: Callable[[str, str], None], *, since: datetime) -> None:
        self.tell, self.since = tell, since
        self.told: datetime | None = None  # when somebody was last warned; None: it goes

    def look(self, now: datetime) -> None:
        """Warn where it is time to."""
        beat = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
        heard = max(beat, self.since) if beat else self.since
        if now - heard <= PATIENCE:
            if self.told is not None and beat is not None and beat > self.told:
                self.told = None
                self.tell(_("The worker runs again"), _("What waited is being done now."))
            return
        if self.told is None or now - self.told >= AGAIN:
            self.told = now
            minutes = int((now - heard).total_seconds() // 60)
            self.tell(
                _("No worker has run for %(n)d minutes") % {"n": minutes},
                _("Messages wait, reminders do not go. Nothing is lost: it goes on as soon as a worker runs.")
                + "\n\n"
                + _("Look at the machine that runs it: systemctl status loper-worker, or: loper work")
                + f"\n{settings.LOPER_URL}/office/health\n",
            )


def tell_administrators(subject: str, text: str) -> None:
    """A mail to each of them; what goes wrong is in the log of the server."""
    to = list(
        User.objects.filter(groups__name="admin", is_active=True).exclude(email="").values_list("email", flat=True)
    )
    logger.error("%s", subject)
    sender = settings.LOPER_BRAND["sender"] or organisation().sender.email or settings.DEFAULT_FROM_EMAIL
    for one in to:
        try:
            EmailMessage(f"{subject} · {brand().name}", text, sender, [one]).send()
        except Exception:
            logger.exception("the warning could not be mailed")


def watch(stop: threading.Event, *, every: float = EVERY) -> None:
    """Until `stop` is set."""
    found = Watch(tell_administrators, since=clock.now())
    while not stop.wait(every):
        try:
            with translation.override(settings.LANGUAGE_CODE):
                found.look(clock.now())
        except DatabaseError as wrong:
            logger.error("the database does not answer: %s", wrong)
        except Exception:
            logger.exception("watching the worker")
        finally:
            connection.close()
