"""Forms of the customer's pages: one question; who and where; when to call; a code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loper.contact import Unreadable, read_answer
from loper.define.model import Question
from loper.server.queries.organisation import text_in
from loper.server.records.customers import tidy_house_number, tidy_phone, tidy_postcode

WRONG = {
    "required": _("Please choose or fill in an answer."),
    "choice": _("Please choose one of the answers."),
    "number": _("Please fill in a number."),
    "boolean": _("Please choose yes or no."),
    "date": _("Please fill in a date."),
    "time": _("Please fill in a date and a time."),
    "phone": _("A telephone number has ten digits, like 06 12345678."),
    "email": _("An e-mail address looks like name@example.nl."),
    "long": _("This is too long: at most 2,000 characters."),
    "file": _("Please choose a photo."),
}


class QuestionForm(forms.Form):
    """One question of a dialogue, as a big and simple form."""

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        language = get_language() or settings.LANGUAGE_CODE
        self.ask = text_in(question.ask, language)
        self.help = text_in(question.help, language)
        self.fields["answer"] = self._field(language)

    @property
    def is_photo(self) -> bool:
        return self.question.kind in ("image", "file")

    @property
    def as_choices(self) -> bool:
        return isinstance(self.fields["answer"].widget, forms.RadioSelect)

    def _field(self, language: str) -> forms.Field:
        question = self.question
        common: dict[str, Any] = {"label": self.ask, "help_text": self.help, "required": False}
        match question.kind:
            case "choose":
                options = [(value, text_in(texts, language) or value) for value, texts in question.choose.items()]
                return forms.CharField(widget=forms.RadioSelect(choices=options), **common)
            case "boolean":
                return forms.CharField(widget=forms.RadioSelect(choices=[("yes", _("Yes")), ("no", _("No"))]), **common)
            case "image" | "file":
                return forms.FileField(
                    widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}), **common
                )
            case "number":
                return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
            case "date":
                return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **common)
            case "time":
                return forms.CharField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **common)
            case "phone":
                return forms.CharField(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}), **common)
            case "email":
                return forms.CharField(widget=forms.EmailInput(attrs={"autocomplete": "email"}), **common)
            case "place":
                return forms.CharField(widget=forms.TextInput(), **common)
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}), **common)

    def clean_answer(self) -> Any:
        if self.is_photo:
            return self.cleaned_data.get("answer")
        if self.question.optional and "skip" in self.data:
            return None
        try:
            return read_answer(self.question, self.cleaned_data.get("answer"))
        except Unreadable as wrong:
            raise forms.ValidationError(WRONG[str(wrong)]) from None


class ContactForm(forms.Form):
    """Where it is, and how we reach you."""

    either = ("email", "phone")  # one of the two is enough: neither is "not required"

    postcode = forms.CharField(
        label=_("Postcode"), max_length=10, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )
    house_number = forms.CharField(label=_("House number"), max_length=12)
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_postcode(self) -> str:
        found = tidy_postcode(self.cleaned_data["postcode"])
        if not found:
            raise forms.ValidationError(_("A postcode looks like 1234 AB."))
        return found

    def clean_house_number(self) -> str:
        found = tidy_house_number(self.cleaned_data["house_number"])
        if not found:
            raise forms.ValidationError(_("A house number looks like 12 or 12A."))
        return found

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip()
        if typed:
            try:
                read_answer(Question(name="email", ask={}, kind="email"), typed)
            except Unreadable:
                raise forms.ValidationError(WRONG["email"]) from None
        return typed.lower()

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        found = tidy_phone(typed)
        if typed and not found:
            raise forms.ValidationError(WRONG["phone"])
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not (found.get("email") or found.get("phone")):
            self.add_error(
                "email", _("Fill in an e-mail address or a mobile number: we tell you there how it goes on.")
            )
        return found


class FindForm(forms.Form):
    """Where do you live?"""

    postcode = ContactForm.base_fields["postcode"]
    house_number = ContactForm.base_fields["house_number"]
    clean_postcode, clean_house_number = ContactForm.clean_postcode, ContactForm.clean_house_number


class CodeForm(forms.Form):
    """The six digits of the message."""

    code = forms.CharField(
        label=_("The code of six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class CallForm(forms.Form):
    """When may we call?"""

    slot = forms.ChoiceField(label=_("When may we call you?"), widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("On which number?"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    about = forms.CharField(
        label=_("What is it about?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, slots: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = slots  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        found = tidy_phone(self.cleaned_data["phone"])
        if not found:
            raise forms.ValidationError(WRONG["phone"])
        return found
