"""What a password must be, as the book says: two rule sets, `house` and `nist`. Pure: no table, no clock. [PW-1, PW-2]

`house` asks for 8 characters, mixed case and a digit or sign, no trivial word, nothing tied to the user, and a strength of 10^8 guesses
(zxcvbn's score 3).
`nist` follows SP 800-63B-4 section 3.1.1.2: length, a list of common passwords, words of the context; no classes.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from anyascii import anyascii
from zxcvbn_rs_py import zxcvbn

from iam.credentials.wordlists import is_common_password, is_word
from policy import book

_UNDISGUISE = str.maketrans("013457@$!|", "oieastasil")
_LONG, _SHORT, _DIGITS = 4, 3, 6


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule set. Lengths count characters after NFC; `min_guesses` is a power of ten; `words` are the house's own words."""

    name: str
    min_length: int
    max_length: int
    classes: bool
    plain_words: bool
    min_guesses: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a password: a key for translators, a sentence for people, the clause."""

    key: str
    why: str
    clause: str


def in_force(*, only_factor: bool = False) -> Rules:
    """Give the rule set the book selects; an account without a second factor has a longer least length under `nist`."""
    name = str(book.parameter("PW-1", "rules"))
    length = "nist_only_factor_min_length" if name == "nist" and only_factor else f"{name}_min_length"
    words = book.parameter("PW-2", "words")
    return Rules(
        name=name,
        min_length=book.number("PW-1", length),
        max_length=book.number("PW-1", "max_length"),
        classes=bool(book.parameter("PW-2", f"{name}_classes")),
        plain_words=bool(book.parameter("PW-2", f"{name}_plain_words")),
        min_guesses=book.number("PW-2", f"{name}_min_guesses"),
        words=tuple(str(word) for word in words) if isinstance(words, list) else (),
    )


def normal(password: str) -> str:
    """Return a password in the one form that is checked and hashed: Unicode NFC, nothing trimmed."""
    return unicodedata.normalize("NFC", password)


def flaws(password: str, rules: Rules, context: Iterable[str] = ()) -> list[Flaw]:
    """List all that is wrong with a password, an empty list when it may be used. `context`: what is tied to the user."""
    text = normal(password)
    broken = _unusable(text, rules)
    if broken is not None:
        return [broken]
    found: list[Flaw] = []
    if len(text) < rules.min_length:
        found.append(Flaw("short", f"It has {len(text)} characters; at least {rules.min_length} are needed.", "PW-1"))
    if rules.classes:
        found += _classes(text)
    if _is_trivial(text, rules):
        found.append(Flaw("trivial", "It is a common password or one plain word with a few signs around it.", "PW-2"))
    tokens = _tokens((*context, *rules.words))
    if _is_tied(text, tokens):
        found.append(Flaw("tied", "It contains a name, number or word tied to you or to the house.", "PW-2"))
    if not found and rules.min_guesses and zxcvbn(text, list(tokens)).guesses_log10 < rules.min_guesses:
        found.append(
            Flaw("guessable", "It can be guessed. Take three or four words that do not belong together.", "PW-2")
        )
    return found


def _unusable(text: str, rules: Rules) -> Flaw | None:
    if len(text) > rules.max_length:
        return Flaw("long", f"It has more than {rules.max_length} characters.", "PW-1")
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        return Flaw("unusable", "It contains a sign that cannot be typed everywhere.", "PW-1")
    return None


def _classes(text: str) -> list[Flaw]:
    found = []
    if not (any(c.islower() for c in text) and any(c.isupper() for c in text)):
        found.append(Flaw("case", "It needs small and capital letters.", "PW-2"))
    if not any(c.isdigit() or not (c.isalnum() or c.isspace()) for c in text):
        found.append(Flaw("sign", "It needs a digit or a special character.", "PW-2"))
    return found


def _is_trivial(text: str, rules: Rules) -> bool:
    low = text.casefold()
    plain = low.translate(_UNDISGUISE)
    if is_common_password(low) or is_common_password(plain) or len(set(low)) <= 2:  # noqa: PLR2004 - "aaaaaaaa", "abababab"
        return True
    bare = {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", form) for form in (low, plain)}
    if rules.plain_words and any(is_word(word) or word in rules.words for word in bare):
        return True
    return any(word in rules.words for word in (low, plain))


def _tokens(context: Iterable[str]) -> frozenset[str]:
    """Return the words and runs of digits by which a password could be tied to someone, in plain lower case."""
    found: set[str] = set()
    for text in context:
        plain = _plain(text)
        digits = re.sub(r"\D", "", text)
        found.update(word for word in re.split(r"[^a-z]+", plain) if len(word) >= _SHORT)
        joined = re.sub(r"[^a-z]", "", plain.split("@")[0])
        if len(joined) >= _LONG:
            found.add(joined)
        if len(digits) >= _DIGITS:
            found.update(digits[at : at + _DIGITS] for at in range(len(digits) - _DIGITS + 1))
    return frozenset(found)


def _is_tied(text: str, tokens: frozenset[str]) -> bool:
    """Tell whether a token stands in the password, also reversed or disguised; short ones only as a word of their own."""
    plain = _plain(text)
    forms = {plain, plain[::-1], plain.translate(_UNDISGUISE), plain.translate(_UNDISGUISE)[::-1]}
    runs = {run for form in forms for run in re.split(r"[^a-z]+", form)}
    return any(token in runs or (len(token) >= _LONG and any(token in form for form in forms)) for token in tokens)


def _plain(text: str) -> str:
    return anyascii(text).lower()
