"""A directory of 20,000 users (a real slapd, over LDAPS) compared whole with the registry: nothing changed, and 1 % drift.

Beside it, how fast the library alone reads what tells whether an entry changed. Memory is the peak of the process during a look.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import Measured, figure
from kernel.clock import monotonic

ENTRIES = 20_000
RUNS = 3
ROLES = ("agent", "trainer")


@figure("reconcile", unit="entries/s", bar=">= 5000", against="reading keys and stamps alone, with the same library")
def measure(options: Any) -> Measured:
    """Entries compared in a second where nothing changed, the median of three looks."""
    from bench.web import database

    with database() as (_, folder):
        return looks(folder, options.size(ENTRIES))


def looks(folder: Path, count: int) -> Measured:
    """Furnish both sides alike, then look: at no change, at drift, at changes alone."""
    from api import house, schema
    from iam.directory.connection import REPLACE, opened
    from iam.directory.reader import Reader
    from iam.directory.registry import door_of
    from kernel import db
    from tests.iam.directory import slapd
    from tests.iam.directory.house import governed

    schema.migrate(db.settings.database_url)
    house.found()
    names = [f"koku{number:05d}" for number in range(count)]
    groups = "".join(slapd.group(role, *names[at :: len(ROLES)]) for at, role in enumerate(ROLES))
    server = slapd.made(
        folder / "slapd", "".join(slapd.user(number, name) for number, name in enumerate(names)) + groups
    )
    server.start()
    try:
        root = (slapd.ROOT, slapd.PASSWORD)
        held = governed("ldap", server.ldaps, server.own.pem, root, slapd.PEOPLE, slapd.GROUPS)
        with opened(door_of(held.directory)) as link:
            reader = Reader(link)
            for key, group in reader.groups():
                held.group(group, group, {group: key})
            settle(held, reader)
            alone = [count / timed(lambda: list(reader.stamps())) for _ in range(RUNS)]
        held.look(whole=True)  # the caches are warm, the mark is set
        before = peak()
        same = [count / timed(lambda: expect(held.look(whole=True), found=0, read=0)) for _ in range(RUNS)]
        grown = peak() - before
        with opened(door_of(held.directory)) as link:
            for number in range(0, count, 100):
                link.modify(f"uid={names[number]},{slapd.PEOPLE}", {"mail": [(REPLACE, ["moved@example.org"])]})
        drift = timed(lambda: expect(held.look(whole=True), found=len(range(0, count, 100))))
        changes = timed(lambda: held.look(whole=False))
    finally:
        server.stop()
    note = f"1 % drift with a case for each: {count / drift:,.0f}/s; changes alone {changes:.2f} s; memory grew {grown:.0f} MB"
    return Measured(median(same), median(same) / median(alone), same, note)


def settle(held: Any, reader: Any) -> None:
    """Put a person with a bound account and the group's role beside each entry, straight into the tables of a throw-away database."""
    from bench import web
    from iam.directory import mirror
    from iam.directory.mirror import seen_of
    from iam.directory.models import DirectoryGroup
    from iam.directory.reader import fold
    from kernel import clock, db, fresh
    from kernel.db import uuid7

    with db.read_session() as session:
        governed = session.query(DirectoryGroup).all()
    members = reader.memberships(governed)
    now = clock.now()
    web.unguard(db.settings.database_url)
    with db.connect("none", db.settings.database_url) as conn, conn.cursor() as cursor:
        for page in reader.entries():
            mirror.keep(held.directory.id, [seen_of(one, members.get(fold(one.dn), ())) for one in page])
            people = [(uuid7(), one) for one in page]
            cursor.executemany(
                "insert into person (id, version, scope, given_name, family_name, email, language, status, joined_at, kind, job)"
                " values (%s, 1, 'house', %s, %s, %s, 'fr', 'active', %s, 'employee', '')",
                [(key, one.given_name, one.family_name, one.mail, now) for key, one in people],
            )
            cursor.executemany(
                "insert into account (id, version, scope, person_id, platform, name, kind, status, made_at, purpose, external_id)"
                " values (%s, 1, 'house', %s, %s, %s, 'human', 'active', %s, '', %s)",
                [(uuid7(), key, held.platform, one.name, now, one.external_id) for key, one in people],
            )
            cursor.executemany(
                "insert into role_assignment (id, version, subject, role, scope, given_by, reason)"
                " values (%s, 1, %s, %s, 'house', 'clerk:setup', 'for the figure')",
                [(uuid7(), f"person:{key}", ROLES[int(one.name[4:]) % len(ROLES)]) for key, one in people],
            )
        conn.execute("update access_state set counter = counter + 1")
    web.guard(db.settings.database_url)
    fresh.refresh(force=True)


def expect(outcome: Any, **told: int) -> None:
    """Hold a look against what it must have found."""
    for name, value in told.items():
        if getattr(outcome, name) != value:
            raise AssertionError(f"{name}: {getattr(outcome, name)}, not {value} ({outcome})")


def timed(call: Callable[[], object]) -> float:
    begin = monotonic()
    call()
    return monotonic() - begin


def peak() -> float:
    """Return the largest memory of this process since it was last asked, in MB."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    most = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return most / 1024
