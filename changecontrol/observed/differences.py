"""Between two looks at a system: what came, what went, what is another. Pure. [CC-4]"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was."""

    kind: Literal["added", "removed", "changed"]
    what: str
    before: str
    after: str


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """Give the differences in order of name."""
    found = []
    for what in sorted(before.keys() | after.keys()):
        old, new = before.get(what), after.get(what)
        if old == new:
            continue
        kind: Literal["added", "removed", "changed"] = (
            "added" if old is None else "removed" if new is None else "changed"
        )
        found.append(Difference(kind, what, old or "", new or ""))
    return found


def fingerprint(system: str, source: str, what: str, after: str) -> str:
    """Give what two observations of the same difference share (SHA-256): the same again is counted, not forgotten."""
    return hashlib.sha256(f"{system}\x1f{source}\x1f{what}\x1f{after}".encode("utf-8", "surrogatepass")).hexdigest()
