"""Small addresses that belong to no audience."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from loper.server.queries.organisation import LOGOS, brand, logo_file


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the server answers and its database does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "the database does not answer"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})


@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """The organisation's own colours, over ours; dark enough wherever they carry or are letters."""
    look = brand()
    values = {"way": look.primary, "way-strong": look.letters, "way-line": look.lines, "ink": look.ink}
    css = ":root { " + " ".join(f"--loper-{name}: {value};" for name, value in values.items()) + " }\n"
    return HttpResponse(css, content_type="text/css", headers={"Cache-Control": "max-age=300"})


@require_safe
def brand_logo(request: HttpRequest) -> HttpResponse:
    """The organisation's logo, from its file."""
    path = logo_file()
    if path is None:
        raise Http404
    headers = {
        "Cache-Control": "max-age=86400",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",  # an SVG runs nothing
    }
    return HttpResponse(path.read_bytes(), content_type=LOGOS[path.suffix.lower()], headers=headers)


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where to go on, if that is a page of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return otherwise
