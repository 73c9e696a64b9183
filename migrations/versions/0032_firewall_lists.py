"""Log files sent by a browser, how far senders have counted, days that were dropped, lists of threats, published services."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
KINDS = "kind in ('dropped', 'silent', 'heard', 'full', 'unknown', 'missing', 'twice', 'restarted', 'clock')"


def upgrade() -> None:
    op.drop_constraint("intake_event_kind", "intake_event", type_="check")
    op.create_check_constraint("intake_event_kind", "intake_event", KINDS)
    op.create_table(
        "given_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('threats', 'countries')", name="given_list_kind"),
        sa.CheckConstraint("(retired_at is null) = (retired_by is null)", name="given_list_retired"),
        sa.CheckConstraint("entries >= 0 and unread >= 0", name="given_list_counts"),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "given_list_once", "given_list", ["kind", "name"], unique=True, postgresql_where=sa.text("retired_at is null")
    )
    op.create_table(
        "published_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("protocol", AutoString(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("destination", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("protocol in ('tcp', 'udp')", name="published_service_protocol"),
        sa.CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="published_service_withdrawn"),
        sa.CheckConstraint("port between 1 and 65535", name="published_service_port"),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("published_service_order", "published_service", ["ends_at"], unique=False)
    op.create_table(
        "sender_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("host", AutoString(), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("waited", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("behind", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["network_device.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", "host", name="sender_count_once"),
        info={"governed": True},
    )
    op.create_table(
        "log_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("part_size", sa.Integer(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", AutoString(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("why", AutoString(), nullable=False),
        sa.CheckConstraint("(state = 'taken') = (batch_id is not null)", name="log_upload_taken"),
        sa.CheckConstraint("state in ('sending', 'waiting', 'taken', 'refused', 'dropped')", name="log_upload_state"),
        sa.CheckConstraint("size > 0 and part_size > 0", name="log_upload_size"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["log_batch.id"],
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
        info={"governed": True},
    )
    op.create_index("log_upload_device", "log_upload", ["device_id", "begun_at"], unique=False)
    op.create_index("log_upload_state_order", "log_upload", ["state", "begun_at"], unique=False)
    op.add_column(
        "log_batch", sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]")
    )
    op.add_column("log_batch", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
