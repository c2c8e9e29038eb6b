"""Accounts of those who work here."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server.actions.refused import Refused
from loper.server.permissions import STAFF, Actor, demand
from loper.server.records.agenda import Technician


@transaction.atomic
def add_user(*, actor: Actor, account: str, email: str, roles: Sequence[str], password: str, name: str = "") -> User:
    """An account with these roles. A technician gets a row in the agenda, so that visits can be planned."""
    demand(actor, "accounts.change")
    unknown = [role for role in roles if role not in STAFF]
    if unknown or not roles:
        raise Refused(_("Roles are %(roles)s.") % {"roles": ", ".join(STAFF)}, field="roles")
    if User.objects.filter(username__iexact=account).exists():
        raise Refused(_("There is an account '%(account)s' already.") % {"account": account}, field="account")
    first, _space, last = (name or account).partition(" ")
    user = User(username=account, email=email.strip().lower(), first_name=first[:150], last_name=last[:150])
    try:
        validate_email(user.email)
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages)) from wrong
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name__in=roles))
    if "technician" in roles:
        Technician.objects.create(name=name or account, user=user)
    return user
