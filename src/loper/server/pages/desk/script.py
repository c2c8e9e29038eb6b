"""A dialogue as an agent's script, on one page: begun for a caller, or gone on with where the customer left it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loper.define.model import Dialogue
from loper.server.actions import scripts as acting
from loper.server.actions.dialogues import definition, progress_of
from loper.server.actions.photos import keep_photo
from loper.server.actions.refused import Refused
from loper.server.actions.report import submit_offered, submit_report
from loper.server.pages.desk import words
from loper.server.pages.desk.asking import changed, clean, questions_of, skipped
from loper.server.pages.desk.contact import FIELDS, contact_of, neighbours, wrong_contact
from loper.server.pages.desk.door import actor_of, case_of, must, opens
from loper.server.permissions import demand
from loper.server.queries import designs
from loper.server.queries.cases import case_view
from loper.server.queries.desk_acts import acts
from loper.server.queries.desk_scripts import Begun, begun, scripts, standing
from loper.server.queries.organisation import text_in
from loper.server.records.customers import Customer
from loper.server.records.dialogues import DialogueProgress

BOTH = ["GET", "POST"]


@require_GET
@opens()
def listing(request: HttpRequest) -> HttpResponse:
    """The forms that somebody began and did not send."""
    demand(actor_of(request), "customer.see")
    found: list[Begun] = begun(words.language())
    return render(request, "desk/forms.html", {"forms": found, "can_report": actor_of(request).may("case.report")})


@require_http_methods(BOTH)
@opens()
def new(request: HttpRequest, journey: str, dialogue: str) -> HttpResponse:
    """A report for a caller. `customer`: whom we have on the line, if we know them."""
    actor = actor_of(request)
    demand(actor, "case.report")
    if (journey, dialogue) not in {(one.journey, one.dialogue) for one in scripts(words.language(), actor)}:
        raise Http404
    customer = _customer(request.GET.get("customer", ""))
    asks = designs.journey(journey, designs.newest(journey)).dialogues[dialogue]
    script = Script(request, asks, customer=customer, journey=journey)
    return script.answer()


@require_http_methods(BOTH)
@opens()
def offered(request: HttpRequest, key: str, dialogue: str) -> HttpResponse:
    """A dialogue that a case offers (a complaint, say), held for the customer."""
    view = case_of(request, key)
    must(dialogue in acts(view, actor_of(request)).dialogues)
    return Script(request, view.journey.dialogues[dialogue], customer=view.customer, case=key).answer()


@require_http_methods(BOTH)
@opens()
def form(request: HttpRequest, form: UUID) -> HttpResponse:
    """Go on where the customer, or a colleague, stopped."""
    demand(actor_of(request), "case.report")
    demand(actor_of(request), "customer.see")
    row = progress_of(form)
    if row is None:
        raise Http404
    return Script(request, definition(row)[1], row=row, customer=row.customer, case=row.case).answer()


def _customer(key: str) -> Customer | None:
    if not key:
        return None
    found = Customer.objects.select_related("home").filter(key=key[:40]).first()
    if found is None:
        raise Http404
    return found


class Script:
    """One turn of the page: what was changed is kept; then it is shown again, or sent."""

    def __init__(
        self,
        request: HttpRequest,
        dialogue: Dialogue,
        *,
        row: DialogueProgress | None = None,
        customer: Customer | None = None,
        journey: str = "",
        case: str = "",
    ) -> None:
        self.request, self.actor, self.dialogue = request, actor_of(request), dialogue
        self.row, self.customer, self.journey, self.case = row or self._kept(), customer, journey, case
        self.wrong: dict[str, str] = {}

    def _kept(self) -> DialogueProgress | None:
        """The form that this very page began a moment ago, though its address is still that of a new one."""
        text = self.request.POST.get("form", "")
        try:
            row = progress_of(UUID(text)) if text else None
        except ValueError:
            return None
        own = row is not None and row.dialogue == self.dialogue.name and row.agent == self.actor.name
        return row if own else None

    def answer(self) -> HttpResponse:
        if self.row is not None and self.row.submitted:
            return redirect("desk:case", self.row.case)
        if self.request.method != "POST":
            return self._show()
        self._keep()
        if self.request.POST.get("do") == "send" and not self.wrong:
            sent = self._send()
            if sent is not None:
                return sent
        if self.request.headers.get("HX-Request"):
            return self._piece()
        if not self.wrong and self.row is not None:
            return redirect("desk:form", self.row.pk)
        return self._show()

    # -- keeping ---------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        post = self.request.POST
        answers, self.wrong = changed(self.dialogue, post)
        contact = {name: text for name, text in contact_of(post).items() if text != clean(post.get(f"was-{name}", ""))}
        who = clean(post["who"])[:40] if "who" in post else None
        try:
            if self.row is None and answers:
                self.row = acting.begin(
                    actor=self.actor,
                    journey=self.journey,
                    dialogue=self.dialogue.name,
                    answers=answers,
                    contact=contact,
                    customer=self.customer.key if self.customer and not self.case else "",
                    case=self.case,
                )
                self.dialogue = definition(self.row)[1]
            elif self.row is not None and (answers or contact):
                self.row = acting.keep(actor=self.actor, progress=self.row, answers=answers, contact=contact)
            if self.row is not None and who is not None and not self.case:
                self.row = acting.belongs_to(actor=self.actor, progress=self.row, customer=who)
                self.customer = self.row.customer
            elif who and not self.case:
                self.customer = _customer(who)
            self._photos()
        except Refused as refused:
            self.wrong[refused.field] = refused.sentence

    def _photos(self) -> None:
        for name, question in self.dialogue.questions.items():
            upload: Any = self.request.FILES.get(name)
            if question.kind not in ("image", "file") or upload is None:
                continue
            if self.row is None:
                self.wrong[name] = _("Answer a question first, then add the photo.")
                return
            try:
                kept = keep_photo(progress=self.row, upload=upload.file, size=upload.size or 0)
            except Refused as refused:
                self.wrong[name] = refused.sentence
                return
            self.row = acting.keep(actor=self.actor, progress=self.row, answers={name: str(kept.pk)})

    # -- sending ---------------------------------------------------------------------------------------------------

    def _send(self) -> HttpResponse | None:
        """Where to go on once it is sent; None when something is still to be filled in."""
        answers = self.row.answers if self.row else {}
        empty, self.wrong = skipped(standing(self.dialogue, answers, words.language()), answers)
        contact = self.row.contact if self.row else contact_of(self.request.POST)
        if not self.case and self.customer is None:
            self.wrong.update(wrong_contact(contact))
        if self.wrong or self.row is None:
            return None
        try:
            self.row = acting.keep(actor=self.actor, progress=self.row, answers=empty)
            if self.case:
                submit_offered(actor=self.actor, progress=self.row)
                messages.success(self.request, _("It is in."))
                return redirect("desk:case", self.case)
            known = {name: str(contact.get(name, "")) for name in FIELDS}
            key, _link = submit_report(
                actor=self.actor, progress=self.row, language=words.language(), customer=self.customer, **known
            )
        except Refused as refused:
            self.wrong[refused.field] = refused.sentence
            return None
        messages.success(self.request, _("The report is in. Its number is %(key)s.") % {"key": key})
        view = case_view(key, words.language())
        return redirect("desk:book" if view and acts(view, self.actor).book else "desk:case", key)

    # -- showing ---------------------------------------------------------------------------------------------------

    def _context(self) -> dict[str, Any]:
        answers = self.row.answers if self.row else {}
        stands = standing(self.dialogue, answers, words.language())
        photos = tuple(str(pk) for pk in self.row.files.values_list("pk", flat=True)) if self.row else ()
        contact = self.row.contact if self.row else contact_of(self.request.POST)
        asks_who = not self.case and self.customer is None
        return {
            "title": text_in(self.dialogue.title, words.language()) or words.readable(self.dialogue.name),
            "row": self.row,
            "case": self.case,
            "customer": self.customer,
            "files": ",".join(name for name, one in self.dialogue.questions.items() if one.kind in ("image", "file")),
            "questions": questions_of(self.dialogue, stands, answers, self.request.POST, self.wrong, photos),
            "stop": stands.stop,
            "contact": contact,
            "asks_who": asks_who,
            "neighbours": neighbours(contact) if asks_who and self.actor.may("customer.see") else [],
            "wrong": self.wrong,
            "wrong_all": self.wrong.get("", ""),
            "address": self.request.path + (f"?customer={self.customer.key}" if self.journey and self.customer else ""),
        }

    def _show(self) -> HttpResponse:
        return render(self.request, "desk/script.html", self._context(), status=422 if self.wrong else 200)

    def _piece(self) -> HttpResponse:
        """What changed on a page that stays: questions that came or went, an emergency, who lives there."""
        context = self._context()
        before = set(self.request.POST.get("shown", "").split())
        now = {one.name for one in context["questions"] if not one.hidden}
        context["turned"] = [one for one in context["questions"] if (one.name in before) != (one.name in now)]
        response = render(self.request, "desk/script_piece.html", context)
        if self.row is not None:
            response.headers["HX-Replace-Url"] = reverse("desk:form", args=[self.row.pk])
        return response
