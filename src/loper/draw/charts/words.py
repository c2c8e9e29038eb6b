"""The words of the pictures of a log: Dutch, else English; numbers and times as one says them."""

from __future__ import annotations

from math import isfinite

_NL = {
    "nothing": "Er is hier nog niets te zien: geen enkele zaak telt mee.", "activity": "Stap", "contacts": "Contacten",
    "from": "Van", "to": "Naar", "count": "Aantal", "wait": "Wachten", "median": "De helft binnen",
    "p90": "9 van de 10 binnen", "median in": "de helft binnen {}", "p90 in": "9 van de 10 binnen {}",
    "begins": "{} beginnen", "ends": "{} stoppen", "begin": "Beginnen", "end": "Stoppen", "self": "{} keer opnieuw",
    "towards": "naar {}", "times": "{} keer", "long": "hoe langer de balk, hoe meer klanten",
    "wide": "hoe dikker, hoe meer klanten", "cold": "kort: {}",
    "hot": "lang: {}", "rest": "de rest, samengenomen", "arrow": "{} naar {}", "step": "Stap", "came": "Zo ver gekomen",
    "went": "Verder", "stopped": "Niet verder", "busy": "Nog onderweg", "n came": "{} kwamen zo ver",
    "n went": "{} verder", "n stopped": "{} niet verder", "n busy": "{} nog onderweg", "key went": "ging verder",
    "key stopped": "kwam niet verder", "key busy": "is nog onderweg", "at once": "meteen", "range": "van {} tot {}",
    "key bars": "hoe hoger, hoe vaker; elke streep is een grotere maat van tijd",
    "key median": "de helft ging binnen deze tijd", "key p90": "9 van de 10 binnen deze tijd", "stayed": "bleef",
    "switched": "stapte over", "before": "Eerst", "after": "Daarna", "n stayed": "{} bleven",
    "share left": "Nog niet verder", "at risk": "Nog te volgen", "time": "Tijd", "share": "Deel", "low": "Van",
    "high": "Tot", "key band": "waar het deel met 95 % zekerheid ligt", "curve": "Groep", "route": "Reis",
    "stop": "Stop", "gap": "Na", "channel": "Kanaal", "stands for": "zo gaan er {}",
    "key gap": "hoe langer de lijn, hoe langer het duurde (tien keer zo lang is telkens een even groot stuk erbij)",
    "total": "samen {}", "points": "procentpunt",
    "period": "Periode", "value": "Waarde", "what": "Wat", "difference": "Verschil",
    "interval": "{} ({} tot {})", "key interval": "de streep: waar het verschil met 95 % zekerheid ligt",
    "key unsure": "open: het kan ook geen verschil zijn",
    "key trend": "het vlak: waar de waarde met 95 % zekerheid ligt", "more rows": "En nog {} regels, in de tabel.",
    "others": "{} andere overstappen: {}",
}  # fmt: skip

_EN = {
    "nothing": "There is nothing to see here yet: no case counts.", "activity": "Step", "contacts": "Contacts",
    "from": "From", "to": "To", "count": "Count", "wait": "Waiting", "median": "Half within",
    "p90": "9 out of 10 within", "median in": "half within {}", "p90 in": "9 out of 10 within {}", "begins": "{} begin",
    "ends": "{} stop", "begin": "Begin", "end": "Stop", "self": "{} times again", "towards": "to {}",
    "times": "{} times", "long": "the longer the bar, the more customers",
    "wide": "the wider, the more customers", "cold": "short: {}", "hot": "long: {}",
    "rest": "the rest, taken together", "arrow": "{} to {}", "step": "Step", "came": "Came this far", "went": "Went on",
    "stopped": "No further", "busy": "Still under way", "n came": "{} came this far", "n went": "{} went on",
    "n stopped": "{} no further", "n busy": "{} still under way", "key went": "went on",
    "key stopped": "came no further", "key busy": "still under way", "at once": "at once", "range": "from {} to {}",
    "key bars": "the higher, the more often; each line is a larger measure of time",
    "key median": "half went within this time", "key p90": "9 out of 10 within this time", "stayed": "stayed",
    "switched": "switched", "before": "First", "after": "Then", "n stayed": "{} stayed",
    "share left": "Not gone on yet", "at risk": "Still followed", "time": "Time", "share": "Share", "low": "From",
    "high": "To", "key band": "where the share lies with 95% certainty", "curve": "Group", "route": "Journey",
    "stop": "Stop", "gap": "After", "channel": "Channel", "stands for": "{} go like this",
    "key gap": "the longer the line, the longer it took (ten times as long always adds the same piece)",
    "total": "{} in all", "points": "points",
    "period": "Period", "value": "Value", "what": "What", "difference": "Difference",
    "interval": "{} ({} to {})", "key interval": "the line: where the difference lies with 95% certainty",
    "key unsure": "open: it may be no difference at all",
    "key trend": "the area: where the value lies with 95% certainty", "more rows": "And {} more rows, in the table.",
    "others": "{} other switches: {}",
}  # fmt: skip

CHANNEL_WORDS = {
    "nl": {"email": "e-mail", "letter": "brief", "push": "app", "phone": "telefoon", "whatsapp": "WhatsApp"},
    "en": {"sms": "SMS", "push": "app", "whatsapp": "WhatsApp"},
}

MINUTE, HOUR, DAY, WEEK, YEAR = 60.0, 3600.0, 86_400.0, 604_800.0, 31_557_600.0
MONTH = YEAR / 12
_UNITS = (
    (YEAR, ("jaar", "jaar"), ("year", "years")),
    (MONTH, ("maand", "maanden"), ("month", "months")),
    (WEEK, ("week", "weken"), ("week", "weeks")),
    (DAY, ("dag", "dagen"), ("day", "days")),
    (HOUR, ("uur", "uur"), ("hour", "hours")),
    (MINUTE, ("minuut", "minuten"), ("minute", "minutes")),
    (1.0, ("seconde", "seconden"), ("second", "seconds")),
)
_FROM = {YEAR: 2 * YEAR, MONTH: 3 * MONTH, WEEK: 4 * WEEK, DAY: 2 * DAY, HOUR: 2 * HOUR, MINUTE: 2 * MINUTE, 1.0: 0}
"""From how long on a time is said in a unit: 25 hours, but 2 days."""

MEASURES = (1.0, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR, 10 * YEAR)
"""The measures that an axis of time is marked with."""


class ChartWords:
    """One language for the pictures of a log."""

    def __init__(self, language: str) -> None:
        self.language = "nl" if language.lower().startswith("nl") else "en"
        self._table = _NL if self.language == "nl" else _EN

    def __call__(self, key: str, *values: object) -> str:
        return self._table[key].format(*values)

    def channel(self, name: str) -> str:
        """The word for a channel of the journey language, else its name as it is."""
        return CHANNEL_WORDS[self.language].get(name, name)

    def number(self, value: float, digits: int = 0) -> str:
        """1204 -> 1.204 (Dutch) or 1,204."""
        text = f"{value:,.{digits}f}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "nl" else text

    def share(self, value: float) -> str:
        """A share in percents; what is not nothing is not said to be 0, nor what is not all to be 100."""
        percent = value * 100
        if percent and abs(percent) < 0.1:
            text = f"{'<' if percent > 0 else '>'} {self.number(0.1 if percent > 0 else -0.1, 1)}"
        else:
            percent = 99.9 if 99.9 <= percent < 100 else percent
            text = self.number(percent, 0 if percent == int(percent) or 10 <= abs(percent) < 99 else 1)
        return f"{text} %" if self.language == "nl" else f"{text}%"

    def lasting(self, seconds: float) -> str:
        """7200 -> 2 uur; at most one digit behind the comma."""
        if not isfinite(seconds):
            return "–"
        unit = next((unit for unit, least in _FROM.items() if abs(seconds) >= least), 1.0)
        return self._said(seconds / unit, unit)

    def measure(self, seconds: float) -> str:
        """A round time as a mark on an axis: 1 dag, not 24 uur."""
        unit = next((unit for unit, *_ in _UNITS if seconds >= unit and abs(seconds / unit % 1) < 1e-6), None)
        return self._said(seconds / unit, unit) if unit else self.lasting(seconds)

    def value(self, value: float, *, percent: bool = False, unit: str = "", sign: bool = False) -> str:
        """A number of a trend or a difference; `sign` says also that it is more."""
        size = abs(value)
        digits = 0 if value == int(value) or size >= 100 else 1 if size >= 1 else 2
        said = self.share(value) if percent else f"{self.number(value, digits)} {unit}".strip()
        return f"+{said}" if sign and value > 0 and said[0] != "<" else said

    def difference(self, value: float, *, percent: bool, unit: str, zero: float) -> str:
        """A difference from `zero`; of two shares it is said in points, for -6 % could also be 6 % of the share."""
        if percent and zero == 0:
            percent, unit, value = False, self("points"), round(value * 100, 9)
        return self.value(value, percent=percent, unit=unit, sign=zero == 0)

    def _said(self, value: float, unit: float) -> str:
        digits = 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1
        text = self.number(value, digits)
        names = next(found for size, *found in _UNITS if size == unit)[0 if self.language == "nl" else 1]
        return f"{text} {names[0 if text == '1' else 1]}"
