"""How accounts come to be and how they are spoken to: made by an administrator (`loper user`), never by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loper.server.actions import codes
from loper.server.queries.organisation import brand, organisation

_CODE = _("This code is not right. Wait for the next one and try again.")
_WRONG = _("This name and password do not belong together. Look again at both.")


class Adapter(DefaultAccountAdapter):
    error_messages = {  # noqa: RUF012 - as in the class above it
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _WRONG,
        "email_password_mismatch": _WRONG,
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _CODE,
        "too_many_login_attempts": _("Signing in went wrong too often. Try again in half an hour."),
        "rate_limited": _("That was a bit much at once. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        return settings.LOPER_BRAND["sender"] or organisation().sender.email or settings.DEFAULT_FROM_EMAIL

    def format_email_subject(self, subject: str) -> str:
        return f"{subject} · {brand().name}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the address of the settings, whatever host name the request came by."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.LOPER_URL + path.replace("UID-KEY", key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """After the page has answered: its speed tells nobody who has an account, and no slow mail server holds it."""
        message = self.render_mail(template_prefix, email, {"brand": brand(), "email": email, **context})
        codes.later(message.send)


class SecondStep(DefaultMFAAdapter):
    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _CODE}  # noqa: RUF012
