"""Table of calendar addresses: by which a person's own calendar program reads the windows of changes."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", AutoString(), nullable=True),
        sa.CheckConstraint("(ended_at is null) = (ended_why is null)", name="calendar_feed_ended"),
        sa.CheckConstraint("ended_at >= made_at", name="calendar_feed_dates"),
        sa.CheckConstraint("length(handle) = 32", name="calendar_feed_handle"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle"),
        info={"governed": True},
    )
    op.create_index(
        "calendar_feed_live",
        "calendar_feed",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
