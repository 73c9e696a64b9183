"""What notices say, in the languages of the house: by mail, and in one short message where they travel by SMS. Never a secret."""

_UNAWARE_FR = "Si vous n'êtes pas au courant, prévenez tout de suite le responsable de la sécurité.\n"
_UNAWARE_EN = "If you know nothing of this, tell the security officer at once.\n"

MAIL: dict[tuple[str, str], tuple[str, str]] = {
    ("fr", "rotation"): (
        "Votre mot de passe Omniwarden est à changer",
        (
            "Bonjour {name},\n\nLe mot de passe de {user_name} est à changer avant le {day} : aucun appareil "
            "d'authentification n'est associé à ce compte. Ouvrez {address}/account/password.\n\n"
            "Si vous associez un appareil, votre mot de passe n'aura plus à changer.\n"
        ),
    ),
    ("en", "rotation"): (
        "Your Omniwarden password is to be changed",
        (
            "Hello {name},\n\nThe password of {user_name} is to be changed before {day}: no authenticator is paired with this "
            "account. Open {address}/account/password.\n\nOnce you pair one, your password need not change any more.\n"
        ),
    ),
    ("fr", "dormant"): (
        "Votre compte {user_name} n'est plus utilisé",
        (
            "Bonjour {name},\n\nLe compte {user_name} n'a pas été utilisé depuis longtemps. Il sera suspendu le {day}, "
            "sauf si vous ouvrez une session d'ici là.\n"
        ),
    ),
    ("en", "dormant"): (
        "Your account {user_name} is not used any more",
        (
            "Hello {name},\n\nThe account {user_name} has not been used for a long time. It will be suspended on {day} "
            "unless you sign in before that day.\n"
        ),
    ),
    ("fr", "disclosure"): (
        "Les secrets de {user_name} ne sont plus valables",
        (
            "Bonjour {name},\n\nLes secrets de {user_name} sont peut-être connus d'autrui. Ils ne sont plus valables et les "
            f"sessions ouvertes sont closes. L'équipe informatique vous dira comment en avoir de nouveaux.\n\n{_UNAWARE_FR}"
        ),
    ),
    ("en", "disclosure"): (
        "The secrets of {user_name} are no longer valid",
        (
            "Hello {name},\n\nOthers may know the secrets of {user_name}. They are no longer valid, and open sessions have ended. "
            f"Your IT team will tell you how to get new ones.\n\n{_UNAWARE_EN}"
        ),
    ),
    ("fr", "key"): (
        "Une clé de {user_name} est à renouveler",
        (
            "Bonjour {name},\n\nLa clé du compte de service {user_name} cesse de valoir le {day}. Faites-en une nouvelle avant ce "
            "jour ; l'ancienne vaut encore pendant que vous la remplacez. Ouvrez {address}/services.\n"
        ),
    ),
    ("en", "key"): (
        "A key of {user_name} is to be renewed",
        (
            "Hello {name},\n\nThe key of the service account {user_name} ends on {day}. Make a new one before that day; the old one "
            "stays good while you replace it. Open {address}/services.\n"
        ),
    ),
    ("fr", "duty"): (
        "Un travail vous attend, à faire avant le {day}",
        (
            "Bonjour {name},\n\nUn travail que demande la politique de la maison ({clause}) est à faire avant le {day}.\n"
            "Vous le trouverez dans Omniwarden : {address}\n"
        ),
    ),
    ("en", "duty"): (
        "A duty waits for you, due by {day}",
        (
            "Hello {name},\n\nA duty that the policy of the house asks for ({clause}) is due by {day}.\n"
            "You find it in Omniwarden: {address}\n"
        ),
    ),
    ("fr", "duty-late"): (
        "Un travail est en retard depuis le {day}",
        (
            "Bonjour {name},\n\nUn travail que demande la politique de la maison ({clause}) était à faire avant le {day} et ne l'est "
            "pas. Le retard est noté.\nVous le trouverez dans Omniwarden : {address}\n"
        ),
    ),
    ("en", "duty-late"): (
        "A duty is late since {day}",
        (
            "Hello {name},\n\nA duty that the policy of the house asks for ({clause}) was due by {day} and is not done. "
            "That it is late is on record.\nYou find it in Omniwarden: {address}\n"
        ),
    ),
    ("fr", "duties"): (
        "{count} travaux vous attendent, le premier à faire avant le {day}",
        (
            "Bonjour {name},\n\n{count} travaux que demande la politique de la maison vous attendent ; le premier ({clause}) est à faire "
            "avant le {day}.\nVous les trouverez dans Omniwarden : {address}\n"
        ),
    ),
    ("en", "duties"): (
        "{count} duties wait for you, the first due by {day}",
        (
            "Hello {name},\n\n{count} duties that the policy of the house asks for wait for you; the first ({clause}) is due by {day}.\n"
            "You find them in Omniwarden: {address}\n"
        ),
    ),
    ("fr", "duties-late"): (
        "{count} travaux sont en retard, le premier depuis le {day}",
        (
            "Bonjour {name},\n\n{count} travaux que demande la politique de la maison ne sont pas faits ; le premier ({clause}) était à "
            "faire avant le {day}. Le retard est noté.\nVous les trouverez dans Omniwarden : {address}\n"
        ),
    ),
    ("en", "duties-late"): (
        "{count} duties are late, the first since {day}",
        (
            "Hello {name},\n\n{count} duties that the policy of the house asks for are not done; the first ({clause}) was due by {day}. "
            "That they are late is on record.\nYou find them in Omniwarden: {address}\n"
        ),
    ),
    ("fr", "alarm"): (
        "Alarme : {title}",
        (
            "Bonjour {name},\n\nUne alarme attend votre réponse : {title}\n\nPrenez-la en charge ici : {address}\n"
            "Sans réponse, d'autres seront prévenus.\n"
        ),
    ),
    ("en", "alarm"): (
        "Alarm: {title}",
        (
            "Hello {name},\n\nAn alarm waits for your answer: {title}\n\nTake it on here: {address}\n"
            "Without an answer others will be told.\n"
        ),
    ),
}  # fmt: skip

SMS: dict[tuple[str, str], str] = {
    ("fr", "rotation"): "Omniwarden : le mot de passe de {user_name} est à changer avant le {day}.",
    ("en", "rotation"): "Omniwarden: the password of {user_name} is to be changed before {day}.",
    ("fr", "dormant"): "Omniwarden : le compte {user_name}, inutilisé, sera suspendu le {day}.",
    ("en", "dormant"): "Omniwarden: the account {user_name} is not used and will be suspended on {day}.",
    (
        "fr",
        "disclosure",
    ): "Omniwarden : les secrets de {user_name} ne sont plus valables. Parlez-en au service informatique.",
    ("en", "disclosure"): "Omniwarden: the secrets of {user_name} are no longer valid. Speak to your IT team.",
    ("fr", "key"): "Omniwarden : la clé de {user_name} est à renouveler avant le {day}.",
    ("en", "key"): "Omniwarden: the key of {user_name} is to be renewed before {day}.",
    ("fr", "duty"): "Omniwarden : un travail ({clause}) vous attend, à faire avant le {day}.",
    ("en", "duty"): "Omniwarden: a duty ({clause}) waits for you, due by {day}.",
    ("fr", "duty-late"): "Omniwarden : un travail ({clause}) est en retard depuis le {day}.",
    ("en", "duty-late"): "Omniwarden: a duty ({clause}) is late since {day}.",
    ("fr", "alarm"): "Omniwarden : alarme : {title}",
    ("en", "alarm"): "Omniwarden: alarm: {title}",
    ("fr", "duties"): "Omniwarden : {count} travaux vous attendent, le premier ({clause}) à faire avant le {day}.",
    ("en", "duties"): "Omniwarden: {count} duties wait for you, the first ({clause}) due by {day}.",
    ("fr", "duties-late"): "Omniwarden : {count} travaux sont en retard, le premier ({clause}) depuis le {day}.",
    ("en", "duties-late"): "Omniwarden: {count} duties are late, the first ({clause}) since {day}.",
}
MANY = {"duty": "duties", "duty-late": "duties-late"}
"""What is said instead where one letter tells of several at once; the purpose stays that of one."""
PURPOSES = frozenset(purpose for _, purpose in MAIL) - frozenset(MANY.values())


def mail(purpose: str, language: str, words: dict[str, str]) -> tuple[str, str]:
    """Return subject and body of a mail, French where the person's own language is not among ours. Raises KeyError for an unknown one."""
    subject, body = MAIL.get((language, purpose)) or MAIL["fr", purpose]
    return subject.format_map(words), body.format_map(words)


def message(purpose: str, language: str, words: dict[str, str]) -> str:
    """Return a text message, French where the person's own language is not among ours. Raises KeyError for an unknown one."""
    return (SMS.get((language, purpose)) or SMS["fr", purpose]).format_map(words)
