"""Every sentence that the parser and the check can say, so that it has its Dutch (tests/server/test_studio_words.py).

Names in it are counted off: %(a)s, %(b)s, ...
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

RULES: dict[str, tuple[str, str]] = {
    "no-owner": (
        _("Nobody answers for it"),
        _("What belongs to everybody belongs to nobody: it is nobody's work to make it better."),
    ),
    "no-outside-eye": (
        _("No eye from outside"),
        _("Who made a journey no longer sees what is unclear in it. Somebody from outside must have read it."),
    ),
    "too-abstract": (
        _("Not written out"),
        _("A contact moment without its real text is a wish: nobody knows what the customer will read."),
    ),
    "dead-end": (_("Dead end"), _("A customer who gets stuck here never comes out, and calls.")),
    "silence": (_("Silence"), _("Who hears nothing gets worried, and calls. Also plan for when nothing happens.")),
    "closed-channel": (
        _("Closed channel"),
        _("Whoever cannot use this channel cannot do it at all. Every function belongs on every channel."),
    ),
    "lost-on-switch": (
        _("Lost on the way"),
        _("Who changes channel half-way must not have to begin again."),
    ),
    "asks-twice": (_("Asked twice"), _("Asking what one knows already costs trust and time.")),
    "no-person": (_("No person"), _("At every moment somebody must be within reach.")),
    "not-measured": (_("Not measured"), _("A goal that nobody measures is never reached, and nobody notices.")),
    "one-sided": (
        _("One-sided"),
        _("A journey is right when customer and organisation both get what they need."),
    ),
    "inside-out": (
        _("Seen from inside"),
        _("The customer does not know your departments. Name the stage after where the customer is."),
    ),
    "wow-too-soon": (_("Surprise too soon"), _("A surprise annoys while the basics are not in order.")),
    "too-much": (_("Too much"), _("Who gets too many messages reads none of them.")),
    "hard-to-read": (
        _("Hard to read"),
        _("What is hard to read is not read, or read wrongly; then people call, or stay away on the wrong day."),
    ),
    "inconsistent": (_("Not alike"), _("The same moment in other words looks like another organisation.")),
    "principle": (_("Against a principle"), _("Your own organisation has agreed not to do this.")),
}
"""Rule -> what it is called, and why it matters."""

SENTENCES: tuple[str, ...] = ()
