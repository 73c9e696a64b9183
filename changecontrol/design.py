"""Evidence on how systems are made: designs, functions, automation, controls, test results, open source. [SW-4 to SW-8, SW-10, SW-12]"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from changecontrol.models import Attachment, Change, ChangeRevision, FileContent, System, TestResult
from changecontrol.models.changes import NORMAL
from kernel.errors import Unavailable
from kernel.keys import open_content
from policy import book
from policy.evidence import Evidence, evidence, found

DECIDED = ("authorise", "scheduled", "implementing", "review", "rolled-back", "closed")


def _decided(session: Any) -> list[tuple[Change, dict[str, Any]]]:
    """Give the normal changes that were put before those who decide, with what they say."""
    rows = session.execute(
        select(Change, ChangeRevision)
        .join(
            ChangeRevision,
            (col(ChangeRevision.change_id) == Change.id) & (col(ChangeRevision.number) == Change.revision),
        )
        .where(Change.model == NORMAL, col(Change.state).in_(DECIDED))
    )
    return [(change, dict(revision.content)) for change, revision in rows]


def _designs(session: Any) -> list[tuple[Change, dict[str, Any]]]:
    kinds = book.parameter("SW-4", "design_kinds")
    wanted = {str(one) for one in kinds} if isinstance(kinds, list) else {str(kinds)}
    return [(change, said) for change, said in _decided(session) if change.kind in wanted]


@evidence("SW-4", empty_ok=True)
def designs_name_their_security(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Every design that was put forward names its security measures."""
    rows = _designs(session)
    return found((one.ref for one, _ in rows), (one.ref for one, said in rows if not said["security"].strip()))


@evidence("SW-5", empty_ok=True)
def designs_name_recovery_and_trail(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every design that was put forward names its error recovery and its audit trail."""
    rows = _designs(session)
    return found(
        (one.ref for one, _ in rows),
        (one.ref for one, said in rows if not said["recovery"].strip() or not said["audit"].strip()),
    )


@evidence("SW-6")
def persons_began_changes(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every change that was begun was begun by a person whom it named."""
    rows = list(session.scalars(select(Change).where(col(Change.started_at).is_not(None))))
    current = {
        (row.change_id, row.number): row.content["implementers"]
        for row in session.scalars(
            select(ChangeRevision).where(col(ChangeRevision.change_id).in_([one.id for one in rows]))
        )
    }
    return found(
        (one.ref for one in rows),
        (one.ref for one in rows if str(one.started_by) not in current.get((one.id, one.revision), [])),
    )


@evidence("SW-7")
def components_have_one_function(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every component in use names its one primary function."""
    rows = list(session.scalars(select(System).where(System.kind == "component", col(System.retired_at).is_(None))))
    return found((one.ref for one in rows), (one.ref for one in rows if not one.function.strip()))


@evidence("SW-8", empty_ok=True)
def controls_were_tested(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every new security control that was put in use had passed a test before."""
    rows = list(
        session.scalars(
            select(Change).where(Change.kind == "control", Change.model == NORMAL, col(Change.started_at).is_not(None))
        )
    )
    return found((one.ref for one in rows), (one.ref for one in rows if one.id not in _passed(session)))


def _passed(session: Any) -> set[UUID]:
    return set(session.scalars(select(TestResult.change_id).where(TestResult.outcome == "passed")))


@evidence("SW-10")
def test_results_are_kept(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every result of a test has its file, and the file is what was attached; digests are computed anew."""
    rows = list(
        session.execute(select(TestResult, Attachment).join(Attachment, col(Attachment.id) == TestResult.attachment_id))
    )
    digests = {attachment.digest for _, attachment in rows}
    whole = {
        kept.digest
        for kept in session.scalars(select(FileContent).where(col(FileContent.digest).in_(digests)))
        if _is_whole(session, kept)
    }
    return found((test.ref for test, _ in rows), (test.ref for test, kept in rows if kept.digest not in whole))


def _is_whole(session: Any, kept: FileContent) -> bool:
    """Tell whether a file opens with its key, and says what was attached."""
    try:
        content = open_content(session, kept.id, kept.content)
    except Unavailable:
        return False
    return content is not None and hashlib.sha256(content).hexdigest() == kept.digest


@evidence("SW-12", empty_ok=True)
def open_source_was_reviewed(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every open-source part that a change brings had its licence reviewed, and the change passed a test."""
    rows = [(one, said) for one, said in _decided(session) if said["open_source"]]
    passed = _passed(session)
    return found(
        (one.ref for one, _ in rows),
        (
            one.ref
            for one, said in rows
            if one.id not in passed or any(not part["review"].strip() for part in said["open_source"])
        ),
    )
