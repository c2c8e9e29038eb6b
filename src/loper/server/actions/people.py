"""Accounts of those who work here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import STAFF, Actor, demand
from loper.server.records.access import AccountChange
from loper.server.records.agenda import Technician
from loper.server.records.partners import TechnicianToken


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
    _write_down(actor, user, "made", ", ".join(sorted(roles)))
    return user


def invite(*, actor: Actor, account: str, email: str, roles: Sequence[str], name: str = "") -> User:
    """An account that its owner gives a password to, by a link in a mail (which the page sends)."""
    user = add_user(
        actor=actor, account=account, email=email, roles=roles, password=secrets.token_urlsafe(24), name=name
    )
    _write_down(actor, user, "invited")
    return user


@transaction.atomic
def set_roles(*, actor: Actor, user: int, roles: Sequence[str]) -> None:
    """What this colleague may do from now on; at once, also where they are signed in."""
    demand(actor, "accounts.change")
    row = _held(user)
    wanted = [role for role in STAFF if role in roles]
    if not wanted:
        raise Refused(_("Choose a role, or stop the account."), field="roles")
    if "admin" not in wanted:
        _not_the_last(row)
    before = sorted(row.groups.values_list("name", flat=True))
    row.groups.set(Group.objects.filter(name__in=wanted))
    if "technician" in wanted and not Technician.objects.filter(user=row).exists():
        Technician.objects.create(name=row.get_full_name() or row.username, user=row)
    if not {"technician", "partner"} & set(wanted):
        _void_tokens(row)
    if before != sorted(wanted):
        _write_down(actor, row, "roles", f"{', '.join(before) or '-'} -> {', '.join(sorted(wanted))}")


@transaction.atomic
def stop(*, actor: Actor, user: int) -> None:
    """This account opens nothing any more, from this moment on: every session of it ends."""
    demand(actor, "accounts.change")
    row = _held(user)
    if actor.user is not None and actor.user.pk == row.pk:
        raise Refused(_("You cannot stop your own account."))
    _not_the_last(row)
    if row.is_active:
        row.is_active = False
        row.set_password(None)  # what was signed with the old one is void
        row.save(update_fields=["is_active", "password"])
        _void_tokens(row)
        _write_down(actor, row, "stopped")


@transaction.atomic
def begin_again(*, actor: Actor, user: int) -> None:
    """A stopped account opens again, once its owner chose a new password."""
    demand(actor, "accounts.change")
    row = _held(user)
    if not row.is_active:
        row.is_active = True
        row.set_password(secrets.token_urlsafe(24))
        row.save(update_fields=["is_active", "password"])
        _write_down(actor, row, "begun")


@transaction.atomic
def drop_second_step(*, actor: Actor, user: int) -> None:
    """Somebody lost telephone and spare codes: they set up a new second step when they sign in."""
    demand(actor, "accounts.change")
    row = _held(user)
    if actor.user is not None and actor.user.pk == row.pk:
        raise Refused(_("Ask another administrator to do this for you."))
    gone, _each = Authenticator.objects.filter(user=row).delete()
    if gone:
        _write_down(actor, row, "second_step")


def _void_tokens(row: User) -> None:
    """The address of their calendar and the key of their own system open nothing any more either."""
    TechnicianToken.objects.filter(technician__user=row, revoked=None).update(revoked=clock.now())


def _held(user: int) -> User:
    row = User.objects.select_for_update().filter(pk=user).first()
    if row is None:
        raise Refused(_("This account is not there any more."))
    return row


def _not_the_last(row: User) -> None:
    """Somebody must be able to change accounts."""
    others = User.objects.filter(groups__name="admin", is_active=True).exclude(pk=row.pk)
    if row.is_active and row.groups.filter(name="admin").exists() and not others.exists():
        raise Refused(_("This is the last administrator: make another one first."))


def _write_down(actor: Actor, user: User, what: str, detail: str = "") -> None:
    AccountChange.objects.create(
        account=user.username, what=what, detail=detail[:300], by=actor.name[:150], at=clock.now()
    )
