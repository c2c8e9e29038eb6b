"""Who may come in for machines, and what they hear when the store does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from loper.run.store import Conflict, Unanswered
from loper.server.actions.sources import source_of
from loper.server.api.problems import problem
from loper.server.records.access import EventSource
from loper.server.security import client_ip

logger = logging.getLogger("loper.api")

View = Callable[..., HttpResponse]

BAD_TOKENS, WITHIN = 20, 300
"""So many tokens that nobody has, within so many seconds from one address, and it must wait."""


def guarded(view: View) -> View:
    """A store that does not answer is said to be so: come back in a moment, nothing is lost by it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Unanswered, Conflict, OperationalError, InterfaceError) as wrong:
            logger.warning("the store does not answer: %s", str(wrong).splitlines()[0] if str(wrong) else wrong)
            return problem(503, "nothing of this request is lost if it is sent again", headers={"Retry-After": "2"})

    return answer


def posted(view: View) -> View:
    """Only POST; anything else hears so as a problem."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return problem(405, "send it with POST", headers={"Allow": "POST"})
        return view(request, *args, **kwargs)

    return answer


def source_of_request(request: HttpRequest) -> EventSource | HttpResponse:
    """Whose token this request carries, or the answer to one that carries none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        source = source_of(token.strip())
        if source is not None:
            return source
        if too_many(f"api-token:{client_ip(request)}", BAD_TOKENS, WITHIN):
            return problem(429, "too many tokens that nobody has", headers={"Retry-After": str(WITHIN)})
    return problem(401, "send Authorization: Bearer TOKEN", headers={"WWW-Authenticate": 'Bearer realm="loper"'})


def too_many(key: str, most: int, within: int) -> bool:
    """Count one more of this; gives whether there were more than `most` within so many seconds, in this process."""
    if cache.add(key, 1, within):
        return False
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out between the two
        return False
