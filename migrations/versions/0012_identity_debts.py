"""Identity: contracts that end are found by their end."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find whose contract has ended without reading everybody; most have no end."""
    op.create_index("person_ends", "person", ["ends_at"], unique=False, postgresql_where=sa.text("ends_at is not null"))
