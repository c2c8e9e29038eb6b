"""The forms of allauth in our words: no texts that vanish when one types, no link between a label and its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.translation import gettext_lazy as _


class Plain:
    """Labels stay, placeholders go."""

    words: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            if name in ("password", "oldpassword"):
                field.help_text = ""


class LoginForm(Plain, account.LoginForm):
    words: ClassVar[Mapping[str, Any]] = {"login": _("User name or e-mail address"), "password": _("Password")}


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    words: ClassVar[Mapping[str, Any]] = {"password": _("Password")}


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    words: ClassVar[Mapping[str, Any]] = {"email": _("E-mail address")}


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    words: ClassVar[Mapping[str, Any]] = {"password1": _("New password"), "password2": _("New password, once more")}


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    words: ClassVar[Mapping[str, Any]] = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    words: ClassVar[Mapping[str, Any]] = {"code": _("The code")}


class ActivateTotpForm(Plain, ActivateTOTPForm):
    words: ClassVar[Mapping[str, Any]] = {"code": _("The code")}


class ReauthenticateMfaForm(Plain, mfa.ReauthenticateForm):
    words: ClassVar[Mapping[str, Any]] = {"code": _("The code")}
