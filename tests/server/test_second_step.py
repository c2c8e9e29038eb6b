"""Whoever works here signs in with a second step; until then the own account is all that opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.worlds import PASSWORD, World


@pytest.fixture
def agent(world: World, settings: Any) -> Client:
    settings.LOPER_MFA, settings.LOPER_MFA_DAYS = True, 7
    client = Client()
    client.force_login(world.users["agent"])
    return client


def joined(world: World, days: int) -> None:
    User.objects.filter(username="agent").update(date_joined=timezone.now() - timedelta(days=days, hours=1))


def test_it_is_told_first_and_demanded_then(world: World, agent: Client) -> None:
    joined(world, 2)
    assert "tweede stap" in agent.get(reverse("desk:cases")).content.decode()
    joined(world, 7)
    for url in (
        reverse("desk:cases"),
        reverse("desk:customer", args=["jo"]),
        reverse("home"),
        reverse("studio:journeys"),
    ):
        answer = agent.get(url)
        assert (answer.status_code, answer.url) == (302, reverse("mfa_index")), url  # type: ignore[attr-defined]
    assert agent.post(reverse("desk:find"), {"q": "jansen"}).url == reverse("mfa_index")  # type: ignore[attr-defined]
    page = agent.get(reverse("mfa_index")).content.decode()
    assert "kunt u verder" in page
    assert agent.get(reverse("account")).status_code == 200


def test_who_set_one_up_goes_on_and_signs_in_with_it(world: World, agent: Client) -> None:
    joined(world, 30)
    secret = totp.generate_totp_secret()
    Authenticator.objects.create(
        user=world.users["agent"], type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)}
    )
    page = agent.get(reverse("desk:cases"))
    assert page.status_code == 200 and "tweede stap" not in page.content.decode()
    fresh = Client()
    answer = fresh.post(reverse("account_login"), {"login": "agent", "password": PASSWORD})
    assert answer.url.startswith(reverse("mfa_authenticate")), "the password alone is not enough"  # type: ignore[attr-defined]
    assert fresh.get(reverse("desk:cases")).status_code == 302
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    assert fresh.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert fresh.get(reverse("desk:cases")).status_code == 200


def test_customers_and_systems_need_none(world: World, agent: Client) -> None:
    assert Client().get(reverse("portal:start")).status_code == 200
    assert Client().get(reverse("api:openapi")).status_code == 200
    assert Client().get(reverse("healthz")).status_code == 200


def test_by_default_it_is_demanded_and_in_a_demonstration_not(settings: Any) -> None:
    import subprocess
    import sys

    for demo, must in (("", "True"), ("1", "False")):
        code = "import loper.server.settings as s; print(s.LOPER_MFA)"
        env = {"LOPER_DEMO": demo, "PATH": "", "LOPER_DATA": str(settings.DATA)}
        said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert said.stdout.strip() == must
