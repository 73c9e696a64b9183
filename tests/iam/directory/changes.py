"""Changes that no action makes yet in a test's world, made within one all the same: the walls allow nothing else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from kernel.action import ACTIONS, Work
from tests import world


def change(step: Callable[[Work], Any]) -> Any:
    """Run a plain step inside the setup clerk's own action, and return what it returned."""
    given = ACTIONS["site.add"]
    body = given.body
    result: list[Any] = []

    def stepped(work: Work, **fields: Any) -> Any:
        result.append(step(work))
        return body(work, **fields)

    given.body = stepped
    try:
        name = f"s{uuid4().hex[:12]}"
        given(world.SETUP, slug=name, label=name)
    finally:
        given.body = body
    return result[0]
