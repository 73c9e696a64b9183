"""What the tests of letters share: an operator, and our end of the line to it."""

from collections.abc import Callable, Iterator

import pytest

from iam.letters.smpp import pdu
from iam.letters.smpp.operator import Operator
from iam.letters.smpp.pdu import Notice
from iam.letters.smpp.session import Line
from tests.iam.letters.operator_peer import Peer, operator


@pytest.fixture
def peer() -> Iterator[Peer]:
    with operator() as made:
        yield made


@pytest.fixture
def ours(peer: Peer) -> Iterator[Callable[..., Operator]]:
    """Makes our end of the line; what the operator tells of messages is kept in `heard`."""
    made: list[Operator] = []

    def open_line(
        heard: list[Notice] | None = None, sender: str = "Omniwarden", rate: int = 1000, **line: object
    ) -> Operator:
        notices = [] if heard is None else heard

        def hear(notice: Notice) -> int:
            notices.append(notice)
            return pdu.OK

        given = {"host": "127.0.0.1", "port": peer.port, "system_id": "house", "password": "s3cret", **line}
        made.append(Operator(Line(**given), sender, rate, hear))  # type: ignore[arg-type]
        return made[-1]

    yield open_line
    for one in made:
        one.close()
