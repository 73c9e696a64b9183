"""Certification: campaigns, the rights they ask about, when each right was last used, and notices of dormancy."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("about", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("opened_by", TEXT(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("suspend_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("cursor", sa.Uuid(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.CheckConstraint("kind in ('manager', 'platform', 'role', 'person')", name="certification_kind"),
        sa.CheckConstraint("due_at > opened_at and suspend_at >= due_at", name="certification_dates"),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "certification_live", "certification", ["suspend_at"], postgresql_where=sa.text("state in ('drawing', 'open')")
    )
    op.create_table(
        "certification_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("certification_id", sa.Uuid(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("right", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewer_role", TEXT(), nullable=False),
        sa.Column("delegated_by", sa.Uuid(), nullable=True),
        sa.Column("delegated_at", TIME, nullable=True),
        sa.Column("delegated_why", TEXT(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decided_by", TEXT(), nullable=True),
        sa.Column("reason", TEXT(), nullable=False),
        sa.CheckConstraint("(assignment_id is null) <> (account_id is null)", name="certification_item_right"),
        sa.CheckConstraint("reviewer_id <> person_id", name="certification_item_own"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["role_assignment.id"]),
        sa.ForeignKeyConstraint(["certification_id"], ["certification.id"]),
        sa.ForeignKeyConstraint(["delegated_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("certification_item_assignment", "certification_item", ["assignment_id", "decided_at"])
    op.create_index(
        "certification_item_mine",
        "certification_item",
        ["reviewer_id", "rank", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("certification_item_page", "certification_item", ["certification_id", "rank", "id"])
    op.create_index(op.f("ix_certification_item_person_id"), "certification_item", ["person_id"])
    op.create_table(
        "last_deed",
        sa.Column("actor", TEXT(), nullable=False),
        sa.Column("action", TEXT(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "action"),
        info={"governed": False},
    )
    op.create_index("last_deed_place", "last_deed", ["place"])
    op.create_table(
        "dormancy_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("suspend_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "dormancy_notice_one",
        "dormancy_notice",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
