"""Indexes behind the pages of changes: approvals by what they are about, changes by state, window, words of the title, maintenance."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.create_index("approval_subject", "approval", ["subject_ref", "requirement", "requested_at"], unique=False)
    op.create_index("change_state", "change", ["state", "id"], unique=False)
    op.create_index(
        "change_meets",
        "change",
        [sa.literal_column("tstzrange(starts_at, ends_at)")],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("starts_at is not null"),
    )
    op.create_index(
        "change_title",
        "change",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.create_index(
        "change_maintenance",
        "change",
        ["started_at", "id"],
        unique=False,
        postgresql_where=sa.text("kind = 'maintenance'"),
    )
