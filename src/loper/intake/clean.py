"""One cell made tidy: its value as we write it, or why it cannot be one (`Wrong`). Empty stays empty."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mrt maa mar", "apr", "mei may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec"), 1
    )
    for name in names.split()
}  # fmt: skip
NOTHING = frozenset(
    {"", "-", "--", "n.v.t.", "nvt", "n/a", "na", "geen", "onbekend", "none", "null", "unknown", "x", "."}
)
YES = frozenset({"ja", "j", "yes", "y", "true", "waar", "1", "x"})
NO = frozenset({"nee", "n", "no", "false", "onwaar", "0", ""})


class Wrong(ValueError):
    """This cannot stand here; the text is a reason by name (`REASONS` of the pages has its words)."""


def line(text: str) -> str:
    """A line of text, without what no keyboard types; at most 254 letters."""
    plain = "".join(letter for letter in text if letter.isprintable())
    plain = " ".join(plain.split())
    if len(plain) > 254:
        raise Wrong("too_long")
    return unformula(plain)


def unformula(text: str) -> str:
    """A text that was guarded against a spreadsheet (`'=1+1`) as it was meant."""
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" else text


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, for every CSV that goes out."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" and not re.fullmatch(r"[+-]?\d[\d .,]*", text) else text


def name(text: str) -> str:
    """A name. One written in capitals alone gets small ones (`DE VRIES` -> `De Vries`)."""
    plain = line(text)
    if plain.lower() in NOTHING:
        return ""
    if len(plain) > 120:
        raise Wrong("too_long")
    if plain[:1] in "=@" or "\ufffd" in plain:
        raise Wrong("not_a_name")
    if bsn_in(plain):
        raise Wrong("bsn")
    if plain.isupper() and len(plain) > 3 and "." not in plain:
        plain = plain.title()
    return unicodedata.normalize("NFC", plain)


_EMAIL = re.compile(r"[^@\s<>,;\"()]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def email(text: str) -> str:
    """An e-mail address, in small letters; `Jo <jo@x.nl>` and `mailto:` are taken apart."""
    plain = text.strip().strip("<>").removeprefix("mailto:").strip().lower()
    if plain in NOTHING:
        return ""
    inside = re.search(r"<([^<>]+)>", text)
    plain = inside[1].strip().lower() if inside else plain
    if not _EMAIL.fullmatch(plain) or len(plain) > 254 or ".." in plain:
        raise Wrong("not_an_email")
    return plain


def phone(text: str) -> str:
    """A telephone number as `+31612345678`."""
    if text.strip().lower() in NOTHING:
        return ""
    plain = re.sub(r"\(0\)", "", text)
    plain = re.sub(r"[^\d+]", "", plain)
    if re.fullmatch(r"6\d{8}", plain):  # Excel took its zero away
        plain = f"0{plain}"
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif plain.startswith("0"):
        plain = f"+31{plain[1:]}"
    elif re.fullmatch(r"31\d{9}", plain):
        plain = f"+{plain}"
    if not re.fullmatch(r"\+\d{9,14}", plain) or (plain.startswith("+31") and len(plain) != 12):
        raise Wrong("not_a_phone")
    return plain


def postcode(text: str) -> str:
    """`1234 ab` -> `1234AB`."""
    plain = re.sub(r"[\s.-]", "", text).upper()
    if not plain or plain.lower() in NOTHING:
        return ""
    if not re.fullmatch(r"[1-9]\d{3}(?!S[ADS])[A-Z]{2}", plain):  # SA, SD and SS are never given out
        raise Wrong("not_a_postcode")
    return plain


def house_number(text: str) -> str:
    """`12 a` -> `12A`."""
    plain = re.sub(r"\s+", "", text).upper().removesuffix(".0")
    if not plain or plain.lower() in NOTHING:
        return ""
    if not re.fullmatch(r"[1-9]\d{0,4}([-/]?[A-Z0-9]{1,6})?", plain):
        raise Wrong("not_a_house_number")
    return plain


def addition(text: str) -> str:
    """What comes after a house number: a letter, a floor."""
    plain = re.sub(r"\s+", "", text).upper()
    if plain.lower() in NOTHING:
        return ""
    if not re.fullmatch(r"[-/]?[A-Z0-9]{1,6}", plain):
        raise Wrong("not_a_house_number")
    return plain


def language(text: str) -> str:
    """nl or en; another language is nl's letters too: nothing is known of it here."""
    plain = text.strip().lower()
    if plain in NOTHING:
        return ""
    if plain.startswith(("nl", "ned", "dut")):
        return "nl"
    if plain.startswith("en"):
        return "en"
    raise Wrong("not_a_language")


CHANNELS = {"mail": "email", "sms": "sms", "brief": "letter", "post": "letter", "letter": "letter", "whats": "whatsapp",
            "tel": "phone", "bel": "phone", "phone": "phone", "app": "push"}  # fmt: skip


def channel(text: str) -> str:
    """The channel that somebody wants."""
    plain = text.strip().lower()
    if plain in NOTHING or plain in ("geen voorkeur", "no preference"):
        return ""
    for part, found in CHANNELS.items():
        if part in plain:
            return found
    raise Wrong("not_a_channel")


def status(text: str) -> str:
    """current, moved or deceased."""
    plain = text.strip().lower()
    if plain in NOTHING or plain in ("actief", "active", "huidig", "current", "lopend", "huurder", "bewoner", "a"):
        return "current" if plain not in NOTHING else ""
    if plain.startswith(("overl", "dec", "died")):
        return "deceased"
    if plain.startswith(("vertrok", "verhui", "uit", "beëind", "beeind", "inact", "moved", "left", "end", "ex", "oud")):
        return "moved"
    raise Wrong("not_a_status")


_DAYS = (
    re.compile(r"(?P<y>\d{4})[-/.]?(?P<m>\d{2})[-/.]?(?P<d>\d{2})(?:[ T].*)?"),
    re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})(?:[ T].*)?"),
    re.compile(r"(?P<d>\d{1,2})[-. ]+(?P<n>[a-zA-Z]{3,9})\.?[-. ]+(?P<y>\d{4})"),
)


def day(text: str) -> str:
    """A day as 2026-09-01: also 1-9-2026 (the day comes first), 1 sept 2026, and the number that Excel keeps."""
    plain = text.strip()
    if plain.lower() in NOTHING or plain.startswith(("0000", "00-00")):
        return ""
    if re.fullmatch(r"[34]\d{4}(\.\d+)?|5[0-5]\d{3}(\.\d+)?", plain):  # 1982 to 2050
        return (date(1899, 12, 30) + timedelta(days=int(float(plain)))).isoformat()
    for form in _DAYS:
        found = form.fullmatch(plain)
        if found:
            parts = found.groupdict()
            month = int(parts["m"]) if parts.get("m") else MONTHS.get(parts["n"][:3].lower(), 0)
            try:
                made = date(int(parts["y"]), month, int(parts["d"]))
            except ValueError:
                break
            if not 1900 <= made.year <= 2100:
                raise Wrong("day_out_of_range")
            return made.isoformat()
    raise Wrong("not_a_day")


def day_or_yes(text: str) -> str:
    """A day; or `yes` where it only says that it is so."""
    plain = text.strip().lower()
    if plain in YES:
        return "yes"
    return "" if plain in NO else day(text)


def yes(text: str) -> str:
    """`yes`, or empty."""
    plain = text.strip().lower()
    if plain in YES:
        return "yes"
    if plain in NO or plain in NOTHING:
        return ""
    raise Wrong("not_yes_or_no")


def words(text: str) -> str:
    """Words with commas between them."""
    return ",".join(
        dict.fromkeys(re.sub(r"[^\w -]", "", one).strip().lower() for one in re.split(r"[,;/|+]", text) if one.strip())
    )


def absence(text: str) -> str:
    """sick, leave or other."""
    plain = text.strip().lower()
    if plain.startswith(("ziek", "sick", "ill")):
        return "sick"
    return "leave" if plain.startswith(("verlof", "vakantie", "leave", "holiday", "vrij")) else "other"


# -- what may not be kept ----------------------------------------------------------------------------------------------

_NINE = re.compile(r"(?<![\d.,+-])(\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3})(?![\d.,-]*\d)")


def is_bsn(digits: str) -> bool:
    """Whether nine digits pass the test of a burgerservicenummer (the eleven test; the last weight is -1)."""
    if len(digits) != 9 or digits == "000000000" or len(set(digits)) == 1:
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(one) * weight for one, weight in zip(digits, weights, strict=True)) % 11 == 0


def bsn_in(text: str) -> bool:
    """Whether a BSN stands in a text that people write."""
    return any(is_bsn(re.sub(r"\D", "", found)) for found in _NINE.findall(text))


def column_of_bsns(name: str, cells: list[str]) -> bool:
    """Whether a whole column holds them: it is called so, or most of its values pass the test (by chance one in eleven
    does)."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    if plain in ("bsn", "sofi", "sofinr", "sofinummer") or "burgerservice" in plain or plain.startswith("bsn"):
        return True
    nines = [cell for cell in (re.sub(r"\D", "", one) for one in cells if one) if len(cell) in (8, 9)]
    passed = sum(is_bsn(one.zfill(9)) for one in nines)
    return len(nines) >= 8 and len(nines) > 0.5 * sum(bool(one) for one in cells) and passed > 0.6 * len(nines)
