"""The few tags that templates need beside HTML: a widget in our dress, the main menu, times in words."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from loper.server.ui import words
from loper.server.ui.menu import MENU

register = template.Library()
for _filter in (
    words.day,
    words.hour,
    words.block,
    words.span,
    words.dialled,
    words.with_calls,
    words.at_home,
    words.short,
    words.moment,
    words.number,
):
    register.filter(_filter)


@register.simple_tag
def widget(field: forms.BoundField) -> SafeString:
    """The input of a form field, dressed as ours and tied to its error."""
    attrs: dict[str, str | bool] = {"class": "ds-input"}
    if field.errors:
        described = f"{field.auto_id}_error"
        attrs["aria-describedby"] = f"{field.auto_id}_helptext {described}" if field.help_text else described
    return field.as_widget(attrs=attrs)


@register.filter
def is_checkbox(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_optional(field: forms.BoundField) -> bool:
    """Whether this may stay empty; one of which at least one must be filled in (`form.either`) is not called so."""
    return not field.field.required and field.name not in getattr(field.form, "either", ())


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> SafeString:
    """Links to the pages that this person may open, the present one marked."""
    request = context["request"]
    found = []
    for label, url_name, permission in MENU:
        if request.user.has_perm(permission):
            try:
                url = reverse(url_name)
            except NoReverseMatch:
                continue  # these pages are not part of this installation
            found.append((url, gettext(label)))
    here = max((url for url, _label in found if request.path.startswith(url)), key=len, default="")
    return format_html_join(
        "",
        '<a href="{}" aria-current="{}">{}</a>',
        ((url, "page" if url == here else "false", label) for url, label in found),
    )
