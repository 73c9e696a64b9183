"""An alarm keeps the name of its rule; what it is called is said at reading time, in the reader's language."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("alarm", "title", new_column_name="name")
    _rewrite(
        "case when kind = 'test' or (kind = 'more' and rule_id is null) then ''"
        " when kind = 'more' then regexp_replace(name, '^More of: ', '')"
        " when about <> '' then left(name, length(name) - length(about) - 2) else name end"
    )


def downgrade() -> None:
    _rewrite(
        "case when kind = 'test' then 'Test of the alarms' when kind = 'more' and rule_id is null"
        " then 'More alarms than the house is told one by one' when kind = 'more' then 'More of: ' || name"
        " when about <> '' then name || ': ' || about else name end"
    )
    op.alter_column("alarm", "name", new_column_name="title")


def _rewrite(name: str) -> None:
    """Say the names anew; no action does this, so the walls step aside for the one statement."""
    op.execute("alter table alarm disable trigger user")
    op.execute(f"update alarm set name = {name}")
    triggers = sa.text("select tgname from pg_trigger where tgrelid = 'alarm'::regclass and not tgisinternal")
    for one in op.get_bind().execute(triggers).scalars().all():
        op.execute(f'alter table alarm enable always trigger "{one}"')
