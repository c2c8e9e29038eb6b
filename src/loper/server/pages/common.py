"""Small addresses that belong to no audience."""

from __future__ import annotations

import re

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from loper.server.queries.organisation import brand


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the server answers and its database does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "the database does not answer"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})


@require_GET
def brand_css(request: HttpRequest) -> HttpResponse:
    """The organisation's own colours, over ours."""
    look = brand()
    rules = [
        f"--loper-{name}: {value};"
        for name, value in (("way", look.primary), ("ink", look.text))
        if re.fullmatch(r"#[0-9a-fA-F]{3,8}", value)
    ]
    css = ":root { " + " ".join(rules) + " }\n"
    return HttpResponse(css, content_type="text/css", headers={"Cache-Control": "max-age=300"})


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where to go on, if that is a page of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return otherwise
