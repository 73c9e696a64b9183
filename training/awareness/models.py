"""Tables of awareness: reports of breaches, reminders and who saw them, campaigns of trial mails and what became of each. [TR-8, TR-9]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal, secret
from policy.workflow import Step, Workflow, never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class BreachReport(Record, table=True):
    """Somebody reports a breach, or what may be one: a case for the security officer from this moment. [TR-8]"""

    __tablename__ = "breach_report"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind in ('mail', 'lost', 'person', 'data', 'password', 'other')", name="breach_report_kind"),
        GOVERNED,
    )

    scope: str = HOUSE
    kind: str
    told: str = personal()
    reporter_id: UUID = Field(index=True)
    reported_at: datetime = Field(sa_type=Utc)
    state: str = "open"
    outcome: str | None = personal(default=None)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: UUID | None = None

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.reporter_id


BREACH_STEPS = Workflow(BreachReport, "open", [Step("open", "close", "closed", clause="TR-8")])


class Reminder(Record, table=True):
    """A reminder of a risk, in both languages, that stands on every desk until the next. [TR-9]"""

    __tablename__ = "awareness_reminder"
    __table_args__: ClassVar[Any] = GOVERNED

    text: dict[str, str] = Field(sa_type=JSONB)
    given_by: UUID
    given_at: datetime = Field(sa_type=Utc, index=True)


class ReminderSeen(Record, table=True):
    """A person says that they read a reminder."""

    __tablename__ = "reminder_seen"
    __table_args__: ClassVar[Any] = (UniqueConstraint("reminder_id", "person_id", name="reminder_seen_once"), GOVERNED)

    reminder_id: UUID = Field(foreign_key="awareness_reminder.id")
    person_id: UUID
    at: datetime = Field(sa_type=Utc)


class PhishingCampaign(Record, table=True):
    """A trial: our own mails with a harmless link, to everybody of a place; run only once another person has approved it. [TR-9]"""

    __tablename__ = "phishing_campaign"
    __table_args__: ClassVar[Any] = GOVERNED

    scope: str = HOUSE
    lure: dict[str, Any] = Field(sa_type=JSONB)
    """Subject and body by language."""
    planned_by: UUID
    planned_at: datetime = Field(sa_type=Utc)
    state: str = "draft"
    began_at: datetime | None = Field(default=None, sa_type=Utc)
    sent_at: datetime | None = Field(default=None, sa_type=Utc)


CAMPAIGN_STEPS = Workflow(
    PhishingCampaign,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("asked", "begin", "running", clause="TR-9"),
        Step("asked", "refuse", "refused"),
        Step("draft", "withdraw", "withdrawn"),
        Step("asked", "withdraw", "withdrawn"),
        Step("running", "end", "sent"),
    ],
)


class PhishingMail(Record, table=True):
    """One trial mail: known by the digest of the token in its link, followed or reported or neither."""

    __tablename__ = "phishing_mail"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("digest", name="phishing_mail_digest"),
        UniqueConstraint("campaign_id", "person_id", name="phishing_mail_once"),
        GOVERNED,
    )

    scope: str = HOUSE
    campaign_id: UUID = Field(foreign_key="phishing_campaign.id")
    person_id: UUID = Field(index=True)
    digest: str = secret()
    sent_at: datetime = Field(sa_type=Utc)
    followed_at: datetime | None = Field(default=None, sa_type=Utc)
    reported_at: datetime | None = Field(default=None, sa_type=Utc)


never_changed(Reminder)
never_changed(ReminderSeen)
