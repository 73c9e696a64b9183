"""A database of the kernel's own, with the sample field and its little book."""

from collections.abc import Iterator

import pytest

from kernel import db, founding, fresh
from kernel.actor import Actor, clerk, person
from kernel.db import uuid7
from kernel.ledger import entries  # noqa: F401
from kernel.postgres import Cluster
from tests.conftest import RUN, WORKER, leave, make_samples, use
from tests.kernel import sample

SETUP = clerk("setup")


@pytest.fixture(scope="module")
def house(cluster: Cluster) -> Iterator[str]:
    from api.schema import migrate

    name = f"kernel_{RUN}_{WORKER}"
    before = db.settings
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')
        conn.execute(f'create database "{name}"')
    url = cluster.dsn(name)
    migrate(url)
    make_samples(url)
    leave()
    use(url)
    fresh.refresh(force=True)
    founding.found_house(SETUP, document=sample.DOCUMENT)
    yield url
    leave()
    db.settings = before
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture
def writer(house: str) -> Actor:
    """A person who holds the role writer in the whole house."""
    someone = person(uuid7(), "Ama")
    sample.give(SETUP, ref=someone.ref, role="writer")
    return someone


def entries_of(url: str, action: str) -> list[dict[str, object]]:
    """The bodies of the entries of an action, oldest first."""
    import orjson

    with db.connect(db.AUDITOR, url) as conn:
        return [
            orjson.loads(r[0])
            for r in conn.execute("select body from ledger.entry where action = %s order by id", [action])
        ]
