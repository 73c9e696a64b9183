"""What devices have counted of their rules, from each time that the counters came with a configuration."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_counters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resets", sa.Integer(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["network_device.id"]),
        sa.ForeignKeyConstraint(["scope"], ["scope.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("device_id", name="rule_counters_once"),
        info={"governed": True},
    )


def downgrade() -> None:
    op.drop_table("rule_counters")
