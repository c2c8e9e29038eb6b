"""POST /api/out/KEY/again: a subscriber asks for what it missed, signed with its own secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from loper.server.actions.out import signature
from loper.server.actions.out.subscribers import ask_again
from loper.server.actions.refused import Refused
from loper.server.api.door import BAD_TOKENS, WITHIN, guarded, posted, too_many
from loper.server.api.problems import problem
from loper.server.api.reading import Unreadable, document
from loper.server.security import client_ip


@csrf_exempt
@guarded
@posted
def again(request: HttpRequest, key: str) -> HttpResponse:
    """What it asks for waits for it again; asked twice, it is sent twice under the same ids."""
    try:
        asked: Any = document(request)
    except Unreadable as wrong:
        return problem(wrong.status, str(wrong))
    if not isinstance(asked, dict):
        return problem(400, "an object was expected: {since_id}, {id}, or {from, until}")
    try:
        count = ask_again(key=key, headers=request.headers, body=request.body, asked=asked, at=datetime.now(UTC))
    except signature.Forged:
        if too_many(f"out-again:{client_ip(request)}", BAD_TOKENS, WITHIN):
            return problem(429, "too many signatures that do not hold", headers={"Retry-After": str(WITHIN)})
        return problem(401, "sign it with the secret of this subscriber, as Standard Webhooks has it")
    except Refused as wrong:
        return problem(422, wrong.sentence)
    return JsonResponse({"again": count})
