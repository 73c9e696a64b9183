"""How fast a million entries are verified from the database: bytes, columns, times, tiles, roots, signature."""

from hashlib import sha256
from statistics import median

from bench.harness import Measured, Options, figure, fresh_ledger, timed
from kernel.ledger.verify import verify_database

RUNS = 3


@figure("verify_1m", unit="entries/s", bar=">= 250000", against="bare SHA-256 of as many bytes in memory")
def verify_a_million(options: Options) -> Measured:
    count = options.size(1_000_000)
    with fresh_ledger() as ledger:
        ledger.load(count)
        ledger.settle()
        with ledger.connect("owner") as owner:
            owner.execute("VACUUM ANALYZE ledger.entry, ledger.leaf")
            bodies = [row[0] for row in owner.execute("SELECT body FROM ledger.entry LIMIT 10000").fetchall()]
        runs = []
        for _ in range(RUNS):
            with ledger.connect("auditor") as auditor, timed() as seconds:
                report = verify_database(auditor, ledger.signer.verifiers, connect=lambda: ledger.connect("auditor"))
            assert report.sound, report.findings
            assert report.checked == count
            runs.append(count / seconds())
    with timed() as bare:
        for _ in range(10):
            for body in bodies:
                sha256(b"\x00" + body).digest()
    rate = median(runs)
    size = sum(map(len, bodies)) // len(bodies)
    return Measured(rate, rate * bare() / (10 * len(bodies)), runs, f"{count:,} entries of {size} bytes")
