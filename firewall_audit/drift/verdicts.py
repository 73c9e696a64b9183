"""The verdict on one change of a device: by its time, who did it, and the words that were approved. [FW-2]"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from firewall_audit.configurations.texts import covered
from firewall_audit.drift.approved import Pair, as_approved, too_little, too_much
from firewall_audit.models.configurations import LATE, LESS, PARTLY
from policy.changes import ChangeWindow
from policy.identities import person_behind
from policy.matching import RANK, UNAPPROVED, Match, Seen, Windows
from policy.windows import matched_against, windows_near

EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the change it speaks of, and how many rules do not stand in the approved text."""

    verdict: str
    ref: str | None
    unapproved: int = 0
    compared: tuple[Pair, ...] = ()


Look = Callable[[str, str], tuple[Pair, ...]]
"""Holds what changed against the rules of a change: by its reference and their words."""


class Judge:
    """The windows on one device around a time, ready to be asked."""

    def __init__(self, session: Any, thing: str, since: datetime, until: datetime) -> None:
        self._session = session
        self._thing = thing
        self._rows = windows_near(session, [thing], since, until)
        self._windows: Windows = matched_against(self._rows, [thing])

    def person(self, account: str) -> str | None:
        """Who stands behind an account; None where nobody is known."""
        found = person_behind(self._session, account)
        return str(found) if found is not None else None

    def judge(
        self,
        at: datetime,
        since: datetime | None = None,
        people: Iterable[str | None] = (),
        digests: Sequence[str] = (),
        rules: Sequence[str] = (),
        look: Look | None = None,
    ) -> Judged:
        """Judge something that changed: the worst of the people speaks; `digests` of whole texts, `rules` of single ones; `look` reads it."""
        text = self._text(digests)
        told = [self._windows.match(Seen(self._thing, at, since, person, text)) for person in (*dict.fromkeys(people),)]
        match = (
            max(told, key=lambda one: RANK[one.verdict])
            if told
            else self._windows.match(Seen(self._thing, at, since, None, text))
        )
        return self._refined(match, rules, look)

    def _text(self, digests: Sequence[str]) -> str | None:
        """Of the digests that the same text has, the one that some change names; else the first."""
        named = {one for row in self._rows for one in row.texts}
        return next((one for one in digests if one in named), digests[0] if digests else None)

    def _refined(self, match: Match, rules: Sequence[str], look: Look | None) -> Judged:
        """Tell a late emergency from a late change, and look at single rules where the whole text is another."""
        if match == UNAPPROVED:
            return Judged(match.verdict, None)
        row = next((one for one in reversed(self._rows) if one.bound_to == match.ref), None)
        late = row is not None and match.verdict in {"afterwards", "not-begun"} and row.model == EMERGENCY
        if row is not None and look is not None and self._thing in row.rules:
            pairs = look(row.bound_to, row.rules[self._thing])
            free = late or match.verdict == "other-text"
            verdict = _by_rules(pairs, late=late) if free else match.verdict
            return Judged(verdict, match.ref, too_much(pairs), pairs)
        if late:
            return Judged(LATE, match.ref)
        if row is not None and match.verdict == "other-text" and rules:
            yes, no = covered(rules, frozenset(row.texts))
            if yes:
                return Judged("matched" if not no else PARTLY, match.ref, no)
        return Judged(match.verdict, match.ref)


def _by_rules(pairs: Sequence[Pair], *, late: bool) -> str:
    """Give the verdict on a time and a person that were approved, by what was approved and what was applied."""
    if too_much(pairs):
        return PARTLY if as_approved(pairs) else "other-text"
    if not as_approved(pairs):
        return "other-text"
    return LATE if late else LESS if too_little(pairs) else "matched"


def bound(session: Any, ref: str) -> ChangeWindow | None:
    """Give the last window of a change."""
    found: ChangeWindow | None = session.scalars(
        select(ChangeWindow).where(ChangeWindow.bound_to == ref).order_by(col(ChangeWindow.id).desc()).limit(1)
    ).first()
    return found
