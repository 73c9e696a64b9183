"""How fast the sequencer works off a backlog: tree, tiles, leaves, head and signature, durable."""

import struct

from bench.harness import Measured, Options, figure, fresh_ledger, timed

ROW = struct.Struct(">hiqiqi32s")


@figure(
    "sequencer", unit="entries/s", bar=">= 25000", against="a plain COPY of the same leaves into the same kind of table"
)
def work_off_a_backlog(options: Options) -> Measured:
    count = options.size(200_000)
    with fresh_ledger() as ledger:
        ledger.load(count)
        with timed() as seconds:
            assert ledger.settle() == count
        with ledger.connect("owner") as owner:
            owner.execute("CREATE TABLE ledger.copy (LIKE ledger.leaf INCLUDING ALL)")
            with timed() as plain:
                for start in range(0, count, 8192):
                    rows = [ROW.pack(3, 8, n, 8, n, 32, bytes(32)) for n in range(start, min(start + 8192, count))]
                    with owner.cursor().copy("COPY ledger.copy FROM STDIN (FORMAT binary)") as copy:
                        copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + b"".join(rows) + b"\xff\xff")
    rate = count / seconds()
    return Measured(rate, plain() / seconds(), [rate], f"{count:,} entries")
