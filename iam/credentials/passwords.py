"""Choosing and changing passwords. [PW-1, PW-2, ID-4]"""

from collections.abc import Iterable
from uuid import UUID

from pydantic import SecretStr
from sqlmodel import col, select

from iam.credentials import factors, hashing, password_rules
from iam.credentials.models import Password
from iam.credentials.password_rules import Flaw, Rules
from iam.entry import presence, throttle, tickets
from iam.people.models import Account, Person, for_people_only
from kernel.access import Scope
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.errors import Refused
from policy import book


def context_of(person: Person, account: Account, site: str = "") -> list[str]:
    """Return the words that tie a password to its user: names, user id, mail, telephone, site. [PW-2]"""
    return [person.given_name, person.family_name, account.name, person.email or "", person.phone or "", site]


def current(work: Work, account_id: UUID, *, lock: bool = False) -> Password | None:
    """Return an account's password, if it has one."""
    statement = select(Password).where(Password.account_id == account_id, col(Password.ended_at).is_(None))
    found: Password | None = work.select(statement.with_for_update() if lock else statement).first()
    return found


def choose(work: Work, account: Account, person: Person, password: str) -> Password:
    """Set a password that keeps the rules; the former one ends. Raises Refused naming each flaw. [PW-1, PW-2]"""
    for_people_only(account)
    rules = password_rules.in_force(
        only_factor=not factors.of_account(work, account.id) and account.activated_at is not None
    )
    site = work.session.get(Scope, person.scope)
    found = password_rules.flaws(password, rules, context_of(person, account, site.label if site else ""))
    if not found and _was_used(work, account.id, password):
        found = [Flaw("used", "It was used before. Take another.", "PW-2")]
    if found:
        raise refusal(found)
    former = current(work, account.id, lock=True)
    if former is not None:
        former.ended_at, former.ended_why = work.now, "changed"
        work.session.flush()
    made = Password(
        scope=account.scope,
        account_id=account.id,
        person_id=account.person_id,
        hash=hashing.hashed(password),
        rules=rules.name,
        set_at=work.now,
    )
    work.fact("password.changed", person_id=account.person_id, account_id=account.id)
    return work.add(made)


def refusal(flaws: list[Flaw]) -> Refused:
    """Return the refusal of a password: all that is wrong with it in sentences, its flaws by key on the entry."""
    error = Refused(flaws[0].clause, " ".join(flaw.why for flaw in flaws))
    error.__dict__["ledger_notes"] = {"flaws": [flaw.key for flaw in flaws]}
    return error


def _was_used(work: Work, account_id: UUID, password: str) -> bool:
    former: Iterable[Password] = work.select(
        select(Password)
        .where(Password.account_id == account_id)
        .order_by(col(Password.set_at).desc(), col(Password.id).desc())
        .limit(book.number("PW-2", "remembered"))
    )
    return any(hashing.verify(held.hash, password) for held in former)


@action("password.change", on=Account)
def change_password(work: Work, account: Account, *, current_password: SecretStr, password: SecretStr) -> None:
    """Change one's own password; one's other sessions end. [PW-1, PW-2]"""
    throttle.count([factors.factor_key(account.id)], work.now)
    held = current(work, account.id, lock=True)
    if not hashing.verify(held.hash if held else None, current_password.get_secret_value()):
        raise factors.wrong("password", "The present password is not right.", account=str(account.id))
    choose(work, account, work.get(Person, account.person_id), password.get_secret_value())
    presence.end(work, presence.open_of(work, account.person_id, but=work.actor.session), "password changed")
    throttle.forgive([factors.factor_key(account.id)])


def change(actor: Actor, account_id: UUID, *, current_password: str, password: str) -> None:
    """Change one's own password within the bound on hashing. Raises Busy, Refused."""
    with hashing.SLOTS.taken():
        change_password(actor, account_id, current_password=SecretStr(current_password), password=SecretStr(password))
    tickets.drop_of(account_id)


def end_secret(work: Work, account: Account, why: str) -> None:
    """End an account's password, if it has one."""
    held = current(work, account.id, lock=True)
    if held is not None:
        held.ended_at, held.ended_why = work.now, why


def flaws_for(password: str, context: Iterable[str] = (), rules: Rules | None = None) -> list[Flaw]:
    """List what is wrong with a password while it is typed; the same rules as when it is chosen, history left aside."""
    return password_rules.flaws(password, rules or password_rules.in_force(), context)


def said_rules() -> list[str]:
    """Return the rules in force as sentences for the page where a password is chosen."""
    rules = password_rules.in_force()
    said = [f"At least {rules.min_length} characters; every sign of every language may be used."]
    if rules.classes:
        said.append("Small and capital letters, and a digit or a special character.")
    said.append("Nothing tied to you: no name, user id, telephone number, site.")
    said.append("No common password, no single word. Three or four unrelated words are good.")
    return said
