"""Papers of a change: files by their digest, and results of tests with who, where and when. Kept as they were given. [CC-2, CC-3, SW-8, SW-10]"""

import hashlib
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints
from sqlmodel import select

from changecontrol import files
from changecontrol.models import Attachment, Change, FileContent, System, TestResult
from changecontrol.models.register import PRODUCTION
from changecontrol.states import OVER
from changecontrol.systems import by_slug
from kernel.action import Work, action
from kernel.contents import FileBytes
from kernel.db import Answer
from kernel.errors import Refused
from kernel.keys import open_content, seal_content
from kernel.reading import reading
from policy import book
from policy.approvals import person_of

SEALED = frozenset({"authorise", "scheduled"})
"""States in which the tests are before those who decide, or were: nothing is added to them."""


Name = Annotated[str, Field(max_length=300)]
What = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class AttachmentView(Answer):
    """A file of a change, without its content."""

    id: UUID
    change_id: UUID
    purpose: str
    name: str
    media_type: str
    size: int
    digest: str
    attached_by: UUID
    attached_at: datetime

    @classmethod
    def of(cls, row: Attachment) -> "AttachmentView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class FileView(Answer):
    """A file with its content; in JSON the content is base64."""

    model_config = ConfigDict(ser_json_bytes="base64")

    name: str
    media_type: str
    digest: str
    content: bytes


class TestView(Answer):
    """A result of a test as a door shows it."""

    __test__ = False

    id: UUID
    change_id: UUID
    system_id: UUID
    environment: str
    outcome: str
    tested_at: datetime
    tested_by: UUID
    what: str
    attachment_id: UUID

    @classmethod
    def of(cls, row: TestResult) -> "TestView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("change.attach", on=Change, answer=AttachmentView)
def attach(
    work: Work, change: Change, *, name: Name, content: FileBytes, purpose: Literal["document", "evidence"] = "document"
) -> Attachment:
    """Attach a file to a change; it is kept by its digest and never changed. [CC-3, SW-10]"""
    if change.state in OVER:
        raise Refused("SW-10", "This change is over; its papers stand as they are.")
    return keep(work, change, name=name, content=content, purpose=purpose)


@action("change.test", on=Change, answer=TestView)
def report_test(
    work: Work,
    change: Change,
    *,
    on: Slug,
    outcome: Literal["passed", "failed"],
    tested_at: AwareDatetime,
    what: What,
    name: Name,
    content: FileBytes,
) -> TestResult:
    """Report a test with its file: on which system, when, with what outcome. Nobody tests in production. [CC-2, CC-8, SW-8, SW-10]"""
    if change.state in OVER or change.state in SEALED:
        raise Refused("CC-2", "The tests of this change are sealed; send it back before you add to them.")
    system = by_slug(work, on)
    not_in_production(system)
    if tested_at > work.now:
        raise Refused("CC-2", "A test that is reported has taken place.")
    kept = keep(work, change, name=name, content=content, purpose="test")
    work.session.flush()
    made = work.add(
        TestResult(
            change_id=change.id, system_id=system.id, environment=system.environment, outcome=outcome,
            tested_at=tested_at, tested_by=person_of(work), what=what, attachment_id=kept.id,
        )
    )  # fmt: skip
    work.fact("change.tested", change_id=change.id, outcome=outcome)
    return made


def not_in_production(system: System) -> None:
    """Refuse production as a place to test in. [CC-8]"""
    if system.environment == PRODUCTION:
        raise Refused("CC-8", "Nobody tests in production; say on which development or test system it was.")


def keep(work: Work, change: Change, *, name: str, content: bytes, purpose: str) -> Attachment:
    """Keep a file, its bytes once under their digest. Raises Refused for what may not be attached."""
    kinds = book.parameter("SW-10", "kinds")
    plain, kind = files.judged(
        name,
        content,
        most_bytes=book.number("SW-10", "most_kilobytes") * 1024,
        kinds=[str(one) for one in kinds] if isinstance(kinds, list) else [str(kinds)],
    )
    digest = hashlib.sha256(content).hexdigest()
    if work.select(select(FileContent.id).where(FileContent.digest == digest)).first() is None:
        row = FileContent(digest=digest, size=len(content), content=b"")
        row.content = seal_content(work, row.id, content)
        work.add(row)
    kept = work.add(
        Attachment(
            change_id=change.id, purpose=purpose, name=plain, media_type=kind, size=len(content), digest=digest,
            attached_by=person_of(work), attached_at=work.now,
        )
    )  # fmt: skip
    work.note("digest", digest)
    return kept


@reading("change.attachment", on=Attachment, watched=True)
def read_attachment(work: Work, attachment: Attachment) -> FileView:
    """Read a file of a change; its bytes are held against their digest first. [SW-10]"""
    kept: FileContent = work.select(select(FileContent).where(FileContent.digest == attachment.digest)).one()
    content = open_content(work.session, kept.id, kept.content)
    if content is None:
        raise Refused("SW-10", "What this file held was erased.")
    if hashlib.sha256(content).hexdigest() != attachment.digest:
        raise Refused("SW-10", "The file is not what was attached; its digest differs.")
    return FileView(name=attachment.name, media_type=attachment.media_type, digest=attachment.digest, content=content)
