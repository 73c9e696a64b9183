"""Run in the house's environment: asks for what one journey needs as the house's people do, by request and two answers, and waits for the clerk.

Told on the command line as JSON: somebody who is to come in with a profile, or whose profile or contract is to end in so many seconds.
"""

import json
import re
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

import iam
from api import fields  # noqa: F401 - registers every use case
from api.demo_house import INHABITANTS
from iam.letters.transports import spool
from iam.people.models import Account, Person
from iam.profiles.models import AccessProfile, ProfileHolding
from iam.requests import requests
from iam.requests.models import AccessLine, AccessRequest
from kernel import clock, db, frame, fresh
from kernel.actor import Actor
from kernel.actor import person as acting
from policy import inbox
from tests.journeys.authenticator import STEP
from tests.journeys.house import until
from tests.journeys.newcomers import PASSWORD, Arrival

HERE = iam.Source(address="127.0.0.1", agent="a journey's set-up")
TOLD = ("role", "id", "name", "user_name", "email", "phone", "password", "secret")


def main() -> None:
    told = json.loads(sys.argv[1])
    fresh.refresh(force=True)
    answer = end(told) if "end" in told else come(told)
    frame.close_writer()
    json.dump(answer, sys.stdout)


def inhabitant(role: str) -> Actor:
    """Who holds a role in the demonstration house, with a code just shown."""
    email = next(f"person.{number}@demo.example" for number, who in enumerate(INHABITANTS) if who.role == role)
    with db.read_session() as session:
        found = session.scalars(select(Person).where(Person.email == email)).one()
    return acting(found.id, found.name, factor_at=clock.now())


def ask(wish: dict[str, Any]) -> AccessLine:
    """Ask as the manager, have the supervisor and the director of operations say yes, and wait until it is carried out."""
    asker = inhabitant("manager")
    (made,) = requests.draft_request(asker, wishes=[wish], reason="a journey needs it")
    requests.send_request(asker, made.id)
    for role in ("supervisor", "customer-operations-director"):
        voter = inhabitant(role)
        (asked,) = [one for one in inbox.approvals_waiting(voter) if one.subject_ref == made.ref]
        inbox.cast(voter, asked.id, yes=True, digest=asked.digest)
    until(lambda: state(made.id) not in {"asked", "granted"}, "the clerk", 60)
    assert state(made.id) == "executed"
    with db.read_session() as session:
        return session.scalars(select(AccessLine).where(AccessLine.request_id == made.id)).one()


def state(request_id: UUID) -> str:
    with db.read_session() as session:
        return session.get_one(AccessRequest, request_id).state


def come(told: dict[str, Any]) -> dict[str, str]:
    """Bring somebody in with a profile, and with a role beside it where one is told; they come in by their letters."""
    newcomer = {name: told[name] for name in ("given_name", "family_name", "email", "phone", "kind")}
    newcomer |= {"language": "en", "site": "site:cotonou", "manager_id": inhabitant("supervisor").id}
    with db.read_session() as session:
        profile = session.scalars(select(AccessProfile).where(AccessProfile.slug == told["profile"])).one()
    line = ask({"deed": "create", "newcomer": newcomer, "profile_id": profile.id, "place": told["place"]})
    who = come_in(line.person_id, told)
    if "role" in told:
        ask({"deed": "allocate", "person_id": line.person_id, "role": told["role"], "scope": told["where"]})
    return {name: getattr(who, name) for name in TOLD}


def come_in(person_id: UUID | None, told: dict[str, Any]) -> Arrival:
    """Take the code that the house has sent, choose a password, pair the authenticator."""
    until(lambda: bool(texts(told["phone"])), "the text message", 60)
    (code,) = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", texts(told["phone"])[0])
    with db.read_session() as session:
        account = session.scalars(select(Account).where(Account.person_id == person_id)).one()
    opened = iam.open_code(account.name, code, source=HERE)
    iam.choose_password(opened.ticket, PASSWORD)
    name = f"{told['given_name']} {told['family_name']}"
    who = Arrival("arrival", str(person_id), name, account.name, told["email"], told["phone"], PASSWORD)
    who.secret = iam.begin_enrolment(opened.ticket).secret
    iam.finish(opened.ticket, who.at(int(clock.now().timestamp()) // STEP), source=HERE)
    return who


def texts(phone: str) -> list[str]:
    return [row["body"] for row in spool().letters() if row["address"] == phone]


def end(told: dict[str, Any]) -> dict[str, str]:
    """Have somebody's profile, or their contract, end in so many seconds."""
    at, person_id = clock.now() + timedelta(seconds=told["seconds"]), UUID(told["person"])
    if told["end"] == "contract":
        ask({"deed": "move", "person_id": person_id, "removal": {"ends_at": at}})
    else:
        with db.read_session() as session:
            held = session.scalars(select(ProfileHolding).where(ProfileHolding.person_id == person_id)).one()
        ask({"deed": "amend", "holding_id": held.id, "ends_at": at})
    return {"ends_at": at.isoformat()}


if __name__ == "__main__":
    main()
