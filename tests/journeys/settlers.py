"""Run in the house's environment: a new agent joins; tells who lives here and what their authenticators hold, as JSON."""

import json
import sys

from sqlmodel import col, select

import contactcenter.demo
import iam
from api import fields  # noqa: F401 - registers every use case
from api.demo_house import INHABITANTS
from api.demo_words import PASSWORD
from iam.credentials.models import Totp
from iam.people.models import Account, Person
from kernel import db, frame, fresh
from kernel.actor import clerk
from kernel.sealing import unseal

SETUP = clerk("setup")
NEWCOMER = {
    "given_name": "Abla",
    "family_name": "Houngbédji",
    "email": "abla@people.example",
    "phone": "+2290196555001",
}


def main() -> None:
    fresh.refresh(force=True)
    joined = iam.join_person(SETUP, **NEWCOMER, site="site:cotonou", language="en")
    iam.give_role(SETUP, person_id=joined.id, role="agent", scope="house", reason="joins the care team")
    contactcenter.demo.seed_agent(joined.id, joined.name, "cotonou")
    roles = {f"person.{number}@demo.example": who for number, who in enumerate(INHABITANTS)}
    told = []
    with db.read_session() as session:
        both = select(Person, Account).join(Account, col(Account.person_id) == Person.id)
        for person, account in session.execute(both):
            totp = session.scalars(
                select(Totp).where(Totp.account_id == account.id, col(Totp.confirmed_at).is_not(None))
            ).first()
            who = roles.get(person.email)
            told.append({
                "role": f"{who.role if who else 'newcomer'}:{person.given_name}", "id": str(person.id), "name": person.name,
                "user_name": account.name, "email": person.email, "phone": person.phone,
                "password": PASSWORD if totp else "", "secret": unseal(totp.sealed, totp.ref).decode() if totp else "",
            })  # fmt: skip
    frame.close_writer()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
