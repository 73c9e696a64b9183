"""What of a field's name and value makes a readable secret: its own words, and none of a placeholder, a reference, a hash. [PW-3]

Pure functions over text. A value of a field called password may be weak and is still a secret; a value of a field called token or
key must also look made by chance, since those words name many harmless things.
"""

import math
import re
from collections import Counter
from functools import lru_cache
from typing import Literal

Strength = Literal["any", "mixed", "random"]
"""How much a value must look like a secret, given the name of its field."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PASSWORDS = _words(
    """
    password passwd passwrd passphrase pass pwd pw psw passwort kennwort motdepasse mdp senha contrasena
    contraseña clave psk psksecret passcode userpass dbpass dbpw rootpass rootpw adminpass adminpw bindpw userpw
    mysqlpass smtppass ftppass authpass keypass storepass passw storepasswd keypasswd presharedkey
    """
)
SECRETS = _words(
    """
    secret secrets clientsecret sharedsecret secretkey
    """
)
KEYS = _words(
    """
    token apikey accesskey authkey authtoken accesstoken privatekey credential credentials
    """
)
KEY_HEADS = _words(
    """
    api access auth private encryption encrypt signing sign master account shared secret storage service session
    license crypto cipher aes hmac jwt subscription deploy application app
    """
)
TAILS = ("password", "passwd", "passwort", "motdepasse", "kennwort", "passphrase", "pwd")

NEUTRAL = _words(
    """
    md
    file files path dir folder name names field fields label hint prompt policy policies length len min max
    minimum maximum size url uri link endpoint expiry expires expire expired expiration ttl age days lifetime
    timeout reset change changed strength count rotation rotate required require requires enabled enable
    disabled allowed type kind format pattern regex regexp hash hashed digest md5 sha sha1 sha256 sha512
    md5secret salt encrypted encryption enc crypt id ids ref reference arn store vault manager provider history
    complexity validator validation validate check checker error errors message msg title description desc help
    tooltip placeholder icon class style input box form page view screen template protected protection
    authentication less sync generator source backend algorithm algo method mode column index position attribute
    attr property prop param parameter var variable env last set at date time by status state visible mask char
    chars characters verify budget limit usage bucket scope scopes audience issuer header cookie version
    location group role lookup cmd command script helper callback function equal entry rule rules ring map caps
    stroke press down up binding bindings board word words charset encoding encode code changes
    """
)
NEUTRAL_HEADS = _words(
    """
    md existing pull image
    no hash hashed encrypted md5 min max csrf xsrf has is show hide forgot forgotten reset require requires
    required ask public invalid wrong incorrect missing next continuation cancellation proxy fastcgi uwsgi scgi
    grpc by two first second foreign primary pagination paging sort order hot partition
    """
)
FILLERS = _words(
    """
    files systemd compat sss nis winbind
    your my the a an some our insert enter put here replace with me change changeme changeit example examples
    sample placeholder dummy fake todo tbd redacted masked hidden removed omitted none null nil undefined empty
    na n true false yes no password passwd pass pwd passphrase secret secrets token key keys apikey api value
    string str text user username login db database account access client auth bearer new old current confirm
    confirmation again repeat default required optional unset not set hash private public foo bar baz foobar
    test mysecret mypassword yourpassword mytoken motdepasse mot de passe votre exemple changez moi senha clave
    kennwort passwort basic digest plain any object bool boolean int integer varchar number bytes char something
    anything this it is to be in from env var variable goes supersecret strongpassword securepassword topsecret
    """
)

_WORD = re.compile(r"[A-ZÀ-Þ]+(?=[A-ZÀ-Þ][a-zà-ÿ])|[A-ZÀ-Þ]?[a-zà-ÿ]+|[A-ZÀ-Þ]+|\d+")
_INSIDE = re.compile(
    r"\$\{[^}]{0,200}(?:\}|\Z)|\$\([^)]{0,200}|\{\{.{0,200}?\}\}|#\{[^}]{0,200}\}|%\(\w{1,60}\)s|<%.{0,200}?%>|%[A-Za-z_]\w{0,60}%|\$\[\w{1,60}|"
    r"\{[\w.]{0,60}(?:\([^(){}]{0,60}\)|\[[^\[\]{}]{0,60}\])?(?:![rs])?(?::[^}]{0,12})?\}|\$\$\w"
)
_WHOLE = re.compile(
    r"(?:\$[A-Za-z_][\w:.]*(?:(?:->|\.|\[).*)?|\$[0-9@*]|![A-Za-z_]\w*!|@[A-Za-z_][\w.]*@|<[^<>]{1,80}>|\[[A-Za-z _-]{1,60}\]|:[a-z_]\w*|"
    r"&&?[A-Za-z_]\w*\.?|%[a-z]|%\d|%%\w|\?|__\w+__|(?:[xX*.•#?_\-=…]+|(?:[xX*]+[ -])+[xX*]+))\Z"
)
_REFERENCE = re.compile(
    r"(?:vault|secret|secrets|op|ref\+\w+|ssm|kms|env|file|keyring|gcp-?sm|awssm|akv|bao|pass)[:/]|arn:aws|@Microsoft\.KeyVault|projects/[^/]+/secrets|"
    r"!\w+\s|!(?:vault|Ref|Sub|GetAtt|ImportValue|secret)\b|resolve:|\{\{?resolve:|secretKeyRef|valueFrom|sops|lookup\(|"
    r"(?:/[\w.\-]+){2,}\Z|~/|\.{1,2}/|[A-Za-z]:[\\/]|\\\\\w|https?://|ldaps?://",
    re.IGNORECASE,
)
_SEALED = re.compile(
    r"\$(?:1|2[abxy]?|5|6|7|y|gy|8|9|14|apr1|P|H|S|md5|sha1|argon2\w*|pbkdf2[\w-]*|scrypt|bcrypt|ANSIBLE_VAULT)[$;,]|"
    r"\{(?:S?SHA\d*|S?MD5|CRYPT|BCRYPT|PBKDF2[^}]*|ARGON2|cipher|aes[^}]*|ENC[^}]*)\}|pbkdf2[_:]|sha(?:1|224|256|384|512)[$:\-]|argon2|scrypt[:$]|"
    r"bcrypt[:$]|SCRAM-SHA|md5[0-9a-f]{32}\Z|\*[0-9A-F]{40}\Z|ENC[(\[ ]|SEALED|01000000d08c9ddf|AQAAANCMnd8|U2FsdGVkX1|gAAAAA|age1|-----BEGIN PGP MESSAGE|"
    r"AES(?:128|256)?[:(]|encrypted:|!vault|crypt:|kms:|AgA[A-Za-z0-9+/=]{200}",
    re.IGNORECASE,
)
_HEX = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})\Z", re.IGNORECASE
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]|\Z)|\d+(?:\.\d+){1,3}\Z|[a-z]+(?:\.[a-z]\w*){1,}\Z")
_SENTENCE = re.compile(
    r"\b(?:password|passwort|mot de passe|contraseña|please|enter|must|should|required|invalid|incorrect|obligatoire|votre|saisi\w*|"
    r"your|the|cannot|wrong|forgot\w*|is|are|of|for|at|least|with|and|or|to|in|by|what|when|have|has|not|you|user|le|la|les|un|une|des|du|"
    r"dans|est|pour|au|moins|caractères|characters)\b",
    re.IGNORECASE,
)
SHORTEST, LONGEST, SHORTEST_KEY = 4, 4096, 12
_BITS_OF_KEY, _MANY = 3.0, 3


def words_of(name: str) -> list[str]:
    """Split a field's name into its words: DB_PASSWORD, dbPassword and db.password are the same two."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=8192)
def strength_asked(name: str) -> Strength | None:
    """Tell what a field of this name asks of its value to be a secret; None where the name tells of no secret."""
    words = words_of(name)
    for at in range(len(words) - 1, -1, -1):
        found = _strength(words, at)
        if found is not None:
            rest, heads = words[at + 1 :], words[:at]
            return None if NEUTRAL & set(rest) or NEUTRAL_HEADS & set(heads) else found
    return None


def _strength(words: list[str], at: int) -> Strength | None:
    word, before = words[at], words[at - 1] if at else ""
    if word in PASSWORDS or word.endswith(TAILS) or (word == "passe" and words[max(0, at - 2) : at] == ["mot", "de"]):
        return "any"
    if word == "key" and before == "shared" and "pre" in words[:at]:
        return "any"
    if word in SECRETS or word.endswith("secret"):
        return "mixed"
    if word in KEYS or word.endswith("token") or (word == "key" and before in KEY_HEADS):
        return "random"
    return None


def is_secret(value: str, asked: Strength, *, quoted: bool = True) -> bool:
    """Tell whether a value is a readable secret of the strength its field's name asks for.

    `quoted`: it stood in quotes, so it is no name of a variable and no call.
    """
    if (
        not SHORTEST <= len(value) <= LONGEST
        or is_placeholder(value)
        or is_reference(value, quoted=quoted)
        or is_sealed(value)
    ):
        return False
    if asked == "any":
        return _HEX.match(value) is None and not is_sentence(value)
    if any(sign.isspace() for sign in value):
        return asked == "mixed" and not is_sentence(value) and _has_digit(value)
    if asked == "mixed":
        return _has_digit(value) or (not value.islower() and not value.isupper() and entropy(value) > _BITS_OF_KEY)
    return is_random(value)


def is_placeholder(value: str) -> bool:
    """Tell whether a value only stands for one that will come: "changeme", "<password>", "xxxxx", "your_api_key_here"."""
    bare = value.strip().strip("\"'")
    if not bare or _WHOLE.match(bare) or len(set(bare.lower())) == 1:
        return True
    words = words_of(bare)
    return bool(words) and all(word in FILLERS or set(word) <= {"x"} for word in words)


def is_reference(value: str, *, quoted: bool = True) -> bool:
    """Tell whether a value says where the secret is, instead of what it is: a variable, a vault's address, a path, a call."""
    if _INSIDE.search(value) or _REFERENCE.match(value):
        return True
    return not quoted and re.match(r"[A-Za-z_][\w.]*(?:\(|\[['\"]|->|::)", value) is not None


def is_sealed(value: str) -> bool:
    """Tell whether a value is a hash, or encrypted, by the mark it carries."""
    return _SEALED.match(value) is not None


def is_sentence(value: str) -> bool:
    """Tell whether a value is words for people: a label, a prompt, a message."""
    words = value.split()
    if len(words) < _MANY:
        return len(words) > 1 and _SENTENCE.search(value) is not None and not _has_digit(value)
    return _SENTENCE.search(value) is not None or (value[0].isupper() and value.rstrip()[-1] in ".!?:")


def is_word(value: str) -> bool:
    """Tell whether a value is letters only: after a colon in the middle of a line it is more likely a word of a sentence."""
    return value.isalpha()


def is_random(value: str) -> bool:
    """Tell whether a value looks made by chance: long, letters and digits, many different signs."""
    if len(value) < SHORTEST_KEY or _STAMP.match(value) or any(sign.isspace() for sign in value):
        return False
    has_letter = any(sign.isalpha() for sign in value)
    return has_letter and _has_digit(value) and entropy(value) >= _BITS_OF_KEY


def entropy(value: str) -> float:
    """Return Shannon's entropy of a text's signs, in bits a sign."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def _has_digit(value: str) -> bool:
    return any(sign.isdigit() for sign in value)
