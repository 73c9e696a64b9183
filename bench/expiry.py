"""How long a right that ends by its time, a right taken back and a session ended go on working, with 10,000 sessions alive.

python -m bench.expiry FILE    one web process' view, which holds the sessions of FILE in memory as a busy server does

The watching process has the poll of every server and nothing else: no notification reaches it. Each of its polls asks for all
10,000 sessions and, where rights moved, reads the rights of 10,000 people.
"""

import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import revocation
from bench.harness import Measured, figure
from bench.revocation import p99

SESSIONS = 10_000
TRIES = 40
AHEAD = timedelta(seconds=2)
KEEP_WARM = 20.0


@figure("expiry", unit="s", bar="<= 1", against="the same with few sessions alive (revocation)")
def measure(options: Any) -> Measured:
    """The 99th percentile over the three ways a right ends, each as often."""
    from bench.web import database

    with database() as (_, folder):
        found = delays(folder, options.size(SESSIONS), max(6, round(TRIES * min(1.0, options.scale))))
    everything = [delay for delays in found.values() for delay in delays]
    note = "; ".join(
        f"{len(seen)} {what}: median {sorted(seen)[len(seen) // 2]:.2f} s, p99 {p99(seen):.2f} s"
        for what, seen in found.items()
    )
    return Measured(p99(everything), None, [p99(seen) for seen in found.values()], note)


def delays(folder: Path, sessions: int, tries: int) -> dict[str, list[float]]:
    """End rights and sessions in three ways; returns how long each went on working in the other process."""
    import iam
    from api import house, schema
    from bench import crowd
    from kernel import clock, db
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    admin, kofi = world.person(role="it-admin"), world.person()
    (folder / "tokens").write_text("\n".join(crowd.settle(db.settings.database_url, sessions)))
    found: dict[str, list[float]] = {"rights past their end": [], "rights taken back": [], "sessions ended": []}
    people = [world.activated() for _ in range(tries)]
    with revocation.watcher("bench.expiry", str(folder / "tokens")) as watch:
        for number, ama in enumerate(people):
            time.sleep(0.0137 * (number % 31))
            ends = clock.now() + AHEAD
            held = {"person_id": kofi.id, "role": "supervisor", "reason": "for the figure"}
            iam.give_role(admin.actor, **held, end=ends)
            found["rights past their end"].append(watch("right", kofi.actor.ref, lambda at=ends: wait_until(at)))
            given = iam.give_role(admin.actor, **held)
            found["rights taken back"].append(
                watch("right", kofi.actor.ref, lambda one=given: iam.take_role(admin.actor, one.id))
            )
            entered = ama.entered
            found["sessions ended"].append(
                watch("session", entered.token, lambda a=ama, e=entered: iam.end_session(a.actor, e.session_id))
            )
    return found


def wait_until(moment: Any) -> None:
    """Return when the clock shows a moment."""
    from kernel import clock

    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))


def main(tokens: list[str]) -> None:
    """Be the other process: know all sessions, keep them known, and watch."""
    import iam
    from api import fields  # noqa: F401

    def use_all() -> None:
        while True:
            for token in tokens:
                iam.who(token, touch=False)
            time.sleep(KEEP_WARM)

    threading.Thread(target=use_all, daemon=True).start()
    revocation.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text().split())
