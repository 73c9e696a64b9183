"""Analyses of the rules of firewalls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_owner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("filter", AutoString(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("ticket", AutoString(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", "filter", "rule", name="rule_owner_once"),
        info={"governed": True},
    )
    op.create_table(
        "rule_analysis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("terms_digest", AutoString(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("not_looked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("inexact", sa.Integer(), nullable=False),
        sa.Column("unweighed", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pairs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stopped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("not_judged", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unmodelled", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("usage", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("edition > 0 and number > 0 and took_ms >= 0", name="rule_analysis_numbers"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["configuration_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_rule_analysis_version_id"), "rule_analysis", ["version_id"], unique=False)
    op.create_index("rule_analysis_device", "rule_analysis", ["device_id", "made_at"], unique=False)
    op.create_table(
        "rule_finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("impact", AutoString(), nullable=False),
        sa.Column("filter", AutoString(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("detail", AutoString(), nullable=False),
        sa.Column("because", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("analysis_id", sa.Uuid(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mender_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_ref", AutoString(), nullable=False),
        sa.CheckConstraint("(state = 'accepted') = (until is not null)", name="rule_finding_until"),
        sa.CheckConstraint("(state = 'gone') = (gone_at is not null)", name="rule_finding_gone"),
        sa.CheckConstraint(
            "(state = 'to-mend') = (due_at is not null and mender_id is not null)", name="rule_finding_mender"
        ),
        sa.CheckConstraint("state in ('open', 'explained', 'accepted', 'to-mend', 'gone')", name="rule_finding_state"),
        sa.CheckConstraint("last_at >= first_at", name="rule_finding_time"),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["rule_analysis.id"],
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", "key", name="rule_finding_once"),
        info={"governed": True},
    )
    op.create_index("rule_finding_state", "rule_finding", ["state"], unique=False)
