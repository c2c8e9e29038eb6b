"""A customer who reports a leak at https://mijn.example.nl, page by page.

python -m tests.deploy.customer CERTIFICATE [PORT]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.deploy.front import Front, Visitor

BEGIN = "/report/repair/report"


def answer(visitor: Visitor, *answers: str, at: str = BEGIN) -> str:
    """Answer these questions; gives the address of the next."""
    for one in answers:
        sent = visitor.post(at, {"answer": one} if one else {"next": "1"})
        assert sent.status == 302, (at, sent.status, sent.body.decode())
        at = sent.headers["Location"]
        at = visitor.get(at).headers.get("Location", at)
    return at


def report(front: Front) -> str:
    """The whole report; gives the address of the case."""
    visitor = Visitor(front)
    at = answer(visitor, "leak", "drips", "kitchen", "Het drupt onder de kraan.", "", "any")
    who = {"postcode": "1234 AB", "house_number": "12", "name": "Jo Jansen", "email": "jo@example.nl", "phone": ""}
    sent = visitor.post(at, who)
    assert sent.status == 302, (at, sent.status, sent.body.decode())
    case = sent.headers["Location"]
    assert visitor.get(case).status in (200, 302), case
    return case


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(sys.argv[1], Path(name) / "server.crt")
        print(report(Front(Path(name), 0, secure=int((sys.argv[2:] or ["443"])[0]))))
