"""Secrets that others know, or may know: one act ends the sessions, voids them all, and opens a case. [PW-5]

The case holds when the house was told and when everything had ended. It is closed by someone else than the person it is about, with
what was found, and not before the secrets are new or the account is out of use.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from iam.credentials import passwords
from iam.credentials.models import Activation, Passkey, RecoveryCode, Totp
from iam.credentials.models_cases import Disclosure
from iam.entry import activations, presence, tickets
from iam.entry.models import Device
from iam.people.models import SERVICE, Account, Person
from iam.services import keys as service_keys
from kernel import clock
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Refused
from kernel.reading import reading
from policy import incidents
from policy.workflow import Step, Workflow

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Finding = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]
STEPS = Workflow(Disclosure, "open", [Step("open", "close", "closed", clause="PW-5")])
incidents.keep_incidents(Disclosure)
ENDED: dict[str, type[Any]] = {
    "authenticators": Totp, "passkeys": Passkey, "recovery_codes": RecoveryCode, "activation_codes": Activation, "devices": Device
}  # fmt: skip
MOST = 500


class DisclosureView(Answer):
    """A case of disclosure: whose account, what ended, and the time from the signal until all was locked."""

    id: UUID
    account_id: UUID
    person_id: UUID
    kind: str
    note: str
    signalled_at: datetime
    locked_at: datetime
    milliseconds: int
    ended: dict[str, int]
    reported_by: str
    state: str
    closed_at: datetime | None
    closed_by: str | None
    finding: str

    @classmethod
    def of(cls, case: Disclosure) -> "DisclosureView":
        """Return what is shown of a case."""
        took = case.locked_at - case.signalled_at
        told = case.model_dump(include=set(cls.model_fields))
        return cls(**told, milliseconds=round(took.total_seconds() * 1000))


@action("disclosure.report", on=Account, answer=DisclosureView)
def report_disclosure(
    work: Work,
    account: Account,
    *,
    disclosure: Literal["suspected", "known"],
    note: Note = "",
    signalled_at: AwareDatetime | None = None,
    renew: bool = True,
) -> Disclosure:
    """Lock an account whose secrets others may know: sessions end, every secret is void, a case opens. [PW-5, ID-5]

    `signalled_at` is when the house was told, if before now. Without `renew` the way to new secrets does not go out yet: the
    telephone or the mailbox may be what was lost.
    """
    if account.status == "revoked":
        raise Refused("PW-5", "This account is not in use; it has no secret to void.")
    told = signalled_at or work.now
    if told > work.now:
        raise Refused("PW-5", "The house cannot have been told in the future.")
    person = work.get(Person, account.person_id)
    ended = _end_all(work, account, f"disclosure {disclosure}")
    if renew and account.kind != SERVICE and account.status == person.status == "active":
        activations.issue(work, account, person, activations.VOIDED)
    work.session.flush()
    case = work.add(
        Disclosure(
            scope=account.scope, account_id=account.id, person_id=person.id, kind=disclosure, note=note, signalled_at=told,
            locked_at=max(clock.now(), told), ended=ended, reported_by=work.actor.ref,
        )
    )  # fmt: skip
    for name, count in ended.items():
        work.note(f"{name}_ended", count)
    work.note("milliseconds", DisclosureView.of(case).milliseconds)
    work.fact("password.voided", person_id=person.id, account_id=account.id)
    work.fact("disclosure.opened", disclosure_id=case.id, account_id=account.id, person_id=person.id)
    work.after_commit(partial(tickets.drop_of, account.id))
    return case


def _end_all(work: Work, account: Account, why: str) -> dict[str, int]:
    """End the sessions, then every secret of an account. Returns how many of each."""
    if account.kind == SERVICE:
        return {"keys": service_keys.end_all(work, account.id, why)}
    ended = {"sessions": presence.end(work, presence.open_of(work, account.person_id), why)}
    ended["passwords"] = int(passwords.current(work, account.id) is not None)
    passwords.end_secret(work, account, why)
    activations.withdraw(work, account)
    return ended | {name: _end(work, model, account.id) for name, model in ENDED.items()}


def _end(work: Work, model: type[Any], account_id: UUID) -> int:
    rows: Iterable[Any] = work.select(
        select(model).where(model.account_id == account_id, col(model.ended_at).is_(None)).with_for_update()
    )
    ended = 0
    for row in rows:
        if getattr(row, "used_at", None) is None or not isinstance(row, RecoveryCode | Activation):
            row.ended_at = work.now
            ended += 1
    return ended


@action("disclosure.close", on=Disclosure, answer=DisclosureView)
def close_disclosure(work: Work, case: Disclosure, *, finding: Finding) -> Disclosure:
    """Close a case of disclosure with what was found, once the secrets are new or the account is out of use. [PW-5]"""
    account = work.get(Account, case.account_id)
    if account.status == "active" and not has_new_secret(work, account, case.locked_at):
        raise Refused(
            "PW-5", "The account has no new secret yet, and is still in use. Wait for it, or suspend the person."
        )
    STEPS.advance(work, case, "close")
    case.closed_at, case.closed_by, case.finding = work.now, work.actor.ref, finding
    work.fact("disclosure.closed", disclosure_id=case.id, evidence_ref=case.ref)
    incidents.end_incident(work, case.ref)
    return case


def has_new_secret(work: Work, account: Account, since: datetime) -> bool:
    """Tell whether an account has a secret made after a disclosure."""
    if account.kind == SERVICE:
        return any(key.made_at >= since for key in service_keys.live_of(work, account.id))
    held = passwords.current(work, account.id)
    return held is not None and held.set_at >= since


@reading("disclosure.list")
def list_disclosures(work: Work, *, state: Literal["open", "closed"] | None = None) -> list[DisclosureView]:
    """List cases of disclosure, the latest first, each with the time from signal to lock. [PW-5]"""
    asked = work.visible(Disclosure)
    if state is not None:
        asked = asked.where(col(Disclosure.state) == state)
    found = work.select(asked.order_by(col(Disclosure.signalled_at).desc()).limit(MOST))
    return [DisclosureView.of(case) for case in found]


@reading("disclosure.read", on=Disclosure, watched=True)
def read_disclosure(work: Work, case: Disclosure) -> DisclosureView:  # noqa: ARG001 - the frame's own form
    """Read a case of disclosure. [PW-5]"""
    return DisclosureView.of(case)
