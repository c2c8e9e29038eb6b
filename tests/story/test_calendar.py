"""The appointment in the customer's own calendar: put in, moved and taken out by the mails that tell it."""

from __future__ import annotations

import re
from datetime import timedelta

from loper.server.actions import cases
from tests.worlds import World


def told(world: World) -> list[tuple[str, ...]]:
    """Of each mail that brings the appointment along: its method, SEQUENCE and UID, in order of sending."""
    found = []
    for message in world.email.sent:
        for file in message.attachments:
            lines = dict(re.findall(r"^(METHOD|SEQUENCE|UID):(.*?)\r?$", file.content.decode(), re.MULTILINE))
            found.append((lines["METHOD"], lines["SEQUENCE"], lines["UID"]))
    return found


def test_one_entry_is_put_in_moved_and_taken_out_and_no_later_mail_does_it_again(world: World) -> None:
    key = world.report()
    world.book(key, 4)
    world.work()
    world.time.move(minutes=5)
    world.book(key, 6)
    world.work()
    world.time.move(minutes=5)
    cases.withdraw(actor=world.customer_of(key), case=key)
    world.work()
    world.at(world.time.at + timedelta(days=2))
    assert world.email.sent[-1].subject == "Hoe ging het?"
    methods, numbers, entries = zip(*told(world), strict=True)
    assert (methods, numbers, len(set(entries))) == (("REQUEST", "REQUEST", "CANCEL"), ("0", "1", "2"), 1)
