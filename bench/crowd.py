"""A crowd for measuring: thousands of people with accounts, roles and live sessions, put straight into the tables.

Only in a throw-away database, with its walls down for that moment: what these figures measure is not how people come in.
"""

import os
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from bench import web
from kernel import clock, db
from kernel.db import HOUSE, uuid7

ROLE = "supervisor"


def settle(url: str, count: int, *, role: str = ROLE) -> list[str]:
    """Put so many people in, each with an account, a role and a live session; returns the sessions' tokens."""
    now = clock.now()
    people = [uuid7() for _ in range(count)]
    rows = [_rows(number, person, role, now) for number, person in enumerate(people)]
    web.unguard(url)
    with db.engine("none").connect() as conn:
        for position in range(4):
            records = [found[position] for found in rows]
            conn.execute(inspect(type(records[0])).local_table.insert(), [_values(record) for record in records])
        conn.execute(text("update access_state set counter = counter + 1"))
    web.guard(url)
    return [found[4] for found in rows]


def _rows(number: int, person: UUID, role: str, now: datetime) -> tuple[Any, Any, Any, Any, str]:
    from iam.entry.models import Session
    from iam.entry.tickets import digest
    from iam.people.models import Account, Person
    from kernel.access import RoleAssignment

    token = os.urandom(32).hex()
    account = Account(person_id=person, name=f"crowd{number}", status="active", made_at=now, activated_at=now)
    return (
        Person(id=person, given_name="Ama", family_name=f"Crowd {number}", joined_at=now, status="active"),
        account,
        RoleAssignment(
            subject_ref=f"person:{person}", role=role, scope=HOUSE, given_by="clerk:setup", reason="for the figure"
        ),
        Session(
            digest=digest(token),
            person_id=person,
            account_id=account.id,
            factor="totp",
            factor_at=now,
            started_at=now,
            ends_at=now + timedelta(hours=12),
        ),
        token,
    )


def _values(record: SQLModel) -> dict[str, Any]:
    told = inspect(type(record)).column_attrs
    return {one.columns[0].name: getattr(record, one.key) for one in told}
