"""Courses and changes: what pages still lacked. Which system a directory is."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
TEXT = AutoString


def upgrade() -> None:
    op.add_column("directory", sa.Column("system", TEXT(), nullable=False, server_default=""))
