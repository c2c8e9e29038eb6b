"""Which column of a source is what: by what the caller says, else by its name, and among names by what is in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from loper.define.problem import nearest
from loper.log import numbers, times
from loper.log.cells import is_text
from loper.log.table import CASE_ATTRIBUTE, INSTANT, KNOWN, NEEDED, BadLog, Columns

AND = " + "
"""Between the columns of a time whose date and hours are apart: `Datum + Tijd`."""

MOST_SHOWN = 60  # columns in an error
ENOUGH = 0.5  # of the values must be times for a column of that name to be the time

OWN = ("case", "activity", "time", "seq")
"""What a log has that Loper wrote: there, a column is what it is called, and nothing else is guessed."""

NAMES: Mapping[str, str] = {
    "case": (
        "case caseid casekey casenumber caseconceptname traceconceptname trace traceid zaak zaakid zaaknummer "
        "zaaknr zaakidentificatie dossier dossierid dossiernummer dossiernr aanvraag aanvraagid "
        "aanvraagnummer melding meldingid meldingnummer meldingsnummer ticket ticketid ticketnumber "
        "ticketnummer incidentid incidentnumber incidentnummer requestid requestnumber verzoek verzoekid "
        "verzoeknummer werkorder werkorderid werkordernummer workorderid order orderid ordernumber "
        "ordernummer claimid claimnumber schadenummer journeyid klantreis klantreisid instanceid "
        "processinstanceid processid sessionid sessieid subject reference referentie kenmerk"
    ),
    "activity": (
        "activity activityname activiteit activiteitnaam conceptname eventconceptname touchpoint "
        "contactmoment event eventname eventtype gebeurtenis action actie handeling step stepname stap "
        "stapnaam task taskname taak taaknaam activityid status"
    ),
    "time": (
        "time timestamp timetimestamp datetime eventtime eventtimestamp tijdstip tijdstempel tijdsstempel "
        "datumtijd datumentijd moment starttimestamp starttime startdatetime starttijd startdatum begintijd "
        "begin start completetimestamp completetime endtimestamp endtime einddatum eindtijd date datum tijd "
        "createdat created aangemaaktop aangemaakt creationdate"
    ),
    "end": (
        "end endtime endtimestamp enddatetime completetimestamp completetime eindtijd einddatum einde ended afgerond"
    ),
    "customer": (
        "customer customerid customernumber klant klantid klantnummer klantnr relatie relatienummer huurder "
        "huurderid huurdernummer client clientid clientnummer caller personid persoonid user userid uuid "
        "debiteur debiteurnummer accountid"
    ),
    "channel": (
        "channel casechannel kanaal contactkanaal communicatiekanaal ingangskanaal channelname medium source bron"
    ),
    "reason": (
        "reason contactreason reden contactreden onderwerp topic subjectcategory vraagtype rubriek categorie category"
    ),
    "direction": "direction richting inboundoutbound inuit",
    "initiator": "initiator orgrole role rol afzender initiatiefnemer",
    "lifecycle": "lifecycle lifecycletransition transition eventlifecycle",
    "outcome": "outcome result resultaat uitkomst afhandeling disposition",
    "journey": "journey klantreistype journeyname",
    "version": "version versie",
    "stage": "stage fase phase",
    "round": "round ronde",
    "score": "score ces nps csat cijfer rapportcijfer waardering rating tevredenheid",
    "cause": "cause oorzaak",
    "kind": "kind soort",
}
"""Names of headers, without capitals, accents and signs, the likelier first: Dutch, English, XES, exports of miners."""


def columns_of(sample: pa.Table, names: Mapping[str, str] | None = None) -> Columns:
    """The columns of a source, of which `sample` has some rows; `names`: ours -> theirs, as the caller says.

    An empty name of theirs says that there is no such column. Raises BadLog with all that is wrong.
    """
    theirs = list(sample.column_names)
    given = dict(names or {})
    problems = [*_unknown(given, theirs)]
    if problems:
        raise BadLog([*problems, there_are(theirs)])
    found = {ours: name for ours, name in given.items() if name}
    guessed = set()
    own = {*OWN} <= set(theirs)
    for ours, known in NAMES.items():
        if ours in given:
            continue
        free = [name for name in theirs if name not in found.values()]
        name = _guess(ours, [ours] if own else known.split(), free, sample)
        if name:
            found[ours] = name
            guessed.add(ours)
    if "time" not in found:
        alone = [name for name in theirs if name not in found.values() and _only_times(sample[name])]
        if len(alone) == 1:
            found["time"] = alone[0]
            guessed.add("time")
    if "time" in guessed:
        found["time"] = with_hours(found["time"], sample)
    if own and "seq" not in given and _are_wholes(sample["seq"]):
        found["seq"] = "seq"
        guessed.add("seq")
    missing = [_missing(ours, sample) for ours in ("case", "activity", "time") if ours not in found]
    if missing:
        raise BadLog([*missing, there_are(theirs)])
    return Columns(names=found, guessed=frozenset(guessed))


def _missing(ours: str, sample: pa.Table) -> str:
    """What to do where one of the three columns that a log cannot do without was not found."""
    for name in sample.column_names:
        if ours == "time" and plain(name) in NAMES["time"].split():
            like = str(next(iter(sample[name].drop_null().slice(0, 1).to_pylist()), ""))[:40]
            return f"'{name}' is called as the time is called, but there are no times in it ('{like}'): say time=..."
    return f"no column has a name that says it is the {ours}: say which one it is ({ours}=...)"


def there_are(theirs: Collection[str]) -> str:
    """All columns there are, for a message."""
    shown = ", ".join(f"'{name}'" for name in list(theirs)[:MOST_SHOWN])
    more = f" and {len(theirs) - MOST_SHOWN} more" if len(theirs) > MOST_SHOWN else ""
    return f"the columns there are: {shown}{more}" if theirs else "there are no columns"


def parts(source: str, theirs: Collection[str]) -> tuple[str, ...]:
    """The columns that a name of theirs stands for: one, or two of a date and its hours."""
    return (source,) if source in theirs or AND not in source else tuple(source.split(AND))


def _unknown(given: Mapping[str, str], theirs: Sequence[str]) -> Iterator[str]:
    ours = [*NEEDED, *KNOWN]
    for name, source in given.items():
        if name not in ours and not name.startswith(CASE_ATTRIBUTE):
            yield f"'{name}' is no column of a log{_near(name, ours)}; there are {', '.join(ours)}"
        for part in parts(source, theirs) if source else ():
            if part not in theirs:
                yield f"there is no column '{part}' (for the {name}){_near(part, theirs)}"
        if not source and name in ("case", "activity", "time"):
            yield f"the {name} cannot be left out: say which column it is"


def _near(name: str, known: Iterable[str]) -> str:
    hint = nearest(name, known)
    return f": {hint}" if hint else ""


def plain(header: str) -> str:
    """A header without capitals, accents and signs."""
    letters = unicodedata.normalize("NFKD", header).casefold()
    return re.sub(r"[^a-z0-9]", "", letters)


def _guess(ours: str, guesses: list[str], free: Sequence[str], sample: pa.Table) -> str | None:
    """Of the columns whose name fits, the likeliest that has such things in it."""
    ranked = sorted(
        (name for name in free if plain(name) in guesses), key=lambda name: (guesses.index(plain(name)), name)
    )
    fits = _FITS.get(ours)
    fitting = [name for name in ranked if fits is None or fits(sample[name])]
    if ours == "case" and len(fitting) > 1:  # what is different in every row names contacts, not cases
        return next((name for name in fitting if unique_share(sample[name]) < 1), fitting[0])
    return fitting[0] if fitting else None


def unique_share(column: pa.ChunkedArray) -> float:
    """How many different values there are for each row that has one; 0 of an empty column."""
    count = len(column) - column.null_count
    return pc.count_distinct(column).as_py() / count if count else 0.0


def are_times(column: pa.ChunkedArray) -> bool:
    """Whether it has times in it, in any form; an empty column may."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or kind == INSTANT:
        return True
    there = column.drop_null()
    if not len(there):
        return True
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        whole = pc.cast(pc.floor(pc.cast(there, pa.float64())), pa.int64(), safe=False).to_numpy()
        _, good = times.of_numbers(whole, whole * 0.0)
        return float(good.mean()) >= ENOUGH
    texts = pc.cast(there, pa.string()).combine_chunks()
    return max(float(times.parse(texts, day_first=first).good.mean()) for first in (True, False)) >= ENOUGH


def _only_times(column: pa.ChunkedArray) -> bool:
    """Whether all that is in it are times, and not numbers that may be anything."""
    there = column.drop_null()
    if not len(there) or not (is_text(column.type) or pa.types.is_timestamp(column.type)):
        return False
    texts = pc.cast(there, pa.string())
    return pc.all(pc.match_substring_regex(texts, "[-/: ]")).as_py() is True and are_times(column)


def _are_amounts(column: pa.ChunkedArray) -> bool:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return True
    if column.null_count == len(column):
        return True
    return numbers.are_numbers(pc.cast(column.drop_null(), pa.string()).combine_chunks())


def _are_wholes(column: pa.ChunkedArray) -> bool:
    if pa.types.is_integer(column.type) or column.null_count == len(column):
        return True
    return numbers.are_whole(pc.cast(column.drop_null(), pa.string()).combine_chunks())


_FITS: Mapping[str, Callable[[pa.ChunkedArray], bool]] = {
    "time": are_times, "end": are_times, "score": _are_amounts, "round": _are_wholes,
}  # fmt: skip

CLOCKS = ("tijd", "time", "uur", "starttijd", "begintijd", "eventtime")
HOURS = r"^[0-9]{1,2}[:.u][0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?( uur)?$"


def with_hours(source: str, sample: pa.Table) -> str:
    """The column of a date, together with that of its hours where they stand in a column of their own."""
    column = sample[source]
    if not is_text(column.type) or pc.any(pc.match_substring(pc.cast(column, pa.string()), ":")).as_py():
        return source
    for name in sample.column_names:
        if plain(name) in CLOCKS and is_text(sample[name].type):
            there = pc.cast(sample[name].drop_null(), pa.string())
            if len(there) and pc.all(pc.match_substring_regex(there, HOURS)).as_py():
                return f"{source}{AND}{name}"
    return source
