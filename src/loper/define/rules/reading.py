"""Dutch at B1: the level that eight out of ten people read with ease."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loper.define.rules.look import Found, Look

MOST_WORDS = 20
MEAN_WORDS = 13
MOST_LETTERS = 15

HARD = {
    "aangaande": "over",
    "abusievelijk": "per ongeluk",
    "adequaat": "goed",
    "alsmede": "en",
    "alvorens": "voordat",
    "behoudens": "behalve",
    "betreffende": "over",
    "bijgevolg": "dus",
    "conform": "volgens",
    "continueren": "doorgaan",
    "coördineren": "regelen",
    "danwel": "of",
    "derhalve": "daarom",
    "desalniettemin": "toch",
    "desbetreffende": "deze",
    "desgewenst": "als u wilt",
    "doch": "maar",
    "doorgaans": "meestal",
    "dien": "moet",
    "dient": "moet",
    "dienen": "moeten",
    "diverse": "verschillende",
    "echter": "maar",
    "evenals": "en ook",
    "eveneens": "ook",
    "evident": "duidelijk",
    "faciliteren": "helpen",
    "geenszins": "niet",
    "gelieve": "wilt u",
    "geschieden": "gebeuren",
    "heden": "vandaag",
    "hieromtrent": "hierover",
    "hierbij": "laat het weg",
    "hiertoe": "daarvoor",
    "hetgeen": "wat",
    "ingeval": "als",
    "indien": "als",
    "inzake": "over",
    "jegens": "tegen",
    "krachtens": "volgens",
    "middels": "met",
    "momenteel": "nu",
    "mogelijkerwijs": "misschien",
    "nagenoeg": "bijna",
    "niettegenstaande": "ook al",
    "noodzakelijk": "nodig",
    "omtrent": "over",
    "onderhavige": "deze",
    "onverwijld": "meteen",
    "optimaliseren": "beter maken",
    "participeren": "meedoen",
    "periodiek": "regelmatig",
    "prevaleren": "voorgaan",
    "realiseren": "maken",
    "reeds": "al",
    "respectievelijk": "en",
    "retourneren": "terugsturen",
    "tenzij": "behalve als",
    "teneinde": "om te",
    "tevens": "ook",
    "thans": "nu",
    "trachten": "proberen",
    "urgentie": "haast",
    "verifiëren": "controleren",
    "verstrekken": "geven",
    "vervolgens": "daarna",
    "verzoeken": "vragen",
    "verzocht": "gevraagd",
    "voornemens": "van plan",
    "voornoemde": "deze",
    "voorts": "ook",
    "wenselijk": "goed",
    "woonachtig": "wonen",
    "zodoende": "zo",
    "zorgdragen": "zorgen",
    "zulks": "dat",
    "additioneel": "extra",
    "communiceren": "vertellen",
    "implementeren": "invoeren",
    "initiëren": "beginnen",
    "prioriteit": "wat eerst komt",
    "procedure": "hoe het gaat",
}
"""Words above B1, with what to say instead."""

LONG_BUT_KNOWN = frozenset(
    [
        "woningcorporatie",
        "telefoonnummer",
        "contactgegevens",
        "reparatieafspraak",
        "verwarmingsketel",
        "klantenservice",
        "huurdersvereniging",
        "verantwoordelijk",
        "verwarmingsmonteur",
    ]
)

_PASSIVE = re.compile(
    r"\b(word|wordt|worden|werd|werden)\b(?:\W+[\w'-]+){0,6}?\W+((?:ge|be|ver|her|ont|\w+ge)\w{2,}(?:d|t|en))\b",
    re.IGNORECASE,
)


def hard_to_read(look: Look) -> Iterator[Found]:
    """A message above B1 is not read, or read wrongly; then people call, or stay at home on the wrong day."""
    for place, source in _dutch(look):
        troubles = b1(source)
        if troubles:
            yield Found(place, "not B1: " + "; ".join(troubles), "short sentences, everyday words, say who does what")


def _dutch(look: Look) -> Iterator[tuple[str, str]]:
    journey = look.journey
    for (name, channel, language), source in journey.texts.items():
        if language == "nl":
            yield f"touchpoints.{name.partition('+')[0]}", f"{name}.{channel}:\n{source}"
    for stage in journey.stages.values():
        if "nl" in stage.says:
            yield f"stages.{stage.name}", stage.says["nl"]
    for dialogue in journey.dialogues.values():
        for question in dialogue.questions.values():
            for text in (question.ask, question.help, *question.choose.values()):
                if "nl" in text:
                    yield f"dialogues.{dialogue.name}", text["nl"]
        for row in dialogue.derive:
            if "nl" in row.stop:
                yield f"dialogues.{dialogue.name}", row.stop["nl"]


def b1(source: str) -> list[str]:
    """What is above B1 in a Dutch text (Liquid and light Markdown are left out), each with its words."""
    sentences = [re.findall(r"[^\W\d_][\w'’-]*", sentence) for sentence in _sentences(source)]
    sentences = [words for words in sentences if words]
    text = _prose(source)
    troubles = []
    for words in sentences:
        if len(words) > MOST_WORDS:
            troubles.append(f"a sentence of {len(words)} words ('{' '.join(words[:5])} ...')")
    if len(sentences) > 2 and sum(map(len, sentences)) / len(sentences) > MEAN_WORDS:
        troubles.append(f"sentences of {sum(map(len, sentences)) / len(sentences):.0f} words on average")
    used = dict.fromkeys(word.lower() for words in sentences for word in words)
    hard = [f"'{word}' (say: {HARD[word]})" for word in used if word in HARD]
    long = [f"'{word}'" for word in used if len(word) > MOST_LETTERS and word not in LONG_BUT_KNOWN and "-" not in word]
    if hard:
        troubles.append("hard words: " + ", ".join(hard))
    if long:
        troubles.append("long words: " + ", ".join(long))
    passive = [" ... ".join(match.groups()) for match in _PASSIVE.finditer(text)]
    if passive:
        troubles.append("passive: " + ", ".join(f"'{one}'" for one in passive))
    return troubles


def _prose(source: str) -> str:
    # Patterns that never look far ahead: a text of 64 kB without a space takes no longer than another.
    text = re.sub(r"\{%[^{}]*%\}", " ", source)
    text = re.sub(r"\{\{[^{}]*\}\}", "iets", text)
    text = re.sub(r"https?://\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+", "iets", text)
    return re.sub(r"[*_`#>\[\]()]", " ", text)


def _sentences(source: str) -> list[str]:
    return re.split(r"[.!?:;]+(?=\s|$)|\n\s*(?:\n|[-*]\s)|\n(?=[^\n]{0,40}\n)", _prose(source))
