"""Every page as people meet it: nothing that axe finds, at the size of a telephone and of a desktop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

Look = Callable[[Page], None]
Shot = Callable[[Page, str], None]


@pytest.mark.parametrize("path", ["/", "/account/login/"])
def test_the_first_pages_are_accessible(path: str, phone: Page, page: Page, no_findings: Look, shot: Shot) -> None:
    for name, one in (("phone", phone), ("desktop", page)):
        one.goto(path)
        shot(one, f"first-{path.strip('/').replace('/', '-')}-{name}")
        no_findings(one)
