"""What the book's clauses on identity are proved by: named queries over the tables, and guards that are tried. [ID-1 to PW-5]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from iam.credentials import password_rules, passwords, rotation
from iam.credentials.models import Passkey, Password, Totp
from iam.entry.models import Session
from iam.letters import delivery
from iam.letters.models import Receipt
from iam.people import names, platforms
from iam.people.models import HUMAN, PLATFORM, SERVICE, Account, Person
from kernel.action import Work
from kernel.errors import Refused
from policy.evidence import Evidence, evidence, found, name_guard, probe

name_guard(
    "account_name_once",
    "A constraint of the database: a user id of a platform exists once, and its row is never deleted.",
)


def _active(session: Any) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.status == "active", Account.platform == PLATFORM)))


def _with_otp(session: Any) -> set[Any]:
    return set(
        session.scalars(
            select(Totp.account_id).where(col(Totp.confirmed_at).is_not(None), col(Totp.ended_at).is_(None))
        )
    )


def _refs(accounts: Iterable[Account]) -> list[str]:
    return [account.ref for account in accounts]


@evidence("ID-1")
def second_factor_everywhere(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Every account in use has a strong second factor; programs come by keys and have none."""
    accounts = [account for account in _active(session) if account.kind != SERVICE]
    strong = _with_otp(session) | set(
        session.scalars(select(Passkey.account_id).where(col(Passkey.ended_at).is_(None)))
    )
    return found(_refs(accounts), _refs(a for a in accounts if a.id not in strong))


@evidence("ID-2")
def accounts_have_one_person(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every account in use belongs to a person who is here."""
    rows = session.execute(
        select(Account, Person.status)
        .join(Person, col(Person.id) == Account.person_id)
        .where(Account.status == "active", Account.kind != SERVICE)
    ).all()
    return found(_refs(a for a, _ in rows), _refs(a for a, status in rows if status != "active"))


@evidence("ID-3")
def names_follow_convention(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every human user id has the form of its platform's convention."""
    accounts = list(session.scalars(select(Account).where(Account.kind == HUMAN)))
    forms = {platform: platforms.convention(session, platform) for platform in {a.platform for a in accounts}}
    return found(_refs(accounts), _refs(a for a in accounts if not names.fits(forms[a.platform], a.name)))


@evidence("ID-4", empty_ok=True)
def rotation_is_kept(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Nobody came in by a password past its day; accounts with OTP never rotate, a password past its day opens only its change."""
    accounts = [account for account in _active(session) if account.kind == HUMAN]
    due = {one.account_id: one.due_at for one in rotation.standings(session)}
    begun = dict(
        session.execute(
            select(col(Session.account_id), func.max(Session.started_at))
            .where(col(Session.account_id).in_(due))
            .group_by(col(Session.account_id))
        ).all()
    )
    return found(
        _refs(a for a in accounts if a.id in due),
        _refs(a for a in accounts if a.id in due and a.id in begun and begun[a.id] >= due[a.id]),
        _refs(a for a in accounts if a.id not in due),
    )


@evidence("ID-5")
def secrets_travelled_apart(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every account that was activated has receipts of its user id and of its code, by two channels."""
    accounts = list(
        session.scalars(select(Account).where(col(Account.activated_at).is_not(None), Account.kind == "human"))
    )
    channels: dict[tuple[Any, str], set[str]] = {}
    for receipt in session.scalars(select(Receipt)):
        channels.setdefault((receipt.person_id, receipt.purpose), set()).add(receipt.channel)

    def is_proved(account: Account) -> bool:
        told, code = (
            channels.get((account.person_id, "user-id"), set()),
            channels.get((account.person_id, "code"), set()),
        )
        return bool(told and code) and not told & code

    return found(_refs(accounts), _refs(a for a in accounts if not is_proved(a)))


@evidence("PW-4")
def passwords_are_hashed(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every password kept is an argon2id hash."""
    held = list(session.scalars(select(Password)))
    return found([p.ref for p in held], [p.ref for p in held if not p.hash.startswith("$argon2id$")])


@probe("PW-1", guard="password-length")
def short_password(work: Work) -> None:  # noqa: ARG001
    """Seven good characters are too few."""
    _try_password("Kj8$gr!")


@probe("PW-2", guard="password-strength")
def trivial_password(work: Work) -> None:  # noqa: ARG001
    """A common password is refused in any disguise."""
    _try_password("P@ssw0rd")


def _try_password(password: str) -> None:
    flaws = password_rules.flaws(password, password_rules.in_force())
    if flaws:
        raise passwords.refusal(flaws)


@probe("ID-3", guard="user-id-convention")
def free_hand_name(work: Work) -> None:
    """A user id of one's own choice is refused."""
    person = Person(given_name="Afi", family_name="Mensah", joined_at=work.now)
    fault = names.fault(platforms.convention(work.session), "superstar", person.given_name, person.family_name)
    if fault is not None:
        raise Refused("ID-3", fault)


@probe("ID-2", guard="no-shared-id")
def shared_name(work: Work) -> None:
    """A user id that names a group is refused."""
    fault = names.fault(platforms.convention(work.session), "admin.team", "Admin", "Team")
    if fault is not None:
        raise Refused("ID-2", fault)


@probe("ID-5", guard="two-channels")
def one_channel(work: Work) -> None:
    """A mail address that delivers to the same telephone is not a second channel."""
    delivery.channels_of(
        Person(
            given_name="Afi",
            family_name="Mensah",
            joined_at=work.now,
            email="22997000001@sms.example.com",
            phone="+22997000001",
        )
    )
