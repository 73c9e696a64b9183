"""Tables of papers: attachments with their content by digest, and the results of tests. [CC-2, CC-3, SW-10]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from kernel.db import Record, Utc, personal, secret
from policy.workflow import never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class FileContent(Record, table=True):
    """The bytes of a file, encrypted under a key of their own, once under the SHA-256 of what they say in clear."""

    __tablename__ = "file_content"
    __table_args__: ClassVar[Any] = (UniqueConstraint("digest", name="file_content_digest"), GOVERNED)

    digest: str
    size: int
    content: bytes = secret()


class Attachment(Record, table=True):
    """A file of a change: what it is, its digest, when and by whom it was attached; never changed."""

    __tablename__ = "change_attachment"
    noun: ClassVar[str] = "attachment"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("size > 0", name="change_attachment_size"),
        Index("change_attachment_change", "change_id"),
        Index("change_attachment_digest", "digest"),
        GOVERNED,
    )

    change_id: UUID = Field(foreign_key="change.id")
    purpose: str
    name: str = personal()
    media_type: str
    size: int
    digest: str
    attached_by: UUID
    attached_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """The name of a file is the word of whoever attached it."""
        return self.attached_by


class TestResult(Record, table=True):
    """A test of a change: on which system (never production), when, by whom, with what outcome, and its file; never changed."""

    __tablename__ = "change_test"
    noun: ClassVar[str] = "test-result"
    __test__: ClassVar[bool] = False
    __table_args__: ClassVar[Any] = (
        CheckConstraint("environment in ('development', 'test')", name="change_test_not_in_production"),
        CheckConstraint("outcome in ('passed', 'failed')", name="change_test_outcome"),
        Index("change_test_change", "change_id"),
        GOVERNED,
    )

    change_id: UUID = Field(foreign_key="change.id")
    system_id: UUID = Field(foreign_key="system.id")
    environment: str
    outcome: str
    tested_at: datetime = Field(sa_type=Utc)
    tested_by: UUID
    what: str
    attachment_id: UUID = Field(foreign_key="change_attachment.id")


never_changed(FileContent)
never_changed(Attachment)
never_changed(TestResult)
