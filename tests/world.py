"""Builders that speak: people made by the real actions, so that every test's world is one the house could have made.

ama = world.person(role="agent", scope=world.site("cotonou"))     # in the registry, with a role; `ama.actor` acts
kofi = world.activated(role="it-admin")                           # also has a password, an authenticator and a session

An IT administrator of a test's world is elevated already: nobody holds for good what most tests have him do. His elevation lasts
longer than the book allows one, because tests move the clock by days.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pyotp
import pytest

import iam
from iam.credentials.factors import Proof
from iam.entry.entering import Entered, Source
from iam.letters import delivery
from iam.letters.envelope import Envelope
from iam.people import founders
from iam.people.models import Account, Person
from iam.privileged import standing
from kernel import clock, db
from kernel.action import ACTIONS, LISTENERS, Fact, Work
from kernel.actor import Actor, clerk
from kernel.actor import person as acting_person
from kernel.db import HOUSE, uuid7
from kernel.errors import Conflict

SETUP = clerk("setup")
founders.TRIAL = True
PASSWORD = "Violet-Tractor9-Mumble"
ELEVATED, OPERATOR = {"it-admin"}, "privileged-operator"
ELEVATED_FOR = timedelta(days=800)
HERE = Source(address="192.0.2.10", agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
THERE = Source(address="198.51.100.66", agent="curl/8")
GIVEN = ("Ama", "Kofi", "Afi", "Jean-Pierre", "Ọlúṣẹ́gun", "Zoé", "Mawuli", "Fatou")
FAMILY = ("Mensah", "Adjovi", "N'Guessan", "Ọbásanjọ́", "Dos Santos", "Kpɔmasi", "Diallo")
_numbers = count(1)


@dataclass
class Somebody:
    """A person of a test's world, and what they know."""

    id: UUID
    account_id: UUID
    user_name: str
    name: str
    email: str
    phone: str
    actor: Actor
    password: str = ""
    otp: str = ""
    codes: tuple[str, ...] = ()
    entered: Entered | None = None

    def code(self, at: datetime | None = None) -> str:
        """What their authenticator shows now."""
        return pyotp.TOTP(self.otp).at(at or clock.now())

    def proof(self, at: datetime | None = None) -> Proof:
        """Their present code, as a proof."""
        return Proof(code=self.code(at))

    def sign_in(self, source: Source = HERE, device: str | None = None) -> Entered:
        """Sign in with password and code in one step."""
        entered = iam.sign_in(self.user_name, self.password, source=source, device=device, proof=self.proof())
        assert isinstance(entered, Entered)
        return entered

    def acting(self, entered: Entered) -> Actor:
        """The actor of a real session."""
        signed = iam.who(entered.token)
        assert signed is not None
        return signed.actor


class Carrier:
    """A transport that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Envelope] = []

    def send(self, envelope: Envelope) -> str:
        self.sent.append(envelope)
        return "kept"

    def last_to(self, address: str) -> str:
        """The last text that went to an address."""
        return [e.body.get_secret_value() for e in self.sent if e.address == address][-1]


def site(slug: str) -> str:
    """A site's scope, made at first use (scopes outlive a test)."""
    try:
        ACTIONS["site.add"](SETUP, slug=slug, label=slug.title())
    except Conflict:
        return f"site:{slug}"
    return f"site:{slug}"


def person(
    *,
    role: str | None = None,
    scope: str = HOUSE,
    site: str = HOUSE,
    given_name: str | None = None,
    family_name: str | None = None,
    language: str = "fr",
    manager_id: UUID | None = None,
    elevated: bool | None = None,
) -> Somebody:
    """Someone in the registry, holding a role in a scope; `actor` has just shown a second factor.

    `elevated` has taken up an elevation a moment ago; an IT administrator has, unless it says no.
    """
    number = next(_numbers)
    given, family = given_name or GIVEN[number % len(GIVEN)], family_name or FAMILY[number % len(FAMILY)]
    email, phone = f"person.{number}@example.com", f"+22901{60_000_000 + number}"
    joined = iam.join_person(
        SETUP,
        given_name=given,
        family_name=family,
        email=email,
        phone=phone,
        site=site,
        language=language,
        manager_id=manager_id,
    )
    with db.read_session() as session:
        account = session.scalars(_accounts_of(joined.id)).one()
    if role is not None:
        with elevation() if elevated or (elevated is None and role in ELEVATED) else nullcontext():
            iam.give_role(SETUP, person_id=joined.id, role=role, scope=scope, reason="for the test")
    actor = acting_person(joined.id, joined.name, factor_at=clock.now())
    return Somebody(joined.id, account.id, account.name, joined.name, email, phone, actor)


@contextmanager
def elevation() -> Iterator[None]:
    """Whoever is given a role in this block also holds the privileged operator's for a time, by the step of an elevation."""

    def take_up(work: Work, fact: Fact) -> None:
        if fact.data["role"] != OPERATOR:
            standing.mint(
                work, fact.data["person_id"], OPERATOR, fact.data["scope"], start=work.now, end=work.now + ELEVATED_FOR,
                behind=f"elevation:{uuid7()}", reason="elevation for change:CH-1",
            )  # fmt: skip

    with pytest.MonkeyPatch.context() as now:
        now.setitem(LISTENERS, "role.given", [*LISTENERS.get("role.given", ()), take_up])
        yield


def activated(*, password: str = PASSWORD, source: Source = HERE, **who: str | bool) -> Somebody:
    """Someone who came in by the letters they got: with password, authenticator, recovery codes and a first session.

    The authenticator's present step is used; the next sign-in needs a later one (`world.later`).
    """
    made = person(**who)  # type: ignore[arg-type]
    carrier = deliver()
    opened = iam.open_code(made.user_name, code_in(carrier.last_to(made.phone)), source=source)
    iam.choose_password(opened.ticket, password)
    enrolment = iam.begin_enrolment(opened.ticket)
    made.password, made.otp = password, enrolment.secret
    finished = iam.finish(opened.ticket, made.code(), source=source)
    made.codes, made.entered = finished.codes, finished.entered
    made.actor = made.acting(finished.entered)
    return made


def deliver() -> Carrier:
    """Have every waiting letter leave, as the worker does; returns the carrier that took them."""
    carrier, usual = Carrier(), delivery.transport_for
    delivery.transport_for = lambda _: carrier
    try:
        for letter_id, channel in _waiting():
            {"mail": delivery.send_mail, "sms": delivery.send_sms}[channel](letter_id=str(letter_id))
    finally:
        delivery.transport_for = usual
    return carrier


def code_in(text: str) -> str:
    """The activation code in a text message."""
    found = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert found is not None, text
    return found[0]


def settled(*, manager: Somebody | None = None, **who: str) -> Somebody:
    """Someone who has come in some time ago, and whom somebody leads; nothing of how they came in is there."""

    def arrive(work: Work, fact: Fact) -> None:
        made, account = work.get(Person, fact.data["person_id"]), work.get(Account, fact.data["account_id"])
        made.status = account.status = "active"
        account.activated_at = work.now

    with pytest.MonkeyPatch.context() as now:
        now.setitem(LISTENERS, "person.joined", [*LISTENERS.get("person.joined", ()), arrive])
        return person(manager_id=manager and manager.id, **who)  # type: ignore[arg-type]


def tell(monkeypatch: pytest.MonkeyPatch, name: str, **data: object) -> None:
    """Have a fact told that another field will tell: beside the next person who joins."""
    with monkeypatch.context() as now:
        told = [*LISTENERS.get("person.joined", ()), lambda work, _: work.fact(name, **data)]
        now.setitem(LISTENERS, "person.joined", told)
        person()


def _accounts_of(person_id: UUID):
    from sqlmodel import select

    from iam.people.models import Account

    return select(Account).where(Account.person_id == person_id)


def _waiting() -> list[tuple[UUID, str]]:
    from sqlmodel import col, select

    from iam.letters.models import Letter

    with db.read_session() as session:
        rows = session.execute(
            select(col(Letter.id), col(Letter.channel))
            .where(Letter.state == "waiting")
            .order_by(col(Letter.made_at), col(Letter.id))
        )
        return [(row[0], row[1]) for row in rows]
