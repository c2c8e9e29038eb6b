"""When the database does not answer, a page says so, and to come back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from loper.run.store import Conflict, Unanswered
from tests.worlds import World


@pytest.mark.parametrize("wrong", [OperationalError("disk I/O error"), Unanswered("it restarts"), Conflict("busy")])
def test_a_page_without_its_database_asks_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    def silent(*_: Any) -> None:
        raise wrong

    client = Client(raise_request_exception=False)
    assert client.get("/").status_code == 200
    monkeypatch.setattr(CursorWrapper, "execute", silent)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "Even geduld" in answer.content.decode() and "It is very busy" in answer.content.decode()
    assert "<script" not in answer.content.decode() and "style=" not in answer.content.decode()
    monkeypatch.undo()
    assert client.get("/").status_code == 200
