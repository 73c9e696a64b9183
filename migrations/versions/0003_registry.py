"""The registry, whole: kinds of people, who leads them, platforms with their naming conventions, what an account is for."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "platform",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT(), nullable=False),
        sa.Column("label", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("pattern", TEXT(), nullable=False),
        sa.Column("forms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("min_length", sa.Integer(), nullable=False),
        sa.Column("max_length", sa.Integer(), nullable=False),
        sa.Column("has_otp", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind in ('omniwarden', 'ldap', 'active-directory', 'pbx', 'firewall', 'application')", name="platform_kind"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug", name="platform_slug"),
        info={"governed": True},
    )
    op.add_column("account", sa.Column("purpose", TEXT(), nullable=False, server_default=""))
    op.add_column("account", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("external_id", TEXT(), nullable=True))
    op.create_index(op.f("ix_account_external_id"), "account", ["external_id"])
    op.add_column("person", sa.Column("kind", TEXT(), nullable=False, server_default="employee"))
    op.add_column("person", sa.Column("job", TEXT(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("manager_id", sa.Uuid(), nullable=True))
    op.add_column("person", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_person_manager_id"), "person", ["manager_id"])
    op.create_foreign_key("person_manager_id_fkey", "person", "person", ["manager_id"], ["id"])
    op.create_check_constraint("person_kind", "person", "kind in ('employee', 'contractor', 'client-representative')")
    op.create_check_constraint("person_own_manager", "person", "manager_id <> id")
