"""Tables of directories: which are governed, their groups that are rights, what was last seen in them, and deviations."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "directory_entry",
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", TEXT(), nullable=False),
        sa.Column("dn", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("groups", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("given_name", TEXT(), nullable=False),
        sa.Column("family_name", TEXT(), nullable=False),
        sa.Column("mail", TEXT(), nullable=False),
        sa.Column("secret_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("directory_id", "external_id"),
        info={"governed": False},
    )
    op.create_index("directory_entry_name", "directory_entry", ["directory_id", "name"], unique=False)
    op.create_table(
        "directory_standing",
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("directory_id"),
        info={"governed": False},
    )
    op.create_table(
        "deviation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("about_ref", TEXT(), nullable=False),
        sa.Column("platform", TEXT(), nullable=True),
        sa.Column("clause", TEXT(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("waiver_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", TEXT(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", TEXT(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", TEXT(), nullable=True),
        sa.Column("how", TEXT(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["waiver_id"],
            ["waiver.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("deviation_due", "deviation", ["due_at"], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "deviation_one_live",
        "deviation",
        ["kind", "about_ref"],
        unique=True,
        postgresql_where=sa.text("state in ('open', 'accepted')"),
    )
    op.create_index("deviation_platform", "deviation", ["platform", "state"], unique=False)
    op.create_index(op.f("ix_deviation_owner_id"), "deviation", ["owner_id"], unique=False)
    op.create_index(op.f("ix_deviation_person_id"), "deviation", ["person_id"], unique=False)
    op.create_table(
        "directory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("platform", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("url", TEXT(), nullable=False),
        sa.Column("authority", TEXT(), nullable=False),
        sa.Column("bind_dn", TEXT(), nullable=False),
        sa.Column("sealed_password", sa.LargeBinary(), nullable=True),
        sa.Column("people", TEXT(), nullable=False),
        sa.Column("groups", TEXT(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind in ('ldap', 'active-directory')", name="directory_kind"),
        sa.CheckConstraint("url ~ '^ldaps?://'", name="directory_url"),
        sa.ForeignKeyConstraint(
            ["platform"],
            ["platform.slug"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", name="directory_platform"),
        info={"governed": True},
    )
    op.create_table(
        "directory_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("directory_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("role", TEXT(), nullable=True),
        sa.Column("scope", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"],
            ["directory.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("directory_id", "external_id", name="directory_group_once"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_directory_group_directory_id"), "directory_group", ["directory_id"], unique=False)
