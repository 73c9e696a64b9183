"""A database of the kernel's own, with the sample field and its little book."""

from collections.abc import Iterator

import pytest

from kernel import db
from kernel.actor import Actor, clerk, person
from kernel.db import uuid7
from kernel.ledger import entries  # noqa: F401
from kernel.postgres import Cluster
from tests.conftest import founded
from tests.kernel import sample

SETUP = clerk("setup")


@pytest.fixture(scope="module")
def house(cluster: Cluster) -> Iterator[str]:
    """A database founded on the little book."""
    with founded(cluster, "kernel", sample.DOCUMENT) as url:
        yield url


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
