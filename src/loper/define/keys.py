"""The key tables of a journey file: every key, what may stand there, and what it is for.

The parser reads by these tables and the JSON Schema is made from them, so the two cannot differ.
"""

from __future__ import annotations

from loper.define.model import ROLES, TOUCHPOINT_EVENTS
from loper.define.shape import Either, Flag, Key, Many, Map, Record, Scalar, matching, one_of
from loper.define.words import (
    CHANNELS,
    COUNT,
    DOTTED,
    EVENT,
    EXPRESSION,
    FACT_KINDS,
    JOURNEY_NAME,
    LANGUAGE,
    LATE,
    LITERAL,
    NAMED,
    OPTION,
    POSITIVE,
    RULE_NAME,
    RUNS,
    SHARE,
    TARGET,
    TEXT,
    WHEN,
    WINDOW,
    ZONE,
)  # fmt: skip

__all__ = [
    "DIALOGUE",
    "EVENT_TYPE",
    "GOAL",
    "JOURNEY",
    "MEASURE",
    "QUESTION",
    "STAGE",
    "TOUCHPOINT",
    "TOUCHPOINT_EVENTS",
]

PEOPLE = tuple(role for role in ROLES if role not in ("customer", "system"))

TEXTS = Either("a text, or texts by language ({nl: ..., en: ...})", word=TEXT, table=Map(LANGUAGE, TEXT, empty=False))
ACCEPTS = Map(RULE_NAME, Scalar("the reason why"))
PATH = matching("a fact", DOTTED, "like appointment.start")
ROLE = one_of("a role", ROLES)

MOVE = Record(
    "a guarded move",
    {
        "if": Key(EXPRESSION, "when this move is made; without it, always"),
        "to": Key(NAMED, "the stage it leads to", required=True),
    },
)
MOVES = Either("a stage, or a list of guarded moves", word=NAMED, items=Many(MOVE), table=MOVE)
ON = Map(EVENT, MOVES)

OFFER = Either("an offer", word=NAMED, table=Map(NAMED, EVENT, empty=False))
OFFERS = Many(OFFER, empty=True)

EVENT_TYPE = Record(
    "an event",
    {
        "title": Key(TEXTS, "what it is called, where people read of it"),
        "from": Key(Many(ROLE, or_one=True), "who may say that it happened", required=True),
        "sets": Key(Many(NAMED, or_one=True, empty=True), "the facts it tells"),
        "clears": Key(Many(NAMED, or_one=True, empty=True), "the facts that are no longer so"),
    },
)

BY = Record("who does it", {"person": Key(one_of("a role", PEOPLE), "whose task it is", required=True)})

STAGE = Record(
    "a stage",
    {
        "title": Key(TEXTS, "its name on the line"),
        "says": Key(TEXTS, "what the customer reads here, in Liquid"),
        "on": Key(ON, "which event leads where"),
        "within": Key(POSITIVE, "how long it may last from entry; then stage.overdue"),
        "until": Key(PATH, "the time (a fact) until which it may last; then stage.overdue"),
        "offers": Key(OFFERS, "what the customer can do here"),
        "final": Key(Flag(), "the journey ends here"),
    },
)

TOUCHPOINT = Record(
    "a touchpoint",
    {
        "title": Key(TEXTS, "its name on the line"),
        "when": Key(Many(WHEN, or_one=True), "EVENT, DURATION after EVENT, DURATION before|after FACT", required=True),
        "owner": Key(TEXT, "who answers for it"),
        "need": Key(TEXTS, "the question of the customer that it answers"),
        "attention": Key(one_of("spare or grab", ("spare", "grab")), "spare the customer's attention, or grab it"),
        "by": Key(
            Either(
                "machine or {person: role}",
                word=one_of("machine, or {person: role},", ("machine",)),
                table=BY,
            ),
            "who does it: machine (default) or {person: role}",
        ),
        "kind": Key(one_of("a kind", ("service", "survey", "news")), "service (default), survey or news"),
        "channels": Key(Many(one_of("a channel", CHANNELS), or_one=True), "in order of preference"),
        "between": Key(WINDOW, "the part of the day in which it may go"),
        "late": Key(LATE, "how long past due it may still go"),
        "every": Key(POSITIVE, "repeat it"),
        "most": Key(COUNT, "how often in all"),
        "unless": Key(Many(EVENT, or_one=True), "events after which it need not happen any more"),
        "in": Key(Many(NAMED, or_one=True), "the stages in which it may happen"),
        "if": Key(EXPRESSION, "what must be so for it to happen"),
        "urgent": Key(Flag(), "it passes quiet hours"),
        "variants": Key(Map(NAMED, SHARE, empty=False), "a standing trial: variant and share; none sends nothing"),
        "offers": Key(OFFERS, "what the customer can do from it"),
        "asks": Key(Many(NAMED), "what a survey asks"),
        "accepts": Key(ACCEPTS, "findings accepted here, with the reason"),
    },
)  # fmt: skip

QUESTION = Record(
    "a question",
    {
        "ask": Key(TEXTS, "the question itself", required=True),
        "help": Key(TEXTS, "a line of help below it"),
        "choose": Key(Map(OPTION, TEXTS, empty=False), "the answers to choose from, each with its text"),
        "scale": Key(Map(Scalar("a whole number"), TEXTS, empty=False), "a scale: its ends and what they mean"),
        "file": Key(one_of("image or any", ("image", "any")), "the answer is a file"),
        "type": Key(
            one_of("a kind of answer", ("text", "number", "boolean", "date", "time", "place", "phone", "email")),
            "the kind of answer (default: that of the fact with the same name, else text)",
        ),
        "optional": Key(Flag(), "it may be skipped"),
        "if": Key(EXPRESSION, "asked only when this holds"),
    },
)

DERIVE = Record(
    "a row of a decision table",
    {
        "if": Key(EXPRESSION, "when this row holds; without it, always"),
        "stop": Key(TEXTS, "end here, and say what to do"),
    },
    rest=LITERAL,
)

DIALOGUE = Record(
    "a dialogue",
    {
        "title": Key(TEXTS, "its name"),
        "emits": Key(EVENT, "the event that the answers become", required=True),
        "questions": Key(Map(NAMED, QUESTION, empty=False), "in the order in which they are asked", required=True),
        "derive": Key(Many(DERIVE, empty=True), "a decision table; the first row that holds counts"),
        "accepts": Key(ACCEPTS, "findings accepted here, with the reason"),
    },
)

GOAL = Record(
    "a goal",
    {
        "customer": Key(TEXTS, "what the customer wants"),
        "feeling": Key(TEXTS, "how the customer should feel"),
        "organisation": Key(Many(TARGET, or_one=True), "measures and what they should be"),
    },
)

MEASURE = Record(
    "a measure",
    {
        "cases": Key(EVENT, "of the ended cases with this event, the share ..."),
        "without": Key(Many(EVENT, or_one=True), "... without any of these"),
        "count": Key(EVENT, "how often this happened ..."),
        "per": Key(EVENT, "... per time that this happened"),
        "mean": Key(NAMED, "the mean of this answer"),
    },
)

REPLACES = Record(
    "what it replaces",
    {
        "version": Key(TEXT, "the version (hash or label) that this one replaces", required=True),
        "stages": Key(Map(NAMED, NAMED), "old stage: new stage"),
        "touchpoints": Key(Map(NAMED, NAMED), "old touchpoint: new touchpoint"),
    },
)

FACT = Either("a type, or a list of values", word=one_of("a type", FACT_KINDS), items=Many(OPTION))

JOURNEY = Record(
    "a journey",
    {
        "journey": Key(JOURNEY_NAME, "its name", required=True),
        "version": Key(TEXT, "a label for people; the real version is the hash of the content"),
        "title": Key(TEXTS, "its name for the customer"),
        "owner": Key(TEXT, "the journey director"),
        "timezone": Key(ZONE, "in which its days are counted (default: Europe/Amsterdam)"),
        "calendar": Key(Scalar("the name of a calendar"), "its working days (default: Monday to Friday)"),
        "languages": Key(Many(LANGUAGE), "languages of its texts, the first is the default"),
        "goal": Key(GOAL, "what it is for, for customer and organisation"),
        "measures": Key(Map(NAMED, MEASURE), "how one sees whether the goals are met"),
        "facts": Key(Map(NAMED, FACT), "what can be known in a case"),
        "events": Key(Map(EVENT, EVENT_TYPE), "what can happen, who may say so, what it tells"),
        "begins": Key(Map(EVENT, NAMED, empty=False), "event that opens a case: first stage", required=True),
        "again": Key(Many(EVENT, or_one=True, empty=True), "events that start another round"),
        "on": Key(ON, "moves from every stage that is not final"),
        "opens": Key(Map(EVENT, JOURNEY_NAME), "event: another journey, as a child of this case"),
        "runs": Key(RUNS, "a campaign: FROM..TO"),
        "stages": Key(Map(NAMED, STAGE, empty=False), "where the customer can be", required=True),
        "touchpoints": Key(Map(NAMED, TOUCHPOINT), "when the organisation comes to the customer"),
        "dialogues": Key(Map(NAMED, DIALOGUE), "questions that every channel can ask"),
        "replaces": Key(REPLACES, "how open cases of an older version come along"),
        "accepts": Key(ACCEPTS, "findings accepted for the journey, with the reason"),
    },
)
