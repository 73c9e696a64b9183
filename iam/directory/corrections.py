"""Putting right what differs: the decision is a person's, the writing an effect that leaves after it. [AC-1, AC-2, AC-7, AC-9]

A directory that is slow or down is written to later, by itself; one that refuses says so on the case. What was written is looked
at again, and only that look closes the case.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import select

from iam.deviations.cases import DeviationView
from iam.deviations.findings import bar_subject
from iam.directory import cycle
from iam.directory.connection import DirectoryFault, NoEntry, opened
from iam.directory.entries import Entry
from iam.directory.models import LIVE, Deviation, Directory, DirectoryGroup
from iam.directory.registry import CLERK, door_of
from iam.directory.writer import Writer
from iam.people.models import Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.db import read_session
from kernel.errors import Refused, Unavailable
from kernel.outbox import effect

Act = Callable[[Writer, Entry, "Case"], None]


class Case:
    """A case with what its correction needs to know, read before the directory is asked."""

    def __init__(self, deviation_id: UUID) -> None:
        with read_session() as session:
            self.deviation = session.get(Deviation, deviation_id)
            told = self.deviation.detail if self.deviation is not None else {}
            account, group = told.get("account"), told.get("group")
            self.entry: str | None = told.get("entry")
            self.account = session.get(Account, UUID(account)) if account else None
            self.person = session.get(Person, self.account.person_id) if self.account else None
            self.group = session.get(DirectoryGroup, UUID(group)) if group else None
            self.directory = session.scalars(
                select(Directory).where(Directory.platform == (self.deviation.platform if self.deviation else None))
            ).first()


def _join(writer: Writer, entry: Entry, case: Case) -> None:
    if case.group is not None:
        writer.join(entry, case.group.external_id)


def _part(writer: Writer, entry: Entry, case: Case) -> None:
    if case.group is not None:
        writer.part(entry, case.group.external_id)


def _rename(writer: Writer, entry: Entry, case: Case) -> None:
    if case.account is not None:
        writer.rename(entry, case.account.name)


def _describe(writer: Writer, entry: Entry, case: Case) -> None:
    if case.person is not None:
        writer.describe(entry, case.person.given_name, case.person.family_name, case.person.email or "")


def _disable(writer: Writer, entry: Entry, case: Case) -> None:  # noqa: ARG001 - the form of an act
    writer.disable(entry)


def _enable(writer: Writer, entry: Entry, case: Case) -> None:  # noqa: ARG001
    writer.enable(entry)


def _void(writer: Writer, entry: Entry, case: Case) -> None:  # noqa: ARG001
    writer.void_password(entry)


ACTS: dict[str, Act] = {
    "unknown-account": _disable,
    "shared-id": _disable,
    "reused-id": _disable,
    "re-enabled-leaver": _disable,
    "disabled-elsewhere": _enable,
    "extra-right": _part,
    "missing-right": _join,
    "renamed": _rename,
    "attributes-differ": _describe,
    "old-secret": _void,
}
"""What putting right means, by kind; an account that is missing is made (`_provide`).

A missing second factor and a name off the convention are the registry's own: nothing in the directory puts them right.
"""


def can_correct(deviation: Deviation | DeviationView) -> bool:
    """Tell whether a case can be put right by a write to the directory; an entry two persons share is taken apart by hand."""
    if deviation.state not in LIVE or (deviation.kind == "shared-id" and deviation.detail.get("account")):
        return False
    return deviation.kind in ACTS or deviation.kind == "missing-account"


@action("deviation.correct", on=Deviation, answer=DeviationView)
def correct_deviation(work: Work, deviation: Deviation) -> Deviation:
    """Have a deviation put right in the directory as the registry wants it; the next look there closes the case. [AC-7, AC-9]"""
    bar_subject(work, deviation)
    if not can_correct(deviation):
        raise Refused(
            "AC-7", "No write to a directory puts this right now; settle it where it is, then close the case."
        )
    deviation.asked_by, deviation.asked_at, deviation.fault = work.actor.ref, work.now, None
    work.later("directory.correct", deviation_id=deviation.id)
    return deviation


@action("directory.hold", on=Deviation)
def hold_fault(
    work: Work,  # noqa: ARG001 - the frame's own form
    deviation: Deviation,
    *,
    why: Annotated[str, Field(max_length=300)],
) -> None:
    """Write on a case why the directory did not take its correction. [AC-7]"""
    deviation.fault = why


@action("directory.provided", on=Account)
def note_provided(
    work: Work,  # noqa: ARG001 - the frame's own form
    account: Account,
    *,
    external_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")],
) -> None:
    """Bind an account to the entry that was made for it. [AC-1, AC-7]"""
    account.external_id = external_id


@effect("directory.correct")
def put_right(*, deviation_id: str) -> None:
    """Write the correction of a case, then look at what was written. Raises Unavailable to be tried again later."""
    case = Case(UUID(deviation_id))
    if case.deviation is None or case.directory is None or case.deviation.state not in LIVE:
        return
    try:
        key = _write(case, case.directory)
    except DirectoryFault as fault:
        if fault.state in {"slow", "down"}:
            raise Unavailable(f"The directory is {fault.state}; the correction is written later.") from fault
        hold_fault(CLERK, case.deviation.id, why=fault.why)
        return
    except NoEntry:
        hold_fault(CLERK, case.deviation.id, why="What was to be put right is not in the directory any more.")
        return
    if cycle.look(case.directory.id, clock.now(), whole=False, keys=[key]) is None:
        raise Unavailable("Somebody looks at this directory now; what was written is looked at after that.")


def _write(case: Case, directory: Directory) -> str:
    """Do the act of a case; return the key of the entry it was done to."""
    with opened(door_of(directory)) as link:
        writer = Writer(link)
        if case.deviation is not None and case.deviation.kind == "missing-account":
            return _provide(writer, case)
        found = [one for page in writer.reader.by_keys([case.entry or ""]) for one in page] if case.entry else []
        if not found or case.deviation is None:
            raise NoEntry("entry")
        ACTS[case.deviation.kind](writer, found[0], case)
        return found[0].external_id


def _provide(writer: Writer, case: Case) -> str:
    """Make the entry of an account that has none; it lets nobody in before a password is set."""
    account, person = case.account, case.person
    if account is None or person is None or account.status != "active":
        raise NoEntry("account")
    made = writer.provide(account.name, person.given_name, person.family_name, person.email or "")
    note_provided(CLERK, account.id, external_id=made.external_id)
    return made.external_id
