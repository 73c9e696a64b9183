"""Imported detection rules and their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detection_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("danger", AutoString(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("on_version", sa.Integer(), nullable=True),
        sa.Column("on_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_by", sa.Uuid(), nullable=True),
        sa.Column("on_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(on_version is null) = (on_by is null)", name="detection_rule_by"),
        sa.CheckConstraint("(on_version is null) = (on_until is null)", name="detection_rule_on"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name="detection_rule_key"),
        info={"governed": True},
    )
    op.create_table(
        "detection_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("danger", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("taken_by", AutoString(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_events", sa.Integer(), nullable=False),
        sa.Column("tried_subjects", sa.Integer(), nullable=False),
        sa.Column("tried_lines", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["detection_rule.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id", "number", name="detection_version_once"),
        info={"governed": True},
    )
