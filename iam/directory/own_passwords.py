"""A password in a directory: chosen by its person, checked by our own rules first, then written over TLS and kept nowhere here. [PW-1, PW-2, AC-7]"""

from uuid import UUID

from pydantic import SecretStr
from sqlmodel import select

from iam.credentials import hashing, password_rules, passwords
from iam.directory.connection import DirectoryFault, NoEntry, opened
from iam.directory.models import Directory
from iam.directory.reader import Reader
from iam.directory.registry import CLERK, directory_of, door_of
from iam.directory.writer import Writer
from iam.people.models import Account, Person, for_people_only
from kernel.access import Scope
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import Refused, Unavailable


@action("directory.check-password", on=Account)
def check_password(work: Work, account: Account, *, password: SecretStr) -> None:
    """Check a password for one's own account in a directory by the house's rules, before it is written there. [PW-1, PW-2]"""
    for_people_only(account)
    directory_of(work, account.platform)
    if account.status != "active" or account.external_id is None:
        raise Refused("AC-7", "This account is not in use in its directory.")
    person = work.get(Person, account.person_id)
    site = work.session.get(Scope, person.scope)
    context = passwords.context_of(person, account, site.label if site else "")
    flaws = password_rules.flaws(password.get_secret_value(), password_rules.in_force(only_factor=True), context)
    if flaws:
        raise passwords.refusal(flaws)


@action("directory.password-set", on=Account)
def note_password(work: Work, account: Account) -> None:
    """Write down that a password was set in a directory. [PW-1, AC-7]"""
    work.fact("directory.password-set", account_id=account.id, person_id=account.person_id)


def set_password(actor: Actor, account_id: UUID, password: str) -> None:
    """Set one's own password in a directory. Raises Busy, Refused naming each flaw, Unavailable where the directory is not there."""
    with hashing.SLOTS.taken():
        check_password(actor, account_id, password=SecretStr(password))
    with read_session() as session:
        account = session.get_one(Account, account_id)
        directory = session.scalars(select(Directory).where(Directory.platform == account.platform)).one()
    try:
        _write(directory, str(account.external_id), password)
    except NoEntry:
        raise Refused("AC-7", "The directory does not have this account any more.") from None
    except DirectoryFault as fault:
        if fault.state in {"slow", "down"}:
            raise Unavailable("The directory does not answer; the password is as it was.") from fault
        raise Refused("AC-7", f"The directory did not take it. {fault.why}") from fault
    note_password(CLERK, account_id)


def _write(directory: Directory, key: str, password: str) -> None:
    with opened(door_of(directory)) as link:
        found = [one for page in Reader(link).by_keys([key]) for one in page]
        if not found:
            raise NoEntry("entry")
        Writer(link).set_password(found[0], password)
