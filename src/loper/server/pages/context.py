"""What every template knows: the brand, and the clock of a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from loper.server import clock
from loper.server.queries.organisation import brand


def everywhere(request: HttpRequest) -> dict[str, Any]:
    demo = settings.LOPER_DEMO
    return {
        "brand": brand(),
        "demo": demo,
        "must": settings.LOPER_MFA,
        "now": clock.now() if demo else None,
        "visiting": "loper_scope" in request.COOKIES,  # came by a link: may want to be forgotten here
    }
