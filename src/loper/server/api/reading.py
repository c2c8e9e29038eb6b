"""What a request brings: a plain document, or CloudEvents in the three ways a client may write them (structured,
batched, binary).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest

ONE, MANY, DATA = "application/cloudevents+json", "application/cloudevents-batch+json", "application/json"


class Unreadable(ValueError):
    """The body is not what its content type says; `status` is the answer's."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


def documents(content_type: str, body: bytes, headers: Mapping[str, str]) -> list[Any]:
    """The events of a request as parsed documents, one by one not looked at yet."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if any(one.startswith("charset=") and one.removeprefix("charset=").strip('"') != "utf-8" for one in parameters):
        raise Unreadable("write the body in UTF-8", 415)
    if kind == ONE:
        return [_json(body)]
    if kind == MANY:
        found = _json(body)
        if not isinstance(found, list):
            raise Unreadable("a batch is a JSON list of events")
        return found
    attributes = _attributes(headers)
    if attributes:
        if kind and kind != DATA and not (kind.startswith("application/") and kind.endswith("+json")):
            raise Unreadable(f"an event in headers brings its data as {DATA}", 415)
        return [{**attributes, "data": _json(body) if body.strip() else {}}]
    raise Unreadable(f"send {ONE}, {MANY}, or ce- headers with {DATA}", 415)


def document(request: HttpRequest, then: str = "") -> Any:
    """The plain JSON document that a request brings. `then`: what to do where it is too large."""
    sized(request, then)
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != DATA:
        raise Unreadable(f"send {DATA}", 415)
    return _json(request.body)


def sized(request: HttpRequest, then: str = "") -> None:
    """Raises Unreadable where a request has more bytes than it may, before they are read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.LOPER_EVENT_BYTES:
        more = f"; {then}" if then else ""
        raise Unreadable(f"a request has at most {settings.LOPER_EVENT_BYTES} bytes{more}", 413)


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """What ce- headers say, percent-decoded as the binding asks."""
    return {
        name.lower().removeprefix("ce-"): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith("ce-")
    }


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    except RecursionError:
        raise Unreadable("the body nests too deep") from None
    except ValueError as wrong:
        raise Unreadable(f"the body is not JSON: {wrong}") from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")
