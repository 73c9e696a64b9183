"""Configurations of devices and their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configuration_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", name="configuration_batch_once"),
        info={"governed": True},
    )
    op.create_table(
        "configuration_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("handed_in", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("unmodelled", sa.Integer(), nullable=False),
        sa.Column("secrets", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("taken_by", AutoString(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("baseline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source in ('file', 'api', 'collector')", name="configuration_version_source"),
        sa.CheckConstraint("(baseline_at is null) = (baseline_by is null)", name="configuration_version_baseline"),
        sa.CheckConstraint("number > 0 and seen_at >= taken_at and seen > 0", name="configuration_version_seen"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", "number", name="configuration_version_number"),
        info={"governed": True},
    )
    op.create_table(
        "configuration_drift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", AutoString(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("accounts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("bound_to", AutoString(), nullable=True),
        sa.Column("unapproved", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_id", sa.Uuid(), nullable=True),
        sa.Column("found_ref", AutoString(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('difference', 'event', 'sign-in', 'absent')", name="configuration_drift_kind"),
        sa.CheckConstraint(
            "verdict in ('matched', 'other-text', 'other-person', 'not-begun', 'afterwards', 'outside-window', 'unapproved', 'late', 'partly', 'never-seen')",
            name="configuration_drift_verdict",
        ),
        sa.CheckConstraint("count > 0 and last_at >= first_at", name="configuration_drift_count"),
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
    op.create_index(
        "configuration_drift_alone",
        "configuration_drift",
        ["id"],
        unique=False,
        postgresql_where=sa.text(
            "found_id is null and kind in ('difference', 'event') and verdict not in ('matched', 'late', 'never-seen')"
        ),
    )
    op.create_index("configuration_drift_bound", "configuration_drift", ["bound_to"], unique=False)
    op.create_index("configuration_drift_device", "configuration_drift", ["device_id", "last_at"], unique=False)
    op.create_index("configuration_drift_found", "configuration_drift", ["found_id"], unique=False)
    op.create_index("configuration_drift_same", "configuration_drift", ["device_id", "fingerprint"], unique=False)
    op.create_index(
        "configuration_drift_unchecked",
        "configuration_drift",
        ["id"],
        unique=False,
        postgresql_where=sa.text("kind = 'difference' and checked_at is null"),
    )
    op.create_index(
        "configuration_drift_version",
        "configuration_drift",
        ["version_id"],
        unique=True,
        postgresql_where=sa.text("version_id is not null"),
    )
