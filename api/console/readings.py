"""Readings that only pages need: who is behind the references of the ledger, and the demonstration house's codes."""

from typing import Annotated
from uuid import UUID

import pyotp
from pydantic import Field
from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from contactcenter.models import Conversation
from iam.credentials.models import Totp
from iam.people.models import SERVICE, Account, Person
from kernel.action import Work
from kernel.db import Answer
from kernel.gate import Ask, condition
from kernel.reading import reading
from kernel.sealing import unseal
from kernel.settings import settings

Refs = Annotated[list[str], Field(max_length=1000)]
Words = Annotated[str, Field(min_length=1, max_length=100)]


@reading("name.look-up")
def look_names_up(work: Work, *, refs: Refs) -> dict[str, str]:
    """Tell the names of colleagues and the references of conversations behind pseudonymous references."""
    found: dict[str, str] = {}
    people = _ids(refs, "person:") + _ids(refs, "agent-state:")
    for person in work.select(select(Person).where(col(Person.id).in_(people))):
        found[f"person:{person.id}"] = found[f"agent-state:{person.id}"] = person.name
    accounts = select(Account, Person).join(Person, col(Person.id) == Account.person_id)
    for account, person in work.session.execute(accounts.where(col(Account.id).in_(_ids(refs, "account:")))):
        found[account.ref] = account.name if account.kind == SERVICE else person.name
    talks = select(Conversation.id, Conversation.reference).where(col(Conversation.id).in_(_ids(refs, "conversation:")))
    for conversation_id, reference in work.session.execute(talks):
        found[f"conversation:{conversation_id}"] = reference
    return found


@reading("name.leaders")
def look_leaders_up(work: Work, *, people: Annotated[list[UUID], Field(max_length=10_000)]) -> dict[UUID, str]:
    """Tell the name of who leads each of these people; who is led by nobody is left out."""
    led, leader = aliased(Person), aliased(Person)
    rows = select(col(led.id), leader).join(leader, col(leader.id) == col(led.manager_id))
    return {one: above.name for one, above in work.session.execute(rows.where(col(led.id).in_(people)))}


@reading("name.find")
def find_names(work: Work, *, words: Words, limit: Annotated[int, Field(ge=1, le=100)] = 20) -> dict[str, str]:
    """Find colleagues by name or user name, and conversations by reference: reference to name."""
    like = f"%{words.replace(chr(92), '').replace('%', '').replace('_', ' ').strip()}%"
    full = func.concat(Person.given_name, " ", Person.family_name)
    people = (
        select(Person)
        .outerjoin(Account, col(Account.person_id) == Person.id)
        .where(or_(full.ilike(like), col(Account.name).ilike(like)))
        .distinct()
        .limit(limit)
    )
    found = {f"person:{person.id}": person.name for person in work.select(people)}
    talks = work.visible(Conversation).where(col(Conversation.reference).ilike(like)).limit(limit)
    return found | {conversation.ref: conversation.reference for conversation in work.select(talks)}


def _ids(refs: list[str], noun: str) -> list[UUID]:
    found: list[UUID] = []
    for ref in refs:
        if ref.startswith(noun):
            try:
                found.append(UUID(ref.removeprefix(noun)))
            except ValueError:
                continue  # a reference of another form than ours names nobody
    return found


class DemoCode(Answer):
    """Somebody of the demonstration house and their six digits now."""

    person_id: UUID
    name: str
    user_name: str
    code: str


@condition("demo-house")
def is_demo(_: Ask) -> str | None:
    """Fulfilled in the demonstration house alone."""
    return None if settings.demo else "Only the demonstration house shows codes."


@reading("demo.codes")
def demo_codes(work: Work) -> list[DemoCode]:
    """Tell the present codes of everybody in the demonstration house."""
    rows = work.session.execute(
        select(Person, Account, Totp)
        .join(Account, col(Account.person_id) == Person.id)
        .join(Totp, col(Totp.account_id) == Account.id)
        .where(col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None), Account.status == "active")
        .order_by(col(Account.made_at), col(Account.name))
    )
    return [
        DemoCode(
            person_id=person.id,
            name=person.name,
            user_name=account.name,
            code=pyotp.TOTP(unseal(totp.sealed, totp.ref).decode()).at(work.now),
        )
        for person, account, totp in rows
    ]
