"""Accounts made, changed and stopped by an administrator; at once, and written down."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from loper.server.actions import codes, tokens
from loper.server.records.access import AccountChange
from loper.server.records.agenda import Technician
from loper.server.records.partners import TechnicianToken
from tests.worlds import World


@pytest.fixture
def admin(world: World, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(codes, "later", lambda work: work())
    client = Client()
    client.force_login(world.users["admin"])
    return client


def test_somebody_is_invited_and_chooses_a_password(world: World, admin: Client) -> None:
    given = {"name": "Bo Vis", "account": "bo", "email": "Bo@example.nl", "roles": ["agent", "technician"]}
    assert admin.post(reverse("office:account_new"), {**given, "roles": []}).status_code == 422
    assert admin.post(reverse("office:account_new"), {**given, "email": "nope"}).status_code == 422
    assert not User.objects.filter(username="bo").exists()
    assert admin.post(reverse("office:account_new"), given).status_code == 302
    bo = User.objects.get(username="bo")
    assert (bo.email, Technician.objects.filter(user=bo).count()) == ("bo@example.nl", 1)
    assert len(mail.outbox) == 1 and mail.outbox[0].to == ["bo@example.nl"]
    assert admin.post(reverse("office:account_new"), given).status_code == 422, "a name once"
    assert list(AccountChange.objects.filter(account="bo").values_list("what", "by").order_by("pk")) == [
        ("made", "Admin"), ("invited", "Admin")
    ]  # fmt: skip


def test_roles_change_at_once_and_a_stopped_account_opens_nothing(world: World, admin: Client) -> None:
    user, agent = world.users["agent"], Client()
    agent.force_login(user)
    assert agent.get(reverse("desk:cases")).status_code == 200
    act = lambda what, **data: admin.post(reverse("office:account_act", args=[user.pk, what]), data)  # noqa: E731
    assert act("roles").status_code == 422
    assert act("roles", roles=["analyst", "king"]).status_code == 302
    assert agent.get(reverse("desk:cases")).status_code == 403 and agent.get(reverse("insight:logs")).status_code == 200
    assert act("stop").status_code == 302
    assert agent.get(reverse("insight:logs")).status_code == 302, "sessions end"
    assert act("again").status_code == 302
    assert agent.get(reverse("insight:logs")).status_code == 302, "an old session stays over: a new password is chosen"
    whats = list(AccountChange.objects.filter(account="agent").order_by("pk").values_list("what", "detail"))
    assert whats == [("roles", "agent -> analyst"), ("stopped", ""), ("begun", "")]


def test_nobody_is_locked_out(world: World, admin: Client) -> None:
    me = world.users["admin"]
    for what, data in (("stop", {}), ("roles", {"roles": ["agent"]}), ("second-step", {})):
        assert admin.post(reverse("office:account_act", args=[me.pk, what]), data).status_code == 422, what
    assert admin.get(reverse("office:accounts")).status_code == 200
    assert admin.post(reverse("office:account_act", args=[me.pk, "sing"])).status_code == 404


def test_a_lost_second_step_is_taken_away_and_written_down(world: World, admin: Client, settings: Any) -> None:
    user = world.users["agent"]
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert admin.post(reverse("office:account_act", args=[user.pk, "second-step"])).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert AccountChange.objects.get().what == "second_step"
    page = admin.get(reverse("office:account", args=[user.pk])).content.decode()
    assert "tweede stap weggenomen" in page


def test_a_stopped_account_keeps_no_token(world: World, admin: Client) -> None:
    user = world.users["technician"]
    made = tokens.new_one(
        actor=world.staff("technician"), technician=world.technician, purpose=TechnicianToken.CALENDAR
    )
    calendar = reverse("calendar", args=[made])
    assert Client().get(calendar).status_code == 200
    assert admin.post(reverse("office:account_act", args=[user.pk, "stop"])).status_code == 302
    assert Client().get(calendar).status_code == 404
