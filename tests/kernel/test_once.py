"""The same request sent twice is done once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel.actor import Actor
from kernel.errors import Malformed
from kernel.once import ONCE, Once, Repeated
from tests.kernel import sample
from tests.kernel.conftest import entries_of


def send(writer: Actor, key: str, text: str, body: str = "b") -> str:
    token = ONCE.set(Once(key, body, lambda note: {"id": str(note.id)}))
    try:
        return str(sample.write(writer, text=text).id)
    except Repeated as again:
        return str(again.answer["id"])
    finally:
        ONCE.reset(token)


def test_a_repeat_gets_the_first_answer(house: str, writer: Actor) -> None:
    first = send(writer, "key-1", "once")
    assert send(writer, "key-1", "once") == first
    assert (
        len([n for n in entries_of(house, "sample-note.write") if n["outcome"] == "done" and n["actor"] == writer.ref])
        == 1
    )


def test_twice_at_once_is_done_once(house: str, writer: Actor) -> None:
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: send(writer, "key-2", "race"), range(12)))
    assert len(ids) == 1


def test_a_key_used_for_something_else_is_refused(house: str, writer: Actor) -> None:
    send(writer, "key-3", "one", body="one")
    with pytest.raises(Malformed, match="another request"):
        send(writer, "key-3", "two", body="two")
