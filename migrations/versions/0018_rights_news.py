"""Whose rights changed, so that each process reads these alone anew."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TELL = """
create function tell_rights() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op <> 'INSERT' then
        insert into rights_news (xid, subject, at) values (pg_current_xact_id()::text::bigint, old.subject, clock_timestamp());
    end if;
    if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.subject <> old.subject) then
        insert into rights_news (xid, subject, at) values (pg_current_xact_id()::text::bigint, new.subject, clock_timestamp());
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    op.create_table(
        "rights_news",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": False},
    )
    op.create_index(op.f("ix_rights_news_xid"), "rights_news", ["xid"], unique=False)
    op.create_index(op.f("ix_rights_news_at"), "rights_news", ["at"], unique=False)
    op.execute(TELL)
    op.execute(
        "create trigger tell_rights after insert or update or delete on role_assignment"
        " for each row execute function tell_rights()"
    )
    op.execute("alter table role_assignment enable always trigger tell_rights")
