"""Courses and changes: what pages still lacked. Which system a directory is; drafts of courses; films of lessons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None
TEXT = AutoString


def upgrade() -> None:
    op.add_column("directory", sa.Column("system", TEXT(), nullable=False, server_default=""))
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'sealed') = (version_id is not null)", name="course_draft_sealed"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "course_draft_open", "course_draft", ["course_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "course_film",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("media_type", TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name="course_film_size"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="course_film_digest"),
    )
    op.create_table(
        "course_film_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["film_id"], ["course_film.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("film_id", "number", name="course_film_part_number"),
    )
