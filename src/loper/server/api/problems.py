"""Answers when something is wrong with a request: RFC 9457, with everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import JsonResponse

TITLES = {
    400: "The request cannot be read",
    401: "A bearer token is needed",
    403: "This token may not say that",
    404: "This is not there",
    405: "This method is not for this address",
    409: "This does not fit how it stands now",
    413: "The request is too large",
    415: "This content type is not taken",
    422: "Some events were not taken in",
    429: "Too many requests",
    503: "The store does not answer; try again",
}


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
    **more: Any,
) -> JsonResponse:
    """`errors` has one entry a thing that is wrong: where it is (`at`), and what is wrong with it (`why`)."""
    document: dict[str, Any] = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    if errors:
        document["errors"] = list(errors)
    return JsonResponse(
        {**document, **more}, status=status, content_type="application/problem+json", headers=headers or {}
    )
