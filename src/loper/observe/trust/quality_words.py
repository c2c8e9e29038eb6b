"""What a quality finding says, what it does to the answers, and what to do; English and Dutch."""

from __future__ import annotations

from collections.abc import Mapping

Both = tuple[str, str]

TEXTS: Mapping[str, tuple[Both, Both, Both]] = {
    "rejected": (
        (
            "Rows that could not be read: {count} of {of} ({about})",
            "Rijen die niet te lezen waren: {count} van {of} ({about})",
        ),
        (
            "They are in no answer.",
            "Ze tellen in geen enkel antwoord mee.",
        ),
        (
            "Look at the first of them, mend the source or the mapping, and read it again.",
            "Bekijk de eerste, herstel de bron of de kolomkeuze, en lees opnieuw in.",
        ),
    ),
    "values": (
        (
            "Values that could not be read, in rows that could: {count} ({about})",
            "Waarden die niet te lezen waren, in rijen die dat wel waren: {count} ({about})",
        ),
        (
            "Questions about that column miss them.",
            "Vragen over die kolom missen ze.",
        ),
        (
            "Look at the first of them and mend the source.",
            "Bekijk de eerste en herstel de bron.",
        ),
    ),
    "empty": (
        (
            "Rows left out, empty or not asked for: {count} of {of}",
            "Rijen overgeslagen, leeg of niet gevraagd: {count} van {of}",
        ),
        (
            "They are in no answer.",
            "Ze tellen in geen enkel antwoord mee.",
        ),
        (
            "Right, if you chose them yourself.",
            "Goed, als u dat zelf zo koos.",
        ),
    ),
    "ties": (
        (
            "Contacts at the very time of another one of their case: {count} of {of}, in {cases} cases",
            "Contacten op precies dezelfde tijd als een ander van hun zaak: {count} van {of}, in {cases} zaken",
        ),
        (
            "Their order is that of the file; variants and steps depend on it, and waits between them are zero.",
            "Hun volgorde is die van het bestand; varianten en stappen hangen daarvan af, en hun wachttijd is nul.",
        ),
        (
            "Export times to the second or finer, or a number that keeps the order.",
            "Exporteer tijden op de seconde of fijner, of een nummer dat de volgorde bewaart.",
        ),
    ),
    "order": (
        (
            "Contacts that stand in the source before one that was earlier: {count} of {of}, in {cases} cases",
            "Contacten die in de bron vóór een eerder contact staan: {count} van {of}, in {cases} zaken",
        ),
        (
            "None, as cases are put in order of time; but where times are equal, do not trust the order of the file.",
            "Niets, want zaken worden op tijd gezet; maar vertrouw bij gelijke tijden de volgorde in de bron niet.",
        ),
        (
            "Sort the export by case and time.",
            "Sorteer de export op zaak en tijd.",
        ),
    ),
    "copies": (
        (
            "Copies of a contact, the same in every column: {count} of {of}",
            "Kopieën van een contact, gelijk in elke kolom: {count} van {of}",
        ),
        (
            "Contacts, rework and repeat contact are counted too high.",
            "Contacten, herhaald werk en herhaald contact worden te hoog geteld.",
        ),
        (
            "Find out why the source gives them twice, and leave the copies out.",
            "Zoek uit waarom de bron ze dubbel geeft, en laat de kopieën weg.",
        ),
    ),
    "twice": (
        (
            "Contacts once more with the same case, activity and time, and something else: {count} of {of}",
            "Contacten nog eens met dezelfde zaak, activiteit en tijd, en iets anders: {count} van {of}",
        ),
        (
            "They count as two contacts; perhaps it was one with two lines.",
            "Ze tellen als twee contacten; misschien was het er één met twee regels.",
        ),
        (
            "See in which column they differ; take one lifecycle or one status.",
            "Kijk in welke kolom ze verschillen; neem één status of levensfase.",
        ),
    ),
    "no time": (
        (
            "Contacts without a time: {count} of {of}",
            "Contacten zonder tijd: {count} van {of}",
        ),
        (
            "They stand first in their case, and make it seem to take for ever.",
            "Ze staan vooraan in hun zaak, en die lijkt daardoor eindeloos te duren.",
        ),
        (
            "Mend the source, or leave them out.",
            "Herstel de bron, of laat ze weg.",
        ),
    ),
    "future": (
        (
            "Contacts in the future: {count} of {of}",
            "Contacten in de toekomst: {count} van {of}",
        ),
        (
            "The log seems to go on longer than it does, so open cases look stuck.",
            "Het logboek lijkt langer door te lopen dan het doet; open zaken lijken dan vast te zitten.",
        ),
        (
            "Planned things are no contacts: leave them out; else look at clock and time zone.",
            "Wat gepland is, is geen contact: laat het weg; kijk anders naar klok en tijdzone.",
        ),
    ),
    "ancient": (
        (
            "Contacts before {about}: {count} of {of}",
            "Contacten van vóór {about}: {count} van {of}",
        ),
        (
            "Cases with them seem to take years.",
            "Zaken ermee lijken jaren te duren.",
        ),
        (
            "Such times stand for “unknown”: mend the source, or leave them out.",
            "Zulke tijden betekenen ‘onbekend’: herstel de bron, of laat ze weg.",
        ),
    ),
    "silence": (
        (
            "Days without any contact, where there usually are some: {count} of {of} ({about}); usually there would"
            " be about {cases} contacts",
            "Dagen zonder enig contact, waar die gewoon wel zijn: {count} van {of} ({about}); gewoon zijn er dan"
            " zo'n {cases} contacten",
        ),
        (
            "Waits across them are too long, and what happened then is not counted.",
            "Wachttijden eroverheen zijn te lang, en wat er toen gebeurde telt niet mee.",
        ),
        (
            "Were they holidays? Else ask the source for those days.",
            "Waren het feestdagen? Vraag anders die dagen op bij de bron.",
        ),
    ),
    "midnight": (
        (
            "Contacts at exactly {about}: {count} of {of}",
            "Contacten om precies {about}: {count} van {of}",
        ),
        (
            "It is a date without a time, or a batch: order, waits within a day and hours of the day mean nothing.",
            "Het is een datum zonder tijd, of een verwerking in één keer: volgorde, wachttijd binnen een dag en"
            " uren van de dag zeggen niets.",
        ),
        (
            "Ask for the time of the contact itself.",
            "Vraag de tijd van het contact zelf op.",
        ),
    ),
    "cut begin": (
        (
            "Cases that seem to have begun before the log: {count} of {of}",
            "Zaken die al vóór het logboek begonnen lijken: {count} van {of}",
        ),
        (
            "They take too short and begin at the wrong place.",
            "Ze duren te kort en beginnen op de verkeerde plek.",
        ),
        (
            "Leave out cases from before {about}, or fetch what came before.",
            "Laat zaken van vóór {about} weg, of haal op wat eraan voorafging.",
        ),
    ),
    "cut end": (
        (
            "Cases that were still under way when the log ends: {count} of {of}",
            "Zaken die nog liepen toen het logboek eindigde: {count} van {of}",
        ),
        (
            "Their time and their end are not known yet: throughput and ends are those of the quick ones.",
            "Hun duur en afloop zijn nog niet bekend: doorlooptijd en einde zijn die van de snelle.",
        ),
        (
            "Ask `stuck` (it takes open cases for open), or take cases that began before {about}.",
            "Vraag `stuck` (die neemt open zaken als open), of neem zaken die vóór {about} begonnen.",
        ),
    ),
    "no channel": (
        (
            "Contacts without a channel: {count} of {of}",
            "Contacten zonder kanaal: {count} van {of}",
        ),
        (
            "Shares of channels are of the others; switches skip them.",
            "Aandelen van kanalen gaan over de andere; wisselingen slaan ze over.",
        ),
        (
            "Map the column, or say what they were.",
            "Kies de juiste kolom, of zeg wat het was.",
        ),
    ),
    "strange channel": (
        (
            "Contacts by channels that are not known: {count} of {of} ({about})",
            "Contacten via kanalen die niet bekend zijn: {count} van {of} ({about})",
        ),
        (
            "Whether they are digital is not known.",
            "Of ze digitaal zijn, is niet bekend.",
        ),
        (
            "Say what they are, or map them to a known one.",
            "Zeg wat het zijn, of zet ze om naar een bekend kanaal.",
        ),
    ),
    "spellings": (
        (
            "Words that differ in spelling only: {count} of {of} ({about})",
            "Woorden die alleen in spelling verschillen: {count} van {of} ({about})",
        ),
        (
            "They count as different things.",
            "Ze tellen als verschillende dingen.",
        ),
        (
            "Make them one word in the source.",
            "Maak er in de bron één woord van.",
        ),
    ),
    "once": (
        (
            "Activities that were seen once: {count} of {of} ({about})",
            "Activiteiten die één keer voorkwamen: {count} van {of} ({about})",
        ),
        (
            "They make variants of their own, and say nothing by themselves.",
            "Ze maken eigen varianten, en zeggen op zichzelf niets.",
        ),
        (
            "Is it a slip, a free text, or a name? Then mend it; else leave it.",
            "Is het een verschrijving, een vrije tekst of een naam? Herstel het; laat het anders staan.",
        ),
    ),
    "no customer": (
        (
            "Contacts of which nobody knows whose they are: {count} of {of}",
            "Contacten waarvan niet bekend is van wie ze zijn: {count} van {of}",
        ),
        (
            "For repeat contact only their own case is looked at.",
            "Voor herhaald contact telt alleen hun eigen zaak.",
        ),
        (
            "Fetch a reference of the customer with them.",
            "Haal er een verwijzing naar de klant bij op.",
        ),
    ),
}
"""Kind -> what was seen, what it does to answers, what to do."""
