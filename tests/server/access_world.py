"""One of everything that an address can name: what the access matrix asks for, as each role and as strangers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from loper.server.actions.links import new_link
from loper.server.records.agenda import Absence, Block, Technician, WorkKind
from loper.server.records.complexes import ComplexWork
from loper.server.records.dialogues import DialogueProgress, StoredFile
from loper.server.records.imports import Import, Reject
from loper.server.records.logs import ContactLog
from loper.server.records.partners import Ask
from loper.server.records.privacy import AccessExport
from loper.server.records.proposals import Proposal
from loper.server.records.runtime import Case, Task
from tests.worlds import PASSWORD, World

ROLES = ("director", "agent", "technician", "planner", "analyst", "admin", "partner", "privacy")


def addresses() -> Iterator[tuple[str, str]]:
    """(name, route) of every address of the server but those of allauth, which has tests of its own."""

    def walk(resolver: URLResolver, space: str, route: str) -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            where = route + str(one.pattern)
            if isinstance(one, URLPattern):
                yield f"{space}{one.name}", where
            else:
                yield from walk(one, f"{space}{one.namespace}:" if one.namespace else space, where)

    for name, route in walk(get_resolver(), "", ""):
        if not name.startswith(("account_", "mfa_", "socialaccount_", "openid_connect")):
            yield name, route


class Everything:
    """`words`: what stands in an address for each of its parts, of objects that are there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.case = world.report()
        world.book(self.case)
        world.work()
        row = Case.objects.get(key=self.case)
        now = world.time.at
        visit = world.technician.appointments.get()
        form = DialogueProgress.objects.get(case=self.case)
        file = StoredFile.objects.create(
            progress=form, case=self.case, content_type="image/jpeg", content=b"x", size=1, created=now
        )
        firm = Technician.objects.create(key="firm", name="Firma Goed", partner=True)
        self.other_firm = Technician.objects.create(key="firm2", name="Firma Anders", partner=True)
        ask = Ask.objects.create(
            appointment=visit, partner=firm, sequence=0, asked=now, deadline=now + timedelta(days=1), changed=now
        )
        task = Task.objects.create(
            case=self.case, customer=row.customer, touchpoint="reply", occasion="x", opened=now, why="reply"
        )
        brought = Import.objects.create(kind="customers", source="erp", name="x", sha256="x", created=now, state="done")
        log = ContactLog.objects.create(name="x", created=now)
        export = AccessExport.objects.create(customer=row.customer, asked=now, state="ready")
        absence = Absence.objects.create(
            technician=world.technician, start=now + timedelta(days=9), end=now + timedelta(days=10), at=now
        )
        link, address = new_link(purpose="case", customer=row.customer, case=self.case)
        self.link, self.token = link, address.rpartition("/")[2]
        block = Block.objects.filter(technician=world.technician).last()
        version = row.version
        self.words: dict[str, dict[str, Any]] = {
            "": {
                "key": self.case, "case": self.case, "visit": visit.pk, "pk": 1, "file": file.pk, "token": self.token,
                "journey": "repair", "dialogue": "report", "name": "repair", "touchpoint": "survey", "event": "x",
                "task": task.pk, "form": form.pk, "seq": 1, "language": "nl", "channel": "email", "version": version,
                "what": "x", "id": "x",
            },
            "portal:next": {"key": form.pk}, "portal:stop": {"key": form.pk}, "portal:contact": {"key": form.pk},
            "portal:later": {"key": form.pk}, "portal:photo": {"key": form.pk},
            "portal:question": {"key": form.pk, "name": "room"},
            "desk:customer": {"key": row.customer}, "desk:customer_change": {"key": row.customer},
            "desk:works_again": {"key": row.customer},
            "planner:pin": {"pk": visit.pk}, "planner:move": {"pk": visit.pk}, "planner:ill": {"key": "t1"},
            "planner:absences": {"key": "t1"}, "planner:technician": {"key": "t1"},
            "planner:take_back": {"pk": absence.pk}, "planner:block": {"pk": block.pk if block else 0},
            "planner:proposal": {"pk": Proposal.objects.create(at=now, reason="asked", made_from="x").pk},
            "planner:complex": {
                "pk": ComplexWork.objects.create(title="x", journey="repair", at=now).pk
            },
            "planner:kind": {"pk": WorkKind.objects.create(name="k").pk},
            **{f"insight:{one}": {"pk": log.pk, "key": "map"} for one in (
                "columns", "against", "ends", "remove", "counted", "rejects", "progress", "first", "cases", "case",
                "csv", "svg", "png", "question")},
            "office:account": {"pk": world.users["agent"].pk},
            "office:account_act": {"pk": world.users["agent"].pk, "what": "stop"},
            "office:import": {"pk": brought.pk}, "office:rejects": {"pk": brought.pk},
            "office:import_act": {"pk": brought.pk, "what": "undo"},
            "office:mend": {"pk": Reject.objects.create(file=brought, number=1).pk},
            "office:out_one": {"key": "x"}, "office:out_change": {"key": "x"}, "office:out_do": {"key": "x"},
            "office:privacy_person": {"key": row.customer}, "office:privacy_act": {"key": row.customer, "what": "hold"},
            "office:privacy_download": {"pk": export.pk},
            **{f"studio:{one}": {"key": "confirmed"} for one in ("text", "look", "mail")},
            "partner:visit": {"pk": visit.pk}, "partner:say": {"pk": visit.pk, "what": "accept"},
            "partner:act": {"pk": visit.pk, "what": "accept"}, "partner:change_time": {"pk": block.pk if block else 0},
            "api:partner_say": {"pk": visit.pk}, "api:out_again": {"key": "x"},
            "demo:read": {"key": "x"}, "demo:page": {"key": "x"},
        }  # fmt: skip
        self.ask, self.firm = ask, firm
        self.clients: dict[str, Client] = {"nobody": Client()}
        for role in ROLES:
            self.clients[role] = self.signed_in(role)

    def signed_in(self, role: str) -> Client:
        user = User.objects.filter(username=role).first() or User.objects.create_user(role, password=PASSWORD)
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        if role == "partner" and self.firm.user_id is None:
            self.firm.user = user
            self.firm.save()
        client = Client()
        client.force_login(user)
        return client

    def url(self, name: str, route: str) -> str:
        """The address of this name, of objects that are there."""
        words = {**self.words[""], **self.words.get(name, {})}
        asked = [part.split(">")[0].split(":")[-1] for part in route.split("<")[1:]]
        given = {word: words.get(word, uuid4()) for word in asked}
        return reverse(name, kwargs=given)
