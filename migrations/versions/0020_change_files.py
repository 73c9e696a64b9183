"""Files of changes are kept encrypted, each under a key of its own; what was kept in clear is encrypted here."""

import os
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FIND_KEY = """
create or replace function ledger.find_key(who uuid) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp as
$$ select key from ledger.subject_key where subject = who $$
"""


def upgrade() -> None:
    op.execute(FIND_KEY)
    op.execute("revoke all on function ledger.find_key(uuid) from public")
    op.execute("grant execute on function ledger.find_key(uuid) to omniwarden_app")
    there = op.get_bind()
    ids: list[UUID] = list(there.execute(sa.text("select id from file_content order by id")).scalars())
    if not ids:
        return
    op.execute("alter table file_content disable trigger user")
    for one in ids:
        row = there.execute(
            sa.text("select content, ledger.key_of(id) as key from file_content where id = :id"), {"id": one}
        ).one()
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(bytes(row.key)).encrypt(nonce, bytes(row.content), one.bytes)
        there.execute(sa.text("update file_content set content = :c where id = :id"), {"c": sealed, "id": one})
    for name in there.execute(
        sa.text("select tgname from pg_trigger where tgrelid = 'file_content'::regclass and not tgisinternal")
    ).scalars():
        op.execute(f'alter table file_content enable always trigger "{name}"')
