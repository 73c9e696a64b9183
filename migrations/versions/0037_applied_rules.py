"""What a change says of rules, and what of it was applied: beside the window and beside the difference."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BEFORE = (
    "matched", "other-text", "other-person", "not-begun", "afterwards", "outside-window", "unapproved",
    "late", "partly", "never-seen",
)  # fmt: skip
AFTER = (*BEFORE[:-1], "less", "never-seen")


def upgrade() -> None:
    op.add_column("change_window", sa.Column("rules", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.alter_column("change_window", "rules", server_default=None)
    op.add_column("configuration_drift", sa.Column("compared", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.alter_column("configuration_drift", "compared", server_default=None)
    _verdicts(AFTER, "'matched', 'late', 'less', 'never-seen'")


def downgrade() -> None:
    op.execute("update configuration_drift set verdict = 'matched' where verdict = 'less'")
    _verdicts(BEFORE, "'matched', 'late', 'never-seen'")
    op.drop_column("configuration_drift", "compared")
    op.drop_column("change_window", "rules")


def _verdicts(known: tuple[str, ...], answered: str) -> None:
    op.drop_constraint("configuration_drift_verdict", "configuration_drift", type_="check")
    op.create_check_constraint("configuration_drift_verdict", "configuration_drift", f"verdict in {known}")
    op.drop_index("configuration_drift_alone", table_name="configuration_drift")
    op.create_index(
        "configuration_drift_alone", "configuration_drift", ["id"],
        postgresql_where=sa.text(
            f"found_id is null and kind in ('difference', 'event') and verdict not in ({answered})"
        ),
    )  # fmt: skip
