"""Requests may name an access profile: for somebody who joins, who moves, or who is here."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
CHECKS = {
    "access_line_deed": "deed in ('create', 'move', 'suspend', 'reactivate', 'revoke', 'allocate', 'amend', 'withdraw')",
    "access_line_role": "deed <> 'allocate' or (role is not null) <> (profile_id is not null)",
    "access_line_right": "deed not in ('amend', 'withdraw') or assignment_id is not null or holding_id is not null",
    "access_line_profile": "(profile_id is null) = (profile_number is null)",
}


def upgrade() -> None:
    op.add_column("access_line", sa.Column("profile_id", sa.Uuid(), nullable=True))
    op.add_column("access_line", sa.Column("profile_number", sa.Integer(), nullable=True))
    op.add_column("access_line", sa.Column("profile_scope", TEXT(), nullable=True))
    op.add_column("access_line", sa.Column("holding_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("access_line_profile_id_fkey", "access_line", "access_profile", ["profile_id"], ["id"])
    op.create_foreign_key("access_line_holding_id_fkey", "access_line", "profile_holding", ["holding_id"], ["id"])
    op.create_index("ix_access_line_holding_id", "access_line", ["holding_id"], unique=False)
    for name, said in CHECKS.items():
        if name != "access_line_profile":
            op.drop_constraint(name, "access_line", type_="check")
        op.create_check_constraint(name, "access_line", said)
