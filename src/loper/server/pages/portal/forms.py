"""Forms of the customer's pages: one question; who and where; when to call; a code."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loper.contact import Unreadable, read_answer
from loper.define.model import Question
from loper.server.actions.photos import too_large
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


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, however little; None where nothing was."""
    return request.POST if request.method == "POST" else None


def posted_files(request: HttpRequest) -> MultiValueDict[str, UploadedFile] | None:
    return request.FILES if request.method == "POST" else None


class QuestionForm(forms.Form):
    """One question of a dialogue, as a big and simple form."""

    def __init__(self, question: Question, data: Any = None, files: Any = None, *, kept: Any = None) -> None:
        """`kept`: the answer given before, filled in again."""
        super().__init__(data, files, initial={"answer": _shown(question, kept)})
        self.question = question
        self.kept = kept
        language = get_language() or settings.LANGUAGE_CODE
        self.ask = text_in(question.ask, language)
        skip = str(_("You may skip this.")) if question.optional else ""
        self.help = " ".join(filter(None, (text_in(question.help, language), skip)))
        kind = forms.FileField if self.is_photo else forms.CharField
        self.fields["answer"] = kind(
            label=self.ask, help_text=self.help, required=False, widget=_widget(question, language)
        )

    @property
    def is_photo(self) -> bool:
        return self.question.kind in ("image", "file")

    @property
    def as_choices(self) -> bool:
        return isinstance(self.fields["answer"].widget, forms.RadioSelect)

    def clean_answer(self) -> Any:
        given = self.cleaned_data.get("answer")
        if self.is_photo:
            return given
        try:
            return read_answer(self.question, given, ZoneInfo(settings.TIME_ZONE))
        except Unreadable as wrong:
            raise forms.ValidationError(WRONG[str(wrong)]) from None


def plain(text: str, longest: int = 2000) -> str:
    """Text as typed, without what no keyboard types and no database takes."""
    return text.replace("\x00", "")[:longest]


def scale_of(question: Question) -> list[str]:
    """The steps of a scale, from its lowest to its highest."""
    ends = [int(end) for end in question.choose]
    return [str(step) for step in range(min(ends), max(ends) + 1)]


def _widget(question: Question, language: str) -> forms.Widget:
    labels = {value: text_in(texts, language) or value for value, texts in question.choose.items()}
    match question.kind:
        case "choose":
            return forms.RadioSelect(choices=list(labels.items()))
        case "boolean":
            return forms.RadioSelect(choices=[("yes", _("Yes")), ("no", _("No"))])
        case "scale":
            steps = [(step, f"{step} · {labels[step]}" if step in labels else step) for step in scale_of(question)]
            return forms.RadioSelect(choices=steps)
        case "image" | "file":
            most = {"data-most": settings.LOPER_PHOTO_BYTES, "data-large": too_large()}
            return forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", **most})
        case "number":
            return forms.TextInput(attrs={"inputmode": "decimal"})
        case "date":
            return forms.DateInput(attrs={"type": "date"})
        case "time":
            return forms.DateTimeInput(attrs={"type": "datetime-local"})
        case "phone":
            return forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        case "email":
            return forms.EmailInput(attrs={"autocomplete": "email"})
        case "place":
            return forms.TextInput()
    return forms.Textarea(attrs={"rows": 5, "maxlength": 2000})


def _shown(question: Question, kept: Any) -> Any:
    """An answer as its field shows it; a photo is shown beside it."""
    if question.kind in ("image", "file"):
        return None
    if isinstance(kept, bool):
        return "yes" if kept else "no"
    if question.kind == "time" and isinstance(kept, str):
        return kept[:16]  # a field for a time takes no offset
    return kept


class Form(forms.Form):
    """A form that asks kindly for what is not filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")


class ContactForm(Form):
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


class FindForm(Form):
    """Where do you live?"""

    postcode = ContactForm.base_fields["postcode"]
    house_number = ContactForm.base_fields["house_number"]
    clean_postcode, clean_house_number = ContactForm.clean_postcode, ContactForm.clean_house_number


class CodeForm(Form):
    """The six digits of the message."""

    code = forms.CharField(
        label=_("The code of six digits"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 10}),
    )

    def clean_code(self) -> str:
        digits = "".join(filter(str.isdecimal, self.cleaned_data["code"]))
        if len(digits) != 6:
            raise forms.ValidationError(_("The code has six digits. It is in our message."))
        return digits


class LaterForm(Form):
    """Where do we send the link?"""

    email = forms.CharField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    clean_email = ContactForm.clean_email


class CallForm(Form):
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
        self.fields["slot"].error_messages["invalid_choice"] = _("This time has passed. Please choose another.")

    def clean_phone(self) -> str:
        found = tidy_phone(self.cleaned_data["phone"])
        if not found:
            raise forms.ValidationError(WRONG["phone"])
        return found
