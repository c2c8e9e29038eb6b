"""What can be brought in, and its fields: how their columns are called elsewhere, and what may stand in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loper.intake import clean


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a kind. `words`: names of columns, or parts of them, the surest first; `read` gives its value, or
    raises Wrong."""

    name: str
    words: tuple[str, ...]
    read: Callable[[str], str]
    needed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Something that can be brought in."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Raises KeyError where it has none of this name."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields if one.needed)


def _field(name: str, words: str, read: Callable[[str], str] = clean.line, *, needed: bool = False) -> Field:
    return Field(name=name, words=tuple(words.split("|")), read=read, needed=needed)


STREET = "straatnaam|straat|street|adres|address"
HOUSE_NUMBER = "huisnummer|huisnr|house number|nr"
ADDITION = "toevoeging|huisletter|addition|suffix"
POSTCODE = "postcode|postal code|zip"
TOWN = "woonplaats|plaatsnaam|plaats|town|city"

CUSTOMERS = Kind(
    name="customers",
    fields=(
        _field(
            "ident",
            "klantnummer|klantnr|relatienummer|relatienr|huurdernummer|huurdernr|debiteur|persoonsnummer"
            "|customer number|customer id|tenant id|relation id|klant id|nummer|number|id",
            needed=True,
        ),
        _field("name", "volledige naam|naam huurder|full name|naam|name", clean.name),
        _field("first", "voornaam|roepnaam|voorletters|initialen|first name|initials", clean.name),
        _field("prefix", "tussenvoegsel|voorvoegsel|infix|prefix", clean.name),
        _field("last", "achternaam|geslachtsnaam|last name|surname", clean.name),
        _field("email", "e-mailadres|emailadres|e-mail|email|mail", clean.email),
        _field("mobile", "mobiel|mobile|gsm|06", clean.phone),
        _field("phone", "telefoonnummer|telefoon|phone|tel", clean.phone),
        _field("postcode", POSTCODE, clean.postcode),
        _field("house_number", HOUSE_NUMBER, clean.house_number),
        _field("addition", ADDITION, clean.addition),
        _field("street", STREET),
        _field("town", TOWN),
        _field("language", "voorkeurstaal|taal|language", clean.language),
        _field("choice", "voorkeurskanaal|contactvoorkeur|kanaal|channel", clean.channel),
        _field("status", "huurstatus|status|state", clean.status),
        _field("left", "einddatum|einde huur|vertrokken|verhuisd|end date|left|moved out", clean.day),
        _field("deceased", "overlijdensdatum|overleden|deceased|died", clean.day_or_yes),
    ),
)

HOMES = Kind(
    name="homes",
    fields=(
        _field("ident", "vhe nummer|vhe|objectnummer|eenheid|unit|property id|object|id", needed=True),
        _field("postcode", POSTCODE, clean.postcode, needed=True),
        _field("house_number", HOUSE_NUMBER, clean.house_number, needed=True),
        _field("addition", ADDITION, clean.addition),
        _field("street", STREET),
        _field("town", TOWN),
    ),
)

TECHNICIANS = Kind(
    name="technicians",
    fields=(
        _field("ident", "personeelsnummer|medewerkernummer|vakmannummer|employee|technician|nummer|id", needed=True),
        _field("name", "naam|name", clean.name, needed=True),
        _field("phone", "mobiel|telefoon|mobile|phone", clean.phone),
        _field("skills", "vakgebied|vaardigheden|discipline|skills|trade", clean.words),
        _field("postcode", POSTCODE, clean.postcode),
        _field("house_number", HOUSE_NUMBER, clean.house_number),
        _field("partner", "extern|co-maker|onderaannemer|partner", clean.yes),
    ),
)

ABSENCES = Kind(
    name="absences",
    fields=(
        _field("technician", "personeelsnummer|medewerkernummer|medewerker|employee|technician", needed=True),
        _field("start", "begindatum|begin|vanaf|van|start|from", clean.day, needed=True),
        _field("end", "einddatum|eind|tot en met|t/m|tot|end|until", clean.day),
        _field("why", "reden|verlofsoort|soort|reason|type", clean.absence),
    ),
)

KINDS: Mapping[str, Kind] = {one.name: one for one in (CUSTOMERS, HOMES, TECHNICIANS, ABSENCES)}
"""By name."""
