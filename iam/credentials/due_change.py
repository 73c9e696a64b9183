"""The step between every good proof and a session, for a password that is due: a new one first. [ID-4, PW-1, PW-2]"""

from uuid import UUID

from pydantic import SecretStr

from iam.credentials import hashing, passwords
from iam.credentials.factors import Factor
from iam.credentials.rotation import TICKET
from iam.entry import presence, signin, tickets
from iam.entry.entering import Entered, Source, Who, start_session
from iam.people.models import Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.errors import Refused


@action("sign-in.change", on=Account)
def change_due(
    work: Work,
    account: Account,
    *,
    password_id: UUID,
    factor: Factor,
    password: SecretStr,
    source: Source,
    device: SecretStr | None = None,
) -> Entered:
    """Change the password that is due, and only then come in. [ID-4, PW-1, PW-2]"""
    person = work.get(Person, account.person_id)
    held = passwords.current(work, account.id, lock=True)
    is_open = account.status == person.status == "active"
    if not is_open or held is None or held.id != password_id:
        raise Refused("ID-1", tickets.OVER)
    passwords.choose(work, account, person, password.get_secret_value())
    presence.end(work, presence.open_of(work, person.id), "password changed")
    at = signin.known_device(work, account.id, device.get_secret_value() if device else None)
    return start_session(work, Who(person.id, account.id, person.scope), factor, source, at)


def change(ticket: str, password: str, *, source: Source, device: str | None = None) -> Entered:
    """Choose the new password and come in. One that breaks a rule may be tried again while the ticket lasts.

    Raises:
        Refused: naming each flaw, or the step has run out. Busy: too many at once.

    """
    step = tickets.look(ticket, TICKET, clock.now())
    with hashing.SLOTS.taken():
        entered = change_due(
            signin.CLERK,
            step.account_id,
            password_id=UUID(step.data["password_id"]),
            factor=step.data["factor"],
            password=SecretStr(password),
            source=source,
            device=SecretStr(device) if device else None,
        )
    tickets.drop(ticket)
    return entered
