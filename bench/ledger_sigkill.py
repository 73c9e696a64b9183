"""Whether entries are lost or doubled when sequencers are killed again and again while work goes on."""

import random
import subprocess
import sys
import threading
import time

from bench.harness import ORIGIN, Ledger, Measured, Options, figure, fresh_ledger
from bench.ledger_growth import draft
from kernel.ledger.entries import insert_statement
from kernel.ledger.merkle import Frontier, leaf_hash

KILLS = 30
WRITERS = 4
SEQUENCER = """
import sys, threading, psycopg
from pathlib import Path
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer
address, origin, key, state = sys.argv[1:]
sequencer = Sequencer(lambda: psycopg.connect(address, autocommit=True),
                      Signer.open(origin, Path(key), Path(state)), batch=64, checkpoint_seconds=0)
while not sequencer.leads:
    sequencer.step()
print(flush=True)
sequencer.run(threading.Event(), 0.001)
"""


@figure("ledger_sigkill", unit="entries lost or doubled", bar="== 0", against="entries committed")
def kill_sequencers(options: Options) -> Measured:
    kills = max(1, round(KILLS * options.scale))
    with fresh_ledger() as ledger:
        stop = threading.Event()
        writers = [threading.Thread(target=_write, args=[ledger, stop, seed]) for seed in range(WRITERS)]
        for writer in writers:
            writer.start()
        chance = random.Random(1)
        command = [sys.executable, "-c", SEQUENCER, ledger.dsn("sequencer"), ORIGIN, *map(str, ledger.files)]
        for _ in range(kills):
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(chance.uniform(0, 0.2))
                process.kill()
        stop.set()
        for writer in writers:
            writer.join()
        size = ledger.settle()
        with ledger.connect("auditor") as auditor:
            bodies = auditor.execute(
                "SELECT e.body FROM ledger.leaf l JOIN ledger.entry e ON e.id = l.entry_id ORDER BY l.leaf_index"
            ).fetchall()
            (committed, root) = auditor.execute(
                "SELECT (SELECT count(*) FROM ledger.entry), root FROM ledger.log_state"
            ).fetchone() or (0, b"")
    frontier = Frontier()
    frontier.extend([leaf_hash(body) for (body,) in bodies])
    assert frontier.root() == root
    wrong = abs(committed - size) + abs(len(bodies) - size)
    return Measured(wrong, wrong / committed, [float(wrong)], f"{kills} kills, {committed:,} entries committed")


def _write(ledger: Ledger, stop: threading.Event, seed: int) -> None:
    """Commit entries one by one; every tenth is rolled back, now and then a transaction is left open for a while."""
    chance = random.Random(seed)
    with ledger.connect("app") as app:
        while not stop.is_set():
            app.execute("BEGIN")
            app.execute(insert_statement(draft()))
            if chance.random() < 0.01:
                time.sleep(0.3)
            app.execute("ROLLBACK" if chance.random() < 0.1 else "COMMIT")
