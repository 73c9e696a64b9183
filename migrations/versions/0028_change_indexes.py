"""Indexes that answer by themselves which changes a system, an implementer or a client has."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("change_system_system", table_name="change_system")
    op.create_index("change_system_system", "change_system", ["system_id", "change_id"], unique=False)
    op.drop_index("change_implementer_person", table_name="change_implementer")
    op.create_index("change_implementer_person", "change_implementer", ["person_id", "change_id"], unique=False)
    op.drop_index("ix_change_authorisation_scope", table_name="change_authorisation")
    op.create_index(
        "change_authorisation_scope",
        "change_authorisation",
        ["scope", "change_id"],
        unique=False,
        postgresql_where=sa.text("dropped_at is null"),
    )
