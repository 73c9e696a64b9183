"""Which one person a name belongs to that another system wrote down: a user id of any platform, or an address. [ID-2]"""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from iam.people.models import SERVICE, Account, Person
from policy.identities import finds_people


@finds_people
def holder_of(session: Any, name: str) -> UUID | None:
    """Give the person of a user id or mail address; a service account's owner did not do what the program did."""
    by_account = select(Account.person_id).where(Account.name == name, Account.kind != SERVICE)
    by_address = select(Person.id).where(func.lower(col(Person.email)) == name.lower())
    found = {*session.scalars(by_account.limit(3)), *session.scalars(by_address.limit(3))}
    return found.pop() if len(found) == 1 else None
