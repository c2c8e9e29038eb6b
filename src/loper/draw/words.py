"""The words of the picture: times of touchpoints, channels, dates. In Dutch, and for every other language English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from loper.define.model import ROLES, Anchor, Duration, Journey, OnEvent, Texts, Touchpoint, Unit, Window
from loper.draw.icons import CHANNELS
from loper.draw.metrics import clean
from loper.draw.ways import OVERDUE

_UNITS_NL = {
    Unit.MINUTES: ("minuut", "minuten"), Unit.HOURS: ("uur", "uur"), Unit.DAYS: ("dag", "dagen"),
    Unit.WEEKS: ("week", "weken"), Unit.WORKING_DAYS: ("werkdag", "werkdagen"),
}  # fmt: skip
_UNITS_EN = {unit: (str(unit)[:-1], str(unit)) for unit in Unit}

_NL = {
    "email": "e-mail", "sms": "sms", "whatsapp": "WhatsApp", "letter": "brief", "push": "app", "phone": "telefoon",
    "chat": "chat",
    "customer": "klant", "agent": "medewerker", "technician": "vakman", "planner": "planner", "director": "regisseur",
    "system": "systeem",
    "at once": "meteen", "on": "bij {}", "after": "{} na {}", "since": "{} erna", "before": "{} voor {}",
    "overdue": "als het te lang duurt", "after overdue": "{} nadat het te lang duurde",
    "sent": "na ‘{}’", "answered": "bij antwoord op ‘{}’", "failed": "als ‘{}’ niet aankomt",
    "delivered": "als ‘{}’ is aangekomen", "replied": "bij reactie op ‘{}’", "skipped": "als ‘{}’ niet gaat",
    "what sent": "‘{}’", "what answered": "antwoord op ‘{}’", "what failed": "mislukken van ‘{}’",
    "what delivered": "aankomst van ‘{}’", "what replied": "reactie op ‘{}’", "what skipped": "overslaan van ‘{}’",
    "appointment.start": "de afspraak", "appointment.end": "het einde van de afspraak",
    "end of": "het einde van {}",
    "between": "tussen {} en {}", "every": "elke {}", "every hours": "elk uur", "most": "hooguit {} keer",
    "unless": "niet na {}", "if": "als {}", "in": "in: {}", "urgent": "dringend", "trial": "proef: {}",
    "within": "binnen {}", "until": "tot {}", "any": "Op elk moment", "grab": "verrast",
    "spare or grab": "ontzorgt of verrast?",
    "news": "nieuws", "again": "nog een ronde", "back": "terug", "to": "naar {}",
    "anywhere": "vanuit elke stap", "begins": "begint met {}", "self": "opnieuw bij {}",
    "lost": "Hier komt niemand", "opens": "Andere reis: {}",
    "feeling": "Gevoel", "goals": "Doelen", "director of": "Regisseur", "runs": "Loopt",
    "findings": "Dit kan beter", "journey": "De reis", "goal": "Het doel",
    "key main": "de weg van de klant", "key again": "nog een ronde",
    "key wide": "hoe dikker, hoe meer klanten", "cold": "kort wachten", "hot": "lang wachten",
    "key stops": "stopt hier",
    "key other": "kan ook", "key end": "goed einde",
    "key other end": "ander einde", "key machine": "de machine doet het", "key person": "een mens doet het",
    "key grab": "verrast de klant; zonder ster: ontzorgt",
    "key spare": "alle contact hier ontzorgt", "key finding": "dit kan beter",
    "here": "U bent hier", "customer here": "De klant is hier", "been": "Geweest", "next": "Hierna",
    "nth": "{}e keer", "once more": "opnieuw",
    "status sent": "verstuurd", "status done": "gedaan", "status failed": "mislukt", "status skipped": "niet verstuurd",
    "status queued": "staat klaar", "status coming": "komt nog", "status unknown": "onzeker of het aankwam",
    "status withdrawn": "teruggetrokken", "status open": "staat open",
    "station": "Station {}: {}.", "stops": "Contact: {}.", "any stops": "Op elk moment: {}.",
    "line of": "De lijn van ‘{}’",
    "design of": "Ontwerp van ‘{}’", "case of": "Eén zaak op de lijn van ‘{}’",
}  # fmt: skip

_EN = {
    "email": "email", "sms": "SMS", "whatsapp": "WhatsApp", "letter": "letter", "push": "app", "phone": "phone",
    "chat": "chat",
    "customer": "customer", "agent": "agent", "technician": "technician", "planner": "planner", "director": "director",
    "system": "system",
    "at once": "at once", "on": "on {}", "after": "{} after {}", "since": "{} later", "before": "{} before {}",
    "overdue": "when it takes too long", "after overdue": "{} after it took too long",
    "sent": "after ‘{}’", "answered": "on an answer to ‘{}’", "failed": "when ‘{}’ does not arrive",
    "delivered": "when ‘{}’ has arrived", "replied": "on a reply to ‘{}’", "skipped": "when ‘{}’ does not go",
    "what sent": "‘{}’", "what answered": "an answer to ‘{}’", "what failed": "a failure of ‘{}’",
    "what delivered": "arrival of ‘{}’", "what replied": "a reply to ‘{}’", "what skipped": "skipping ‘{}’",
    "appointment.start": "the appointment", "appointment.end": "the end of the appointment",
    "end of": "the end of {}",
    "between": "between {} and {}", "every": "every {}", "every hours": "every hour", "most": "{} times at most",
    "unless": "not after {}", "if": "if {}", "in": "in: {}", "urgent": "urgent", "trial": "trial: {}",
    "within": "within {}", "until": "until {}", "any": "At any moment", "grab": "surprises",
    "spare or grab": "spares or surprises?",
    "news": "news", "again": "another round", "back": "back", "to": "to {}",
    "anywhere": "from every step", "begins": "begins with {}", "self": "again on {}",
    "lost": "Nobody comes here", "opens": "Another journey: {}",
    "feeling": "Feeling", "goals": "Goals", "director of": "Director", "runs": "Runs",
    "findings": "This could be better", "journey": "The journey", "goal": "The goal",
    "key main": "the customer's way", "key again": "another round",
    "key wide": "the wider, the more customers", "cold": "short wait", "hot": "long wait", "key stops": "stops here",
    "key other": "also possible",
    "key end": "good ending", "key other end": "other ending", "key machine": "done by the machine",
    "key person": "done by a person", "key grab": "surprises the customer; without a star: spares",
    "key spare": "all contact here spares",
    "key finding": "could be better",
    "here": "You are here", "customer here": "The customer is here", "been": "Been", "next": "Next",
    "nth": "{} time", "once more": "again",
    "status sent": "sent", "status done": "done", "status failed": "failed", "status skipped": "not sent",
    "status queued": "ready to go", "status coming": "still to come", "status unknown": "not sure that it arrived",
    "status withdrawn": "withdrawn", "status open": "open",
    "station": "Station {}: {}.", "stops": "Contact: {}.", "any stops": "At any moment: {}.",
    "line of": "The line of ‘{}’",
    "design of": "Design of ‘{}’", "case of": "One case on the line of ‘{}’",
}  # fmt: skip

_NAMES = frozenset([*CHANNELS, *ROLES])
_DAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_SHORT = {
    "nl": (2, "jan feb mrt apr mei jun jul aug sep okt nov dec".split()),
    "en": (3, [m[:3] for m in _MONTHS["en"]]),
}


class Words:
    """The words of one language, for one journey."""

    def __init__(self, language: str, journey: Journey) -> None:
        self.asked = language
        self.language = "nl" if language.lower().startswith("nl") else "en"
        self.journey = journey
        self._table, self._units = (_NL, _UNITS_NL) if self.language == "nl" else (_EN, _UNITS_EN)

    def __call__(self, key: str, *values: object) -> str:
        return self._table[key].format(*values)

    def known(self, key: str) -> str:
        """The word for a name of the language (a channel, a role), else the name itself."""
        return self._table[key] if key in _NAMES else clean(plain(key))

    def said(self, texts: Texts) -> str:
        """A text of the journey in this language, else in any that it has; empty where there is none."""
        asked = (texts.get(self.asked, ""), texts.get(self.language, ""), *texts.values())
        return next(filter(None, (" ".join(clean(text).split()) for text in asked)), "")

    def stage(self, name: str) -> str:
        stage = self.journey.stages.get(name)
        return (self.said(stage.title) if stage else "") or plain(name).capitalize()

    def touchpoint(self, name: str) -> str:
        touchpoint = self.journey.touchpoints.get(name)
        return (self.said(touchpoint.title) if touchpoint else "") or plain(name).capitalize()

    def title(self) -> str:
        return self.said(self.journey.title) or plain(self.journey.name).capitalize()

    def duration(self, duration: Duration) -> str:
        return f"{duration.amount} {self._unit(duration.unit, duration.amount)}"

    def _unit(self, unit: Unit, amount: int) -> str:
        return self._units[unit][0 if amount == 1 else 1]

    def when(self, anchor: Anchor, arrivals: Iterable[str] = ()) -> str:
        """When a touchpoint comes. `arrivals`: the event that brought the customer here need not be named."""
        if not isinstance(anchor, OnEvent):
            key = "before" if anchor.before else "after"
            if not anchor.shift.amount:
                return self("on", self.fact(anchor.path))
            return self(key, self.duration(anchor.shift), self.fact(anchor.path))
        shift = anchor.shift if anchor.shift and anchor.shift.amount else None
        if anchor.event in arrivals:
            return self("at once") if shift is None else self("since", self.duration(shift))
        if anchor.event == OVERDUE:
            return self("overdue") if shift is None else self("after overdue", self.duration(shift))
        name, _, what = anchor.event.rpartition(".")
        if name in self.journey.touchpoints and what in (
            "sent",
            "answered",
            "failed",
            "delivered",
            "replied",
            "skipped",
        ):
            title = self.touchpoint(name)
            return (
                self(what, title) if shift is None else self("after", self.duration(shift), self(f"what {what}", title))
            )
        event = self._event(anchor.event)
        return self("on", event) if shift is None else self("after", self.duration(shift), event)

    def more(self, touchpoint: Touchpoint) -> list[str]:
        """What else its time hangs on: the part of the day, repeats, conditions."""
        found = []
        if touchpoint.every is not None:
            one = touchpoint.every.amount == 1
            unit = self._unit(touchpoint.every.unit, 1)
            often = self("every hours") if one and touchpoint.every.unit is Unit.HOURS else self("every", unit)
            found.append(often if one else self("every", self.duration(touchpoint.every)))
        if touchpoint.most is not None:
            found.append(self("most", touchpoint.most))
        if touchpoint.between is not None:
            found.append(self.window(touchpoint.between))
        found += [self("unless", self._event(event)) for event in sorted(touchpoint.unless)]
        if touchpoint.if_ is not None:
            found.append(self("if", short(str(touchpoint.if_))))
        if touchpoint.urgent:
            found.append(self("urgent"))
        if touchpoint.kind == "news":
            found.append(self("news"))
        if touchpoint.variants:
            found.append(self("trial", ", ".join(f"{share} {name}" for name, share in touchpoint.variants.items())))
        return found

    def window(self, window: Window) -> str:
        return self("between", *(f"{at.hour}:{at.minute:02}" for at in (window.start, window.end)))

    def nth(self, number: int) -> str:
        """`2e keer`."""
        if self.language == "nl":
            return self("nth", number)
        end = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return self("nth", f"{number}{end}")

    def fact(self, path: str) -> str:
        """A fact, or a part of one, in words: `appointment.start` is the appointment."""
        if path in self._table:
            return self(path)
        name, _, part = path.partition(".")
        fact = self.journey.facts.get(name)
        if fact is not None and fact.kind == "appointment" and part in ("start", "end"):
            return plain(name) if part == "start" else self("end of", plain(name))
        return plain(path)

    def event(self, event: str, guard: str = "") -> str:
        """An event by its title, else as it stands in the file; with its guard."""
        words = self("overdue") if event == OVERDUE else self._event(event)
        return f"{words} ({self('if', short(guard))})" if guard else words

    def _event(self, event: str) -> str:
        name, _, what = event.rpartition(".")
        key = f"what {what}"
        if name in self.journey.touchpoints and key in self._table:
            return self(key, self.touchpoint(name))
        declared = self.journey.events.get(event)
        return (self.said(declared.title) if declared else "") or event

    def deadline(self, name: str) -> str:
        """Until when a customer may be in this stage; empty where nothing says so."""
        stage = self.journey.stages[name]
        within = self("within", self.duration(stage.within)) if stage.within else ""
        until = self("until", self.fact(stage.until)) if stage.until else ""
        return ", ".join(filter(None, (within, until)))

    def day(self, at: datetime, *, clock: bool = False) -> str:
        """`dinsdag 3 november` (with `clock`: `, 09:02`), in the journey's time zone."""
        local = at.astimezone(self.journey.timezone)
        day = f"{_DAYS[self.language][local.weekday()]} {local.day} {_MONTHS[self.language][local.month - 1]}"
        return f"{day}, {local:%H:%M}" if clock else day

    def moment(self, at: datetime) -> str:
        """`di 3 nov 09:02`, in the journey's time zone."""
        local = at.astimezone(self.journey.timezone)
        letters, months = _SHORT[self.language]
        return f"{_DAYS[self.language][local.weekday()][:letters]} {local.day} {months[local.month - 1]} {local:%H:%M}"


def plain(name: str) -> str:
    """A name of the file made readable: `under_way` is under way."""
    return name.replace("_", " ").replace(".", " ").strip() or name


def short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
