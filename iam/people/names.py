"""User ids by one convention per platform: made by the system, refused when made otherwise. [ID-2, ID-3]

A convention is data of the book. The generator brings any name of any script down to plain letters, and counts up
when two people share a name, so that an id means one person for ever: ids of people who left stay taken.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii


@dataclass(frozen=True, slots=True)
class Convention:
    """How user ids look on one platform. `forms` are tried in order; numbers from 2 upwards follow the first form."""

    platform: str
    pattern: str
    forms: tuple[str, ...]
    min_length: int
    max_length: int
    reserved: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Convention":
        """Read a convention from the book's parameters. Raises KeyError where one is missing."""
        return cls(
            platform=str(data["platform"]),
            pattern=str(data["pattern"]),
            forms=tuple(data["forms"]),
            min_length=int(data["min_length"]),
            max_length=int(data["max_length"]),
            reserved=frozenset(data["reserved"]),
        )


def letters(name: str) -> str:
    """Bring a name of any script down to a-z: "Ọlúṣẹ́gun" is "olusegun", "Müller" is "muller", "李" is "li"."""
    written = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] in "LM")
    return re.sub(r"[^a-z]", "", anyascii(written).lower())


def parts(given_name: str, family_name: str) -> dict[str, str]:
    """Split a person's names into what a form may use: given (the first word), initial, family.

    Raises ValueError where neither name has a letter of any script.
    """
    words = given_name.split()
    given = letters(words[0]) if words else ""
    given = given or letters(given_name)
    family = letters(family_name)
    if not given and not family:
        raise ValueError("a user id needs at least one letter in the person's names")
    given, family = given or family, family or given
    return {"given": given, "initial": given[0], "family": family}


def bases(convention: Convention, given_name: str, family_name: str) -> list[str]:
    """List the ids without number that the convention allows this person, best first; reserved names fall out.

    Raises ValueError where the names have no letter or give nothing but reserved names.
    """
    fields = parts(given_name, family_name)
    found: list[str] = []
    for form in convention.forms:
        base = form.format_map(fields)[: convention.max_length].rstrip(".-_")
        if base not in found and not is_reserved(convention, base):
            found.append(base)
    if not found:
        raise ValueError("every form of the convention gives a name that is reserved for groups or systems")
    return found


def candidates(convention: Convention, given_name: str, family_name: str) -> Iterator[str]:
    """Yield without end the ids this person may have: the plain forms first, then the first form with 2, 3, 4..."""
    plain = bases(convention, given_name, family_name)
    yield from (name for name in plain if fits(convention, name))
    stem, number = plain[0], 1
    while True:
        number += 1
        room = convention.max_length - len(str(number))
        short = stem[:room].rstrip(".-_")
        name = short + str(number).rjust(convention.min_length - len(short), "0")
        if fits(convention, name):
            yield name


def propose(convention: Convention, given_name: str, family_name: str, taken: Callable[[str], bool]) -> str:
    """Return the first id of this person that nobody has or ever had. Raises ValueError for names without a letter."""
    return next(name for name in candidates(convention, given_name, family_name) if not taken(name))


def fits(convention: Convention, name: str) -> bool:
    """Tell whether a name has the platform's shape and is nobody's shared or system name."""
    within = convention.min_length <= len(name) <= convention.max_length
    return within and re.fullmatch(convention.pattern, name) is not None and not is_reserved(convention, name)


def is_reserved(convention: Convention, name: str) -> bool:
    """Tell whether a name says only what a group, a role or a system is called. "j.root" is a person's. [ID-2]"""
    return all(word in convention.reserved for word in re.split(r"[^a-z]+", name.lower()) if word)


def fault(convention: Convention, name: str, given_name: str, family_name: str) -> str | None:
    """Say why a user id is refused for this person, or None. Only what the generator could make passes. [ID-2, ID-3]"""
    if is_reserved(convention, name):
        return "This user id names a group, a role or a system. A user id belongs to one person."
    if not fits(convention, name):
        return f"This user id does not follow the convention of {convention.platform}."
    stem = name.rstrip("0123456789")
    own = bases(convention, given_name, family_name)
    number = len(name) - len(stem)
    if name in own or (number and own[0].startswith(stem) and len(own[0]) - len(stem) <= number):
        return None
    return "The system makes user ids from the person's names. This one is not made so."
