"""Devices, credentials of collectors, batches of log lines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_standing",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
        info={"governed": False},
    )
    op.create_table(
        "unknown_sender",
        sa.Column("sender", AutoString(), nullable=False),
        sa.Column("transport", AutoString(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("sample", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("sender"),
        info={"governed": False},
    )
    op.create_table(
        "network_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("vendor", AutoString(), nullable=False),
        sa.Column("formats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("time_zone", AutoString(), nullable=False),
        sa.Column("zones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prefixes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expected_daily", sa.Integer(), nullable=False),
        sa.Column("longest_silence", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'retired') = (retired_at is not null)", name="network_device_retired"),
        sa.CheckConstraint("state in ('in-service', 'retired')", name="network_device_state"),
        sa.CheckConstraint("expected_daily >= 0 and longest_silence > 0", name="network_device_volume"),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug", name="network_device_slug"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_network_device_owner_id"), "network_device", ["owner_id"], unique=False)
    op.create_table(
        "collector_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("user_name", AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", AutoString(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('password', 'private-key', 'token')", name="collector_credential_kind"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", "purpose", name="collector_credential_once"),
        info={"governed": True},
    )
    op.create_table(
        "device_sender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("sender", AutoString(), nullable=False),
        sa.CheckConstraint("kind in ('address', 'hostname', 'certificate')", name="device_sender_kind"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender", name="device_sender_once"),
        info={"governed": True},
    )
    op.create_index("device_sender_device", "device_sender", ["device_id"], unique=False)
    op.create_table(
        "intake_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", AutoString(), nullable=False),
        sa.CheckConstraint("kind in ('dropped', 'silent', 'heard', 'full', 'unknown')", name="intake_event_kind"),
        sa.CheckConstraint("count >= 0 and until >= since", name="intake_event_count"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("intake_event_time", "intake_event", ["device_id", "until"], unique=False)
    op.create_table(
        "log_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("batch", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("unparsed", sa.BigInteger(), nullable=False),
        sa.Column("repeated", sa.BigInteger(), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=False),
        sa.Column("backwards", sa.BigInteger(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source in ('syslog', 'file', 'upload')", name="log_batch_source"),
        sa.CheckConstraint(
            "lines >= 0 and events >= 0 and unparsed >= 0 and repeated >= 0 and cut >= 0", name="log_batch_counts"
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
        sa.UniqueConstraint("batch", name="log_batch_once"),
        info={"governed": True},
    )
    op.create_index("log_batch_taken", "log_batch", ["taken_at"], unique=False)
    op.create_index("log_batch_time", "log_batch", ["device_id", "first_at", "last_at"], unique=False)
    op.create_table(
        "unparsed_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["log_batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", name="unparsed_sample_batch"),
        info={"governed": True},
    )
