"""How configurations are fetched from devices, and every attempt."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

BEFORE = "kind in ('dropped', 'silent', 'heard', 'full', 'unknown', 'missing', 'twice', 'restarted', 'clock')"
KINDS = BEFORE[:-1] + ", 'uncollected', 'collected', 'host-key')"
OUTCOMES = (
    "running", "new", "unchanged", "unreachable", "slow", "untrusted", "changed-key", "credential", "sign-in", "not-allowed", "answer",
    "too-large", "truncated", "not-configuration", "not-taken", "broken-off", "broken",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint("intake_event_kind", "intake_event")
    op.create_check_constraint("intake_event_kind", "intake_event", KINDS)
    op.create_table(
        "collector",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("way", AutoString(), nullable=False),
        sa.Column("recipe", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("authority", AutoString(), nullable=False),
        sa.Column("tls_name", AutoString(), nullable=False),
        sa.Column("trusted", AutoString(), nullable=False),
        sa.Column("trusted_by", AutoString(), nullable=True),
        sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered", AutoString(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("running_id", sa.Uuid(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("way in ('ssh', 'api')", name="collector_way"),
        sa.CheckConstraint("port between 1 and 65535 and failures >= 0", name="collector_port"),
        sa.CheckConstraint("(trusted = '') = (trusted_by is null)", name="collector_trusted"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.ForeignKeyConstraint(["device_id"], ["network_device.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", name="collector_device"),
        info={"governed": True},
    )
    op.create_table(
        "collection_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("way", AutoString(), nullable=False),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"outcome in {OUTCOMES}", name="collection_attempt_outcome"),
        sa.CheckConstraint("(outcome = 'running') = (ended_at is null)", name="collection_attempt_ended"),
        sa.CheckConstraint(
            "(outcome in ('new', 'unchanged')) = (number is not null)", name="collection_attempt_number"
        ),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.ForeignKeyConstraint(["device_id"], ["network_device.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["configuration_version.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("collection_attempt_device", "collection_attempt", ["device_id", "begun_at"])
