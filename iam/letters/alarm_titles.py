"""What an alarm is called in a letter, in the language of whoever reads it, and cut such that a text message stays short. [FW-6]"""

import unicodedata
from typing import Final

from iam.letters.smpp.alphabet import is_gsm, septets

PARTS: Final = 2
"""Messages that an alarm takes at most: who is woken reads the first line."""
LONGEST: Final = PARTS * 153 - (PARTS - 1)
"""Septets; one less at each cut, where an escaped sign may not be parted."""
SHORTENED: Final = "..."
INSTEAD: Final = str.maketrans(
    {
        "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"', "\u2013": "-", "\u2014": "-",
        "\u2026": "...", "\u00a0": " ", "\u202f": " ", "\u0153": "oe", "\u0152": "OE",
    }
)  # fmt: skip
RULES: Final = {
    "A device fell silent": "Un équipement s\u2019est tu",
    "Log lines were lost": "Des lignes de journal ont été perdues",
    "A configuration could not be collected": "Une configuration n\u2019a pas pu être relevée",
    "A device shows another key than before": "Un équipement présente une autre clé qu\u2019avant",
    "A device was changed without approval": "Un équipement a été modifié sans approbation",
    "Intrusion detection warns": "La détection d\u2019intrusion avertit",
    "An administrator signed in outside working hours": "Un administrateur s\u2019est connecté hors des heures de travail",
    "A sign-in succeeded after many that failed": "Une connexion a réussi après plusieurs échecs",
    "Many sign-ins fail": "De nombreuses connexions échouent",
    "A burst of scanning": "Une rafale de balayages",
    "A service that is not essential was let through from outside": "Un service non essentiel a été ouvert depuis l\u2019extérieur",
    "A host inside knocks outside and is refused": "Un poste interne insiste vers l\u2019extérieur et est refusé",
}
"""The rules that come with the house, by the name they are kept under; another rule is called as its author called it."""
TEST: Final = {"fr": "[ESSAI] Essai des alarmes", "en": "[TEST] Test of the alarms"}
MORE_OF: Final = {"fr": "Encore : {rule}", "en": "More of: {rule}"}
MORE: Final = {
    "fr": "Plus d\u2019alarmes que la maison n\u2019en annonce une à une",
    "en": "More alarms than the house is told one by one",
}


def title(language: str, kind: str, name: str, about: str) -> str:
    """Say what an alarm is, in French where the person's own language is not among ours."""
    known = language if language in TEST else "fr"
    if kind == "test":
        return TEST[known]
    rule = RULES.get(name, name) if known == "fr" else name
    if kind == "more":
        return MORE_OF[known].format(rule=rule) if rule else MORE[known]
    return f"{rule}{' : ' if known == 'fr' else ': '}{about}" if about else rule


def plain(text: str) -> str:
    """Write a text in the GSM alphabet: an accent that it lacks is left out, another sign is a question mark."""
    return "".join(sign if is_gsm(sign) else _nearest(sign) for sign in text.translate(INSTEAD))


def _nearest(sign: str) -> str:
    kept = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return kept if kept and is_gsm(kept) else "" if unicodedata.combining(sign) else "?"


def fitted(text: str, room: int) -> str:
    """Cut a text of the GSM alphabet to so many septets; where something was left out, three points say so."""
    if septets(text) <= room:
        return text
    kept = text
    while kept and septets(kept) + len(SHORTENED) > room:
        kept = kept[:-1]
    return kept.rstrip() + SHORTENED
