"""What every answer carries and every log line leaves out: headers, language, the address behind proxies, no tokens."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from prometheus_client import CollectorRegistry, Histogram

Next = Callable[[HttpRequest], HttpResponse]

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:{tiles}",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
CONTENT_POLICY = _POLICY.format(tiles="")


def policy_with_tiles() -> str:
    """The policy of a page with a map: pictures may also come from the map server of the settings, and no other."""
    parts = urlsplit(settings.LOPER_TILES)
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc, re.ASCII):
        return CONTENT_POLICY
    return _POLICY.format(tiles=f" {parts.scheme}://{parts.netloc}")


class TrustedProxies:
    """Take the client's address from X-Forwarded-For, as far back as there are proxies of our own; no further."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if settings.LOPER_PROXIES and len(hops) >= settings.LOPER_PROXIES:
            with suppress(ValueError):  # a proxy that writes no address: keep the one of the connection
                request.META["REMOTE_ADDR"] = str(ip_address(hops[-settings.LOPER_PROXIES]))
        return self.get_response(request)


class Headers:
    """A strict content policy everywhere; pages about a person are not kept by caches."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Language:
    """Dutch, unless this visitor chose otherwise, or the page says whose language counts."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response


TIMES = CollectorRegistry()
"""How long answers of this process took."""

_TOOK = Histogram(
    "loper_request_seconds",
    "How long an answer took",
    ["audience", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=TIMES,
)


class Timed:
    """How long each answer takes, by audience (the first part of the address) and kind of status."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = time.perf_counter()
        response = self.get_response(request)
        first = request.path.split("/", 2)[1]
        audience = first if first in AUDIENCES else "portal"
        _TOOK.labels(audience, f"{response.status_code // 100}xx").observe(time.perf_counter() - begin)
        return response


AUDIENCES = frozenset(
    "desk field planner studio insight office partner account api demo static metrics healthz".split()
)


class SecondStepDemanded:
    """Who works here signs in with a second step (LOPER_MFA), from LOPER_MFA_DAYS after their account was made.

    Until then a sentence says so on every page; from then on only the pages of the own account open.
    """

    OPEN = ("/account/", "/language", "/static/", "/brand", "/healthz", "/field/worker.js", "/field/app.webmanifest")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if settings.LOPER_MFA and user is not None and user.is_authenticated and not self._open(request):
            days = self._days_left(user)
            if days is not None and days <= 0:
                return redirect("mfa_index")
            request.second_step_days = days  # type: ignore[attr-defined]
        return self.get_response(request)

    def _open(self, request: HttpRequest) -> bool:
        return request.path.startswith(self.OPEN)

    @staticmethod
    def _days_left(user: Any) -> int | None:
        """Days until a second step is demanded of this account; None: it has one."""
        from allauth.mfa.utils import is_mfa_enabled

        if is_mfa_enabled(user):
            return None
        since = timezone.now() - user.date_joined
        return int(settings.LOPER_MFA_DAYS - since.days)


def client_ip(request: HttpRequest) -> str:
    """The network address that asks."""
    return str(request.META.get("REMOTE_ADDR", ""))


def axes_username(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Who tries to sign in, as typed: axes counts failures of it."""
    given = credentials or {}
    typed = given.get("username") or given.get("email") or (request.POST.get("login", "") if request else "")
    return typed.strip().lower()[:255]


_TOKEN = re.compile(r"(/(?:l|u|calendar)/)[A-Za-z0-9_-]{16,}")


class Line(logging.Formatter):
    """A line of the log. A token of a link never reaches it, not even by the path in an error and its traceback.

    A request that is refused is one line, without a traceback: anybody can ask for what is not theirs, often.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "django.request" and record.levelno < logging.ERROR:
            record = copy(record)
            record.exc_info = record.exc_text = None
        return _TOKEN.sub(r"\1...", super().format(record))
