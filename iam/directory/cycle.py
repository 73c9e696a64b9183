"""A look at a directory: whole, or at what changed; differences become cases, and cases that are no more are closed. [AC-7, AC-9]

What is found is reported before our copy of the directory and the mark move on, so a look that is cut off anywhere is made again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from iam.directory import mirror
from iam.directory.comparison import CLAUSE_OF, Finding, compare, missing
from iam.directory.connection import DirectoryFault, State, opened
from iam.directory.entries import Entry
from iam.directory.mirror import Seen, seen_of
from iam.directory.models import LIVE, Deviation, Directory, DirectoryGroup, DirectoryLook, DirectoryStanding
from iam.directory.moves import Moves
from iam.directory.reader import Reader, fold
from iam.directory.registry import AT_ONCE, CLERK, Difference, door_of, note_standing, report, settle
from iam.directory.wanted import Registry, rules_of
from kernel import clock, fresh
from kernel.db import read_session
from kernel.errors import NotFound
from policy import book

AT_A_TIME = 1000
FEW = 20
"""With fewer entries than this, any number of them may go at once."""


@dataclass(slots=True)
class Outcome:
    """What a look did: how many entries it compared, read whole, found differing, and cases it closed."""

    whole: bool = False
    compared: int = 0
    read: int = 0
    found: int = 0
    settled: int = 0
    state: str = "current"


class Look:
    """One look at one directory, over an open link."""

    def __init__(self, directory: Directory, reader: Reader, now: datetime, before: DirectoryStanding) -> None:
        asked = select(DirectoryGroup).where(DirectoryGroup.directory_id == directory.id)
        with read_session() as session:
            self.groups = list(session.scalars(asked))
            self.rules = rules_of(session, directory.platform, now)
            self._live = {(kind, about): key for key, kind, about in session.execute(_live(directory.platform))}
        self._governed = frozenset(str(one.id) for one in self.groups)
        self.directory = directory
        self.reader = reader
        self.registry = Registry(directory, self.groups, now)
        self.outcome = Outcome()
        self._found: set[tuple[str, str]] = set()
        self._waiting: list[Difference] = []
        self._moves = Moves(self.groups, before)

    def whole(self) -> None:
        """Compare everything. Raises DirectoryFault, then also for a directory that lost too many users to be believed."""
        self.outcome.whole = True
        members = self.reader.memberships(self.groups)
        before = mirror.keys(self.directory.id)
        seen: set[str] = set()
        for page in self._pages(is_first=not before, members=members):
            keys = [one.actual.external_id for one, _ in page]
            if len(set(keys)) != len(keys) or not seen.isdisjoint(keys):
                raise DirectoryFault("untrusted", "It shows two entries with one key.")
            seen.update(keys)
            self._compare([one for one, _ in page])
            mirror.keep(self.directory.id, [one for one, is_new in page if is_new])
        self._believe(before, seen)
        for wanted in self.registry.unseen(seen):
            self._note(missing(wanted))
        self._send()
        mirror.forget(self.directory.id, before - seen)
        self._close(key for pair, key in self._live.items() if pair not in self._found)

    def part(self, keys: frozenset[str], *, groups: bool) -> None:
        """Compare some entries, and where groups changed those whose groups are others now. Raises DirectoryFault."""
        members = self.reader.memberships(self.groups) if groups else None
        asked = keys if members is None else keys | self._moved(members)
        before = mirror.known(self.directory.id, asked)
        seen: set[str] = set()
        for page in self.reader.by_keys(asked):
            entries = [self._grouped(entry, members, before) for entry in page]
            seen.update(one.actual.external_id for one in entries)
            self.outcome.read += len(entries)
            self._moves.note(before, entries)
            self._compare(entries)
            mirror.keep(self.directory.id, entries)
        gone = asked - seen
        accounts = self.registry.bound_to(asked)
        for wanted in accounts:
            if wanted.external_id in gone:
                self._note(missing(wanted))
        self._send()
        mirror.forget(self.directory.id, gone & before.keys())
        self._close(self._settled(asked, {wanted.account_id for wanted in accounts}))

    def unlike(self, keys: frozenset[str], stamps: Mapping[str, str]) -> frozenset[str]:
        """Return the keys whose entry is not as our copy has it; a mark that trails tells of some again."""
        told, same = list(stamps), set[str]()
        for start in range(0, len(told), AT_A_TIME):
            held = mirror.known(self.directory.id, told[start : start + AT_A_TIME])
            same.update(key for key, kept in held.items() if kept.stamp == stamps[key])
        return keys - same

    def _pages(self, *, is_first: bool, members: dict[str, set[str]]) -> Iterator[list[tuple[Seen, bool]]]:
        """Give all entries, page by page, and whether each differs from our copy; what did not change is not read again."""
        if is_first:
            for page in self.reader.entries():
                self.outcome.read += len(page)
                yield [(seen_of(entry, members.get(fold(entry.dn), ())), True) for entry in page]
            return
        for stamps in self.reader.stamps():
            held = mirror.known(self.directory.id, [one.external_id for one in stamps])
            same: list[tuple[Seen, bool]] = []
            other: list[str] = []
            for one in stamps:
                kept = held.get(one.external_id)
                groups = frozenset(members.get(fold(one.dn), ()))
                if kept is not None and kept.stamp == one.stamp and kept.dn == one.dn and kept.actual.groups == groups:
                    same.append((kept, False))
                else:
                    other.append(one.external_id)
            yield same
            for page in self.reader.by_keys(other):
                self.outcome.read += len(page)
                read = [seen_of(entry, members.get(fold(entry.dn), ())) for entry in page]
                self._moves.note(held, read)
                yield [(one, True) for one in read]

    def _grouped(self, entry: Entry, members: dict[str, set[str]] | None, before: dict[str, Seen]) -> Seen:
        if members is not None:
            return seen_of(entry, members.get(fold(entry.dn), ()))
        held = before.get(entry.external_id)
        return seen_of(entry, held.actual.groups & self._governed if held else ())

    def _moved(self, members: dict[str, set[str]]) -> frozenset[str]:
        """Return the keys of entries that are in other groups than when they were last seen."""
        return frozenset(
            key
            for key, dn, groups in mirror.everything(self.directory.id)
            if groups != members.get(fold(dn), frozenset())
        )

    def _compare(self, page: list[Seen]) -> None:
        actual = [one.actual for one in page]
        bound = self.registry.bound([one.external_id for one in actual])
        named = self.registry.named([one.name for one in actual if one.external_id not in bound])
        for one in actual:
            self._note(compare(bound.get(one.external_id), one, named.get(one.name.lower()), self.rules))
        self.outcome.compared += len(actual)
        self._send()

    def _note(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            about = finding.about(str(self.directory.id))
            self.outcome.found += 1
            self._found.add((finding.kind, about))
            if (finding.kind, about) not in self._live:
                self._waiting.append(self._told(finding, about))

    def _told(self, finding: Finding, about: str) -> Difference:
        group = next((one.name for one in self.groups if str(one.id) == finding.group), None)
        known = {"account": finding.account_id, "entry": finding.external_id, "group": finding.group, "of": group}
        return Difference(
            kind=finding.kind,
            about_ref=about,
            clause=CLAUSE_OF[finding.kind],
            person_id=UUID(finding.person_id) if finding.person_id else None,
            detail={**finding.detail, **{name: value for name, value in known.items() if value}},
            moved=self._moves.of(finding, self.reader),
        )

    def _send(self) -> None:
        """Report what waits, before our copy moves on."""
        while self._waiting:
            report(CLERK, self.directory.id, found=self._waiting[:AT_ONCE], since=self._moves.since)
            del self._waiting[:AT_ONCE]

    def _settled(self, keys: frozenset[str], accounts: set[str]) -> list[UUID]:
        """Return the open cases about what was looked at now that were not found again."""
        looked = tuple(f"entry:{self.directory.id}.{key}" for key in keys)
        return [
            case
            for (kind, about), case in self._live.items()
            if (kind, about) not in self._found
            and (about.startswith(looked) or about.removeprefix("account:") in accounts)
        ]

    def _close(self, ids: Iterable[UUID]) -> None:
        over = list(ids)
        for start in range(0, len(over), AT_ONCE):
            self.outcome.settled += settle(CLERK, self.directory.id, ids=over[start : start + AT_ONCE])

    def _believe(self, before: set[str], seen: set[str]) -> None:
        gone = len(before - seen)
        most = book.number("AC-7", "most_gone_percent")
        if gone > FEW and gone * 100 > most * len(before):
            raise DirectoryFault("untrusted", f"It lost {gone} of {len(before)} users at once.")


def _live(platform: str) -> Any:
    """Select the open and accepted cases of a platform that looks at its directory have found."""
    columns: tuple[Any, ...] = (Deviation.id, Deviation.kind, Deviation.about_ref)
    return select(*columns).where(
        Deviation.platform == platform, col(Deviation.state).in_(LIVE), col(Deviation.kind).in_(CLAUSE_OF)
    )


def look(directory_id: UUID, now: datetime, *, whole: bool | None = None, keys: Iterable[str] = ()) -> Outcome | None:
    """Look at a directory and write down how it stands; None while another process looks.

    Whole when asked, when it was never looked at, or when the book's hours are over; else at what changed, and at `keys`.
    """
    with mirror.alone(directory_id) as is_ours:
        if not is_ours:
            return None
        fresh.refresh()
        with read_session() as session:
            directory = session.get(Directory, directory_id)
            before = mirror.standing(session, directory_id)
        if directory is None:
            raise NotFound("There is no such directory.")
        hours = timedelta(hours=book.number("AC-7", "whole_hours"))
        due = before.full_at is None or before.mark is None or before.full_at + hours <= now
        is_whole = due if whole is None else whole
        begun = clock.monotonic()
        try:
            done, mark = _look(directory, now, before, is_whole=is_whole, keys=frozenset(keys))
        except DirectoryFault as fault:
            done = Outcome(whole=is_whole, state=fault.state)
            _stand(before, now, fault.state, fault.why)
            _remember(before, done, now, clock.monotonic() - begun, fault.why)
            return done
        _stand(before, now, "current", "", mark=mark, **({"full_at": now} if is_whole else {}))
        _remember(before, done, now, clock.monotonic() - begun, "")
        return done


def _remember(before: DirectoryStanding, done: Outcome, now: datetime, seconds: float, why: str) -> None:
    """Keep a look for the history; one that had nothing to do, or met the same fault again, is not worth a line."""
    if (
        not (done.whole and done.state == "current")
        and not done.compared
        and (before.state, before.why) == (done.state, why)
    ):
        return
    told = {"compared": done.compared, "read": done.read, "found": done.found, "settled": done.settled}
    kept = DirectoryLook(
        directory_id=before.directory_id, at=now, seconds=seconds, whole=done.whole, state=done.state, why=why, **told
    )
    mirror.remember(kept, now - timedelta(days=book.number("AC-7", "history_days")))


def _look(
    directory: Directory, now: datetime, before: DirectoryStanding, *, is_whole: bool, keys: frozenset[str]
) -> tuple[Outcome, bytes]:
    with opened(door_of(directory)) as link:
        reader, mark = Reader(link), before.mark
        looking = Look(directory, reader, now, before)
        if is_whole or mark is None:
            following = reader.mark()
            looking.whole()
            return looking.outcome, following
        changes = reader.changes(mark)
        if changes.keys or changes.groups or keys:
            changed = looking.unlike(changes.keys, changes.stamps)
            looking.part(changed | keys, groups=changes.groups or bool(keys))
        return looking.outcome, changes.mark


def _stand(before: DirectoryStanding, now: datetime, state: State, why: str, **more: Any) -> None:
    """Write down how a directory stands now; only a change of that is told on the ledger."""
    if (before.state, before.why) != (state, why):
        note_standing(CLERK, before.directory_id, state=state, why=why)
    told = {"state": state, "why": why, "asked_at": now, **more}
    mirror.stand(before.directory_id, **told, **({"answered_at": clock.now()} if state == "current" else {}))


def due(session: Any) -> list[UUID]:
    """Return the directories to look at."""
    return list(session.scalars(select(Directory.id).where(col(Directory.active).is_(True))))
