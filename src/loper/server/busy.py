"""When the database does not answer: a page that says so and comes back by itself, instead of a mistake of ours."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from loper.run.store import Conflict, Unanswered
from loper.server.pages import errors

logger = logging.getLogger("loper.server")

NOT_NOW = (Unanswered, Conflict, OperationalError, InterfaceError)


class Busy:
    """Answers 503 where a view could not reach the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NOT_NOW):
            return None
        logger.warning("the database does not answer: %s", (str(exception) or "no words").splitlines()[0])
        return errors.away()
