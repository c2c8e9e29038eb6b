"""Times as people and systems write them, as instants: a whole column at once.

A text is held against the forms below, and of the first one that fits the places of its digits are kept: a template.
Every other text that has digits in the same places and the same signs between them is read by the same template, as
columns of a matrix. So a million times of one form are read without looking at one of them, and a column in which
forms are mixed costs a template a form. Only what is left after many templates is looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loper.log.zones import SECOND, Instants

MOST_TEMPLATES = 64  # in one block
DAY = 86_400 * SECOND
EXCEL_EPOCH = -25_569 * DAY  # 1899-12-30, so that its 29 February 1900, which never was, does no harm from March on

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january", "feb febr februari february", "mrt maart mar march", "apr april", "mei may",
            "jun juni june", "jul juli july", "aug augustus august", "sep sept september", "okt oktober oct october",
            "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip

_CLOCK = (
    r"(?:(?:T|,? +(?:om +)?)(?P<h>\d{1,2})(?:[:.u](?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)"
    r"(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?(?: uur)?"
    r"(?: ?(?P<z>Z|z|UTC|GMT|[+-](?P<zh>\d{2}):?(?P<zm>\d{2})?)(?:\[[A-Za-z_/]+\])?)?)?"
)
_WEEKDAY = r"(?:[A-Za-z]{2,9}\.?,? )?"
FORMS = tuple(
    re.compile(f" *{date} *$")
    for date in (
        rf"(?P<Y>\d{{4}})(?P<_>[-/.])(?P<M>\d{{1,2}})(?P=_)(?P<D>\d{{1,2}}){_CLOCK}",
        rf"{_WEEKDAY}(?P<A>\d{{1,2}})(?P<_>[-/.])(?P<B>\d{{1,2}})(?P=_)(?P<Y>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_WEEKDAY}(?P<D>\d{{1,2}})[-. ]{{1,2}}(?P<N>[A-Za-z]{{3,9}})\.?[- ](?P<Y>\d{{4}}){_CLOCK}",
        rf"{_WEEKDAY}(?P<N>[A-Za-z]{{3,9}})\.? (?P<D>\d{{1,2}}),? (?P<Y>\d{{4}}){_CLOCK}",
        r"(?P<Y>(?:19|20|21)\d{2})(?P<M>[01]\d)(?P<D>[0-3]\d)(?:T?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?(?P<z>Z)?)?",
    )
)
_NUMBER = re.compile(r"\d{5,19}(?:[.,]\d+)?$")


@dataclass(slots=True)
class Parsed:
    """What a column of texts says: `values` in microseconds since 1970, on local clocks where `local`.

    `good`: it was a time (a null is not); `first_over`, `second_over`: how often the first or the second number of a
    date like 3-4-2025 was over 12, `doubtful`: how often neither was.
    """

    values: Instants
    good: NDArray[np.bool_]
    local: NDArray[np.bool_]
    first_over: int = 0
    second_over: int = 0
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class _Template:
    """Where the digits of each field are, and the values that are the same for all texts of it."""

    length: int
    text: NDArray[np.uint8]
    digits: NDArray[np.intp]
    signs: NDArray[np.intp]
    spans: dict[str, tuple[int, int]]
    month: int = 0
    afternoon: bool | None = None
    zone: int | None = None  # +1 or -1: its sign; 0: UTC; None: none
    number: bool = False
    names: dict[str, int] = field(default_factory=dict)


def parse(texts: pa.Array, *, day_first: bool = True) -> Parsed:
    """The times of an array of strings; nulls and what is no time are not `good`.

    `day_first`: how 3-4-2025 is read. A date that cannot be read so (4-13-2025) is not good.
    """
    texts = texts if texts.type == pa.string() else pc.cast(texts, pa.string())
    count = len(texts)
    found = Parsed(np.zeros(count, np.int64), np.zeros(count, np.bool_), np.zeros(count, np.bool_))
    if not count:
        return found
    offsets = np.frombuffer(texts.buffers()[1], np.int32, count + 1, texts.offset * 4).astype(np.int64)
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    lengths = np.diff(offsets)
    left = np.flatnonzero(pc.is_valid(texts).to_numpy(zero_copy_only=False) & (lengths > 0))
    for _ in range(MOST_TEMPLATES):
        if not len(left):
            return found
        template = _template(bytes(data[offsets[left[0]] : offsets[left[0] + 1]]))
        if template is None:
            left = left[1:]
            continue
        left = _fill(found, template, data, offsets, lengths, left, day_first)
    for row in left:
        template = _template(bytes(data[offsets[row] : offsets[row + 1]]))
        if template is not None:
            _fill(found, template, data, offsets, lengths, np.array([row]), day_first)
    return found


def _fill(
    found: Parsed, template: _Template, data: NDArray[np.uint8], offsets: Instants, lengths: Instants,
    left: NDArray[np.intp], day_first: bool,
) -> NDArray[np.intp]:  # fmt: skip
    """Read those of `left` that the template fits; the others come back."""
    long = lengths[left] == template.length
    rows = left[long]
    if len(rows) == len(lengths):  # all of them, one behind the other
        start = offsets[0]
        matrix = data[start : start + len(rows) * template.length].reshape(len(rows), template.length)
    else:
        matrix = data[offsets[rows][:, None] + np.arange(template.length)]
    fits = np.ones(len(rows), np.bool_)
    for at in template.signs:
        fits &= matrix[:, at] == template.text[at]
    digits = matrix - np.uint8(ord("0"))
    for at in template.digits:
        fits &= digits[:, at] <= 9
    if not fits.all():
        rows, digits = rows[fits], digits[fits]
    values, good = _numbers(template, digits) if template.number else _dates(found, template, digits, day_first)
    found.values[rows], found.good[rows] = values, good
    found.local[rows] = template.zone is None
    if len(rows) == len(left):
        return left[:0]
    taken = np.zeros(len(left), np.bool_)
    taken[np.flatnonzero(long)[fits]] = True
    return left[~taken]


def _template(raw: bytes) -> _Template | None:
    text = raw.decode(errors="replace")
    if not text.isascii():
        return None
    match = next((found for form in FORMS if (found := form.match(text))), None)
    if match is None:
        return _number_template(text) if _NUMBER.match(text) else None
    groups = {name: match.span(name) for name, value in match.groupdict().items() if value and name in "YMDABhmsf"}
    groups |= {name: match.span(name) for name in ("zh", "zm") if "zh" in match.re.groupindex and match[name]}
    month = MONTHS.get((match["N"] or "").lower(), 0) if "N" in match.re.groupindex else 0
    if "N" in match.re.groupindex and not month:
        return None
    zone = match["z"] if "z" in match.re.groupindex else None
    half = match["p"] if "p" in match.re.groupindex else None
    return _made(
        text, groups, month=month, afternoon=half.lower() == "p" if half else None,
        zone=None if not zone else 0 if zone[0] not in "+-" else 1 if zone[0] == "+" else -1,
    )  # fmt: skip


def _number_template(text: str) -> _Template:
    point = re.search(r"[.,]", text)
    whole = point.start() if point else len(text)
    spans = {"whole": (0, whole)} | ({"part": (whole + 1, len(text))} if point else {})
    return _made(text, spans, number=True, zone=None if whole <= 6 else 0)


def _made(text: str, spans: dict[str, tuple[int, int]], **more: object) -> _Template:
    raw = np.frombuffer(text.encode(), np.uint8)
    digit = np.zeros(len(raw), np.bool_)
    for start, end in spans.values():
        digit[start:end] = True
    return _Template(
        len(raw), raw, np.flatnonzero(digit), np.flatnonzero(~digit), spans, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _whole(digits: NDArray[np.uint8], span: tuple[int, int] | None) -> Instants:
    """The number that stands in these places; zeros where the form has none."""
    if span is None:
        return np.zeros(len(digits), np.int64)
    value: NDArray[np.signedinteger] = digits[:, span[0]].astype(np.int32 if span[1] - span[0] < 10 else np.int64)
    for at in range(span[0] + 1, span[1]):
        value *= 10
        value += digits[:, at]
    return value.astype(np.int64, copy=False)


def _dates(
    found: Parsed, template: _Template, digits: NDArray[np.uint8], day_first: bool
) -> tuple[Instants, NDArray[np.bool_]]:
    def read(name: str) -> Instants:
        return _whole(digits, template.spans.get(name))

    year = read("Y")
    if template.spans["Y"][1] - template.spans["Y"][0] == 2:
        year = np.where(year < 70, 2000, 1900) + year
    if "A" in template.spans:
        first, second = read("A"), read("B")
        over, over_too = int((first > 12).sum()), int((second > 12).sum())
        found.first_over += over
        found.second_over += over_too
        found.doubtful += len(first) - over - over_too
        day, month = (first, second) if day_first else (second, first)
    else:
        day, month = read("D"), np.full(len(year), template.month) if template.month else read("M")
    hour, minute, second = read("h"), read("m"), read("s")
    good = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (minute <= 59) & (second <= 59)
    if template.afternoon is not None:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if template.afternoon else 0)
    good &= (hour <= 23) | ((hour == 24) & (minute == 0) & (second == 0))
    month = np.where(good, month, 1)
    start = (np.maximum(year, 1) - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    begins = start.astype("datetime64[D]").astype(np.int64)
    good &= day <= (start + 1).astype("datetime64[D]").astype(np.int64) - begins
    seconds = (begins + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    if template.zone:
        good &= (read("zh") <= 23) & (read("zm") <= 59)
        seconds -= template.zone * (read("zh") * 3600 + read("zm") * 60)
    values = seconds * SECOND
    if "f" in template.spans:
        begin, end = template.spans["f"]
        shown = min(end, begin + 6)
        values += _whole(digits, (begin, shown)) * 10 ** (6 - (shown - begin))
    return values, good


def _numbers(template: _Template, digits: NDArray[np.uint8]) -> tuple[Instants, NDArray[np.bool_]]:
    part = template.spans.get("part")
    fraction = np.zeros(len(digits))
    if part is not None:
        shown = min(part[1], part[0] + 15)
        fraction = _whole(digits, (part[0], shown)) / 10.0 ** (shown - part[0])
    return of_numbers(_whole(digits, template.spans["whole"]), fraction)


def of_numbers(whole: Instants, fraction: NDArray[np.float64]) -> tuple[Instants, NDArray[np.bool_]]:
    """Numbers as times: days since 1899-12-30 as Excel counts them (20,000 to 80,000: the years 1954 to 2119), else
    seconds, milliseconds, microseconds or nanoseconds since 1970, by their size (from 1973 to 2286)."""
    values, good = np.zeros(len(whole), np.int64), np.zeros(len(whole), np.bool_)
    steps: Iterable[tuple[int, int, Callable[[Instants, NDArray[np.float64]], Instants]]] = (
        (20_000, 80_000, lambda n, f: EXCEL_EPOCH + n * DAY + np.rint(f * 86_400_000).astype(np.int64) * 1000),
        (10**8, 10**10, lambda n, f: n * SECOND + np.rint(f * SECOND).astype(np.int64)),
        (10**11, 10**13, lambda n, f: n * 1000 + np.rint(f * 1000).astype(np.int64)),
        (10**14, 10**16, lambda n, f: n),
        (10**17, 9 * 10**18, lambda n, f: n // 1000),
    )
    for low, high, made in steps:
        here = (whole >= low) & (whole < high)
        if here.any():
            values[here], good[here] = made(whole[here], fraction[here]), True
    return values, good
