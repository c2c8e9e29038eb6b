"""What happens next: step() and may(), pure and total. No clock, no database, no chance."""

from loper.step.case import (
    SYSTEM,
    Case,
    Customer,
    Effect,
    Event,
    Go,
    HistoryNeeded,
    Message,
    Moment,
    Recent,
    Sent,
    Skip,
    State,
    Step,
    Tick,
    Verdict,
    Wait,
    Withdraw,
)
from loper.step.codec import dump_state, load_state
from loper.step.deadline import Deadline, deadline
from loper.step.facts import Appointment, FactError, instant_of, plain, typed
from loper.step.family import born, child_key
from loper.step.may import BUNDLED, may
from loper.step.moments import candidates, ready, variant
from loper.step.refold import refold
from loper.step.step import failed, sent, skipped, step

__all__ = [
    "BUNDLED",
    "SYSTEM",
    "Appointment",
    "Case",
    "Customer",
    "Deadline",
    "Effect",
    "Event",
    "FactError",
    "Go",
    "HistoryNeeded",
    "Message",
    "Moment",
    "Recent",
    "Sent",
    "Skip",
    "State",
    "Step",
    "Tick",
    "Verdict",
    "Wait",
    "Withdraw",
    "born",
    "candidates",
    "child_key",
    "deadline",
    "dump_state",
    "failed",
    "instant_of",
    "load_state",
    "may",
    "plain",
    "ready",
    "refold",
    "sent",
    "skipped",
    "step",
    "typed",
    "variant",
]
