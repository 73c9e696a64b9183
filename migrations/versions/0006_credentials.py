"""Credentials: notices that a password is to be changed, and cases of suspected disclosure."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("note", TEXT(), nullable=False),
        sa.Column("signalled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reported_by", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", TEXT(), nullable=True),
        sa.Column("finding", TEXT(), nullable=False),
        sa.CheckConstraint("kind in ('suspected', 'known')", name="disclosure_kind"),
        sa.CheckConstraint("locked_at >= signalled_at", name="disclosure_order"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_disclosure_account_id"), "disclosure", ["account_id"], unique=False)
    op.create_index(op.f("ix_disclosure_state"), "disclosure", ["state"], unique=False)
    op.create_table(
        "rotation_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("password_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["password_id"], ["password.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("password_id", "due_at", "days", name="rotation_notice_once"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_rotation_notice_account_id"), "rotation_notice", ["account_id"], unique=False)
