"""What nobody needs any more is taken out: links that expired, codes, answers that were never sent, old sessions."""

from __future__ import annotations

from django.core.management import call_command

from loper.server.actions.dialogues import sweep_dialogues
from loper.server.actions.handovers import sweep_handovers
from loper.server.actions.links import sweep_links
from loper.server.actions.lost import sweep_codes
from loper.server.actions.out.hand_out import sweep_deliveries
from loper.server.actions.places import sweep_places


def tidy() -> dict[str, int]:
    """Sweep once; gives how many of each went."""
    found = {
        "links": sweep_links(),
        "codes": sweep_codes(),
        "dialogues": sweep_dialogues(),
        "places": sweep_places(),
        "handovers": sweep_handovers(),
        "deliveries": sweep_deliveries(),
    }
    call_command("clearsessions")
    return found
