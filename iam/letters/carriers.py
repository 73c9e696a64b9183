"""What an operator answers, part by part, as a receipt keeps it: `SMPP 1A2B:accepted 1A2C:DELIVRD`. Pure. [ID-5]

An operator names each part it takes with an id of its own, and says later what became of that id. Message states: SMPP 3.4, appendix B.
"""

import re
from collections.abc import Iterable

PREFIX, TAKEN, DELIVERED = "SMPP", "accepted", "DELIVRD"
ON_THE_WAY = frozenset({TAKEN, "ENROUTE", "ACCEPTD", "UNKNOWN"})
_PART = re.compile(r" ([A-Za-z0-9_.=-]+):([A-Za-z]+)")


def accepted(references: Iterable[str]) -> str:
    """Return the answer of an operator that took a letter under these ids."""
    return PREFIX + "".join(f" {quoted(one)}:{TAKEN}" for one in references)


def quoted(reference: str) -> str:
    """Return an operator's id as one word, other signs by their code."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else f"={ord(sign):02X}" for sign in reference
    )


def spellings(reference: str) -> list[str]:
    """Return how an id of a receipt may stand in the answer to its message: some operators answer in hexadecimal and report in decimal."""
    found = [quoted(reference)]
    if reference.isascii() and reference.isdecimal():
        number = int(reference)
        found += [f"{number:x}", f"{number:X}", f"{number:08x}", f"{number:08X}", str(number)]
    return list(dict.fromkeys(found))


def stated(carrier: str, reference: str, state: str) -> str:
    """Return the answer with the state of one part as it is now; what was delivered stays so, whatever comes late."""
    wanted = spellings(reference)

    def part(found: re.Match[str]) -> str:
        name, before = found.groups()
        return f" {name}:{state}" if name in wanted and before in ON_THE_WAY else found[0]

    return _PART.sub(part, carrier)


def outcome(carrier: str) -> str | None:
    """Return what became of a letter: `delivered` once every part is, `failed` once one cannot be, else None."""
    if not carrier.startswith(f"{PREFIX} "):
        return None
    states = {state for _, state in _PART.findall(carrier)}
    if states == {DELIVERED}:
        return "delivered"
    return "failed" if states - ON_THE_WAY - {DELIVERED} else None
