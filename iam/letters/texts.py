"""What is written to people, in their language. The user id and the code never stand in the same letter. [ID-5]"""

from dataclasses import dataclass

CODE = "code"

_WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("fr", "user-id"): (
        "Votre identifiant Omniwarden",
        (
            "Bonjour {name},\n\nVotre identifiant est : {user_name}\n\nUn code d'activation vous parvient par SMS. "
            "Ouvrez {address}, saisissez l'identifiant et le code, puis choisissez votre mot de passe.\n\n"
            "Personne ne vous demandera jamais ce code.\n"
        ),
    ),
    ("en", "user-id"): (
        "Your Omniwarden user id",
        (
            "Hello {name},\n\nYour user id is: {user_name}\n\nAn activation code reaches you by text message. "
            "Open {address}, enter the user id and the code, then choose your password.\n\nNobody will ever ask you for this code.\n"
        ),
    ),
    ("fr", "new-secret"): (
        "Nouveau mot de passe Omniwarden",
        (
            "Bonjour {name},\n\nLe mot de passe et les moyens d'authentification de {user_name} ne sont plus valables, et les sessions "
            "ouvertes sont closes. Un code vous parvient par SMS. Ouvrez {address} pour en choisir de nouveaux.\n\n"
            "Si vous n'êtes pas au courant, prévenez tout de suite le responsable de la sécurité.\n"
        ),
    ),
    ("en", "new-secret"): (
        "New Omniwarden password",
        (
            "Hello {name},\n\nThe password and the second factors of {user_name} are no longer valid, and open sessions have ended. "
            "A code reaches you by text message. Open {address} to choose new ones.\n\n"
            "If you know nothing of this, tell the security officer at once.\n"
        ),
    ),
    ("fr", "lost-password"): (
        "Choisir un nouveau mot de passe",
        (
            "Bonjour {name},\n\nUn nouveau mot de passe est demandé pour {user_name}. Un code vous parvient par SMS. "
            "Ouvrez {address} ; votre appareil d'authentification vous sera demandé ensuite.\n\n"
            "Si vous n'êtes pas au courant, prévenez tout de suite le responsable de la sécurité.\n"
        ),
    ),
    ("en", "lost-password"): (
        "Choose a new password",
        (
            "Hello {name},\n\nA new password is asked for {user_name}. A code reaches you by text message. Open {address}; "
            "your second factor will be asked for afterwards.\n\nIf you know nothing of this, tell the security officer at once.\n"
        ),
    ),
    ("fr", "new-factor"): (
        "Nouvel appareil d'authentification",
        (
            "Bonjour {name},\n\nL'appareil d'authentification de {user_name} doit être remplacé. Un code vous parvient par SMS. "
            "Ouvrez {address} ; votre mot de passe vous sera demandé.\n\n"
            "Si vous n'êtes pas au courant, prévenez tout de suite le responsable de la sécurité.\n"
        ),
    ),
    ("en", "new-factor"): (
        "New authenticator",
        (
            "Hello {name},\n\nThe authenticator of {user_name} is to be replaced. A code reaches you by text message. "
            "Open {address}; you will be asked for your password.\n\nIf you know nothing of this, tell the security officer at once.\n"
        ),
    ),
    ("fr", "break-glass"): (
        "Accès d'urgence ouvert",
        "Omniwarden : un accès d'urgence est ouvert jusqu'à {until} pour {bound_to}. Examinez-le dans l'heure.",
    ),
    ("en", "break-glass"): (
        "Emergency access is open",
        "Omniwarden: emergency access is open until {until} for {bound_to}. Look at it within the hour.",
    ),
    ("fr", CODE): (
        "",
        "Omniwarden : votre code est {code}. Valable {hours} h, une seule fois. Ne le donnez à personne.",
    ),
    ("en", CODE): ("", "Omniwarden: your code is {code}. Good for {hours} h, once. Give it to nobody."),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A letter's subject (empty for a text message) and body."""

    subject: str
    body: str


def write(purpose: str, language: str, **words: str) -> Text:
    """Return a letter in a language of the house, French where we do not have the person's own.

    Raises KeyError for an unknown purpose or a missing word.
    """
    subject, body = _WORDS.get((language, purpose)) or _WORDS["fr", purpose]
    return Text(subject.format_map(words), body.format_map(words))
