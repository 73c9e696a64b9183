"""The only kinds of error the house knows. What HTTP makes of each is told once, in `api/errors.py`."""

from collections.abc import Sequence
from dataclasses import dataclass


class OmniError(Exception):
    """An answer of no: `why` is a sentence for people, `clause` the clause of the book it rests on."""

    outcome = "failed"

    def __init__(self, why: str, clause: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.clause = clause


class NotSignedIn(OmniError):
    """Nobody is there, and the thing asked for is not for a nobody. [ID-1]"""

    outcome = "denied"


class StepUpNeeded(OmniError):
    """The person may do this, once they have shown their second factor again."""

    outcome = "denied"


class NotFound(OmniError):
    """No such thing."""

    outcome = "not_found"


class Denied(OmniError):
    """The gate said no. `hidden` tells that the person may not even know that the thing exists."""

    outcome = "denied"

    def __init__(self, why: str, clause: str | None = None, *, hidden: bool = False) -> None:
        super().__init__(why, clause)
        self.hidden = hidden


class Refused(OmniError):
    """The gate said yes, but a rule of the field or of the book stands against it now."""

    outcome = "refused"

    def __init__(self, clause: str | None, why: str) -> None:
        super().__init__(why, clause)


class Conflict(OmniError):
    """Somebody else was quicker, or the thing is there already."""

    outcome = "conflict"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field of what was sent."""

    field: str
    why: str


class Malformed(OmniError):
    """What was sent does not have the shape it needs; `faults` names each field."""

    outcome = "malformed"

    def __init__(self, why: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(why)
        self.faults = tuple(faults)


class Busy(OmniError):
    """More is asked than can be done now; come back after `retry_after` seconds."""

    outcome = "refused"

    def __init__(self, why: str, retry_after: int = 1) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Unavailable(OmniError):
    """Something we stand on (the database, the ledger) is not there; nothing was done. Retry after `retry_after` seconds."""

    outcome = "failed"

    def __init__(self, why: str, retry_after: int = 2) -> None:
        super().__init__(why)
        self.retry_after = retry_after
