"""Service accounts: the keys that let programs in, and when each was last used."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "service_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("label", TEXT(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.CheckConstraint("kind in ('token', 'ed25519')", name="service_key_kind"),
        sa.CheckConstraint("(kind = 'ed25519') = (public_key is not null)", name="service_key_public"),
        sa.CheckConstraint("ends_at > made_at", name="service_key_ends"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_service_key_account_id"), "service_key", ["account_id"], unique=False)
    op.create_table(
        "service_seen",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
        info={"governed": False},
    )
    op.create_index(op.f("ix_service_seen_account_id"), "service_seen", ["account_id"], unique=False)
