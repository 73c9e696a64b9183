"""Run in the house's environment with people as JSON: each joins, is given rights and comes in by the letters; tells them as JSON."""

import json
import re
import sys
import time
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlmodel import col, select

import contactcenter.demo
import iam
from api import fields  # noqa: F401 - registers every use case
from api.demo_words import PASSWORD
from iam.entry.entering import Source
from iam.letters.models import SMS
from iam.letters.transports import spool
from iam.people.models import Account, Person
from kernel import clock, db, frame, fresh
from kernel.actor import clerk

SETUP = clerk("setup")
HERE = Source(address="127.0.0.1", agent="the journeys' house")
CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
LONGEST = 60.0


def main() -> None:
    fresh.refresh(force=True)
    wanted = json.loads(sys.argv[1])
    people = [join(one) for one in wanted]
    told = [come_in(one, row) if one.get("comes_in", True) else row for one, row in zip(wanted, people, strict=True)]
    frame.close_writer()
    json.dump(told, sys.stdout)


def join(one: dict) -> dict[str, str]:
    """Join with the rights that are told: pairs of a role and the days for which it has been held."""
    given, _, family = one["name"].partition(" ")
    joined = iam.join_person(
        SETUP, given_name=given, family_name=family, email=one["email"], phone=one["phone"], site="site:cotonou", language="en",
        job=one.get("job", ""), manager_id=UUID(one["manager"]) if one.get("manager") else None,
    )  # fmt: skip
    for role, days in one["roles"].items():
        name, _, scope = role.partition("@")
        start = clock.now() - timedelta(days=days) if days else None
        iam.give_role(
            SETUP, person_id=joined.id, role=name, scope=scope or "house", reason="has come to work here", start=start
        )
    if one.get("calls"):
        contactcenter.demo.seed_agent(joined.id, joined.name, "cotonou")
    with db.read_session() as session:
        user_name = session.scalars(select(col(Account.name)).where(Account.person_id == joined.id)).one()
    return {
        "role": "arrival", "id": str(joined.id), "name": joined.name, "user_name": user_name, "email": one["email"],
        "phone": one["phone"], "password": "", "secret": "",
    }  # fmt: skip


def come_in(one: dict, row: dict[str, str]) -> dict[str, str]:
    """Use the code of the text message, choose the password, pair the authenticator: as its owner would."""
    opened = iam.open_code(row["user_name"], code_to(one["phone"]), source=HERE)
    iam.choose_password(opened.ticket, PASSWORD)
    secret = iam.begin_enrolment(opened.ticket).secret
    iam.finish(opened.ticket, pyotp.TOTP(secret).at(clock.now()), source=HERE)
    with db.read_session() as session:
        assert session.scalars(select(col(Person.status)).where(Person.id == UUID(row["id"]))).one() == "active"
    return row | {"password": PASSWORD, "secret": secret}


def code_to(phone: str) -> str:
    """Wait for the text message, which the house's own worker sends."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        for letter in spool().letters():
            if letter["address"] == phone and letter["channel"] == SMS and (found := CODE.search(letter["body"])):
                return found[0]
        time.sleep(0.1)
    raise TimeoutError(phone)


if __name__ == "__main__":
    main()
