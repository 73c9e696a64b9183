"""A secret that others may know: one act ends the sessions, voids it, and sends the way to a new one. [PW-5]"""

from functools import partial
from typing import Literal

from iam import activations, passwords, presence, tickets
from iam.models_people import Account, Person
from kernel.action import Work, action
from kernel.errors import Refused


@action("password.void", on=Account)
def void_password(work: Work, account: Account, *, disclosure: Literal["suspected", "known"]) -> None:
    """Void a password that others may know: sessions end at once, and the way to a new one goes out. [PW-5, ID-5]"""
    person = work.get(Person, account.person_id)
    if account.status != "active" or person.status != "active":
        raise Refused("PW-5", "This account is not in use; there is no password to void.")
    passwords.end_secret(work, account, f"disclosure {disclosure}")
    work.note("sessions_ended", presence.end(work, presence.open_of(work, person.id), "password disclosed"))
    activations.issue(work, account, person, activations.PASSWORD)
    work.fact("password.voided", person_id=person.id, account_id=account.id)
    work.after_commit(partial(tickets.drop_of, account.id))
