"""Names of people and streets that do not exist, drawn by a seed."""

from __future__ import annotations

import random

FIRST = (
    "Anja Bas Carla Dirk Emine Fatima Gerrit Hanna Ibrahim Jolanda Kees Lotte Mohamed Nel Olga Piet Qadir Rosa Sjaak "
    "Tineke Umar Vera Wim Xandra Youssef Zeynep Aaltje Bram Chantal Dewi Eline Farid Greet Henk Iris Joost Karin "
    "Leyla Marijke Naima Otto Petra Rachid Saskia Truus Ursula Veerle Willemien Yasmin Zoë"
).split()
LAST = (
    "Aalbers|Bakker|van den Berg|Boersma|Brouwer|Celik|Dekker|van Dijk|El Amrani|Faber|de Graaf|Haddad|Hendriks|Hofman|"
    "Jacobs|Janssen|Kaya|Koster|Kuipers|van Leeuwen|Lindeman|Maas|Meijer|Molenaar|Mulder|Nguyen|Ouwehand|Peters|Postma|"
    "Prins|Sahin|Scholten|Schouten|Smit|Tahiri|Timmer|Veenstra|Verhoeven|Visser|de Vries|Vos|van der Wal|Willems|"
    "de Wit|Yildiz|Zijlstra"
).split("|")
STREETS = (
    ("Kersenlaan", "1901"), ("Appelhof", "1902"), ("Perenstraat", "1903"), ("Pruimenplein", "1904"),
    ("Vlierpad", "1905"), ("Hazelaarweg", "1906"), ("Kastanjehof", "1907"), ("Beukenlaan", "1908"),
)  # fmt: skip
TOWN = "Voorbeeldstad"
STORIES = {
    "leak": ["Er ligt water onder de wasbak.", "De kraan blijft druppelen.", "Plas water bij de wasmachine.", None],
    "blocked": ["Het water loopt niet weg in de douche.", "De wc loopt bijna over.", None],
    "heating": ["De radiator in de kamer blijft koud.", "De ketel geeft een foutcode: F28.", None],
    "electricity": ["De stop slaat steeds door.", "Het licht op de gang doet het niet meer.", None],
    "door": ["De voordeur klemt.", "Het slot draait niet meer soepel.", "Er zit een barst in het raam.", None],
    "other": ["Er zitten losse tegels in de badkamer.", "De afzuiging maakt veel lawaai.", None],
}
REMARKS = {
    1: ["Heel vriendelijke man, snel klaar.", "Top, dank u wel!", "Fijn dat ik zelf een dag kon kiezen."],
    2: ["Ging goed.", "Prima geholpen."],
    3: ["Ik moest wel lang wachten.", "Het ging, maar er moest twee keer iemand komen."],
    4: ["Ik heb drie keer moeten bellen.", "Niemand wist waar de monteur bleef."],
    5: ["Dit kostte me een halve dag vrij, voor niets."],
}


NOTES = [
    "Gebeld, alles besproken. Mevrouw is tevreden.",
    "Gebeld: kan alleen in de ochtend.",
    "Excuses gemaakt. Er komt morgen iemand.",
    "",
]


def person(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def home(chance: random.Random) -> tuple[str, str, str]:
    """(postcode, house number, street)."""
    street, digits = chance.choice(STREETS)
    letters = "".join(chance.choice("ABCDEFGHJKLM") for _ in range(2))
    return f"{digits}{letters}", str(chance.randint(1, 160)), street


def mailbox(name: str, number: int) -> str:
    """An address under .example, which leads nowhere."""
    plain = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii() and letter != " ")
    return f"{plain}.{number}@post.example"
