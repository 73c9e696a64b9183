"""Change control: spoken authorisations of emergencies, and security patches."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "patch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("severity", TEXT(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("installed_at", TIME, nullable=True),
        sa.Column("closed_why", TEXT(), nullable=True),
        sa.CheckConstraint("(state = 'installed') = (installed_at is not null)", name="patch_installed"),
        sa.CheckConstraint("severity in ('critical', 'high', 'medium', 'low')", name="patch_severity"),
        sa.CheckConstraint("due_at > released_at", name="patch_dates"),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.ForeignKeyConstraint(
            ["system_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_patch_change_id"), "patch", ["change_id"], unique=False)
    op.create_index(op.f("ix_patch_system_id"), "patch", ["system_id"], unique=False)
    op.create_index("patch_due", "patch", ["due_at"], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "patch_once", "patch", ["name", "system_id"], unique=True, postgresql_where=sa.text("state <> 'dropped'")
    )
    op.create_table(
        "spoken_authorisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("channel", TEXT(), nullable=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("confirm_by", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("denied_at", TIME, nullable=True),
        sa.CheckConstraint(
            "channel in ('telephone', 'radio', 'video', 'in-person')", name="spoken_authorisation_channel"
        ),
        sa.CheckConstraint("said_at <= recorded_at", name="spoken_authorisation_dates"),
        sa.CheckConstraint(
            "witness_id <> authority_id and witness_id <> recorded_by and recorded_by <> authority_id",
            name="spoken_authorisation_three_persons",
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("spoken_authorisation_change", "spoken_authorisation", ["change_id"], unique=False)
