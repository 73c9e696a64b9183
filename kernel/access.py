"""Tables of the gate: scopes, who holds which role where, the rules of each edition, and the one counter that tells of news."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc

IDS = "^[a-z0-9:_.-]+$"


class Scope(SQLModel, table=True):
    """A place where rights hold: the house, a site, a client, a campaign; rights flow from parent to child."""

    __tablename__ = "scope"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(f"id ~ '{IDS}'", name="scope_id_form"),
        {"info": {"governed": True}},
    )

    id: str = Field(primary_key=True)
    parent: str | None = Field(default=None, foreign_key="scope.id")
    label: str = ""


class RoleAssignment(Record, table=True):
    """A subject holds a role in a scope, from a time until a time, given by someone for a reason. [AC-2, AC-9]"""

    __tablename__ = "role_assignment"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(f"subject ~ '{IDS}' and role ~ '{IDS}'", name="role_assignment_id_form"),
        Index("role_assignment_subject", "subject"),
        {"info": {"governed": True}},
    )

    subject_ref: str = Field(sa_column_kwargs={"name": "subject"})
    role: str
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    starts_at: datetime | None = Field(default=None, sa_type=Utc)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    given_by: str
    reason: str
    taken_at: datetime | None = Field(default=None, sa_type=Utc)
    taken_by: str | None = None


class PolicyEdition(Record, table=True):
    """An edition of the policy book as it was published; immutable. [AC-8]"""

    __tablename__ = "policy_edition"

    number: int = Field(unique=True)
    digest: str
    document: dict[str, Any] = Field(sa_type=JSONB)
    published_at: datetime = Field(sa_type=Utc)
    published_by: str


class PolicyRule(Record, table=True):
    """A rule of an edition, as casbin's adapter and the index read it: ids only, checked by pattern."""

    __tablename__ = "policy_rule"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            f"role ~ '{IDS}' and pattern ~ '^[a-z0-9:_.-]+[*]?$|^[*]$' and scope ~ '^[a-z0-9:_.-]+$|^[*]$'",
            name="policy_rule_id_form",
        ),
        CheckConstraint("effect in ('allow', 'deny', 'include')", name="policy_rule_effect"),
        Index("policy_rule_edition", "edition"),
        {"info": {"governed": True}},
    )

    edition: int
    role: str
    pattern: str
    scope: str = "*"
    effect: str = "allow"
    condition: str | None = None


class AccessState(SQLModel, table=True):
    """One row: the edition in force and a counter that grows with every change of scopes or assignments.

    Its row lock puts changes of rights in a line, so no process can miss one; they are rare beside reads.
    """

    __tablename__ = "access_state"

    id: int = Field(default=1, primary_key=True)
    edition: int = 0
    counter: int = 0


class RightsNews(SQLModel, table=True):
    """Whose assignments a transaction changed, written by a trigger: a process reads anew what its last look did not see."""

    __tablename__ = "rights_news"
    __table_args__: ClassVar[Any] = ({"info": {"governed": False}},)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    xid: int = Field(sa_type=BigInteger, index=True)
    subject: str
    at: datetime = Field(sa_type=Utc, index=True)
