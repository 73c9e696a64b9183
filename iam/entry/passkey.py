"""The way in by a passkey alone: a discoverable credential that verified its user is both factors in one. [ID-1]

The challenge is sealed and given to the browser instead of being kept, so that asking for one costs no row however often it is
asked; it is good for minutes and spent by its first use. A passkey nobody has, one that was removed and one whose owner may not
come in get the same answer.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import webauthn
from pydantic import SecretStr
from webauthn.helpers import options_to_json
from webauthn.helpers.structs import UserVerificationRequirement

from iam.credentials import factors, passkeys, rotation
from iam.credentials.models import Passkey
from iam.credentials.passkeys import Challenge, Credential, Presented, Token
from iam.entry import signin, throttle, tickets
from iam.entry.candidates import counters
from iam.entry.entering import Entered, Source, Who, start_session
from iam.people.models import HUMAN, PLATFORM, Account, Person
from kernel import clock
from kernel.action import Work, action
from kernel.errors import Refused, Unavailable
from kernel.sealing import pseudonym, seal, unseal

NO = "This passkey opens nothing here. Sign in with your user name and password instead."
ABOUT = "passkey-entry"
SIZE = 32


def ask() -> Challenge:
    """Return a challenge that any discoverable passkey of this house may answer."""
    challenge = os.urandom(SIZE)
    stamp = int(clock.now().timestamp()).to_bytes(8)
    options = webauthn.generate_authentication_options(
        rp_id=passkeys.relying_party(), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Challenge(urlsafe_b64encode(seal(stamp + challenge, ABOUT)).decode(), options_to_json(options))


def _challenge_in(ticket: str, now: datetime) -> bytes:
    """Return the challenge of a ticket of ours and use it up. Raises Refused when it is none, over, or was used."""
    try:
        opened = unseal(urlsafe_b64decode(ticket), ABOUT)
    except (ValueError, Unavailable):
        raise Refused("ID-1", tickets.OVER) from None
    age = now - datetime.fromtimestamp(int.from_bytes(opened[:8]), now.tzinfo)
    if not timedelta(minutes=-1) <= age < timedelta(minutes=passkeys.MINUTES):
        raise Refused("ID-1", tickets.OVER)
    if not tickets.spend(ticket, now, passkeys.MINUTES + 1):
        raise Refused("ID-1", tickets.OVER)
    return opened[8:]


@action("sign-in.passkey")
def check_passkey(
    work: Work, *, ticket: Token, credential: Credential, source: Source, device: SecretStr | None = None
) -> Entered | rotation.Due:
    """Come in by a passkey alone: what one has, and the finger, face or number that opened it. [ID-1]"""
    answer = Presented.read(credential)
    named = pseudonym(answer.id.hex()) if answer is not None else "nothing"
    own, shared = counters(named, source, None)
    throttle.count((*own, *shared), work.now)
    challenge = _challenge_in(ticket, work.now)
    known = passkeys.find(work, answer.id) if answer is not None else None
    who = _holder(work, known) if known is not None else None
    if answer is None or known is None or who is None or answer.holder != known.account_id.bytes:
        raise _wrong(source, known, named)
    if not passkeys.is_good(known, answer, challenge, work.now):
        raise _wrong(source, known, named)
    throttle.forgive(own, shared)
    work.note("account", str(who.account_id))
    due = rotation.due(work, who.account_id, "passkey")
    if due is not None:
        return due
    at = signin.known_device(work, who.account_id, device.get_secret_value() if device else None)
    return start_session(work, who, "passkey", source, at)


def _holder(work: Work, key: Passkey) -> Who | None:
    """Return whose passkey this is, where they may come in."""
    account = work.get(Account, key.account_id)
    person = work.get(Person, account.person_id)
    is_open = account.kind == HUMAN and account.platform == PLATFORM and account.status == person.status == "active"
    return Who(person.id, account.id, person.scope) if is_open else None


def _wrong(source: Source, known: Passkey | None, named: str) -> Refused:
    told = {"account": str(known.account_id)} if known is not None else {"unknown": named}
    return factors.wrong("passkey", NO, source=pseudonym(source.address), **told)


def enter(
    ticket: str, credential: str, *, source: Source, device: str | None = None
) -> Entered | rotation.ChangeNeeded:
    """Sign in by a passkey's answer. [ID-1]

    Raises:
        Refused: the one answer for all that is wrong, or the challenge has run out. Busy: held back after wrong tries.
        Malformed: no ticket or no credential at all.

    """
    found = check_passkey(
        signin.CLERK, ticket=ticket, credential=credential, source=source, device=SecretStr(device) if device else None
    )
    return rotation.to_change(found) if isinstance(found, rotation.Due) else found
