"""What only a demonstration has: a clock that moves."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied

from loper.server.records import demo


def move_clock(*, by: timedelta) -> None:
    """Move the demonstration's clock forward; the worker then does what became due."""
    if not settings.LOPER_DEMO:
        raise PermissionDenied("only in demo mode")
    demo.move(by)
