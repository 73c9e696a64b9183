"""Who stands behind a name that a system wrote down: identity says, and every field may ask without knowing identity. [ID-2]"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

Finder = Callable[[Any, str], UUID | None]
_finders: list[Finder] = []


def finds_people(finder: Finder) -> Finder:
    """Register how a name (an account on any platform, an address) leads to the one person who has it; None where it does not."""
    _finders.append(finder)
    return finder


def person_behind(session: Any, name: str) -> UUID | None:
    """Give the person whom a name belongs to, past holders among them; None for an empty, unknown or ambiguous name."""
    if not name.strip():
        return None
    found = {person for finder in _finders if (person := finder(session, name.strip())) is not None}
    return found.pop() if len(found) == 1 else None
