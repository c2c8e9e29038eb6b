"""Which column of call records is what, in Dutch and English, and what their words say of how a call went."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import pyarrow as pa

from loper.define.problem import nearest
from loper.log.calls_fold import Result
from loper.log.cells import Field
from loper.log.columns import are_times, parts, plain, there_are, with_hours
from loper.log.fields import field_of
from loper.log.table import INSTANT, WORD, BadLog, Columns

NAMES: Mapping[str, str] = {
    "offered": (
        "offered offeredat aangeboden aangebodenop binnengekomen start starttime calldate calltime starttijd begintijd "
        "datumtijd tijdstip timestamp datetime time datum date"
    ),
    "caller": (
        "caller callerid callerno callernumber callingnumber beller nummerbeller bellernummer telefoonnummer ani src "
        "from van vannummer anumber cli phone phonenumber"
    ),
    "called": "called callee callednumber dst dnis did to naar naarnummer gebeld gebeldnummer bnumber destination",
    "call": (
        "linkedid callid uniqueid call gespreksid gespreknummer gespreksnummer interactionid conversationid contactid "
        "sessionid callreference"
    ),
    "answered": "answered answer answertime answeredat beantwoord beantwoordop opgenomen opgenomenop connecttime",
    "ended": "ended end endtime endedat einde eindtijd beeindigd beeindigdop hanguptime disconnecttime",
    "wait": "wait waittime waitseconds waits wachttijd wachtduur holdtime queuetime timeinqueue speedofanswer",
    "talk": "talk talktime talkseconds billsec gespreksduur gesprekstijd handletime",
    "duration": "duration duur totaleduur totalduration callduration",
    "result": "result disposition resultaat uitkomst afhandeling callresult eindstatus status outcome",
    "abandoned": "abandoned verlaten afgebroken gemist missed opgehangen",
    "queue": "queue queuename wachtrij wachtrijnaam skill skillgroup groep dienst lijn",
    "to": "transferredto transferto transfer doorverbonden doorverbondennaar doorverbindennaar",
    "agent": "agent agentname agentid medewerker extension toestel dstchannel",
    "direction": "direction richting calltype",
    "reason": "reason reden contactreden onderwerp topic keuze menukeuze ivrchoice",
    "app": "lastapp",
    "data": "lastdata",
    "context": "dcontext context",
}
"""Names of headers, without capitals and signs, the likelier first."""

KINDS: Mapping[str, pa.DataType] = {
    "offered": INSTANT, "ended": INSTANT, "caller": pa.string(), "called": pa.string(), "call": pa.string(),
}  # fmt: skip
"""Of the columns that are not words."""

CLOSED = re.compile(
    r"out.?of.?(office.?)?hours|after.?hours|closed|gesloten|buiten.?(kantoor|openings)|nacht|night", re.I
)
_RESULTS: Mapping[Result, re.Pattern[str]] = {
    "closed": CLOSED,
    "abandoned": re.compile(
        r"aband|no.?answer|not.?answer|unanswer|niet.?(beantwoord|opgenomen)|onbeantwoord|gemist|missed|verlaten|"
        r"opgehangen|afgebroken|busy|bezet|fail|mislukt|congestion|timeout|time.?out|voicemail|cancel|hang",
        re.I,
    ),
    "answered": re.compile(
        r"answer|beantwoord|opgenomen|handled|afgehandeld|complete|connect|transfer|doorverb|^ok$", re.I
    ),
}  # fmt: skip
_NO = re.compile(r"^(0|n|no|nee|false|onwaar|-)$", re.I)
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?$")


def call_columns(sample: pa.Table, names: Mapping[str, str]) -> tuple[Columns, list[Field]]:
    """What the columns of call records are; raises BadLog with all that is wrong."""
    theirs = list(sample.column_names)
    problems = [
        f"'{name}' is no column of a call{_near(name, list(NAMES))}; there are {', '.join(NAMES)}"
        for name in names
        if name not in NAMES
    ]
    problems += [
        f"there is no column '{source}' (for the {name}){_near(source, theirs)}"
        for name, source in names.items()
        if source and not set(parts(source, theirs)) <= set(theirs)
    ]
    found = {ours: source for ours, source in names.items() if source}
    guessed = set()
    for ours, known in NAMES.items():
        free = {plain(name): name for name in reversed(theirs) if name not in found.values()}
        fits = (free[word] for word in known.split() if word in free)
        name = next((one for one in fits if KINDS.get(ours) != INSTANT or are_times(sample[one])), None)
        if ours not in names and name is not None:
            found[ours] = name
            guessed.add(ours)
    if "offered" in guessed:
        found["offered"] = with_hours(found["offered"], sample)
    problems += [
        f"no column has a name that says {what}: say which one it is ({ours}=...)"
        for ours, what in (("offered", "when it came in"), ("caller", "whose number it is"))
        if ours not in found
    ]
    if problems:
        raise BadLog([*problems, there_are(theirs)])
    fields = [field_of(ours, source, sample, _kind(ours, source, sample)) for ours, source in found.items()]
    left_out = frozenset(theirs) - {part for source in found.values() for part in parts(source, theirs)}
    return Columns(names=found, guessed=frozenset(guessed), left_out=left_out), fields


def are_calls(sample: pa.Table) -> bool:
    """Whether these are call records, by the names of their columns."""
    try:
        call_columns(sample, {})
    except BadLog:
        return False
    return True


def _kind(ours: str, source: str, sample: pa.Table) -> pa.DataType:
    """`answered` is a time, or a word that says whether it was."""
    if ours == "answered":
        return INSTANT if len(sample[source].drop_null()) and are_times(sample[source]) else WORD
    return KINDS.get(ours, WORD)


def _near(name: str, known: list[str]) -> str:
    hint = nearest(name, known)
    return f": {hint}" if hint else ""


@lru_cache(10_000)
def result_of(text: str) -> Result | None:
    """How a call went, by the word of the exchange; None where it says nothing."""
    return next((result for result, pattern in _RESULTS.items() if pattern.search(text)), None)


@lru_cache(10_000)
def is_closed(text: str) -> bool:
    """Whether these words are those of a time at which nobody answers."""
    return CLOSED.search(text) is not None


@lru_cache(10_000)
def is_yes(text: str) -> bool:
    """Whether something is said to be so: anything but a no."""
    return bool(text) and not _NO.match(text)


@lru_cache(100_000)
def seconds_of(text: str) -> float | None:
    """A length of time: seconds, or 1:05 (minutes) or 0:01:05; None where it is none."""
    clock = _CLOCK.match(text.strip())
    if clock:
        return float(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
    try:
        seconds = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 10**7 else None
