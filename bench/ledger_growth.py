"""Whether a large ledger is slower than a small one: audited commits, sequencing and proofs at 10,000 entries and at many.

The default fits into some minutes; `--entries 10000000` measures the full size.
"""

from datetime import UTC, datetime
from statistics import median
from uuid import uuid4

from bench.harness import Ledger, Measured, Options, figure, fresh_ledger, timed
from kernel.ledger.entries import Draft, insert_statement
from kernel.ledger.proofs import prove_index

SMALL = 10_000
COMMITS = 1_000
ROUNDS = 3


@figure("ledger_growth", unit="commits/s", bar="", against="the same at 10,000 entries")
def commit_to_a_large_ledger(options: Options) -> Measured:
    count = max(options.size(1_000_000), 2 * SMALL)
    with fresh_ledger() as ledger:
        ledger.load(SMALL)
        small = _measure(ledger)
        ledger.load(count - SMALL)
        large = _measure(ledger)
    runs = [rate for rate, _, _ in large]
    before, after = ([median(column) for column in zip(*part, strict=True)] for part in (small, large))
    note = (
        f"{count:,} entries; proof {before[1] * 1000:.2f} -> {after[1] * 1000:.2f} ms,"
        f" sequencing {COMMITS} entries {before[2] * 1000:.0f} -> {after[2] * 1000:.0f} ms"
    )
    return Measured(after[0], after[0] / before[0], runs, note)


def _measure(ledger: Ledger) -> list[tuple[float, float, float]]:
    """Rounds of (commits/s, seconds for a proof, seconds to sequence the round's entries)."""
    size = ledger.settle()
    with ledger.connect("owner") as owner:
        owner.execute("VACUUM ANALYZE ledger.entry, ledger.leaf")
    found = []
    with ledger.connect("app") as app, ledger.connect("auditor") as auditor:
        for _ in range(ROUNDS):
            drafts = [draft() for _ in range(COMMITS)]
            with timed() as commits:
                for one in drafts:
                    app.execute(insert_statement(one))
            with timed() as sequencing:
                size = ledger.settle()
            with timed() as proofs:
                for index in range(0, size, size // 50):
                    prove_index(auditor, index)
            found.append((COMMITS / commits(), proofs() / 50, sequencing()))
    return found


def draft() -> Draft:
    return Draft(
        action_id=uuid4(),
        at=datetime.now(UTC),
        actor=f"person:{uuid4()}",
        session=uuid4(),
        action="conversation.reply",
        target=f"conversation:{uuid4()}",
        scope="house",
        outcome="done",
        rows=1,
        changes={"message": {"text": [None, "hmac-sha256:" + "0" * 64]}},
    )
