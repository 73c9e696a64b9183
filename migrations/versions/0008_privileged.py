"""Privileged access: elevations, openings of the break-glass, and the continuity plans that are active."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "active_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan_ref", TEXT(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_ref", "began_at", name="active_plan_once"),
        info={"governed": True},
    )
    op.create_table(
        "elevation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("bound_to", TEXT(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.Column("reviewed_at", TIME, nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("verdict", TEXT(), nullable=True),
        sa.Column("remark", TEXT(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name="elevation_window"),
        sa.ForeignKeyConstraint(["assignment_id"], ["role_assignment.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    live = sa.text("state in ('asked', 'granted', 'active')")
    op.create_index("elevation_bound", "elevation", ["bound_to"])
    op.create_index("elevation_ends", "elevation", ["ends_at"], postgresql_where=live)
    op.create_index(
        "elevation_one_live", "elevation", ["person_id", "role", "scope"], unique=True, postgresql_where=live
    )
    op.create_index(op.f("ix_elevation_person_id"), "elevation", ["person_id"])
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("slot", TEXT(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("bound_to", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("first_keeper_id", sa.Uuid(), nullable=False),
        sa.Column("second_keeper_id", sa.Uuid(), nullable=True),
        sa.Column("plan", TEXT(), nullable=True),
        sa.Column("answer_by", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("ends_at", TIME, nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.Column("document", TEXT(), nullable=False),
        sa.Column("documented_at", TIME, nullable=True),
        sa.Column("documented_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("first_keeper_id <> second_keeper_id", name="break_glass_two_keepers"),
        sa.CheckConstraint(
            "person_id <> first_keeper_id and person_id <> second_keeper_id", name="break_glass_own_key"
        ),
        sa.CheckConstraint(
            "opened_at is null or second_keeper_id is not null or plan is not null", name="break_glass_opened_rightly"
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["role_assignment.id"]),
        sa.ForeignKeyConstraint(["documented_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["first_keeper_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.ForeignKeyConstraint(["second_keeper_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "break_glass_one_live", "break_glass", ["slot"], unique=True, postgresql_where=sa.text("slot is not null")
    )
    op.create_index(op.f("ix_break_glass_person_id"), "break_glass", ["person_id"])
