"""Tables of awareness: reports of breaches, reminders and who saw them, campaigns of trial mails."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "awareness_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", JSONB(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(("ix_awareness_reminder_given_at"), "awareness_reminder", ["given_at"], unique=False)
    op.create_table(
        "breach_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("told", TEXT(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("outcome", TEXT(), nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('mail', 'lost', 'person', 'data', 'password', 'other')", name="breach_report_kind"
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(("ix_breach_report_reporter_id"), "breach_report", ["reporter_id"], unique=False)
    op.create_table(
        "phishing_campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("lure", JSONB(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("began_at", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_table(
        "phishing_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("followed_at", TIME, nullable=True),
        sa.Column("reported_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["phishing_campaign.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign_id", "person_id", name="phishing_mail_once"),
        sa.UniqueConstraint("digest", name="phishing_mail_digest"),
        info={"governed": True},
    )
    op.create_index(("ix_phishing_mail_person_id"), "phishing_mail", ["person_id"], unique=False)
    op.create_table(
        "reminder_seen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["awareness_reminder.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reminder_id", "person_id", name="reminder_seen_once"),
        info={"governed": True},
    )
