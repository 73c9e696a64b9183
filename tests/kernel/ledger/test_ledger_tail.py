"""Readers follow the ledger from any index, in order, and hear of new entries at once."""

import asyncio
import threading
import time

import psycopg
import pytest

from kernel.ledger.tail import follow, follow_async, head


def test_tail_gives_what_is_there_from_an_index_on_and_then_what_comes(house):
    house.write(20)
    house.settle()
    stop, seen = threading.Event(), []

    def read():
        with psycopg.connect(house.dsn("auditor"), autocommit=True) as connection:
            for index, entry in follow(connection, 5, stop):
                seen.append((index, entry["actor"]))
                if index == 39:
                    stop.set()

    thread = threading.Thread(target=read)
    thread.start()
    house.write(20)
    house.settle()
    thread.join(timeout=20)
    rows = (
        house.connect("auditor")
        .execute(
            "SELECT leaf_index, actor FROM ledger.leaf JOIN ledger.entry ON id = entry_id WHERE leaf_index >= 5 ORDER BY 1"
        )
        .fetchall()
    )
    assert seen == rows


def test_new_entry_is_heard_of_well_before_the_reader_would_look_anyway(house):
    stop, heard = threading.Event(), []

    def read():
        with psycopg.connect(house.dsn("auditor"), autocommit=True) as connection:
            for _ in follow(connection, 0, stop, wake=30):
                heard.append(time.monotonic())
                stop.set()

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.5)
    house.write(1)
    house.settle()
    settled = time.monotonic()
    thread.join(timeout=20)
    assert heard
    assert heard[0] - settled < 5


def test_stopped_reader_ends_within_its_wake(house):
    stop = threading.Event()
    stop.set()
    with psycopg.connect(house.dsn("auditor"), autocommit=True) as connection:
        assert list(follow(connection, 0, stop)) == []
        assert head(connection) == 0


def test_asynchronous_tail_gives_the_same(house):
    house.write(600)
    house.settle()

    async def read():
        connection = await psycopg.AsyncConnection.connect(house.dsn("auditor"), autocommit=True)
        seen = []
        async with connection:
            async for index, _ in follow_async(connection, 590, wake=0.2):
                seen.append(index)
                if index == 599:
                    await asyncio.to_thread(lambda: (house.write(5), house.settle()))
                if index == 604:
                    break
        return seen

    assert asyncio.run(asyncio.wait_for(read(), 30)) == list(range(590, 605))


def test_retired_entries_are_left_out(house):
    owner = house.superuser()
    owner.execute("SELECT ledger.ensure_partitions(0, now() - interval '2 months')")
    owner.execute(
        "INSERT INTO ledger.entry (action_id, actor, action, scope, outcome, body, at) SELECT"
        " gen_random_uuid(), 'a', 'b', 'c', 'done', '{}', now() - interval '40 days' FROM generate_series(1, 3)"
    )
    house.write(1)
    house.settle()
    owner.execute("SELECT ledger.retire(date_trunc('month', now()))")
    stop, connection = threading.Event(), house.connect("auditor")
    for index, _ in follow(connection, 0, stop):
        assert index == 3
        stop.set()


@pytest.mark.parametrize("gap", [0, 100_000])
def test_entries_far_apart_by_id_are_found_too(house, gap):
    house.write(2)
    house.superuser().execute("SELECT setval('ledger.entry_id_seq', %s)", [10 + gap])
    house.write(2)
    house.settle()
    stop, seen = threading.Event(), []
    for index, _ in follow(house.connect("auditor"), 0, stop):
        seen.append(index)
        if index == 3:
            stop.set()
    assert seen == [0, 1, 2, 3]
