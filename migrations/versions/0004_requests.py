"""Requests for identities and rights, line by line."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("owners", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basket", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["requested_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "access_request_live",
        "access_request",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state in ('asked', 'granted')"),
    )
    op.create_index("ix_access_request_basket", "access_request", ["basket"], unique=False)
    op.create_index("ix_access_request_requested_by", "access_request", ["requested_by"], unique=False)
    op.create_table(
        "access_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("deed", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("given_name", TEXT(), nullable=True),
        sa.Column("family_name", TEXT(), nullable=True),
        sa.Column("email", TEXT(), nullable=True),
        sa.Column("phone", TEXT(), nullable=True),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("job", TEXT(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("role", TEXT(), nullable=True),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bound_to", TEXT(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.CheckConstraint("(deed = 'create') = (family_name is not null)", name="access_line_newcomer"),
        sa.CheckConstraint("deed <> 'allocate' or role is not null", name="access_line_role"),
        sa.CheckConstraint(
            "deed in ('create', 'suspend', 'reactivate', 'revoke', 'allocate', 'amend', 'withdraw')",
            name="access_line_deed",
        ),
        sa.CheckConstraint("deed not in ('amend', 'withdraw') or assignment_id is not null", name="access_line_right"),
        sa.CheckConstraint("outcome in ('waiting', 'done', 'already', 'failed')", name="access_line_outcome"),
        sa.ForeignKeyConstraint(["assignment_id"], ["role_assignment.id"]),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["access_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id", "number", name="access_line_number"),
        info={"governed": True},
    )
    op.create_index(
        "access_line_bound", "access_line", ["bound_to"], unique=False, postgresql_where=sa.text("bound_to is not null")
    )
    op.create_index("ix_access_line_assignment_id", "access_line", ["assignment_id"], unique=False)
    op.create_index("ix_access_line_person_id", "access_line", ["person_id"], unique=False)
    op.create_index("ix_access_line_request_id", "access_line", ["request_id"], unique=False)
