"""Alarms of the firewalls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
TEXT = AutoString


def upgrade() -> None:
    op.create_table(
        "alarm_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("positions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lag_ms", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("unread", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="alarm_watch_one"),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": False},
    )
    op.create_table(
        "alarm_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("off_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_reason", TEXT(), nullable=False),
        sa.Column("off_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(off_until is null) = (off_reason = '')", name="alarm_rule_off"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug", name="alarm_rule_slug"),
        info={"governed": True},
    )
    op.create_table(
        "on_call_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("line", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_to", sa.Uuid(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("line in ('first', 'second')", name="on_call_shift_line"),
        sa.CheckConstraint("(offered_to is null) = (offered_at is null)", name="on_call_shift_offered"),
        sa.CheckConstraint("until > since", name="on_call_shift_time"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("on_call_shift_order", "on_call_shift", ["since", "until"], unique=False)
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("rule_number", sa.Integer(), nullable=False),
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("about", TEXT(), nullable=False),
        sa.Column("device", TEXT(), nullable=False),
        sa.Column("danger", TEXT(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("disposition", TEXT(), nullable=False),
        sa.Column("words", TEXT(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name="alarm_closed"),
        sa.CheckConstraint("(state = 'closed') = (disposition <> '')", name="alarm_disposed"),
        sa.CheckConstraint("(state = 'open') = (acknowledged_at is null)", name="alarm_acknowledged"),
        sa.CheckConstraint("danger in ('low', 'medium', 'high')", name="alarm_danger"),
        sa.CheckConstraint(
            "disposition in ('', 'true-positive', 'benign', 'false-positive')", name="alarm_disposition"
        ),
        sa.CheckConstraint("state in ('open', 'acknowledged', 'closed')", name="alarm_state"),
        sa.ForeignKeyConstraint(["rule_id"], ["alarm_rule.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name="alarm_key"),
        info={"governed": True},
    )
    op.create_index("alarm_group", "alarm", ["rule_id", "about"], unique=False)
    op.create_index(
        "alarm_live", "alarm", ["state", "next_at"], unique=False, postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_index("alarm_raised", "alarm", ["raised_at"], unique=False)
    op.create_table(
        "alarm_rule_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("written_by", TEXT(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alarm_rule.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id", "number", name="alarm_rule_version_once"),
        info={"governed": True},
    )
    op.create_table(
        "alarm_sending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("step", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("channel", TEXT(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel in ('console', 'mail', 'sms', 'nobody')", name="alarm_sending_channel"),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("alarm_sending_alarm", "alarm_sending", ["alarm_id"], unique=False)
    op.create_index("alarm_sending_letter", "alarm_sending", ["letter_id"], unique=False)
    op.create_table(
        "alarm_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", TEXT(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", TEXT(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"]),
        sa.ForeignKeyConstraint(["device_id"], ["network_device.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
