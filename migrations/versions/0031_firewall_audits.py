"""Six-monthly audits of firewalls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_method",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("points", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tools", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sample_rules", sa.Integer(), nullable=False),
        sa.Column("sample_days", sa.Integer(), nullable=False),
        sa.Column("sites", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'asked', 'approved', 'refused', 'withdrawn', 'replaced')", name="audit_method_state"
        ),
        sa.CheckConstraint("sample_rules >= 0 and sample_days >= 0", name="audit_method_sample"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number", name="audit_method_number"),
        info={"governed": True},
    )
    op.create_index(
        "audit_method_in_force", "audit_method", ["scope"], unique=True, postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index(
        "audit_method_written",
        "audit_method",
        ["scope"],
        unique=True,
        postgresql_where=sa.text("state in ('draft', 'asked')"),
    )
    op.create_table(
        "firewall_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", AutoString(), nullable=False),
        sa.Column("conclusion", AutoString(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_name", AutoString(), nullable=False),
        sa.Column("signed_digest", AutoString(), nullable=False),
        sa.CheckConstraint("(state = 'signed') = (signed_at is not null)", name="firewall_audit_signed"),
        sa.CheckConstraint("state in ('gathering', 'open', 'signed')", name="firewall_audit_state"),
        sa.CheckConstraint("until > since", name="firewall_audit_time"),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"]),
        sa.ForeignKeyConstraint(["method_id"], ["audit_method.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id", name="firewall_audit_duty"),
        info={"governed": True},
    )
    op.create_table(
        "audited_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("slug", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("site", AutoString(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("configuration", AutoString(), nullable=False),
        sa.Column("sample", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("judged", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["firewall_audit.id"]),
        sa.ForeignKeyConstraint(["device_id"], ["network_device.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("audit_id", "device_id", name="audited_device_once"),
        info={"governed": True},
    )
    op.create_index("audited_device_device", "audited_device", ["device_id"], unique=False)
    op.create_table(
        "audit_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("audited_id", sa.Uuid(), nullable=False),
        sa.Column("point", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attached_by", sa.Uuid(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name="audit_file_size"),
        sa.ForeignKeyConstraint(["audited_id"], ["audited_device.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("audited_id", "digest", name="audit_file_once"),
        info={"governed": True},
    )
    op.create_table(
        "audit_finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("audited_id", sa.Uuid(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("danger", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("said", AutoString(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("response", AutoString(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("change", AutoString(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(response = 'accepted') = (until is not null)", name="audit_finding_until"),
        sa.CheckConstraint("danger in ('low', 'medium', 'high')", name="audit_finding_danger"),
        sa.CheckConstraint("response in ('', 'accepted', 'contested', 'mended')", name="audit_finding_response"),
        sa.CheckConstraint("state in ('open', 'answered', 'verified', 'withdrawn')", name="audit_finding_state"),
        sa.ForeignKeyConstraint(["audit_id"], ["firewall_audit.id"]),
        sa.ForeignKeyConstraint(["audited_id"], ["audited_device.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("audited_id", "key", name="audit_finding_once"),
        info={"governed": True},
    )
    op.create_index("audit_finding_owner", "audit_finding", ["owner_id"], unique=False)
