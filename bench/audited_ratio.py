"""An audited, authorised action over HTTP against the same endpoint with the ledger switched off, in this bench only."""

import os
import re
import statistics
import subprocess

from bench import web
from bench.harness import Measured, Options, figure
from bench.load import POST, per_second

ROUNDS = 5
FLOOR = """
\\set n random(1, 200)
begin;
select version from conversation where reference = 'bench-' || :n for update;
insert into note (id, version, conversation_id, contact_id, scope, text, written_at)
  select gen_random_uuid(), 0, id, contact_id, scope, 'a note of the usual length, written while the customer looks for the bill', now() from conversation where reference = 'bench-' || :n;
commit;
"""


@figure("audited_ratio", unit="ratio", bar=">= 0.70", against="the same endpoint with the ledger switched off")
def measure(options: Options) -> Measured:
    """Median of the rounds' ratios; in each round one after the other, in changing order."""
    seconds = max(2, round(6 * options.scale))
    ratios, rates = [], []
    with web.house() as made:
        for number in range(ROUNDS):
            found = {}
            for mode in ("", "unaudited") if number % 2 else ("unaudited", ""):
                (web.guard if mode == "" else web.unguard)(made.url)
                with web.serving(made, mode) as address:
                    per_second(address, made, POST, seconds=1)
                    found[mode] = per_second(address, made, POST, seconds=seconds)
            ratios.append(round(found[""] / found["unaudited"], 3))
            rates.append(found[""])
    return Measured(
        value=statistics.median(ratios),
        ratio=statistics.median(ratios),
        runs=ratios,
        note=f"{statistics.median(rates):.0f} audited actions/s, 16 clients",
    )


@figure(
    "audited_vs_pgbench", unit="ratio", bar=">= 0.15", against="pgbench on the action's two statements, same clients"
)
def against_pgbench(options: Options) -> Measured:
    """Audited actions a second over transactions a second of pgbench without Python, ledger or walls."""
    seconds = max(2, round(6 * options.scale))
    ratios = []
    with web.house() as made:
        for _ in range(3):
            web.guard(made.url)
            with web.serving(made) as address:
                per_second(address, made, POST, seconds=1)
                ours = per_second(address, made, POST, seconds=seconds)
            web.unguard(made.url)
            ratios.append(round(ours / pgbench(made, seconds), 3))
    return Measured(value=statistics.median(ratios), ratio=statistics.median(ratios), runs=ratios)


def pgbench(made: web.House, seconds: int) -> float:
    """Return pgbench's transactions a second on the two statements."""
    from kernel import db

    with db.connect("none", made.url) as conn:
        conn.execute(
            "update conversation c set reference = 'bench-' || n from (select id, row_number() over (order by id) n from conversation) r"
            " where r.id = c.id and reference not like 'bench-%'"
        )
    script = made.folder / "floor.sql"
    script.write_text(FLOOR)
    program = made.cluster.programs / "pgbench"
    out = subprocess.run(
        [str(program), "-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", str(seconds), "-f", str(script), made.url],
        capture_output=True, text=True, check=True, timeout=seconds + 60, env={**os.environ, "LD_LIBRARY_PATH": str(made.cluster.programs.parent / "lib")},
    ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", out)
    if found is None:
        raise RuntimeError(out)
    return float(found[1])
