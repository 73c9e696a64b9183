"""The ledger, the walls, the job tables and the rights of each database role."""

from pathlib import Path

import procrastinate.schema
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KERNEL = Path(__file__).resolve().parents[2] / "kernel"

RIGHTS = """
grant usage on schema public to omniwarden_app, omniwarden_auditor, omniwarden_sequencer;
alter default privileges in schema public grant select, insert, update, delete on tables to omniwarden_app;
alter default privileges in schema public grant select on tables to omniwarden_auditor;
alter default privileges in schema public grant usage, select on sequences to omniwarden_app;
"""


def run(sql: str) -> None:
    op.get_bind().connection.driver_connection.execute(sql)


def upgrade() -> None:
    run((KERNEL / "ledger" / "schema.sql").read_text())
    run((KERNEL / "walls.sql").read_text())
    run("grant execute on all functions in schema wall to public")
    run(RIGHTS)
    run(procrastinate.schema.SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("the ledger only grows: restore a backup instead")
