"""How long an ended session, or a role taken back, goes on working in another process, with nobody to tell it.

python -m bench.revocation    one web process' view; reads "session TOKEN" or "right REF", says when it stopped working

The watching process has the poll of every server and nothing else: no notification reaches it, and no sequencer runs.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.harness import Measured, figure

TRIES = 80
RIGHT = "person.list"
INTERVAL = 0.4
GIVE_UP = 20.0
Watch = Callable[[str, str, Callable[[], object]], float]


@figure("revocation", unit="s", bar="<= 1", against="the poll's interval of 0.4 s")
def measure(options: Any) -> Measured:
    from bench.web import database

    with database():
        sessions, rights = delays(options.size(TRIES))
    value = max(p99(sessions), p99(rights))
    note = "; ".join(
        f"{len(seen)} {what}: median {sorted(seen)[len(seen) // 2]:.2f} s, p99 {p99(seen):.2f} s"
        for what, seen in (("sessions ended", sessions), ("roles taken back", rights))
    )
    return Measured(value, value / INTERVAL, [p99(sessions), p99(rights)], note)


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[min(len(seconds) - 1, round(len(seconds) * 0.99))]


def delays(count: int) -> tuple[list[float], list[float]]:
    """End so many sessions and take so many roles back; returns how long each went on working elsewhere."""
    import iam
    from api import house, schema
    from kernel import db
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    admin, kofi = world.person(role="it-admin"), world.person()
    sessions: list[float] = []
    rights: list[float] = []
    with watcher() as watch:
        while len(rights) < count:
            ama = world.activated()
            for code in ama.codes[: max(1, count - len(rights))]:
                entered = iam.sign_in(
                    ama.user_name,
                    ama.password,
                    source=world.HERE,
                    device=ama.entered.device,
                    proof=iam.Proof(recovery=code),
                )
                time.sleep(0.0137 * (len(sessions) % 31))
                sessions.append(
                    watch("session", entered.token, lambda a=ama, e=entered: iam.end_session(a.actor, e.session_id))
                )
                held = iam.give_role(admin.actor, person_id=kofi.id, role="supervisor", reason="for the figure")
                rights.append(watch("right", kofi.actor.ref, lambda h=held: iam.take_role(admin.actor, h.id)))
    return sessions, rights


@contextlib.contextmanager
def watcher(module: str = "bench.revocation", *words: str) -> Iterator[Watch]:
    """Start the other process; yields a function that does something and tells how long it went on working there."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def watch(kind: str, what: str, act: Callable[[], object]) -> float:
        process.stdin.write(f"{kind} {what}\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == "works"
        act()
        ended = time.monotonic()
        return max(0.0, float(process.stdout.readline()) - ended)

    try:
        yield watch
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def main() -> None:
    """Be the other process."""
    from uuid import UUID

    import iam
    from api import fields  # noqa: F401
    from kernel import fresh, gate
    from kernel.actor import person

    fresh.refresh(force=True)
    poll = fresh.Poll(lambda error: print(error, file=sys.stderr))
    poll.start()
    for line in sys.stdin:
        kind, what = line.split()
        if kind == "session":
            works = lambda what=what: iam.who(what, touch=False) is not None  # noqa: E731
        else:
            actor = person(UUID(what.removeprefix("person:")), "Watched")
            works = lambda actor=actor: gate.may(actor, RIGHT).allowed  # noqa: E731
        _until(works, wanted=True)
        print("works", flush=True)
        _until(works, wanted=False)
        print(time.monotonic(), flush=True)
    poll.stop()


def _until(works: Callable[[], bool], *, wanted: bool) -> None:
    ends = time.monotonic() + GIVE_UP
    while works() is not wanted and time.monotonic() < ends:
        time.sleep(0.001)


if __name__ == "__main__":
    main()
