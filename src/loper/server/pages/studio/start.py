"""A new journey: from one that comes with Loper, or from files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from loper.define.tree import MOST_BYTES
from loper.server.actions.design_files import MOST_TOGETHER
from loper.server.actions.designs import begin_draft
from loper.server.actions.refused import Refused
from loper.server.pages.studio.frame import actor_of, member
from loper.server.queries import studio
from loper.server.queries.designs import MAIN
from loper.server.queries.organisation import organisation

FOLDER = Path(__file__).parent / "starters"
MOST_FILES = 300
OWN_VOICE = {"greeting": r"^(Dag|Hello) \{\{ customer\.name \}\},$", "signature": r"^(Groeten van|Regards,) .*$"}
"""The shared text of that name takes the place of these lines of a starter."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A small journey that works, to begin from."""

    name: str
    title: str
    text: str


STARTERS = (
    Starter(
        "question",
        gettext_noop("A question that gets an answer"),
        gettext_noop("Somebody asks something, a colleague answers, and afterwards we ask how it went."),
    ),
    Starter(
        "visit",
        gettext_noop("A visit at home"),
        gettext_noop("An appointment with a confirmation, a reminder the day before, and a short survey after."),
    ),
)


class NameForm(forms.Form):
    """What the new journey is called."""

    title = forms.CharField(
        label=gettext_lazy("What do customers call it?"),
        help_text=gettext_lazy("For example: Mijn vraag, Mijn verhuizing."),
        max_length=80,
    )
    name = forms.RegexField(
        regex=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$",
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy(
            "One word, for addresses and files: letters, digits, _ and -. It stays the same for ever."
        ),
        error_messages={"invalid": gettext_lazy("Begin with a letter; then letters, digits, _ and - only.")},
    )

    field_order = ("title", "name")
    either: tuple[str, ...] = ()


@member
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Choose a beginning; the draft is there at once."""
    form = NameForm()
    starter = request.POST.get("starter", STARTERS[0].name)
    wrong = ""
    if request.method == "POST":
        try:
            if "upload" in request.POST:
                return _from_files(request)
            form = NameForm(request.POST)
            if form.is_valid():
                return _from_starter(request, starter, form.cleaned_data["name"], form.cleaned_data["title"])
        except Refused as refused:
            if refused.field in form.fields and form.is_bound:
                form.add_error(refused.field, refused.sentence)
            else:
                wrong = refused.sentence
    context = {"form": form, "starters": STARTERS, "starter": starter, "wrong": wrong}
    return render(request, "studio/start.html", context, status=422 if wrong or form.errors else 200)


def _from_starter(request: HttpRequest, starter: str, name: str, title: str) -> HttpResponse:
    if starter not in {one.name for one in STARTERS}:
        raise Refused(_("Choose what to begin from."))
    owner = getattr(request.user, "email", "") or actor_of(request).name
    begin_draft(actor=actor_of(request), journey=name, files=starter_files(starter, name, title, owner))
    messages.success(request, _("Your draft is there. Nothing is live before you publish it."))
    return redirect("studio:journey", name)


def starter_files(starter: str, name: str, title: str, owner: str) -> dict[str, str]:
    """The files of a starter under another name. What is filled in is quoted: it cannot become part of the language."""
    folder = FOLDER / starter
    files = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in _files(folder)}
    for mark, value in (("NAME", name), ("TITLE", quoted(title)), ("OWNER", quoted(owner))):
        files[MAIN] = files[MAIN].replace(f"${mark}$", value)
    return {path: _in_own_voice(path, text) for path, text in files.items()}


def _in_own_voice(path: str, text: str) -> str:
    """A text that begins and ends as all texts of this organisation do, where it has shared texts for that."""
    key = studio.text_key(path)
    if key is None or key[1] != "email":
        return text
    for block, plain in OWN_VOICE.items():
        if (block, key[2]) in organisation().blocks:
            text = re.sub(plain, f"{{% render '{block}' %}}", text, count=1, flags=re.MULTILINE)
    return text


def _files(folder: Path) -> list[Path]:
    return [folder / MAIN, *sorted((folder / "texts").glob("*.liquid"))]


def quoted(text: str) -> str:
    """A text as YAML writes it between single quotes."""
    return "'" + re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("'", "''") + "'"


def _from_files(request: HttpRequest) -> HttpResponse:
    files = uploaded(request.FILES.getlist("files"))
    name = name_in(files)
    if name is None:
        raise Refused(_("The .yaml file does not say which journey it is: it begins with 'journey: name'."))
    begin_draft(actor=actor_of(request), journey=name, files=files)
    messages.success(request, _("Your files are in a draft. Nothing is live before you publish it."))
    return redirect("studio:journey", name)


def uploaded(files: list[UploadedFile]) -> dict[str, str]:
    """Uploaded files as text; refused when they are none."""
    if not files:
        raise Refused(_("Choose the files first."), field="files")
    if len(files) > MOST_FILES:
        raise Refused(_("This is more than a journey can hold."), field="files")
    if sum(file.size or 0 for file in files) > MOST_TOGETHER * 4:
        raise Refused(_("This is more than a journey can hold."), field="files")
    found = {}
    for file in files:
        named = file.name or ""
        if (file.size or 0) > MOST_BYTES:
            raise Refused(_("%(name)s is too large.") % {"name": named[:60]}, field="files")
        try:
            found[named] = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refused(_("%(name)s is not a text in UTF-8.") % {"name": named[:60]}, field="files") from None
    return found


def name_in(files: dict[str, str]) -> str | None:
    """The name of the journey that these files hold."""
    for path, text in files.items():
        if path.endswith((".yaml", ".yml")):
            found = re.search(r"^journey:\s*['\"]?([A-Za-z][A-Za-z0-9_-]{0,59})['\"]?\s*(#.*)?$", text, re.MULTILINE)
            if found:
                return found[1]
    return None
