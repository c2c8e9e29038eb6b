"""What the telephone needs to go on without a connection: its worker, who is signed in, what to show then."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from loper.server.pages.field.scope import for_technicians, owner
from loper.server.queries.organisation import brand


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: the scripts are static files, but it must lie here to serve these pages."""
    names = ", ".join(f'"{static(name)}"' for name in ("loper/field_queue.js", "loper/field_worker.js"))
    return HttpResponse(
        f"importScripts({names});\n", content_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@require_GET
@for_technicians
def token(request: HttpRequest) -> HttpResponse:
    """Whose taps may be sent now, and the token to send them with."""
    return JsonResponse({"owner": owner(request), "token": get_token(request)})


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown where nothing is kept: holds no word about anybody."""
    return render(request, "field/offline.html")


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """So that the day can stand among the apps of the telephone."""
    look = brand()
    return JsonResponse(
        {
            "name": look.name,
            "short_name": look.name[:12],
            "start_url": reverse("field:day"),
            "scope": reverse("field:day"),
            "display": "standalone",
            "background_color": "#f5f6f9",
            "theme_color": look.primary,
            "icons": [{"src": static("loper/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )
