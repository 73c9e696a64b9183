"""Tables of the six-monthly audit: its method, the audit, each device in it, files, findings. [FW-5]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal, secret
from policy.workflow import never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
DRAFT, ASKED, APPROVED, REFUSED, WITHDRAWN, REPLACED = "draft", "asked", "approved", "refused", "withdrawn", "replaced"
GATHERING, OPEN, SIGNED = "gathering", "open", "signed"
ANSWERED, VERIFIED = "answered", "verified"
YES, NO, NOT_APPLICABLE = "yes", "no", "n/a"
JUSTIFIED, QUESTIONABLE, REMOVE = "justified", "questionable", "remove"


class AuditMethod(Record, table=True):
    """One version of the method: its words, the checklist, the tools, how much is drawn by chance, at which sites. [FW-5]

    An audit holds to the version that was approved when it opened; a version that was put before somebody is never changed.
    """

    __tablename__ = "audit_method"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("number", name="audit_method_number"),
        CheckConstraint("state in ('draft', 'asked', 'approved', 'refused', 'withdrawn', 'replaced')", name="audit_method_state"),
        CheckConstraint("sample_rules >= 0 and sample_days >= 0", name="audit_method_sample"),
        Index("audit_method_written", "scope", unique=True, postgresql_where=text("state in ('draft', 'asked')")),
        Index("audit_method_in_force", "scope", unique=True, postgresql_where=text("state = 'approved'")),
        GOVERNED,
    )  # fmt: skip

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    number: int
    state: str = DRAFT
    text: str
    points: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """`{"code", "area", "ask", "how", "tool", "danger"}`: see `checklist.Point`."""
    tools: list[str] = Field(default_factory=list, sa_type=JSONB)
    sample_rules: int
    sample_days: int
    sites: list[str] = Field(default_factory=list, sa_type=JSONB)
    """Scopes whose devices are audited; empty: all."""
    digest: str
    """SHA-256 of all that is approved."""
    written_by: UUID
    written_at: datetime = Field(sa_type=Utc)
    approved_at: datetime | None = Field(default=None, sa_type=Utc)


class FirewallAudit(Record, table=True):
    """One audit of all firewalls and routers that stood on the register when it opened. [FW-5]"""

    __tablename__ = "firewall_audit"
    noun: ClassVar[str] = "firewall-audit"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("duty_id", name="firewall_audit_duty"),
        CheckConstraint("state in ('gathering', 'open', 'signed')", name="firewall_audit_state"),
        CheckConstraint("(state = 'signed') = (signed_at is not null)", name="firewall_audit_signed"),
        CheckConstraint("until > since", name="firewall_audit_time"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    duty_id: UUID = Field(foreign_key="duty.id")
    method_id: UUID = Field(foreign_key="audit_method.id")
    state: str = GATHERING
    since: datetime = Field(sa_type=Utc)
    """From when on it looks: the opening of the audit before, at most a year back."""
    until: datetime = Field(sa_type=Utc)
    """Up to when: its own opening."""
    seed: str
    conclusion: str = personal(default="")
    signed_at: datetime | None = Field(default=None, sa_type=Utc)
    signed_by: UUID | None = None
    signed_name: str = personal(default="")
    signed_digest: str = ""
    """SHA-256 of all that was signed; `signing.digest_of` reckons it again."""

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.signed_by


class AuditedDevice(Record, table=True):
    """A device in an audit: what the machine found, what was drawn by chance, what the auditor answered. [FW-5]"""

    __tablename__ = "audited_device"
    noun: ClassVar[str] = "audited-device"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("audit_id", "device_id", name="audited_device_once"),
        Index("audited_device_device", "device_id"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    audit_id: UUID = Field(foreign_key="firewall_audit.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    slug: str
    name: str
    kind: str
    site: str
    owner_id: UUID
    gathered_at: datetime | None = Field(default=None, sa_type=Utc)
    checks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """`{"tool", "verdict", "figures", "digest"}`: what each machine tool found, and what it looked at."""
    configuration: str = ""
    """SHA-256 of the configuration from which the rules of the sample were drawn; empty: there was none."""
    sample: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    judged: dict[str, dict[str, str]] = personal(default_factory=dict, sa_type=JSONB)
    """By the place in the sample: `{"answer", "words"}`."""
    answers: dict[str, dict[str, str]] = personal(default_factory=dict, sa_type=JSONB)
    """By the code of the point: `{"answer", "words"}`."""
    answered_by: UUID | None = None

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.answered_by


class AuditFile(Record, table=True):
    """A file of a device in an audit: a scan, or evidence of an answer; kept as it was given, encrypted. [FW-5]"""

    __tablename__ = "audit_file"
    noun: ClassVar[str] = "audit-file"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("audited_id", "digest", name="audit_file_once"),
        CheckConstraint("size > 0", name="audit_file_size"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    audited_id: UUID = Field(foreign_key="audited_device.id")
    point: str = ""
    """The point it is evidence of; empty: of the device."""
    kind: str
    """`nmap`, `file`."""
    name: str = personal()
    size: int
    digest: str
    content: bytes = secret()
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """Of a scan: hosts, open ports, and how many of them are findings."""
    attached_by: UUID
    attached_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """The name of a file is the word of whoever attached it."""
        return self.attached_by


class AuditFinding(Record, table=True):
    """What an audit found: its owner answers by a day, the auditor verifies. [FW-5]"""

    __tablename__ = "audit_finding"
    noun: ClassVar[str] = "audit-finding"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("audited_id", "key", name="audit_finding_once"),
        CheckConstraint("danger in ('low', 'medium', 'high')", name="audit_finding_danger"),
        CheckConstraint("state in ('open', 'answered', 'verified', 'withdrawn')", name="audit_finding_state"),
        CheckConstraint("response in ('', 'accepted', 'contested', 'mended')", name="audit_finding_response"),
        CheckConstraint("(response = 'accepted') = (until is not null)", name="audit_finding_until"),
        Index("audit_finding_owner", "owner_id"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    audit_id: UUID = Field(foreign_key="firewall_audit.id")
    audited_id: UUID = Field(foreign_key="audited_device.id")
    key: str
    """`point:admin-1`, `sample:3`, `scan:refused 192.0.2.10`, `hand:…`: the same thing once for a device in an audit."""
    danger: str
    kind: str
    """`point`, `rule`, `day`, `refused`, `non-essential`, `unclear`, `hand`: by it a page says what it is."""
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """The figures of that sentence."""
    said: str = personal(default="")
    """The auditor's own words."""
    raised_by: UUID | None = None
    raised_at: datetime = Field(sa_type=Utc)
    owner_id: UUID
    due_at: datetime = Field(sa_type=Utc)
    state: str = OPEN
    response: str = ""
    words: str = personal(default="")
    change: str = ""
    until: datetime | None = Field(default=None, sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    verdict: str = personal(default="")
    verified_by: UUID | None = None
    verified_at: datetime | None = Field(default=None, sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose words these are: its owner's, who answers; the auditor's words are kept with them."""
        return self.owner_id


never_changed(AuditFile)
