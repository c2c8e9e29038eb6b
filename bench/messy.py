"""A generated organisation as messy as real ones: so many homes, and a file of its customers as an ERP exports it.

    python -m bench.messy --homes 50000 --to customers.csv [--seed 7] [--clean]

Of each thousand rows about: 15 doubled under another number, 60 moved out, 8 deceased, 90 without an address to be
reached at, 25 with something that cannot be (telephone, postcode, e-mail), 3 twice with the same number, 2 with a BSN in
the name, 4 with too many columns, telephones in seven ways. In cp1252 with Dutch dates, as they come.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

FIRST = (
    "Jan Piet Anna Fatima Mohammed Sanne Daan Noor Emma Lucas Youssef Ingrid Willem Geertje Bart Élise Zoë Björn Sofie"
    " Tom"
).split()
LAST = (
    "Jansen Vries Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Özdemir Yılmaz Jacobs Brouwer Haan Wit"
    " Dijk"
).split()
PREFIX = ["", "", "", "de", "van", "van der", "van den", "ter"]
STREETS = (
    "Dorpsstraat Kerkweg Molenlaan Beukenhof Schoolstraat Stationsweg Lindelaan Marktplein Havenkade Wilgenpad".split()
)
HEAD = (
    "Relatienummer;Voorletters;Tussenvoegsel;Achternaam;E-mailadres;Mobiel;Telefoon;Postcode;Huisnummer;Toevoeging;Straat;"
    "Woonplaats;Taal;Status;Einddatum huur;Overlijdensdatum"
)


def rows(homes: int, chance: random.Random, *, clean: bool = False) -> Iterator[str]:
    """The lines of the file, without the first."""
    number = 100_000
    for home in range(homes):
        street = STREETS[home // 97 % len(STREETS)]
        postcode = f"{1000 + home // 900 % 9000} {chr(65 + home // 30 % 26)}{chr(65 + home // 780 % 16)}"
        where = [postcode, str(home % 97 + 1), chance.choice(["", "", "", "A", "b", "2"]), street, "Voorbeeldstad"]
        number += chance.randint(1, 3)
        row = customer(number, chance, where)
        if clean:
            yield ";".join(row)
            continue
        yield ";".join(spoilt(row, chance))
        if chance.random() < 0.06:  # who lived there before
            before = customer(number := number + 1, chance, where)
            before[13], before[14] = (
                "Vertrokken",
                f"{chance.randint(1, 28)}-{chance.randint(1, 12)}-{chance.randint(2015, 2025)}",
            )
            yield ";".join(before)
        if chance.random() < 0.015:  # the same person once more, under another number
            yield ";".join([str(number := number + 1), *row[1:4], *row[4:]])
        if chance.random() < 0.003:
            yield ";".join(row)
        if chance.random() < 0.004:
            yield ";".join([*row, "opmerking; met puntkomma", "x"])


def customer(number: int, chance: random.Random, where: list[str]) -> list[str]:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    mail = f"{first}.{last}{number}@example.nl".lower() if chance.random() < 0.8 else ""
    mobile = f"06{chance.randint(10_000_000, 99_999_999)}" if chance.random() < 0.85 else ""
    return [
        str(number), f"{first[0]}.", chance.choice(PREFIX), last, mail, written(mobile, chance), "", *where,
        chance.choice(["NL", "NL", "NL", "Engels", ""]), "Actief", "", "",
    ]  # fmt: skip


def written(mobile: str, chance: random.Random) -> str:
    """A telephone number as people write it."""
    if not mobile:
        return ""
    eight = mobile[2:]
    return chance.choice(
        [mobile, f"06-{eight}", f"06 {eight[:2]} {eight[2:4]} {eight[4:6]} {eight[6:]}", f"+316{eight}", f"00316{eight}",
         f"6{eight}", f"+31 (0)6 {eight}"]
    )  # fmt: skip


def spoilt(row: list[str], chance: random.Random) -> list[str]:
    """Sometimes something is wrong with it."""
    row, dice = list(row), chance.random()
    if dice < 0.008:
        row[15] = f"{chance.randint(1, 28)}-{chance.randint(1, 12)}-2025"
    elif dice < 0.016:
        row[4] = chance.choice(["geen", "jan@", "piet example.nl", "a@b", "x@example..nl"])
    elif dice < 0.024:
        row[5] = chance.choice(["12", "06-1234", "zie dossier", "0612345678 / 0687654321"])
    elif dice < 0.033:
        row[7] = chance.choice(["", "12345", "1234", "0123 AB", "1234 SS"])
    elif dice < 0.035:
        row[3] = f"{row[3]} {bsn(chance)}"
    elif dice < 0.055:
        row[3] = row[3].upper()
    elif dice < 0.06:
        row[4] = row[4].upper()
    elif dice < 0.062:
        row[0] = ""
    elif dice < 0.064:
        row[3] = ""
    return row


def bsn(chance: random.Random) -> str:
    """A number that passes the eleven test; nobody's."""
    while True:
        digits = [chance.randint(0, 9) for _place in range(8)]
        total = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if total < 10 and any(digits):
            return "".join(map(str, digits)) + str(total)


def write(path: Path, homes: int, seed: int, *, clean: bool = False) -> int:
    """The file; gives how many rows it has."""
    chance, count = random.Random(seed), 0
    with path.open("w", encoding="cp1252", errors="replace", newline="") as out:
        out.write(HEAD + "\r\n")
        for line in rows(homes, chance, clean=clean):
            out.write(line + "\r\n")
            count += 1
    return count


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--homes", type=int, default=50_000)
    asked.add_argument("--to", type=Path, required=True)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--clean", action="store_true", help="nothing wrong with it: for figures of speed")
    given = asked.parse_args()
    print(f"{write(given.to, given.homes, given.seed, clean=given.clean):,} rows: {given.to}")
